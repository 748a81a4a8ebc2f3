"""The weights at any epoch: interpolated between snapshots, exact at them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.runs.checksums import sound

Mix = tuple[tuple[int, float], ...]


def weights_between(epochs: NDArray[np.float64], epoch: float) -> Mix:
    """Snapshots and their shares at `epoch`: one where it is a snapshot's; two on a straight line if that one spans no
    more than an epoch; else up to four, on the cubic whose slopes are those of parabolas through three neighbours.
    """
    first, last = epochs[0], epochs[-1]
    if not first <= epoch <= last:
        raise UnspiralError(f"epoch {epoch:g} was asked for; this run holds epochs {first:g} to {last:g}")
    i = int(np.searchsorted(epochs, epoch, side="right")) - 1
    if epochs[i] == epoch:
        return ((i, 1.0),)
    width = float(epochs[i + 1] - epochs[i])
    s = float(epoch - epochs[i]) / width
    if width <= 1 or len(epochs) == 2:
        return ((i, 1 - s), (i + 1, s))
    shares = {i: (1 + 2 * s) * (1 - s) ** 2, i + 1: s * s * (3 - 2 * s)}
    for k, share in ((i, s * (1 - s) ** 2 * width), (i + 1, -s * s * (1 - s) * width)):
        for j, slope in _slope(epochs, k).items():
            shares[j] = shares.get(j, 0.0) + share * slope
    return tuple(sorted(shares.items()))


def _slope(epochs: NDArray[np.float64], k: int) -> dict[int, float]:
    """Derivative at snapshot k of the parabola through it and its neighbours, as shares of their values."""
    i = min(max(k - 1, 0), len(epochs) - 3)
    a, b, c = epochs[i : i + 3].tolist()
    t = float(epochs[k])
    return {
        i: (2 * t - b - c) / ((a - b) * (a - c)),
        i + 1: (2 * t - a - c) / ((b - a) * (b - c)),
        i + 2: (2 * t - a - b) / ((c - a) * (c - b)),
    }


def mixed(stacked: Any, mix: Mix, epoch: float) -> Any:
    """A stacked array at a mix of snapshots."""
    (i, share), *others = mix
    value = sound(stacked[i]) if not others else share * sound(stacked[i])
    for i, share in others:
        value += share * sound(stacked[i])
    if not np.isfinite(value).all():
        raise UnspiralError(f"what was recorded at epoch {epoch:g} is not finite; play the run up to there")
    return value
