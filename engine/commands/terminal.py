"""How numbers are written in a terminal."""

from typing import TYPE_CHECKING

from engine.files.room import said as size

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


__all__ = ["BARS", "number", "size", "sparkline"]
BARS = "▁▂▃▄▅▆▇█"


def number(value: float) -> str:
    """A metric's value; of one that grew beyond measure, how large it is."""
    return f"{value:.4f}" if abs(value) < 1e9 else f"{value:.3g}"


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
