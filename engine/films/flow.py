"""Points that are carried along: a flow or a diffusion from noise to data, while it is learned or at one epoch."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import UnspiralError
from engine.films.at_epoch import AtEpoch
from engine.films.film import Frame, View
from engine.films.points import labels_for, looked_at, series_of
from engine.films.readings import in_common
from engine.films.training import OverEpochs
from engine.network.layers import Array
from engine.network.lines import NO_LINES, Lines
from engine.runs.run import Run
from engine.runs.showable import numbers_showable, series_showable

ARROW = 0.15
"""The time that a field's arrows carry for."""
SHOWN = 99.5
"""Percent of all places that particles come to which must be seen."""


@dataclass(frozen=True, kw_only=True)
class Carried(Frame):
    """A frame of particles; `points` are where they are, `lines` the bent grid."""

    ways: Lines
    """Where chosen particles came from, up to where they are."""
    arrows: Array
    """(G, 2, 2), from where to where the field carries in a stated time."""
    target: Array
    """(M, 2), the data that they are to become."""


@dataclass(frozen=True, eq=False)
class Flow(OverEpochs):
    """Particles at the end of their ways while a flow is learned; see `flow`."""

    name: str
    grid: str
    field: str
    labels: NDArray[np.int64]
    target: Array
    view: View
    ways: int

    def __call__(self, playhead: float) -> Carried:
        """The frame at an epoch, of the particles at the end of their ways. UnspiralError outside the run."""
        frame = self.at(playhead, 1.0)
        return replace(frame, readings={name: value for name, value in frame.readings.items() if name != "t"})

    def at(self, epoch: float, time: float) -> Carried:
        """The frame at an epoch and a time of the flow from 0, where particles begin, to 1, where they end."""
        about = in_common(self.run, epoch)
        about["readings"]["t"] = time
        steps = np.asarray(self.run.array(self.name, epoch), float)
        place = time * (len(steps) - 1)
        points = along(steps, place)
        passed = [*steps[: int(np.ceil(place - 1e-9))], points] if time > 0 else [points]
        trail = np.stack(passed)[:, : self.ways]
        count, many = trail.shape[:2]
        lines = NO_LINES
        if self.grid:
            bent = along(np.asarray(self.run.array(self.grid, epoch), float), place)
            lines = Lines(bent.reshape(-1, 2), np.arange(len(bent) + 1) * bent.shape[1])
        arrows = np.zeros((0, 2, 2))
        if self.field:
            field = np.asarray(self.run.array(self.field, epoch), float)
            arrows = self._arrows(field if field.ndim == 2 else along(field, place))
        return Carried(
            **about,
            class_names=self.run.class_names,
            points=points,
            labels=self.labels,
            lines=lines,
            view=self.view,
            axes=("x₁", "x₂"),
            ways=Lines(trail.transpose(1, 0, 2).reshape(-1, 2), np.arange(many + 1) * count),
            arrows=arrows,
            target=self.target,
        )

    def _arrows(self, field: Array) -> Array:
        places = np.asarray(self.run.constants[f"{self.field}_x"], float)
        return np.stack([places, places + ARROW * field], 1)

    def carrying(self, epoch: float) -> AtEpoch[Carried]:
        """The flow as it is at an epoch; the playhead is its own time, from 0 to 1."""
        self(epoch)
        return AtEpoch(self, epoch, last=1.0)


def flow(
    run: Run,
    name: str,
    *,
    grid: str = "",
    field: str = "",
    labels: NDArray[np.integer] | None = None,
    target: ArrayLike | None = None,
    ways: int = 0,
) -> Flow:
    """The series `name` (T, S, N, 2): where N particles are at S equally spaced times of a flow, at every snapshot.

    `grid` is a series (T, S, L, V, 2) of lines that are carried along; `field` a series (T, S, G, 2) of velocities, or
    (T, G, 2) of one that does not change, at the places of the constant FIELD_x (G, 2). `target` are the data (M, 2),
    by default the run's constant target; the `ways` of so many particles are drawn. UnspiralError for other shapes.
    """
    run = series_showable(run, name)
    steps = series_of(run, name, 4, "(T, S, N, 2): N particles at S times")
    if steps.shape[-1] != 2 or steps.shape[1] < 2:
        raise UnspiralError(f"the series {name!r} has shape {steps.shape}; this film shows (T, S, N, 2), S two or more")
    if grid and (series_of(run, grid, 5, "(T, S, L, V, 2): L lines of V places").shape[1] != steps.shape[1]):
        raise UnspiralError(f"{grid!r} has {run.series[grid].shape[1]} times, and {name!r} {steps.shape[1]}")
    if field and f"{field}_x" not in run.constants:
        raise UnspiralError(f"record the places of {field!r} as a constant: Recorder(…, {field}_x=places)")
    given = run.constants.get("target") if target is None else target
    seen: list[Any] = [np.asarray(run.array(name, float(e)), float).reshape(-1, 2) for e in looked_at(run)[::8]]
    seen.append(np.asarray(run.array(name, float(run.epochs[-1])), float).reshape(-1, 2))
    data = np.zeros((0, 2)) if given is None else np.asarray(given, float)
    if not numbers_showable(data):
        raise UnspiralError("the target of a flow holds infinities, what is no number, or more than 10¹⁵")
    places = np.concatenate([*seen, data])
    away = np.abs(places)
    reach = np.percentile(away, SHOWN, axis=0)
    own = labels_for(run, steps.shape[2], labels)
    return Flow(run, name, grid, field, own, data, View.holding(*(1.3 * reach).tolist()), ways)


def along(steps: Array, place: float) -> Array:
    """What lies at a place between the first of `steps` (S, …) and the last, S − 1, S ≥ 2; exact at whole ones."""
    k = min(int(place), len(steps) - 2)
    share = place - k
    return (1 - share) * steps[k] + share * steps[k + 1]
