"""Numbers as they stand on the screen: rounded so that what is written is not false."""

import math

_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SMALLEST = 1e-4
"""Smaller numbers than this are written with a power of ten."""


def decimal(value: float, digits: int = 2) -> str:
    """A number with so many digits after the point, with a true minus sign and no minus zero.

    One that is not 0 never stands there as 0: where it would, it is written with two significant digits.
    """
    value = float(value)
    if value != 0 and math.isfinite(value) and float(f"{value:.{digits}f}") == 0:
        return significant(value)
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def significant(value: float, digits: int = 2) -> str:
    """A number with so many significant digits, never in fewer than it has before the point: 54, 6.1, 0.0031."""
    value = float(value)
    if value == 0 or not math.isfinite(value):
        return f"{value + 0.0:.0f}".replace("-", "−")
    rounded = float(f"{value:.{digits - 1}e}")
    power = math.floor(math.log10(abs(rounded)))
    if abs(rounded) >= _SMALLEST:
        return f"{value:.{max(0, digits - 1 - power)}f}".replace("-", "−")
    return f"{rounded / 10.0**power:.{digits - 1}f}·10{str(power).translate(_RAISED)}".replace("-", "−")


def at_least(value: float) -> str:
    """Two significant digits of a number above 0, rounded down: what is said to be at least so much is."""
    unit = _unit(value)
    return significant(math.floor(value / unit) * unit)


def at_most(value: float) -> str:
    """Two significant digits of a number above 0, rounded up: what is said to be at most so much is."""
    unit = _unit(value)
    return significant(math.ceil(value / unit) * unit)


def _unit(value: float) -> float:
    """What the last of two significant digits counts; 1 where there are more before the point."""
    return 10.0 ** min(0, math.floor(math.log10(value)) - 1) if value > 0 else 1.0


def factor(value: float) -> str:
    """A factor from 0 on: with two digits after the point, or two significant ones where it is small; nothing is 0."""
    return decimal(value, 2) if value >= 0.1 else significant(value, 2)


def percent(share: float, digits: int = 1) -> str:
    """A share from 0 to 1 in percent. Only all is 100 %, only nothing is 0 %: 4,999 of 5,000 are 99.98 %."""
    for more in range(digits, digits + 3):
        text = f"{100 * share:.{more}f}"
        if (float(text) == 0) == (share == 0) and (float(text) == 100) == (share == 1):
            return f"{text} %".replace("-", "−")
    least = 10.0 ** -(digits + 2)
    return f"< {least:.{digits + 2}f} %" if share < 0.5 else f"> {100 - least:.{digits + 2}f} %"


def percent_at_least(share: float) -> str:
    """A share from 0 to 1 in percent, rounded down to a tenth."""
    return percent(math.floor(1000 * share) / 1000)


def scaled(divisor: float) -> str:
    """How something is drawn that is made smaller by `divisor`: ÷ 54; made larger where it is below 1: × 110."""
    text = significant(divisor if divisor >= 1 else 1 / divisor, 3)
    text = text.rstrip("0").rstrip(".") if "." in text and "·" not in text else text
    return f"÷ {text}" if divisor >= 1 else f"× {text}"
