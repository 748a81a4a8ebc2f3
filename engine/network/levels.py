"""Level lines of functions known on a grid."""

import numpy as np
from numpy.typing import ArrayLike

from engine.network.layers import Array

_AFTER = [1, 2, 0]


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
