"""A run's 3-D embedding while it learns, seen from all sides: it turns as the epochs go by; playhead: epoch."""

import math
from dataclasses import dataclass

import numpy as np

from engine.errors import UnspiralError
from engine.films.film import Answered, Curve, Film, Frame, View
from engine.films.points import TILT, TURN
from engine.films.readings import loss_curve, readings
from engine.films.training import LONGEST, OverEpochs
from engine.films.unfolding import shrink
from engine.network.layers import Array, apply, classifier, embedding
from engine.network.lines import Lines, extent_of, images, square_grid
from engine.network.loss import judged
from engine.numbers import scaled
from engine.runs.run import Run
from engine.runs.showable import showable

CELLS = 160
"""Of the grid over the sphere on which scores are computed, each way."""


@dataclass(frozen=True, eq=False)
class InSpace(OverEpochs):
    """Three dimensions as they are seen from far away; see `space`."""

    radius: float
    """Of the sphere round all points."""
    segments: Array
    bright: tuple[int, ...]
    curve: Curve | None
    shrink: float
    """Class vectors are drawn ÷ this."""

    def eye(self, playhead: float) -> Array:
        """(3, 3), columns: to the right, up and towards us."""
        share = (playhead - self.first) / ((self.last - self.first) or 1.0)
        cos, sin, s, c = math.cos(TURN * share), math.sin(TURN * share), math.sin(TILT), math.cos(TILT)
        return np.array([[cos, sin * s, -sin * c], [-sin, cos * s, -cos * c], [0.0, c, s]])

    def __call__(self, playhead: float) -> Frame:
        """The frame at an epoch. UnspiralError outside the run."""
        network, (x, y) = self.run.at(playhead), self.run.data
        last, e, eye = classifier(network), embedding(network, x), self.eye(playhead)
        found = judged(apply(last, e), y)
        values, measured = readings(self.run, playhead, found)
        grid = images(network[:-1], self.segments, self.radius)
        axes = self.radius * np.repeat(np.eye(3), 2, 0) * np.array([0.0, 1.0] * 3)[:, None]
        vertices = np.concatenate([grid.vertices, axes])
        starts = np.concatenate([grid.starts, len(grid.vertices) + np.array([2, 4, 6])])
        count = len(starts) - 1
        named = (("ray", "e₁ e₂ e₃, x₁ x₂"), ("region", "… on a sphere behind"))
        return Frame(
            points=e @ eye[:, :2],
            labels=y,
            wrong=found.wrong,
            lines=Lines(vertices @ eye[:, :2], starts),
            bright=(*self.bright, count - 3, count - 2, count - 1),
            class_vectors=last.weight @ eye[:, :2] / self.shrink,
            curved=self._bowl(network, eye),
            notes=(*named, *([("arrow", f"class vectors {scaled(self.shrink)}")] if self.shrink != 1 else [])),
            view=View(half=1.04 * self.radius),
            playhead=playhead,
            readings=values,
            measured=measured,
            tied=found.tied,
            curve=self.curve,
            axes=("", ""),
        )

    def _bowl(self, network: tuple, eye: Array) -> Answered:
        """The scores on the far half of the sphere, over the square round it."""
        ticks = self.radius * np.linspace(-1, 1, CELLS + 1)
        across, up = np.meshgrid(ticks, ticks)
        away = -np.sqrt(np.maximum(self.radius**2 - across**2 - up**2, 0.0))
        on_sphere = np.stack([across, up, away], -1).reshape(-1, 3) @ eye.T
        scores = apply(classifier(network), on_sphere)
        return Answered(ticks, scores.reshape(len(ticks), len(ticks), -1), self.radius)


def space(run: Run, extent: float | None = None, lines: int = 21) -> Film[Frame]:
    """A run's 3-D embedding while it learns, turning as the epochs go by; the playhead is the epoch.

    Points, the image of the input's grid (`lines` each way over ± `extent`) and class vectors lie in space, seen from
    far away; behind them, the far half of a sphere round all points is coloured by what is answered on it.
    UnspiralError if the embedding is not 3-D, or if layers are not known.
    """
    run = showable(run)
    if run.width != 3 or run.trajectories is not None:
        raise UnspiralError(
            f"the embedding has {run.width} dimensions; space shows 3: use a recipe with embedding = 3"
            if run.width != 3
            else "this run's layers are not known; training(run) shows its embedding in a plane"
        )
    x, some = run.data.x, run.epochs[np.unique(np.linspace(0, len(run.epochs) - 1, 41).astype(int))]
    radius = 1.05 * max(float(np.linalg.norm(run.embedding(float(at)), axis=1).max()) for at in some) or 1.0
    plane = x.shape[1] == 2
    segments = square_grid(extent_of(x) if extent is None else extent, lines) if plane else np.zeros((0, 2, x.shape[1]))
    bright = (lines // 2, lines + lines // 2) if plane and lines % 2 else ()
    tips = classifier(run.layers).weight.reshape(-1, 3)
    farthest = float(np.linalg.norm(tips, axis=1).max())
    factor = shrink(tips, radius) if farthest > radius or farthest > LONGEST * radius else 1.0
    return InSpace(run, radius, segments, bright, loss_curve(run), factor)
