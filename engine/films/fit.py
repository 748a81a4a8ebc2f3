"""Functions that are fitted to data while a training goes on, one or several; the playhead is the epoch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import UnspiralError
from engine.films.film import Frame, View
from engine.films.points import looked_at
from engine.films.readings import in_common
from engine.films.training import OverEpochs
from engine.network.layers import Array
from engine.runs.run import Run
from engine.runs.showable import numbers_showable, series_showable

MARGIN = 0.06
"""Around what is to be seen, in shares of it."""
BEYOND = 1.0
"""How far from the data functions are followed up and down, in shares of the data's own height."""


AZIMUTH, ELEVATION = 0.6, 0.55
"""Radians from which a surface is seen if nothing else is said."""


@dataclass(frozen=True, kw_only=True)
class Fitted(Frame):
    """A frame of functions over a line."""

    at: Array
    """(S,), where the functions are known, increasing."""
    values: Array
    """(M, S), a function a row; straight between."""
    group: tuple[int, ...]
    """(M,), which of `names` each belongs to."""
    names: tuple[str, ...]
    """Of G groups; one empty name where all are of one kind."""
    middle: Array
    """(G, S), the mean of each group."""
    spread: Array
    """(G, S), the standard deviation within each group; 0 of a single function."""
    data: Array
    """(N, 2), what is fitted."""
    residuals: Array
    """(N,), how far the data lie above the function; none (0,) of several functions, and beyond the ends of `at`."""
    across: tuple[float, float]
    up: tuple[float, float]
    """The ends of both axes."""

    @property
    def moving(self) -> Array:
        """(S, M), what a pace is measured by."""
        return self.values.T

    def at_data(self) -> Array:
        """(M, N), what each function says where the data are."""
        return np.array([np.interp(self.data[:, 0], self.at, values) for values in self.values])


@dataclass(frozen=True, kw_only=True)
class Surface(Frame):
    """A frame of a function over the plane; `points` are where there are data."""

    values: Array
    """(H, W), the first row lowest."""
    corners: Array
    """((left, bottom), (right, top)), where the first and last row and column lie."""
    data: Array
    """(N,), the data's own values at `points`."""
    low: float
    high: float
    """The smallest and largest value in the whole run, the data's among them."""
    eye: tuple[float, float] | None = None
    """Azimuth and elevation (radians) from which values are seen as heights; None if as colours alone."""

    def at_data(self) -> Array:
        """(N,), what the function says where the data are: linear in both directions between its places."""
        return self.between(self.points)

    def between(self, places: Array) -> Array:
        """(…,), the function at places (…, 2): linear in both directions between its own, as at its rim beyond them."""
        size = np.array(self.values.shape[::-1]) - 1
        at = np.clip((places - self.corners[0]) / (self.corners[1] - self.corners[0]), 0, 1) * size
        cell = np.minimum(at.astype(int), size - 1)
        (u, v), (column, row) = np.moveaxis(at - cell, -1, 0), np.moveaxis(cell, -1, 0)
        below, above = ((1 - u) * self.values[row + k, column] + u * self.values[row + k, column + 1] for k in (0, 1))
        return (1 - v) * below + v * above

    @property
    def moving(self) -> Array:
        """(H, W), what a pace is measured by."""
        return self.values


@dataclass(frozen=True, eq=False)
class Fit(OverEpochs):
    """Functions over a line; see `fit`."""

    name: str
    at: Array
    group: tuple[int, ...]
    names: tuple[str, ...]
    data: Array
    across: tuple[float, float]
    up: tuple[float, float]

    def __call__(self, playhead: float) -> Fitted:
        """The frame at an epoch. UnspiralError outside the run."""
        values = np.asarray(self.run.array(self.name, playhead), float).reshape(-1, len(self.at))
        groups = [values[np.array(self.group) == k] for k in range(len(self.names))]
        residuals = np.zeros(0)
        if len(values) == 1 and len(self.data):
            within = (self.data[:, 0] >= self.at[0]) & (self.data[:, 0] <= self.at[-1])
            there = np.interp(self.data[:, 0], self.at, values[0])
            residuals = self.data[:, 1] - there if within.all() else residuals
        return Fitted(
            **in_common(self.run, playhead),
            at=self.at,
            values=values,
            group=self.group,
            names=self.names,
            middle=np.array([mine.mean(0) for mine in groups]),
            spread=np.array([mine.std(0) for mine in groups]),
            data=self.data,
            residuals=residuals,
            across=self.across,
            up=self.up,
        )


@dataclass(frozen=True, eq=False)
class FitOverPlane(OverEpochs):
    """A function over the plane; see `fit`."""

    name: str
    shape: tuple[int, int]
    corners: Array
    places: Array
    data: Array
    low: float
    high: float
    eye: tuple[float, float] | None = None
    turn: float = 0.0

    def __call__(self, playhead: float) -> Surface:
        """The frame at an epoch. UnspiralError outside the run."""
        values = np.asarray(self.run.array(self.name, playhead), float).reshape(-1, *self.shape)
        middle, half = self.corners.mean(0), np.ptp(self.corners, axis=0) / 2
        view = View((float(middle[0]), float(middle[1])), float(half[1]), float(max(1.0, half[0] / half[1])))
        return Surface(
            **in_common(self.run, playhead),
            points=self.places,
            view=view,
            values=values.mean(0),
            corners=self.corners,
            data=self.data,
            low=self.low,
            high=self.high,
            eye=self._eye(playhead),
        )

    def _eye(self, playhead: float) -> tuple[float, float] | None:
        """Where the eye is at an epoch; nowhere if only colours are seen."""
        if self.eye is None:
            return None
        share = (playhead - self.first) / ((self.last - self.first) or 1.0)
        return self.eye[0] + share * self.turn, self.eye[1]


def fit(
    run: Run,
    name: str,
    at: ArrayLike | None = None,
    data: tuple[ArrayLike, ArrayLike] | None = None,
    groups: Sequence[str] = (),
    *,
    surface: bool = False,
    azimuth: float = AZIMUTH,
    elevation: float = ELEVATION,
    turn: float = 0.0,
) -> Any:
    """The series `name` as a function of `at`, with the `data` (x, y) that it is fitted to; the playhead is the epoch.

    Over a line: the series is (T, S), or (T, M, S) of M functions, at S places `at`, increasing. Functions of the same
    name in `groups` (M,) are one fan, with its mean and standard deviation. Over the plane: the series is (T, H, W) or
    (T, H W) at the points `at` (H W, 2) of a grid, row by row, shown as colours; of several functions, their mean.
    As a `surface` values are heights as well: the plane is turned by `azimuth` and, from the first epoch to the last,
    by `turn` more (radians, anti-clockwise from above), and the eye is `elevation` over it, π/2 from above.
    By default `at` is the run's constant NAME_x or grid, the data its constants x and y (or values, or labels), and the
    groups words of its constant NAME_groups. UnspiralError says what is missing or does not fit.
    """
    run = series_showable(run, name)
    run.array(name, float(run.epochs[0]))
    known = run.constants
    given = at if at is not None else known.get(f"{name}_x", known.get("grid"))
    if given is None:
        raise UnspiralError(f"where is {name!r} a function of? Give at=…, or record the places as grid=…")
    places = np.asarray(given, float)
    over_plane = places.ndim > 1 and places.shape[-1] == 2
    x, y = _data(run, data)
    if x.shape[1] != 1 + over_plane:
        if data is not None:
            raise UnspiralError(
                f"the data lie in {x.shape[1]} dimensions, and the places of {name!r} in {1 + over_plane}"
            )
        x, y = np.zeros((0, 1 + over_plane)), np.zeros(0)  # the run's own belong to something else
    for what, numbers in (("places", places), ("data", x), ("data", y)):
        if not numbers_showable(numbers):
            raise UnspiralError(f"the {what} of {name!r} hold infinities, what is no number, or more than 10¹⁵")
    if over_plane:
        if surface and not 0 < elevation <= np.pi / 2:
            raise UnspiralError(f"elevation is {elevation:g}; it must lie between 0 and π/2, where the eye is above")
        film = _over_plane(run, name, places.reshape(-1, 2), x, y)
        return replace(film, eye=(azimuth, elevation), turn=turn) if surface else film
    if surface:
        raise UnspiralError(f"{name!r} is a function over a line; a surface needs places (H W, 2) in the plane")
    return _over_line(run, name, places.ravel(), x, y, groups)


def _over_line(run: Run, name: str, places: Array, x: Array, y: Array, groups: Sequence[str]) -> Fit:
    count, rows = run.series[name][0].size, run.series[name].shape[1:]
    if not len(places) or count % len(places) or (len(rows) > 1 and len(places) not in rows):
        raise UnspiralError(f"the series {name!r} has shape {run.series[name].shape}; there are {len(places)} places")
    if (np.diff(places) <= 0).any():
        raise UnspiralError("the places of a function must increase from one to the next")
    models = count // len(places)
    called = tuple(groups) or _words(run, f"{name}_groups") or ("",) * models
    if len(called) != models:
        raise UnspiralError(f"{len(called)} groups were given for {models} functions")
    names = tuple(dict.fromkeys(called))
    points = np.stack([x[:, 0], y], 1)
    return Fit(
        run, name, places, tuple(names.index(word) for word in called), names, points,
        _ends(np.append(places, points[:, 0])), _heights(run, name, points),
    )  # fmt: skip


def _data(run: Run, given: tuple[ArrayLike, ArrayLike] | None) -> tuple[Array, Array]:
    """Places (N, n) and values (N,), of the run if none are given; of no points if it has none."""
    known = run.constants
    if given is not None:
        x, y = (np.asarray(part, float) for part in given)
    elif "x" in known:
        found = (known[name] for name in ("y", "values", "labels") if name in known)
        x, y = np.asarray(known["x"], float), np.asarray(next(found, np.zeros(0)), float)
    elif "values" in known and len(known["values"]) == len(run.points.x):
        x, y = np.asarray(run.points.x, float), np.asarray(known["values"], float)
    else:
        return np.zeros((0, 1)), np.zeros(0)
    y = y.reshape(len(y), -1)[:, 0]
    if len(x) != len(y):
        raise UnspiralError(f"data of {len(x)} places and {len(y)} values were given; a function fits one to each")
    return x.reshape(len(x), -1), y


def _words(run: Run, name: str) -> tuple[str, ...]:
    """A constant of words, as words; none if the run has none."""
    words = run.names.get(name, ())
    return tuple(words[k] for k in run.constants[name].ravel().tolist()) if words and name in run.constants else ()


def _over_plane(run: Run, name: str, places: Array, x: Array, y: Array) -> FitOverPlane:
    width = len(np.unique(places[:, 0].round(9)))
    height = len(places) // max(width, 1)
    grid = places.reshape(height, width, 2) if height * width == len(places) else None
    if grid is None or height < 2 or width < 2 or np.ptp(grid[..., 0], 0).max() > 1e-6 * np.ptp(places[:, 0]):
        raise UnspiralError(f"the {len(places)} places of {name!r} are no grid, row by row, of two rows or more")
    if run.series[name][0].size % len(places):
        raise UnspiralError(f"the series {name!r} has shape {run.series[name].shape}; there are {len(places)} places")
    if grid[0, 0, 1] > grid[-1, 0, 1] or grid[0, 0, 0] > grid[0, -1, 0]:
        raise UnspiralError(f"the grid of {name!r} must begin at its lowest x and y")
    seen = [np.asarray(run.array(name, float(epoch)), float) for epoch in looked_at(run)]
    low, high = min(float(a.min()) for a in seen), max(float(a.max()) for a in seen)
    low, high = min(low, float(y.min(initial=low))), max(high, float(y.max(initial=high)))
    if low < 0:
        low, high = -max(high, -low), max(high, -low)
    return FitOverPlane(run, name, (height, width), np.stack([grid[0, 0], grid[-1, -1]]), x, y, low, high)


def _ends(values: Array) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 1, low + 1)


def _heights(run: Run, name: str, data: Array) -> tuple[float, float]:
    """As far up and down as the functions go, but no farther from the data than `BEYOND` their own height."""
    seen = [np.asarray(run.array(name, float(epoch)), float) for epoch in looked_at(run)]
    low, high = min(float(a.min()) for a in seen), max(float(a.max()) for a in seen)
    if len(data):
        bottom, top = _ends(data[:, 1])
        room = BEYOND * (top - bottom)
        low, high = min(bottom, max(low, bottom - room)), max(top, min(high, top + room))
    margin = MARGIN * (high - low) or 1.0
    return low - margin, high + margin
