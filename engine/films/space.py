"""A run's 3-D embedding while it learns, seen from all sides: it turns as the epochs go by; playhead: epoch."""

import math
from dataclasses import dataclass

import numpy as np

from engine.errors import UnspiralError
from engine.films.film import Answered, Curve, Depths, Film, Frame, View
from engine.films.points import TILT, TURN
from engine.films.readings import in_common, loss_curve
from engine.films.training import OverEpochs, kept_from
from engine.films.unfolding import shrink
from engine.network.layers import Array, apply, classifier, embedding
from engine.network.lines import Lines, before_bowl, extent_of, images, square_grid
from engine.network.loss import judged
from engine.numbers import scaled
from engine.recipes.data import Labelled
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
    """Class vectors are drawn ÷ this; below 1, where they would be lost among the points, larger than they are."""
    held_curve: Curve | None = None
    held_out: Labelled | None = None
    """Points kept from training that are shown besides."""

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
        wrong, labels, count = found.wrong, y, len(e)
        if self.held_out is not None:
            unseen = embedding(network, self.held_out.x)
            wrong = np.concatenate([wrong, judged(apply(last, unseen), self.held_out.y).wrong])
            e, labels = np.concatenate([e, unseen]), np.concatenate([y, self.held_out.y])
        grid = images(network[:-1], self.segments, self.radius)
        axes = self.radius * np.repeat(np.eye(3), 2, 0) * np.array([0.0, 1.0] * 3)[:, None]
        vertices = np.concatenate([grid.vertices, axes])
        starts = np.concatenate([grid.starts, len(grid.vertices) + np.array([2, 4, 6])])
        seen, of = before_bowl(Lines(vertices @ eye, starts), self.radius)
        lines = len(starts) - 1
        tips = last.weight @ eye / self.shrink
        named = (("ray", "e₁ e₂ e₃, x₁ x₂"), ("region", "… on a sphere behind"))
        return Frame(
            points=e @ eye[:, :2],
            labels=labels,
            wrong=wrong,
            held=np.arange(len(e)) >= count,
            lines=Lines(seen.vertices[:, :2], seen.starts),
            bright=tuple(np.flatnonzero(np.isin(of, (*self.bright, *range(lines - 3, lines)))).tolist()),
            class_vectors=tips[:, :2],
            depths=Depths(e @ eye[:, 2], seen.vertices[:, 2], tips[:, 2]),
            curved=self._bowl(network, eye),
            notes=(*named, *([("arrow", f"class vectors {scaled(self.shrink)}")] if self.shrink != 1 else [])),
            view=View(half=1.04 * self.radius),
            **in_common(self.run, playhead, found),
            class_names=self.run.class_names,
            curve=self.curve,
            held_curve=self.held_curve,
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


def space(run: Run, extent: float | None = None, lines: int = 21, held_out: bool = False) -> Film[Frame]:
    """A run's 3-D embedding while it learns, turning as the epochs go by; the playhead is the epoch.

    Points, the image of the input's grid (`lines` each way over ± `extent`) and class vectors lie in space, seen from
    far away; behind them, the far half of a sphere round all points is coloured by what is answered on it.
    With `held_out`, the points kept from training are shown besides, with a mark of their own.
    UnspiralError if the embedding is not 3-D, if layers are not known, or no points were kept.
    """
    run = showable(run)
    if run.width != 3 or run.trajectories is not None:
        raise UnspiralError(
            f"the embedding has {run.width} dimensions; space shows 3: use a recipe with embedding = 3"
            if run.width != 3
            else "this run's layers are not known; training(run) shows its embedding in a plane"
        )
    beside = kept_from(run) if held_out else None
    x, some = run.data.x, run.epochs[np.unique(np.linspace(0, len(run.epochs) - 1, 41).astype(int))]
    sides = (False, True) if held_out else (False,)
    far = [np.linalg.norm(run.embedding(float(at), side), axis=1).max() for at in some for side in sides]
    radius = 1.05 * float(max(far)) or 1.0
    plane = x.shape[1] == 2
    segments = square_grid(extent_of(x) if extent is None else extent, lines) if plane else np.zeros((0, 2, x.shape[1]))
    bright = (lines // 2, lines + lines // 2) if plane and lines % 2 else ()
    tips = classifier(run.layers).weight.reshape(-1, 3)
    farthest = float(np.linalg.norm(tips, axis=1).max())
    factor = shrink(tips, radius) if farthest > radius else 1.0 / _stretch(farthest, radius)
    unseen = loss_curve(run, held_out=True)
    return InSpace(run, radius, segments, bright, loss_curve(run), factor, unseen, beside)


def _stretch(longest: float, radius: float) -> float:
    """1, 2, 5, 10 …: what class vectors may be multiplied by, so that the longest is seen but not beyond half-way."""
    if not 0 < longest < radius / 4:
        return 1.0
    power = 10.0 ** math.floor(math.log10(radius / 2 / longest))
    return max(m * power for m in (1, 2, 5) if m * power * longest <= radius / 2)
