"""Level lines of functions known on a grid."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.network.layers import Array

_AFTER = [1, 2, 0]
_FINER = 4
"""Parts each way of a cell in which a function bends too much to be taken as straight."""
_OFF = 0.6
"""Pixels by which a line may be off in a cell that is taken as straight."""


def level_lines(heights: Array, across: Array, up: Array, levels: ArrayLike) -> Array:
    """Segments (S, 2, 2) along which the function has one of `levels`: heights (U, A) at across (A,) and up (U,).

    Each cell of the grid is two triangles on which the function is taken to be affine; the segments join up.
    """
    return all_level_lines(heights[None], across, up, levels)[0]


def all_level_lines(heights: Array, across: Array, up: Array, levels: ArrayLike) -> list[Array]:
    """The level lines of K functions at once: heights (K, U, A) → K arrays of segments."""
    count = len(heights)
    known = np.empty((*heights.shape, 3))
    known[..., 0], known[..., 1], known[..., 2] = heights, across, up[:, None]
    a, b, c, d = known[:, :-1, :-1], known[:, :-1, 1:], known[:, 1:, :-1], known[:, 1:, 1:]
    halves = [np.stack(corners, 3).reshape(count, -1, 3, 3) for corners in ((a, b, c), (d, b, c))]
    triangles = np.concatenate(halves, 1).reshape(-1, 3, 3)
    of_three = triangles[..., 0].T
    which = np.sort(np.ravel(np.asarray(levels, float)))
    first, last = (np.searchsorted(which, end.reduce(of_three)) for end in (np.minimum, np.maximum))
    crossed = last - first
    cut = np.repeat(triangles, crossed, 0)
    nth = np.arange(len(cut)) - np.repeat(np.cumsum(crossed) - crossed, crossed)
    cut[..., 0] -= which[np.repeat(first, crossed) + nth, None]
    return np.split(_zeros(cut), np.cumsum(crossed.reshape(count, -1).sum(1))[:-1])


def _zeros(triangles: Array) -> Array:
    """Where (height, x, y) at the corners (T, 3, 3) is 0: one segment for each triangle that has both signs."""
    above = triangles[..., 0] > 0
    count = above @ np.ones(3, np.int8)
    cut = (count > 0) & (count < 3)
    triangles, above = triangles[cut], above[cut]
    crossed = above != above[:, _AFTER]  # exactly two of the three edges
    begin, end = triangles[crossed], triangles[:, _AFTER][crossed]
    share = begin[:, :1] / (begin[:, :1] - end[:, :1])
    return (begin + share * (end - begin))[:, 1:].reshape(-1, 2, 2)


def even_level_lines(
    function: Callable[[Array], Array], known: Array, ticks: Array, spacing: float, pixel: float
) -> tuple[Array, ...]:
    """Where each of K functions of the plane is a multiple of `spacing`: K arrays of segments (S, 2, 2).

    `function` takes points (N, 2) and gives (N, K); `known` (U, U, K) are its values at all (ticks[a], ticks[u]). Lines
    lie within a `pixel`, in the plane's units, of the true ones: cells in which a function bends so much that a line
    might be farther off, or go unseen, are asked for values between their corners.
    """
    low, high = _ends(known[:-1, :-1], known[:-1, 1:], known[1:, :-1], known[1:, 1:])
    bend = _bends(known)
    bend[bend * ((ticks[1] - ticks[0]) / pixel) < _OFF * (high - low)] = 0
    near = _crossed(low - 1.5 * bend, high + 1.5 * bend, spacing)
    rows, columns, which = np.nonzero(near & (bend == 0))
    corners = [(rows + i, columns + j) for i in (0, 1) for j in (0, 1)]
    values = [np.stack([known[r, c, which], ticks[c], ticks[r]], -1) for r, c in corners]
    bent = near & (bend > 0)
    cells = np.argwhere(bent.any(2))
    finer, finer_which = _subdivided(function, cells, bent[tuple(cells.T)], ticks, spacing)
    which = np.concatenate([which, finer_which])
    order = np.argsort(which, kind="stable")
    corners = np.stack([np.concatenate(pair) for pair in zip(values, finer)], 1)[order]
    return _multiples(corners, np.searchsorted(which[order], np.arange(known.shape[2] + 1)), spacing)


def _ends(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    """The lowest and the highest at the four corners."""
    return np.minimum(np.minimum(a, b), np.minimum(c, d)), np.maximum(np.maximum(a, b), np.maximum(c, d))


def _crossed(low: Array, high: Array, spacing: float) -> NDArray[np.bool_]:
    """Whether a multiple of `spacing` lies between."""
    return np.floor(high / spacing) > np.ceil(low / spacing) - 1


def _bends(known: Array) -> Array:
    """How far functions (U, U, K) may be from straight within each cell, by their second differences."""
    bend = np.zeros_like(known)
    bend[:, 1:-1] += np.abs(known[:, 2:] - 2 * known[:, 1:-1] + known[:, :-2])
    bend[1:-1] += np.abs(known[2:] - 2 * known[1:-1] + known[:-2])
    a, b, c, d = known[:-1, :-1], known[:-1, 1:], known[1:, :-1], known[1:, 1:]
    _, most = _ends(bend[:-1, :-1], bend[:-1, 1:], bend[1:, :-1], bend[1:, 1:])
    return np.maximum(most, np.abs(a - b - c + d)) / 2


def _subdivided(
    function: Callable[[Array], Array],
    cells: NDArray[np.intp],
    bent: NDArray[np.bool_],
    ticks: Array,
    spacing: float,
) -> tuple[list[Array], NDArray[np.intp]]:
    """Parts of cells (M, 2) in which a level lies: (value, x, y) at each of four corners (P, 3), and whose (P,).

    `bent` (M, K) says which functions bend in a cell.
    """
    step = (ticks[1] - ticks[0]) * np.arange(_FINER + 1) / _FINER
    y, x = ticks[cells[:, 0], None, None] + step[:, None], ticks[cells[:, 1], None, None] + step
    x, y = np.broadcast_arrays(x, y)  # M m m
    values = function(np.stack([x, y], -1).reshape(-1, 2)).reshape(*x.shape, bent.shape[1])
    low, high = _ends(values[:, :-1, :-1], values[:, :-1, 1:], values[:, 1:, :-1], values[:, 1:, 1:])
    cell, row, column, which = np.nonzero(_crossed(low, high, spacing) & bent[:, None, None])
    corners = [(cell, row + i, column + j) for i in (0, 1) for j in (0, 1)]
    return [np.stack([values[(*at, which)], x[at], y[at]], -1) for at in corners], which


def _multiples(corners: Array, starts: NDArray[np.intp], spacing: float) -> tuple[Array, ...]:
    """Segments along which (value, x, y) at cells' corners (C, 4, 3) is a multiple of `spacing`, function by function.

    Cells from starts[k] up to starts[k + 1] are of function k.
    """
    from engine.network.compiled import multiples  # numba takes a while to import

    room, begins = np.empty((3 * len(corners), 2, 2)), np.zeros(len(starts), np.int64)
    while (count := multiples(corners, starts, spacing, room, begins)) > len(room):
        room = np.empty((count, 2, 2))
    return tuple(room[begin:end] for begin, end in zip(begins, begins[1:]))
