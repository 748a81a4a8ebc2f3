"""A sheet of images (T, B, H, W) or (T, B, H, W, 3) while a training goes on: reconstructions, samples, kernels."""

from dataclasses import dataclass

import numpy as np

from engine.films.film import Frame
from engine.films.points import looked_at, series_of
from engine.films.readings import in_common
from engine.films.training import OverEpochs
from engine.network.layers import Array
from engine.runs.run import Run
from engine.runs.showable import series_showable


@dataclass(frozen=True, kw_only=True)
class Sheet(Frame):
    """A frame of images."""

    images: Array
    """(B, H, W, 3) or (B, H, W, 1), from 0 to 1."""
    low: float
    high: float
    """The values that 0 and 1 stand for."""
    pointed: int | None = None
    """The image that is pointed at: it is framed."""

    @property
    def moving(self) -> Array:
        """(B, pixels), what a pace is measured by."""
        return self.images.reshape(len(self.images), -1)


@dataclass(frozen=True, eq=False)
class Images(OverEpochs):
    """A series of images; see `images`."""

    name: str
    low: float
    high: float

    def __call__(self, playhead: float) -> Sheet:
        """The frame at an epoch. UnspiralError outside the run."""
        values = np.asarray(self.run.array(self.name, playhead), float)
        values = values[..., None] if values.ndim == 3 else values
        return Sheet(
            **in_common(self.run, playhead),
            images=np.clip((values - self.low) / ((self.high - self.low) or 1.0), 0, 1),
            low=self.low,
            high=self.high,
        )


def images(run: Run, name: str) -> Images:
    """The series `name` (T, B, H, W), or with colours (T, B, H, W, 3), as a sheet of B images.

    Black and white are the smallest and the largest value of the whole run, or 0 and 1 if all lie between.
    UnspiralError for series of another shape.
    """
    run = series_showable(run, name)
    coloured = name in run.series and run.series[name].ndim == 5 and run.series[name].shape[-1] == 3
    series_of(run, name, 5 if coloured else 4, "(T, B, H, W) or (T, B, H, W, 3): B images")
    return Images(run, name, *limits(run, name))


def limits(run: Run, name: str) -> tuple[float, float]:
    """The smallest and largest value of a series, or 0 and 1 if all lie between."""
    seen = [run.array(name, float(epoch)) for epoch in looked_at(run)]
    low, high = float(min(a.min() for a in seen)), float(max(a.max() for a in seen))
    return (0.0, 1.0) if low >= 0 and high <= 1 else (low, high)
