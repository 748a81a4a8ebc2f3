"""Argmax regions: exact polygons of a linear classifier, pixels of scores that are known on a grid."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.network.layers import Array, Linear, exact

MANY = 32
"""Classes from which on compiled code cuts polygons, in the same steps: a thousand make a million cuts."""
PARTS, MORE = 2, 6
"""Each way, of a cell in which the answer may change, and of one in which scores bend: edges are then within a pixel of
1080 of the true ones."""
BENT = 0.1
"""Of how much the lead changes over a cell: so far it may be from straight in one that is cut into PARTS only."""


def argmax_regions(classifier: Linear, corners: ArrayLike) -> tuple[Array, ...]:
    """Where in the rectangle each class has the highest score: K convex polygons (V, 2), empty (0, 2) where nowhere.

    corners ((left, bottom), (right, top)). Region k is the rectangle cut by the K − 1 half-planes
    (w_k − w_j)·e + b_k − b_j ≥ 0; the polygons cover the rectangle and meet only in their edges. Of classes with equal
    scores everywhere the first has the region, as in `numpy.argmax`.
    """
    (left, bottom), (right, top) = np.asarray(corners, float)
    rectangle = [(left, bottom), (right, bottom), (right, top), (left, top)]
    weight, bias = exact(classifier)
    if len(weight) > MANY:
        return _of_many(weight, bias, np.array(rectangle))
    regions = []
    for k in range(len(weight)):
        polygon = rectangle
        for j, ((nx, ny), c) in enumerate(zip((weight[k] - weight).tolist(), (bias[k] - bias).tolist())):
            polygon = [] if j < k and nx == ny == c == 0 else _cut(polygon, nx, ny, c)
        regions.append(np.array(polygon).reshape(-1, 2))
    return tuple(regions)


def _of_many(weight: Array, bias: Array, rectangle: Array) -> tuple[Array, ...]:
    from engine.network.compiled import region  # numba takes a while to import

    room, heights = np.empty((2, len(weight) + 8, 2)), np.empty(len(weight) + 8)
    regions = []
    for k in range(len(weight)):
        room[0, :4] = rectangle
        regions.append(room[0, : region(k, weight, bias, *room, heights)].copy())
    return tuple(regions)


def _cut(polygon: list[tuple[float, float]], nx: float, ny: float, c: float) -> list[tuple[float, float]]:
    """The part of a convex polygon where nx x + ny y + c ≥ 0 (Sutherland–Hodgman, one edge)."""
    heights = [nx * x + ny * y + c for x, y in polygon]
    if all(h >= 0 for h in heights):
        return polygon
    kept = []
    for i, (x, y) in enumerate(polygon):
        before, here = heights[i - 1], heights[i]
        if before * here < 0:
            s = before / (before - here)
            px, py = polygon[i - 1]
            kept.append(((1 - s) * px + s * x, (1 - s) * py + s * y))
        if here >= 0:
            kept.append((x, y))
    return kept if len(kept) > 2 else []


def corners_of(known: NDArray) -> tuple[NDArray, ...]:
    """The four corners (U − 1, A − 1, …) of all cells of a grid (U, A, …), anti-clockwise from above."""
    return known[:-1, :-1], known[:-1, 1:], known[1:, 1:], known[1:, :-1]


def mixed_cells(owners: NDArray) -> NDArray[np.bool_]:
    """Cells (U − 1, A − 1) whose corners are not all won by one class."""
    one, *others = corners_of(owners)
    return np.logical_or.reduce([one != other for other in others])


class Finer(NamedTuple):
    """Scores within those cells of a grid in which the answer changes, or may."""

    cells: NDArray[np.intp]
    """(M, 2), rows and columns."""
    scores: Array
    """(M, P + 1, P + 1, K), at the corners of P × P equal parts of each."""


def finer_scores(function: Callable[[Array], Array], known: Array, ticks: Array) -> tuple[Finer, ...]:
    """Scores asked of `function`, points (N, 2) → (N, K), where the winner of `known` (U, U, K) changes within a cell.

    `known` are the scores at all (ticks[a], ticks[u]). Asked, too, where they are close: a thin region that passes
    between corners is seen if the lead of the winner falls towards it as steeply as it does within the cell.
    """
    first, second = _first_two(known)
    rows, columns = np.ogrid[: known.shape[0], : known.shape[1]]
    lead = corners_of(known[rows, columns, first] - known[rows, columns, second])
    least, most = np.minimum.reduce(lead), np.maximum.reduce(lead)
    cells = np.argwhere(mixed_cells(first) | (least < (most - least) / 2))
    some = _asked(function, cells, ticks, PARTS)
    bent = _bent(some.scores)
    return Finer(cells[~bent], some.scores[~bent]), _asked(function, cells[bent], ticks, MORE)


def _first_two(scores: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The classes with the highest score and the next one, of scores (…, K); of one class, it and it."""
    first, second = (np.zeros(scores.shape[:-1], np.intp) for _ in range(2))
    best, next_best = scores[..., 0], np.full(scores.shape[:-1], -np.inf)
    for k in range(1, scores.shape[-1]):  # along K, NumPy is several times slower
        score = scores[..., k]
        ahead, between = score > best, score > next_best
        second = np.where(ahead, first, np.where(between, k, second))
        first = np.where(ahead, k, first)
        next_best = np.where(ahead, best, np.where(between, score, next_best))
        best = np.where(ahead, score, best)
    return first, second


def _asked(function: Callable[[Array], Array], cells: NDArray[np.intp], ticks: Array, parts: int) -> Finer:
    """Scores at the corners of so many parts each way of cells (M, 2)."""
    step = (ticks[1] - ticks[0]) * np.arange(parts + 1) / parts
    x, y = np.broadcast_arrays(ticks[cells[:, 1], None, None] + step, ticks[cells[:, 0], None, None] + step[:, None])
    found = function(np.stack([x, y], -1).reshape(-1, 2))
    return Finer(cells, found.reshape(*x.shape, found.shape[-1]))


def _bent(scores: Array) -> NDArray[np.bool_]:
    """In which cells the lead is not straight: scores (M, PARTS + 1, PARTS + 1, K)."""
    cell, count = np.arange(len(scores)), (PARTS + 1) ** 2
    hats = _between(np.linspace(0, 1, PARTS + 1), 1)
    ends = scores[:, ::PARTS, ::PARTS]
    off = scores - np.einsum("ri,cj,mijk->mrck", hats, hats, ends, optimize=True)
    first, second = (which.reshape(-1, count) for which in _first_two(scores))
    off = off.reshape(-1, count, scores.shape[-1])
    at = cell[:, None], np.arange(count)
    off = np.abs(off[*at, first] - off[*at, second])
    worst = off.argmax(1)
    ahead, behind = (ends[cell, :, :, which[cell, worst]] for which in (first, second))
    return off[cell, worst] > BENT * np.ptp(ahead - behind, (1, 2))


def _between(at: Array, parts: int) -> Array:
    """Shares (N, parts + 1) of equally spaced corners in what is linear between them, at places from 0 to 1."""
    return np.maximum(0, 1 - np.abs(parts * at[:, None] - np.arange(parts + 1)))


def coarse_scores(scores: Array) -> Finer:
    """The mixed cells of a grid (U, A, K), known at their corners alone."""
    cells = np.argwhere(mixed_cells(scores.argmax(-1)))
    rows, columns = cells.T
    at = np.arange(2)
    return Finer(cells, scores[rows[:, None, None] + at[:, None], columns[:, None, None] + at])


def answers(scores: Array, fine: int, values: NDArray | None = None, finer: tuple[Finer, ...] = ()) -> NDArray:
    """The class with the highest score in each of fine × fine pixels to a cell: (U, A, K) → ((U−1) fine, (A−1) fine).

    Within a cell, or within parts of it where `finer` scores are known, scores are interpolated between corners, so
    cells whose corners agree need no work. `values` (K,) stand in for the classes' numbers: colours, for an image.
    """
    numbers = np.arange(scores.shape[-1], dtype=np.uint8) if values is None else values
    best = scores.argmax(-1)
    height, width = len(best) - 1, best.shape[1] - 1
    blocks = np.empty((height, fine, width, fine), numbers.dtype)
    blocks.reshape(height, fine, -1)[...] = np.repeat(numbers[best[:-1, :-1]], fine, 1)[:, None]
    for cells, known in finer or (coarse_scores(scores),):
        hats = _between((np.arange(fine) + 0.5) / fine, known.shape[1] - 1).astype(scores.dtype)
        shares = np.kron(hats, hats)  # fine² (P + 1)²
        mixed = np.matmul(shares, known.reshape(len(cells), len(shares.T), scores.shape[-1])).argmax(-1)
        blocks[cells[:, 0], :, cells[:, 1], :] = numbers[mixed].reshape(-1, fine, fine)
    return blocks.reshape(height * fine, width * fine)


def upside_down(finer: tuple[Finer, ...], rows: int) -> tuple[Finer, ...]:
    """The same for a grid of so many rows of cells whose last row comes first."""
    return tuple(Finer(np.stack([rows - 1 - cells[:, 0], cells[:, 1]], 1), known[:, ::-1]) for cells, known in finer)
