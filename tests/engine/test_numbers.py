"""Numbers on the screen: what is written is what is, rounded."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.numbers import at_least, at_most, decimal, percent, percent_at_least, scaled, significant


def read(text: str) -> float:
    """The number that stands there."""
    plain = text.replace("−", "-").replace("⁻", "-").translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
    mantissa, _, power = plain.partition("·10")
    return float(mantissa) * 10.0 ** int(power or 0)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.00"), (-0.0, "0.00"), (-0.001, "−0.0010"), (1.999, "2.00"), (0.0049, "0.0049"), (2e-6, "2.0·10⁻⁶")],
)
def test_a_number_with_two_digits(value, text):
    assert decimal(value) == text


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_no_number_but_zero_is_written_as_zero_and_none_is_off_by_more_than_rounding(value, digits):
    written = read(decimal(value, digits))
    assert (written == 0) == (value == 0)
    assert abs(written - value) <= max(0.5000001 * 10.0**-digits, 0.06 * abs(value))


@given(st.floats(1e-12, 1e12), st.integers(1, 4))
def test_factors_have_significant_digits_whatever_their_size(value, digits):
    assert math.isclose(read(significant(value, digits)), value, rel_tol=0.5000001 * 10.0 ** (1 - digits))


@pytest.mark.parametrize(("divisor", "text"), [(54.3, "÷ 54.3"), (6.058, "÷ 6.06"), (0.0091, "× 110"), (1, "÷ 1")])
def test_a_scale_says_which_way(divisor, text):
    assert scaled(divisor) == text


@given(st.integers(1, 100_000), st.data(), st.integers(0, 2))
def test_only_all_is_100_percent_and_only_nothing_0(count, data, digits):
    right = data.draw(st.integers(0, count))
    text = percent(right / count, digits)
    number = float(re.sub(r"[<> %]", "", text))
    assert (number == 100) == (right == count) and (number == 0) == (right == 0)
    bound = {">": number <= 100 * right / count, "<": number >= 100 * right / count}.get(text[0])
    assert bound if bound is not None else abs(number - 100 * right / count) <= 0.50001 * 10.0**-digits


def test_4999_of_5000_are_not_all():
    assert percent(4999 / 5000) == "99.98 %" and percent(1.0) == "100.0 %" and percent(0.99996, 0) == "> 99.99 %"


@pytest.mark.parametrize("value", [0.1738, 0.95866, 0.1, 0.996, 17.0, 123.4, 3.14e-3, 4.444e-6, 1.0, 0.3])
def test_what_bounds_a_number_is_on_its_side_and_near(value):
    below, above = read(at_least(value)), read(at_most(value))
    assert below <= value <= above
    assert above - below <= 0.21 * value
    assert at_most(0.0) == at_least(0.0) == "0"


def test_a_share_is_at_least_what_is_said():
    for share in (0.95866, 0.9999, 0.5, 1.0, 0.7):
        assert 100 * share - 0.2 < float(percent_at_least(share).removesuffix(" %")) <= 100 * share
