"""A grand tour: many-dimensional features seen in planes that turn smoothly from one to the next."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.films.film import ASIDE, Frame, View, check_input, check_playhead
from engine.films.seen import Brief
from engine.films.training import LONGEST
from engine.films.unfolding import shrink
from engine.network.layers import Array, Linear, Network, classifier, exact, forward
from engine.network.lines import extent_of, images, square_grid
from engine.network.loss import judged
from engine.network.regions import argmax_regions
from engine.numbers import scaled
from engine.runs.run import Run
from engine.runs.showable import showable
from engine.runs.upright import turn_onto

QUARTERS, FINER = 4, 4
"""Parts of a way from stop to stop at whose ends the view is known, and parts of those at whose ends all is in it."""
RAY = 1.2
"""Length of a feature's axis that lies in the plane, in halves of the view; less where it would leave the view."""
_SAME = 1e-8
"""Directions closer than this angle are one."""


class Geodesic(NamedTuple):
    """The shortest way from one orthonormal frame (d, 2) to another: both principal angles open evenly, and the
    picture turns evenly in its own plane so that the end is met exactly (Buja and others 2005, Computational methods
    for high-dimensional rotations).
    """

    base: Array
    """(d, 2), principal directions of the first plane."""
    away: Array
    """(d, 2), directions at right angles to it, towards the second."""
    angles: Array
    """(2,), radians."""
    back: Array
    """(2, 2), from principal directions to the frame's own."""
    turn: float
    """Radians, within the plane."""

    def __call__(self, s: float) -> Array:
        """The frame (d, 2) when the share s of the way is done; its columns are orthonormal."""
        cos, sin = math.cos(s * self.turn), math.sin(s * self.turn)
        opened = self.base * np.cos(s * self.angles) + self.away * np.sin(s * self.angles)
        return opened @ self.back @ np.array([[cos, -sin], [sin, cos]])


def geodesic(start: Array, end: Array) -> Geodesic:
    """The way between two frames (d, 2) with orthonormal columns."""
    left, cosines, right = np.linalg.svd(start.T @ end)
    right = right.T
    if np.linalg.det(left @ right.T) < 0:  # a mirrored end is met the long way round: nothing flips
        right[:, 1] *= -1
        cosines[1] *= -1
    base, target = start @ left, end @ right
    rest = target - base * cosines
    sines = np.linalg.norm(rest, axis=0)
    angles = np.arctan2(sines, cosines)
    away = np.where(sines > _SAME, rest / np.maximum(sines, _SAME), 0.0)
    for k in np.flatnonzero(sines <= _SAME):
        if cosines[k] > 0:
            angles[k] = 0.0
        else:  # half a turn: any direction leads there
            away[:, k] = _beside(np.column_stack([base, away[:, 1 - k]]))
            angles[k] = np.pi
    turned = left @ right.T
    return Geodesic(base, away, angles, left.T, math.atan2(turned[1, 0], turned[0, 0]))


def _beside(directions: Array) -> Array:
    """A unit vector at right angles to the columns of `directions` (d, k)."""
    _, _, rows = np.linalg.svd(directions.T)
    if len(rows) <= np.linalg.matrix_rank(directions):
        raise UnspiralError("two dimensions leave no room for a tour; features of width 3 or more are needed")
    return rows[-1]


class Stop(NamedTuple):
    """A plane on the tour, and the epoch at which it is reached."""

    name: str
    """Empty for a plane that is only passed through."""
    plane: Array
    """(d, 2), orthonormal columns."""
    epoch: float


@dataclass(frozen=True, kw_only=True)
class Toured(Frame):
    """A frame of a tour: the features' own axes are seen, too."""

    rays: Array
    """(d, 2), where each feature's axis points in the plane, 1 long where it lies in it."""
    ray: float
    """How long an axis is drawn that lies in the plane."""
    named: tuple[int, ...]
    """The features whose rays are named: those that the embedding rests on most."""


@dataclass(frozen=True, eq=False)
class Tour(Brief):
    """The features f of a run while it learns, seen in turning planes; the playhead counts stops.

    From the last stop on, to the end, the plane's picture goes over into the embedding e = W f + b itself.
    """

    run: Run
    stops: tuple[Stop, ...]
    ways: tuple[Geodesic, ...]
    segments: Array
    bright: tuple[int, ...]
    reach: float
    """By what the class vectors pulled back are lengthened, so that they are seen."""
    shrink: float
    """What those of the embedding are divided by in the end."""
    named: tuple[int, ...]
    halves: Array
    """(QUARTERS len(stops) + 1,), logarithms of the view's half at every `QUARTERS`th part of a way."""
    first: float = 0.0

    @property
    def last(self) -> float:
        """All stops, and one more for the embedding."""
        return float(len(self.stops))

    def plane(self, playhead: float) -> Array:
        """The plane (d, 2) at a playhead: at rest at every stop, smooth between."""
        k, s = self._way(playhead)
        return self.ways[k](s)

    def epoch(self, playhead: float) -> float:
        """The epoch at a playhead."""
        k, s = self._way(playhead)
        return _between(self.stops[k].epoch, self.stops[k + 1].epoch, s)

    def view(self, playhead: float) -> View:
        """What is seen: as much as the points need, with no sudden change."""
        return View(half=float(np.exp(self._half_width(playhead))), across=ASIDE)

    @cached_property
    def _half_width(self) -> Callable[[Any], Any]:
        """The logarithm of the view's half width at a playhead."""
        from scipy.interpolate import PchipInterpolator  # a third of a second, which other films need not wait

        return PchipInterpolator(np.linspace(0, self.last, len(self.halves)), self.halves)

    def places(self, playhead: float) -> Array:
        """Points and tips of class vectors as they are shown, (N + K, 2), at a part of the frame's cost."""
        network = self.run.at(self.epoch(playhead))
        f, shown, vectors = self._seen(network, self.plane(playhead), self._embedded(playhead))
        return np.concatenate([forward((shown,), f), 1.05 * vectors])

    def _embedded(self, playhead: float) -> float:
        """How much of the way into the embedding is done."""
        return _eased(max(playhead - (len(self.stops) - 1), 0.0))

    def _seen(self, network: Network, plane: Array, s: float) -> tuple[Array, Linear, Array]:
        """Features f (N, d), what shows them in the plane, and the class vectors in it (K, 2), as long as drawn."""
        f, (project, last) = forward(network[:-2], self.run.data.x), _head(network)
        middle = f.mean(0, dtype=float) @ plane
        shown = Linear((1 - s) * plane.T + s * project.weight, s * project.bias - (1 - s) * middle)
        vectors = (1 - s) * (last.weight @ project.weight) @ plane + s * last.weight
        return f, shown, self.reach ** (1 - s) / self.shrink**s * vectors

    def _way(self, playhead: float) -> tuple[int, float]:
        """Which stops the playhead is between, and how much of the way is done."""
        check_playhead(playhead, self.last)
        k = min(int(playhead), len(self.ways) - 1)
        return k, _eased(min(playhead - k, 1.0))

    def __call__(self, playhead: float) -> Toured:
        """The frame at a playhead. UnspiralError outside the film."""
        plane, epoch, s = self.plane(playhead), self.epoch(playhead), self._embedded(playhead)
        network, y, view = self.run.at(epoch), self.run.data.y, self.view(playhead)
        features, (project, last) = network[:-2], _head(network)
        f, shown, vectors = self._seen(network, plane, s)
        found = judged(forward((project, last), f), y)
        longer = self.reach ** (1 - s) / self.shrink**s
        ray = view.half * min(RAY, *(np.multiply(0.95, (ASIDE, 1)) / np.maximum(np.abs(plane).max(0), 1e-9)).tolist())
        return Toured(
            points=forward((shown,), f),
            labels=y,
            wrong=found.wrong if s > 0.5 else np.zeros(len(y), bool),
            lines=images((*features, shown), self.segments, view.half),
            bright=self.bright,
            class_vectors=vectors,
            notes=_drawn_at(longer, ray if s < 1 else None),
            regions=argmax_regions(last, view.corners()) if s else (),
            view=view,
            playhead=playhead,
            readings={"epoch": epoch, "accuracy": found.accuracy},
            tied=found.tied,
            axes=("", "") if s < 1 else ("e₁", "e₂"),
            caption=self._caption(playhead) if s < 1 else "the embedding e = W f + b",
            decided=s,
            class_names=self.run.class_names,
            rays=plane,
            ray=ray,
            named=self.named,
        )

    def _caption(self, playhead: float) -> str:
        k = round(min(playhead, len(self.stops) - 1))
        return self.stops[k].name if abs(min(playhead, len(self.stops) - 1) - k) < 0.15 else ""


def touring(
    run: Run, stops: Sequence[Stop] | None = None, extent: float | None = None, lines: int = 21, seed: int = 0
) -> Tour:
    """A tour through the features f of a run, from its first epoch to its last; the playhead counts stops.

    Without `stops`: principal axes at the beginning, in the middle and at the end of training, random planes between
    them, and last the plane of the embedding, which is also that of the class vectors pulled back to f. UnspiralError
    unless the network ends in f → e → s with a 2-D embedding e.
    """
    check_input(run.data)
    run = showable(run)
    end = run.at(run.epochs[-1])
    project, _ = _head(end)
    stops = tuple(stops) if stops else _itinerary(run, seed)
    ways = tuple(geodesic(a.plane, b.plane) for a, b in zip(stops, stops[1:]))
    f = forward(end[:-2], run.data.x)
    important = np.abs(project.weight).sum(0) * f.std(0)
    named = tuple(np.argsort(-important)[:4].tolist())
    bright = (lines // 2, lines + lines // 2) if lines % 2 else ()
    pulled_back = classifier(end).weight @ project.weight @ stops[-1].plane
    seen = (f - f.mean(0)) @ stops[-1].plane
    reach = 0.8 * _half(seen) / max(float(np.linalg.norm(pulled_back, axis=1).max()), 1e-9)
    extent = extent_of(run.data.x) if extent is None else extent
    tips, farthest = classifier(end).weight, float(np.abs(forward(end[:-1], run.data.x)).max())
    factor = shrink(tips, farthest) if np.abs(tips).max() > LONGEST * farthest > 0 else 1.0
    tour = Tour(run, stops, ways, square_grid(extent, lines), bright, reach, factor, named, np.zeros(2))
    at = np.linspace(0, tour.last, FINER * QUARTERS * len(stops) + 1)
    needed = np.log([_half(tour.places(playhead)) for playhead in at])
    return _holding(tour, at, needed)


def _holding(tour: Tour, at: Array, needed: Array) -> Tour:
    """The tour whose view is every `FINER`th of halves (P,) `needed`, in logarithms, raised where the way is too low.

    What is needed leaves a margin; only what that does not cover counts.
    """
    tour = replace(tour, halves=needed[::FINER])
    for _ in range(8):
        lacking = needed - np.log(1.05) - tour._half_width(at)
        if lacking.max() <= 0:
            break
        halves = tour.halves.copy()
        for k in np.flatnonzero(lacking > 0):
            ends = slice(k // FINER, k // FINER + 2)
            halves[ends] = np.maximum(halves[ends], needed[::FINER][ends] + lacking[k]) + lacking[k] / 2
        tour = replace(tour, halves=halves)
    return tour


def _itinerary(run: Run, seed: int) -> tuple[Stop, ...]:
    """Principal axes and random planes in turn, and at the end the embedding's plane."""
    first, last = float(run.epochs[0]), float(run.epochs[-1])
    random = np.random.default_rng(seed)
    width = _head(run.at(first))[0].weight.shape[1]

    def principal(epoch: float) -> Array:
        f = forward(run.at(epoch)[:-2], run.data.x).astype(float)
        axes = np.linalg.svd(f - f.mean(0), full_matrices=False)[2][:2].T
        return _upright(axes, f, run.data.x)

    def chance() -> Array:
        return np.linalg.qr(random.standard_normal((width, 2)))[0]

    middle = first + 0.25 * (last - first)
    left, _, right = np.linalg.svd(exact(_head(run.at(last))[0]).weight, full_matrices=False)
    return (
        Stop("principal axes of f, untrained", principal(first), first),
        Stop("", chance(), first + 0.1 * (last - first)),
        Stop(f"principal axes of f at epoch {middle:.0f}", principal(middle), middle),
        Stop("", chance(), first + 0.6 * (last - first)),
        Stop("principal axes of f, trained", principal(last), last),
        Stop("plane of the class vectors in f", right.T @ left.T, last),  # nearest to W: e keeps its directions
    )


def _upright(axes: Array, f: Array, x: NDArray[np.floating]) -> Array:
    """The same plane, turned so that f in it aligns best with the input."""
    if x.shape[1] != 2:
        return axes
    return axes @ turn_onto(x, f @ axes)


def _drawn_at(vectors: float, rays: float | None) -> tuple[tuple[str, str], ...]:
    """What the key says of arrows, and of rays if there are any, that are not to the axes' scale."""
    arrows = (("arrow", f"class vectors {scaled(1 / vectors)}"),) if vectors != 1 else ()
    return arrows if rays is None else (*arrows, ("ray", f"axes of f {scaled(1 / rays)}"))


def _half(points: Array) -> float:
    """Of a view that holds these points (N, 2)."""
    across, up = np.abs(points).max(0).tolist()
    return 1.06 * max(up, across / 1.3, 1e-9)


def _eased(t: float) -> float:
    """From 0 to 1, at rest at both ends."""
    return t * t * (3 - 2 * t)


def _between(start: float, stop: float, s: float) -> float:
    """The share s of the way, never past its ends by rounding."""
    return min(max((1 - s) * start + s * stop, min(start, stop)), max(start, stop))


def _head(network: tuple) -> tuple[Linear, Linear]:
    """The projection f → e and the classifier e → s."""
    project, last = (network[-2], classifier(network)) if len(network) > 2 else (None, None)
    if not isinstance(project, Linear) or last is None or last.weight.shape[1] != 2:
        raise UnspiralError("a tour needs features, a linear layer to a 2-D embedding, and a classifier: embedding = 2")
    return project, last
