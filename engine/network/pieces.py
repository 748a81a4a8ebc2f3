"""The linear pieces of a piecewise-linear network on a square of the input plane, exactly."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import UnspiralError
from engine.network.layers import Array, Linear, Network, apply, logits
from engine.network.lines import Lines

TONES = 8
"""Colours that pieces are told apart by."""
_ON = 1e-12
"""A vertex this near to a fold, as a share of how far the fold's unit reaches over the rectangle, lies on it."""


class Pieces(NamedTuple):
    """Convex polygons that cover a rectangle of the input plane, on each of which a network is one affine map."""

    outlines: Lines
    """Polygon k is vertices[starts[k] : starts[k + 1]], anti-clockwise, in the input plane."""
    patterns: NDArray[np.bool_]
    """(P, U): which units of the positive parts are above 0 on each piece, layer after layer; no two are equal."""
    tones: NDArray[np.int64]
    """(P,), below `TONES`: where a fold cuts a piece in two, the smaller part takes another tone."""
    seams: Array
    """(S, 2, 2), where pieces meet, as few straight segments: each unit's fold, from bend to bend."""

    @property
    def total(self) -> int:
        """How many pieces there are."""
        return len(self.tones)


def pieces(layers: Network, corners: ArrayLike) -> Pieces:
    """The linear pieces of `layers` in the rectangle ((left, bottom), (right, top)), all of them, exactly.

    A unit of a positive part folds the plane along the line where its input is 0; seen from the input, deeper units'
    lines have corners where they cross earlier folds. UnspiralError if the input is not 2-D, or a layer is not
    piecewise linear.
    """
    *_, last = folded(layers, corners)
    return last


def folded(layers: Network, corners: ArrayLike) -> Iterator[Pieces]:
    """The pieces before the first unit's fold, then after each: 1 + U times. See `pieces`."""
    (left, bottom), (right, top) = np.asarray(corners, float)
    vertices = np.array([[left, bottom], [right, bottom], [right, top], [left, top]])
    if layers and isinstance(layers[0], Linear) and layers[0].weight.shape[1] != 2:
        raise UnspiralError(f"the input has {layers[0].weight.shape[1]} dimensions; pieces are found in 2")
    bent = next((layer.caption for layer in layers if not isinstance(layer, Linear) and layer.kinks is None), None)
    if bent is not None:
        raise UnspiralError(f"{bent} is curved, and a curved network has no linear pieces; use positive parts")
    cells = _Cells(
        np.concatenate([vertices, vertices], 1), np.array([0, 4]), [()], np.zeros(1, np.int64), np.zeros((0, 2, 2))
    )
    yield cells.pieces()
    for layer in layers:
        if isinstance(layer, Linear):
            image = apply(layer, cells.values[:, 2:])
        else:
            first, (slopes, offsets) = len(cells.patterns[0]), layer.pieces()
            for unit in range(2, cells.values.shape[1]):
                for kink in layer.kinks or ():
                    cells = _cut(cells, unit, kink)
                    yield cells.pieces()
            above = np.array(cells.patterns, bool)[:, first:].reshape(len(cells.tones), cells.values.shape[1] - 2, -1)
            piece = above.sum(2)[cells.owners()]  # how many kinks each vertex's cell is above
            image = slopes[piece] * cells.values[:, 2:] + offsets[piece]
        cells = cells._replace(values=np.concatenate([cells.values[:, :2], image], 1))


class _Cells(NamedTuple):
    """Pieces on the way through a network."""

    values: Array
    """(V, 2 + width): each vertex's place in the input plane, and what it is mapped to so far."""
    starts: NDArray[np.intp]
    patterns: list[tuple[bool, ...]]
    tones: NDArray[np.int64]
    seams: Array

    def owners(self) -> NDArray[np.intp]:
        """(V,), the piece that each vertex belongs to."""
        return np.repeat(np.arange(len(self.tones)), np.diff(self.starts))

    def pieces(self) -> Pieces:
        """As they are now."""
        patterns = np.array(self.patterns, bool).reshape(len(self.tones), -1)
        return Pieces(Lines(self.values[:, :2].copy(), self.starts), patterns, self.tones, self.seams)


def _cut(cells: _Cells, column: int, at: float = 0.0) -> _Cells:
    """Every cell that reaches to both sides of the value `at` in `column` cut in two there."""
    cells.values[:, column] -= at
    height = cells.values[:, column]  # a view: what lies on the fold is put exactly there
    height[np.abs(height) <= _ON * np.abs(height).max(initial=0.0)] = 0.0
    begins = cells.starts[:-1]
    lowest, highest = np.minimum.reduceat(height, begins), np.maximum.reduceat(height, begins)
    polygons, patterns, tones, fold = [], [], [], []
    for k, polygon in enumerate(np.split(cells.values, cells.starts[1:-1])):
        pattern, tone = cells.patterns[k], int(cells.tones[k])
        if not lowest[k] < 0 < highest[k]:
            polygons.append(polygon)
            patterns.append((*pattern, bool(highest[k] > 0)))
            tones.append(tone)
            continue
        parts = [_kept(polygon, column, sign) for sign in (-1.0, 1.0)]
        ends = parts[0][parts[0][:, column] == 0, :2]
        fold.append((ends[0], ends[-1]))
        smaller = int(_area(parts[1]) < _area(parts[0]))
        other = (tone + 1 + (5 * column + 3 * k) % (TONES - 1)) % TONES
        for number, part in enumerate(parts):
            polygons.append(part)
            patterns.append((*pattern, number == 1))
            tones.append(other if number == smaller else tone)
    starts = np.concatenate([[0], np.cumsum([len(polygon) for polygon in polygons])])
    seams = np.concatenate([cells.seams, _runs(np.array(fold))]) if fold else cells.seams
    values = np.concatenate(polygons)
    values[:, column] += at
    return _Cells(values, starts, patterns, np.array(tones), seams)


def _runs(segments: Array) -> Array:
    """Segments (S, 2, 2) that lie on one line end to end made one: (R, 2, 2)."""
    way = segments[:, 1] - segments[:, 0]
    way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-300)
    way[(way[:, 0] < 0) | ((way[:, 0] == 0) & (way[:, 1] < 0))] *= -1
    offset = way[:, 0] * segments[:, 0, 1] - way[:, 1] * segments[:, 0, 0]
    _, line = np.unique(np.round(np.column_stack([way, offset]), 7), axis=0, return_inverse=True)
    along = np.sort(np.einsum("skd,sd->sk", segments, way), axis=1)
    runs: list[list[Array]] = []
    last = (-1, 0.0)
    for k in np.lexsort((along[:, 0], line.ravel())):
        begin, end = segments[k] if segments[k, 0] @ way[k] <= segments[k, 1] @ way[k] else segments[k, ::-1]
        if last[0] == line.ravel()[k] and along[k, 0] <= last[1] + 1e-9:
            runs[-1][1] = end
        else:
            runs.append([begin, end])
        last = (int(line.ravel()[k]), float(along[k, 1]))
    return np.array(runs)


def _kept(polygon: Array, column: int, sign: float) -> Array:
    """The part of a convex polygon (V, D) where `sign` times its `column` is 0 or more."""
    height = sign * polygon[:, column]
    before = np.roll(polygon, 1, axis=0)
    crossing = height * np.roll(height, 1) < 0
    share = (before[crossing, column] / (before[crossing, column] - polygon[crossing, column]))[:, None]
    new = (1 - share) * before[crossing] + share * polygon[crossing]
    new[:, column] = 0.0  # exactly on the fold
    keys = np.concatenate([np.flatnonzero(crossing) - 0.5, np.flatnonzero(height >= 0)])
    return np.concatenate([new, polygon[height >= 0]])[np.argsort(keys, kind="stable")]


def _area(polygon: Array) -> float:
    x, y = polygon[:, 0] - polygon[0, 0], polygon[:, 1] - polygon[0, 1]
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


class Answered(NamedTuple):
    """Pieces cut where the answer ŷ changes: on each the answer is one."""

    outlines: Lines
    """Polygons as in `Pieces`."""
    answers: NDArray[np.int64]
    """(A,)."""
    owners: NDArray[np.int64]
    """(A,), the piece that each is a part of."""
    borders: Array
    """(B, 2, 2), segments inside of pieces where two answers meet."""


def answered(network: Network, found: Pieces) -> Answered:
    """Pieces of the whole network's feature extractor, cut where answers meet: through a piece, in straight lines."""
    vertices, starts = found.outlines
    scores = logits(network, vertices)
    best = scores.argmax(1)
    one = np.minimum.reduceat(best, starts[:-1]) == np.maximum.reduceat(best, starts[:-1])
    polygons, answers, owners, borders = [], [], [], []
    for k, (begin, end) in enumerate(zip(starts, starts[1:])):
        if one[k]:  # the best everywhere on the rim is the best inside: scores are affine here
            polygons.append(vertices[begin:end])
            answers.append(int(best[begin]))
            owners.append(k)
            continue
        for answer in range(scores.shape[1]):
            lead = scores[begin:end, [answer]] - np.delete(scores[begin:end], answer, axis=1)
            part = np.concatenate([vertices[begin:end], lead], 1)
            for column in range(2, part.shape[1]):
                if len(part):
                    part = _kept(part, column, 1.0)
            if len(part) > 2 and _area(part) > 0:
                polygons.append(part[:, :2])
                answers.append(answer)
                owners.append(k)
                for column in range(2 + answer, part.shape[1]):  # those before: from the other side
                    ends = part[part[:, column] == 0, :2]
                    if len(ends) > 1:
                        borders.append((ends[0], ends[-1]))
    lengths = np.concatenate([[0], np.cumsum([len(polygon) for polygon in polygons])])
    outlines = Lines(np.concatenate(polygons), lengths)
    return Answered(outlines, np.array(answers), np.array(owners), np.array(borders).reshape(-1, 2, 2))
