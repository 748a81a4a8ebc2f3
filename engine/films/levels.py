"""Level lines of functions known on a grid."""

import numpy as np
from numpy.typing import ArrayLike

from engine.layers import Array

_AFTER = [1, 2, 0]


def level_lines(heights: Array, across: Array, up: Array, levels: ArrayLike) -> Array:
    """Segments (S, 2, 2) along which the function has one of `levels`: heights (U, A) at across (A,) and up (U,).

    Each cell of the grid is two triangles on which the function is taken to be affine; the segments join up.
    """
    x, y = np.meshgrid(across, up)
    known = np.stack([heights, x, y], -1)
    cells = np.stack([known[:-1, :-1], known[:-1, 1:], known[1:, :-1], known[1:, 1:]], 2).reshape(-1, 4, 3)
    triangles = cells[:, ((0, 1, 2), (3, 1, 2))].reshape(-1, 3, 3)
    which = np.atleast_1d(np.asarray(levels, float))
    low, high = triangles[..., 0].min(1), triangles[..., 0].max(1)
    number, triangle = np.nonzero((low <= which[:, None]) & (which[:, None] < high))
    cut = triangles[triangle]
    cut[..., 0] -= which[number, None]
    return _zeros(cut)


def boundaries(scores: Array, across: Array, up: Array) -> Array:
    """Segments (S, 2, 2) between where one class has the highest score and where another: scores (U, A, K)."""
    best = scores.argmax(-1)
    corners = np.stack([best[:-1, :-1], best[:-1, 1:], best[1:, :-1], best[1:, 1:]], -1)
    rows, columns = np.nonzero((corners != corners[..., :1]).any(-1))
    places = [(rows + i, columns + j) for i in (0, 1) for j in (0, 1)]
    s = np.stack([scores[place] for place in places], 1)  # M 4 K
    at = np.stack([np.stack([across[j], up[i]], -1) for i, j in places], 1)  # M 4 2
    first, second = np.sort(s, axis=-1)[..., -1:], np.sort(s, axis=-1)[..., -2:-1]
    ahead = s - np.where(s == first, second, first)  # of the best of the others
    found = []
    for k in range(scores.shape[-1]):
        cells = np.concatenate([ahead[..., k, None], at], -1)
        found.append(_zeros(cells[:, ((0, 1, 2), (3, 1, 2))].reshape(-1, 3, 3)))
    return np.concatenate(found)


def _zeros(triangles: Array) -> Array:
    """Where (height, x, y) at the corners (T, 3, 3) is 0: one segment for each triangle that has both signs."""
    above = triangles[..., 0] > 0
    cut = above.any(1) & ~above.all(1)
    triangles, above = triangles[cut], above[cut]
    crossed = above != above[:, _AFTER]  # exactly two of the three edges
    begin, end = triangles[crossed], triangles[:, _AFTER][crossed]
    share = begin[:, :1] / (begin[:, :1] - end[:, :1])
    return (begin + share * (end - begin))[:, 1:].reshape(-1, 2, 2)
