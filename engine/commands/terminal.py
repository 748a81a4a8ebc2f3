"""How numbers are written in a terminal."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


BARS = "▁▂▃▄▅▆▇█"


def sparkline(curve: "ArrayLike", width: int = 48) -> str:
    """A curve as `width` bars of text, each the mean of its stretch; what is not finite leaves a gap."""
    import numpy as np

    values = np.asarray(curve, float)
    stretches = np.array_split(values, min(width, len(values)))
    means = np.array([part[np.isfinite(part)].mean() if np.isfinite(part).any() else np.nan for part in stretches])
    known = np.isfinite(means)
    low, high = (means[known].min(), means[known].max()) if known.any() else (0.0, 0.0)
    steps = np.where(known, (means - low) / ((high - low) or 1.0) * (len(BARS) - 1), 0).round().astype(int)
    return "".join(BARS[step] if there else " " for step, there in zip(steps, known))


def size(count: int) -> str:
    """A file's size as people say it: 4.2 MB."""
    value, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
