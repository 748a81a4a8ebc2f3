"""Where the highest of several scores changes over a plane, and their softargmax there as flat pieces, few of them."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.network.layers import Array, softargmax
from engine.network.regions import Finer, coarse_scores, corners_of, mixed_cells

BENT = 0.004
"""A coarse cell that would be further than this from its own fine cells is cut into them."""
FLAT = 0.004
"""Neighbours in a row of coarse cells that all lie within this height are one piece."""


class Facets(NamedTuple):
    """Flat pieces side by side, none over another."""

    corners: Array
    """(P, 4, 3): x, y, height, anti-clockwise from above; a triangle has its last corner twice."""
    owners: NDArray[np.intp]
    """(P,), whose surface it is."""
    parted: NDArray[np.bool_]
    """(P,), whether it shares its cell with another class."""
    cells: NDArray[np.intp]
    """(P, 4): rows and columns where they are, of coarse cells, then of fine ones."""

    def farthest_first(self, azimuth: float) -> NDArray[np.intp]:
        """Their order (P,) for an eye that looks from above, the plane turned by `azimuth` (radians, anti-clockwise).

        What is nearer in its row and its column is never hidden, and of two pieces in a cell the nearer one.
        """
        right, up = np.sin(azimuth), np.cos(azimuth)
        within = self.corners[..., :2].mean(1) @ (right, up)
        ways = np.where(np.array([up, right, up, right]) > 0, -1, 1)
        rows, columns, fine_rows, fine_columns = (self.cells * ways).T
        return np.lexsort((-within, fine_columns, fine_rows, columns, rows))


def envelope(scores: Array, ticks: Array, fine: int) -> Facets:
    """The highest softargmax of scores (U, U, K) over the square of `ticks` (U,), U − 1 being a multiple of `fine`.

    Fine cells where it is steep, `fine` × `fine` times larger ones elsewhere. Between two corners where different
    classes win, pieces end where both scores, taken to be linear between them, are equal.
    """
    by_class = np.ascontiguousarray(scores.transpose(2, 0, 1), float)  # along K, NumPy is several times slower
    owners, highest = by_class.argmax(0), by_class.max(0)
    heights = 1 / np.exp(by_class - highest).sum(0)  # the highest softargmax
    count, mixed = (len(ticks) - 1) // fine, mixed_cells(owners)
    shares = np.maximum(0, 1 - np.abs(np.arange(len(ticks))[:, None] / fine - np.arange(count + 1)))
    bent = np.logical_or.reduce(corners_of(np.abs(shares @ heights[::fine, ::fine] @ shares.T - heights) > BENT))
    cut = (mixed | bent).reshape(count, fine, count, fine).any((1, 3))
    ends = corners_of(heights[::fine, ::fine])
    low, high = np.minimum.reduce(ends), np.maximum.reduce(ends)
    heights = _joined(heights, cut, fine)
    known = np.concatenate([np.stack([*np.meshgrid(ticks, ticks), heights], -1), scores], -1)

    rows, columns, after = (fine * found for found in _runs(cut, low, high, owners[::fine, ::fine]))
    plates = _around(known[..., :3], rows, columns, rows + fine, after), owners[rows, columns], rows, columns

    rows, columns = np.nonzero(np.kron(cut, np.ones((fine, fine), bool)) & ~mixed)
    squares = _around(known[..., :3], rows, columns), owners[rows, columns], rows, columns

    rows, columns = np.nonzero(mixed)
    corners, owned, which = _parted(_around(known, rows, columns), _around(owners, rows, columns))
    parts = corners, owned, rows[which], columns[which]
    found: list[tuple[Any, ...]] = [plates, squares, parts]
    corners, owned, rows, columns = (np.concatenate(each) for each in zip(*found))
    parted = np.arange(len(rows)) >= len(rows) - len(parts[0])
    return Facets(corners, owned, parted, np.stack([rows // fine, columns // fine, rows, columns], 1))


def _around(
    known: NDArray, rows: NDArray, columns: NDArray, end_rows: NDArray | None = None, end_columns: NDArray | None = None
) -> NDArray:
    """The corners (M, 4, …) of some cells of a grid, from rows and columns to the next ones or those given."""
    below, after = rows + 1 if end_rows is None else end_rows, columns + 1 if end_columns is None else end_columns
    return np.stack([known[rows, columns], known[rows, after], known[below, after], known[below, columns]], 1)


def _joined(heights: Array, cut: NDArray[np.bool_], fine: int) -> Array:
    """Heights, straight along the edges of cells that are not cut: the fine pieces beside them leave no crack."""
    heights = heights.copy()
    count = len(cut)
    whole = np.zeros((count + 2, count + 2), bool)
    whole[1:-1, 1:-1] = ~cut
    along_rows = whole[:-1, 1:-1] | whole[1:, 1:-1]  # (count + 1, count): edges on the grid's coarse rows
    along_columns = whole[1:-1, :-1] | whole[1:-1, 1:]
    for step in range(1, fine):
        s = step / fine
        for h, straight in ((heights, along_rows), (heights.T, along_columns.T)):
            ends = h[::fine, ::fine]
            between = (1 - s) * ends[:, :-1] + s * ends[:, 1:]
            h[::fine, step::fine] = np.where(straight, between, h[::fine, step::fine])
    return heights


def _runs(cut: NDArray, low: Array, high: Array, owners: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Row, first column and column after the last (R,) of coarse cells that are one piece: flat neighbours are."""
    level, own, width = np.floor(high / FLAT), owners[:-1, :-1], len(cut) + 1
    flat = ~cut & (np.floor(low / FLAT) == level)
    ends = np.ones((len(cut), width), bool)  # a new piece, or none, begins here; at last the row ends
    ends[:, 1:-1] = ~(flat[:, 1:] & flat[:, :-1] & (level[:, 1:] == level[:, :-1]) & (own[:, 1:] == own[:, :-1]))
    rows, first = np.nonzero(ends[:, :-1] & ~cut)
    stops = np.flatnonzero(ends)
    after = stops[np.searchsorted(stops, rows * width + first, side="right")]
    return rows, first, after - rows * width


def boundaries(scores: Array, across: Array, up: Array, finer: tuple[Finer, ...] = ()) -> Array:
    """Segments (S, 2, 2) between where one class has the highest score and where another: scores (U, A, K).

    They are straight within a cell, or within parts of it where `finer` scores are known.
    """
    parts = [_parts(each, across, up) for each in finer or (coarse_scores(scores),)]
    cuts = _cuts(*(np.concatenate(found) for found in zip(*parts)))
    ends = [(cuts.ab, cuts.ac), *((edge, cuts.middle) for edge in cuts.edges)]
    return np.concatenate([np.stack(pair, 1) for pair in ends])[..., :2]


def _parts(finer: Finer, across: Array, up: Array) -> tuple[Array, NDArray]:
    """Mixed parts of cells: x, y, 0 and scores at four corners (M, 4, 3 + K), and who wins there (M, 4)."""
    owners = finer.scores.argmax(-1)
    mixed = mixed_cells(owners.transpose(1, 2, 0)).transpose(2, 0, 1)
    which, row, column = (found[:, None] for found in np.nonzero(mixed))
    i, j = row + np.array([0, 0, 1, 1]), column + np.array([0, 1, 1, 0])
    share = np.linspace(0, 1, finer.scores.shape[1])
    below, left = finer.cells[which[:, 0]].T[..., None]
    x = across[left] + share[j] * (across[left + 1] - across[left])
    y = up[below] + share[i] * (up[below + 1] - up[below])
    places = np.stack([x, y, np.zeros_like(x)], -1)
    return np.concatenate([places, finer.scores[which, i, j]], -1), owners[which, i, j]


class _Cuts(NamedTuple):
    """Cells as triangles, two each, and where the winner changes in them; x, y and height of points."""

    triangles: Array
    """(T, 3, 3 + K)."""
    own: NDArray[np.intp]
    """(T, 3), winners at the corners."""
    whole: NDArray[np.bool_]
    """(T,), one class."""
    lone: NDArray[np.intp]
    """(T₂, 3), in triangles of two classes: the corner that has the others against it, and these."""
    two: NDArray[np.bool_]
    ab: Array
    """(T₂, 3), between the lone corner and the next."""
    ac: Array
    three: NDArray[np.bool_]
    edges: tuple[Array, Array, Array]
    """(T₃, 3) each, in triangles of three classes: between a corner and the next."""
    middle: Array
    """(T₃, 3), where the three meet."""


def _cuts(cells: Array, owners: NDArray) -> _Cuts:
    """Cells (M, 4, 3 + K) of x, y, height and scores, whose corners are won by `owners` (M, 4)."""
    triangles = cells[:, ((0, 1, 2), (0, 2, 3))].reshape(-1, 3, cells.shape[-1])
    own = owners[:, ((0, 1, 2), (0, 2, 3))].reshape(-1, 3)
    same = own == own[:, (1, 2, 0)]  # corner and the next
    kinds = same @ np.ones(3, np.int8)  # 3: one class; 1: one corner against two; 0: three classes
    two, three = kinds == 1, kinds == 0
    lone = (same[two].argmax(1)[:, None] + (2, 3, 4)) % 3
    a, b, c = (np.take_along_axis(triangles[two], corner[:, None, None], 1)[:, 0] for corner in lone.T)
    mine, theirs = (np.take_along_axis(own[two], corner[:, None], 1)[:, 0] for corner in lone.T[:2])
    t, k = triangles[three], own[three]
    e, f, g = (meeting(t[:, i], t[:, i - 2], k[:, i], k[:, i - 2]) for i in range(3))
    ab, ac = meeting(a, b, mine, theirs), meeting(a, c, mine, theirs)
    return _Cuts(triangles, own, kinds == 3, lone, two, ab, ac, three, (e, f, g), (e + f + g) / 3)


def _parted(cells: Array, owners: NDArray) -> tuple[Array, NDArray, NDArray]:
    """Cells (M, 4, 3 + K) of x, y, height and scores, cut where the winner (M, 4) changes.

    Facets (P, 4, 3), their owners (P,) and the cell that each comes from.
    """
    cuts = _cuts(cells, owners)
    which = np.repeat(np.arange(len(cells)), 2)
    places, own = cuts.triangles[..., :3], cuts.own
    a, b, c = (np.take_along_axis(places[cuts.two], corner[:, None, None], 1)[:, 0] for corner in cuts.lone.T)
    mine, theirs = (np.take_along_axis(own[cuts.two], corner[:, None], 1)[:, 0] for corner in cuts.lone.T[:2])
    pieces = [
        (places[cuts.whole][:, (0, 1, 2, 2)], own[cuts.whole, 0], which[cuts.whole]),
        (np.stack([a, cuts.ab, cuts.ac, cuts.ac], 1), mine, which[cuts.two]),
        (np.stack([cuts.ab, b, c, cuts.ac], 1), theirs, which[cuts.two]),
    ]
    for i, edge in enumerate(cuts.edges):
        around = np.stack([places[cuts.three, i], edge, cuts.middle, cuts.edges[i - 1]], 1)
        pieces.append((around, own[cuts.three, i], which[cuts.three]))
    corners, owned, which = (np.concatenate(each) for each in zip(*pieces))
    return corners, owned, which


def meeting(a: Array, b: Array, mine: NDArray, theirs: NDArray) -> Array:
    """x, y and height (M, 3) between corners a and b (M, 3 + K) where the scores of two classes are equal."""
    each = np.arange(len(a))
    ahead, behind = (v[each, 3 + mine] - v[each, 3 + theirs] for v in (a, b))
    share = (ahead / np.maximum(ahead - behind, 1e-12))[:, None]
    there = (1 - share) * a + share * b
    return np.concatenate([there[:, :2], softargmax(there[:, 3:])[each, mine, None]], 1)
