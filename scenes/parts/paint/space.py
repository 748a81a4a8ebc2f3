"""Things in space as they are seen from far away: cut into slabs, from the farthest, so that nearer ones cover them."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine import Frame
from engine.films.film import Depths
from engine.network.layers import Array
from engine.network.lines import Lines

FEW = 12
"""Where parts of a picture are faded: a group for each slab takes its time."""
SLABS = 48
"""Of equal depth: things that are nearer to each other than one may cover each other either way."""


class Piece(NamedTuple):
    """A part of a class vector."""

    of: int
    begin: float = 0.0
    """From 0 at the origin to 1 at the tip."""
    end: float = 1.0


class Slab(NamedTuple):
    """What of a frame lies between two depths."""

    lines: Lines
    bright: tuple[int, ...]
    """Which of its lines are bright."""
    arrows: tuple[Piece, ...]
    points: tuple[NDArray[np.int64], ...]
    """Numbers of points, the farthest first; those of one array have one kind of mark."""

    def of(self, classes: NDArray[np.bool_], labels: NDArray[np.int64]) -> "Slab":
        """The same with the points and arrows of some classes (K,) alone; labels (N,)."""
        arrows = tuple(piece for piece in self.arrows if classes[piece.of])
        return self._replace(arrows=arrows, points=tuple(some[classes[labels[some]]] for some in self.points))


def slabs(frame: Frame, count: int = SLABS) -> Iterator[Slab]:
    """What is to be painted of a frame with `depths`, from the farthest to the nearest."""
    depths = frame.depths
    assert depths is not None
    everything = np.concatenate([depths.points, depths.vertices, depths.tips, [0.0]])
    low, high = float(everything.min()), float(everything.max())
    edges = np.linspace(low, high if high > low else low + 1, count + 1)
    order = np.argsort(depths.points, kind="stable")
    first = np.searchsorted(depths.points[order], edges[1:-1]).tolist()
    vertices, lines, which = _cut(frame.lines, depths.vertices, edges)
    pieces = _pieces(depths, edges)
    for k, (begin, end) in enumerate(zip([0, *first], [*first, len(order)])):
        shown, of = _runs(vertices, np.flatnonzero(which == k), lines)
        bright = tuple(np.flatnonzero(np.isin(of, frame.bright)).tolist())
        arrows = tuple(piece for slab, piece in pieces if slab == k)
        if begin < end or len(of) or arrows:
            yield Slab(shown, bright, arrows, _alike(frame, order[begin:end]))


def marks(frame: Frame) -> tuple[NDArray[np.int64], ...]:
    """The numbers of points that have one kind of mark, kind after kind; those kept from training over the others."""
    kind = 2 * frame.held + frame.wrong
    return tuple(np.flatnonzero(kind == k).astype(np.int64) for k in range(4 if frame.held.any() else 2))


def _alike(frame: Frame, some: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """The points in their order, parted where the kind of mark changes."""
    kind = 2 * frame.held[some] + frame.wrong[some]
    return tuple(np.split(some, np.flatnonzero(np.diff(kind)) + 1)) if len(some) else ()


def _slab(depths: Array, edges: Array) -> NDArray[np.int64]:
    return np.clip(np.searchsorted(edges, depths, side="right") - 1, 0, len(edges) - 2)


def _cut(lines: Lines, depths: Array, edges: Array) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
    """The lines' vertices (M, 2), with one more wherever an edge is crossed; the line of each (M,).

    And the slab (M,) of what leads from each to the next; -1 from a line's last.
    """
    line = np.repeat(np.arange(len(lines.starts) - 1), np.diff(lines.starts))
    inner = np.append(line[1:] == line[:-1], False) if len(line) else np.zeros(0, bool)
    before, after = depths, np.append(depths[1:], 0.0)[: len(depths)]
    low, high = _slab(np.minimum(before, after), edges), _slab(np.maximum(before, after), edges)
    crossed = np.where(inner, high - low, 0)
    of = np.repeat(np.arange(len(line)), crossed + 1)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(crossed + 1) - crossed - 1, crossed + 1)
    nearer = (after >= before)[of]
    slab = np.where(nearer, low[of] + nth, high[of] - nth)
    edge = edges[np.where(nearer, slab, slab + 1)]
    span = (after - before)[of]
    share = np.where(nth > 0, np.clip((edge - before[of]) / np.where(span == 0, 1.0, span), 0, 1), 0.0)[:, None]
    onward = np.append(lines.vertices[1:], lines.vertices[-1:], axis=0)
    vertices = (1 - share) * lines.vertices[of] + share * onward[of]
    return vertices, line[of], np.where(inner[of], slab, -1)


def _runs(vertices: Array, some: NDArray[np.int64], lines: NDArray[np.int64]) -> tuple[Lines, NDArray[np.int64]]:
    """What leads from each of these vertices to the next, as lines; and of which line each is a part."""
    if not len(some):
        return Lines(np.zeros((0, 2)), np.zeros(1, np.int64)), some
    begin = np.flatnonzero(np.append(True, np.diff(some) > 1))
    count = np.diff(np.append(begin, len(some))) + 1
    starts = np.append(0, np.cumsum(count))
    at = np.arange(starts[-1]) - np.repeat(starts[:-1] - some[begin], count)
    return Lines(vertices[at], starts), lines[some[begin]]


def _pieces(depths: Depths, edges: Array) -> list[tuple[int, Piece]]:
    """The class vectors' parts, with their slabs: those that point away from us first."""
    found = []
    for k in np.argsort(depths.tips, kind="stable").tolist():
        tip = float(depths.tips[k])
        low, high = _slab(np.array([min(tip, 0.0), max(tip, 0.0)]), edges).tolist()
        for slab in range(low, high + 1):
            ends = sorted((edges[slab] / tip, edges[slab + 1] / tip)) if low < high else (0.0, 1.0)
            begin, end = np.clip(ends, 0, 1).tolist()
            found.append((slab, Piece(k, begin, end)))
    return found
