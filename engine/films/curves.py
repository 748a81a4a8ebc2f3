"""Metrics of a run as curves that draw themselves: losses, accuracies, whatever was recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import UnspiralError, unknown
from engine.films.film import Curve, Frame
from engine.films.readings import in_common
from engine.films.training import OverEpochs
from engine.runs.run import Run

DECADES = 1e3
"""From this ratio of the largest to the smallest value on, the scale is logarithmic by itself."""


@dataclass(frozen=True, kw_only=True)
class Drawn(Frame):
    """A frame of curves."""

    curves: tuple[Curve, ...]
    """What was measured up to the playhead."""
    names: tuple[str, ...]
    span: tuple[float, float]
    """The first and last epoch of the run."""
    low: float
    high: float
    """The ends of the vertical axis."""
    logarithmic: bool = False


@dataclass(frozen=True, eq=False)
class Curves(OverEpochs):
    """Metrics of a run; see `curves`."""

    all: tuple[Curve, ...]
    names: tuple[str, ...]
    low: float
    high: float
    logarithmic: bool

    def __call__(self, playhead: float) -> Drawn:
        """The frame at an epoch: what has been measured by then, the last stretch as far as it goes."""
        return Drawn(
            **in_common(self.run, playhead),
            curves=tuple(_until(curve, playhead) for curve in self.all),
            names=self.names,
            span=(self.first, self.last),
            low=self.low,
            high=self.high,
            logarithmic=self.logarithmic,
        )


def curves(run: Run, names: Sequence[str] = (), logarithmic: bool | None = None) -> Curves:
    """The metrics `names` of a run, by default all, in one chart; straight lines between the epochs that have them.

    `logarithmic`: by default where all values are more than 0 and span three decades. UnspiralError for a metric that
    was not recorded.
    """
    names = tuple(names) or tuple(run.metrics)
    for name in names:
        if name not in run.metrics:
            raise unknown("metric", name, run.metrics) if run.metrics else UnspiralError("this run holds no metrics")
    if not names:
        raise UnspiralError("this run holds no metrics to draw as curves")
    found = []
    for name in names:
        there = np.isfinite(run.metrics[name])
        found.append(Curve(run.epochs[there], np.asarray(run.metrics[name], float)[there]))
    values = np.concatenate([curve.value for curve in found])
    if not len(values):
        raise UnspiralError(f"{', '.join(names)}: nothing was measured at any epoch")
    low, high = float(values.min()), float(values.max())
    if logarithmic is None:
        logarithmic = low > 0 and high / low >= DECADES
    if logarithmic and low <= 0:
        raise UnspiralError(f"a logarithmic scale has no place for {low:g}; leave logarithmic out")
    if not logarithmic:
        low = min(low, 0.0)
        high = 1.0 if low == 0 and high <= 1 and any("accuracy" in name for name in names) else high
    return Curves(run, tuple(found), names, low, high if high > low else low + 1, logarithmic)


def _until(curve: Curve, epoch: float) -> Curve:
    past = curve.at <= epoch
    if not past.any() or past.all():
        return Curve(curve.at[past], curve.value[past])
    now = float(np.interp(epoch, curve.at, curve.value))
    return Curve(np.append(curve.at[past], epoch), np.append(curve.value[past], now))
