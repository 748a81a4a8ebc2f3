"""Level lines of a function known on a grid."""

import numpy as np

from engine.layers import Array


def level_lines(heights: Array, across: Array, up: Array, level: float) -> Array:
    """Segments (S, 2, 2) along which the function is `level`: heights (U, A) at across (A,) and up (U,).

    Each cell of the grid is two triangles on which the function is taken to be affine; the segments join up.
    """
    x, y = np.meshgrid(across, up)
    known = np.stack([heights - level, x, y], -1)
    a, b = known[:-1, :-1].reshape(-1, 3), known[:-1, 1:].reshape(-1, 3)
    c, d = known[1:, :-1].reshape(-1, 3), known[1:, 1:].reshape(-1, 3)
    triangles = np.stack([np.concatenate([a, d]), np.concatenate([b, b]), np.concatenate([c, c])], 1)
    above = triangles[..., 0] > 0
    cut = above.any(1) & ~above.all(1)
    triangles, above = triangles[cut], above[cut]
    after = [1, 2, 0]
    crossed = above != above[:, after]  # exactly two of the three edges
    begin, end = triangles[crossed], triangles[:, after][crossed]
    share = begin[:, :1] / (begin[:, :1] - end[:, :1])
    return (begin + share * (end - begin))[:, 1:].reshape(-1, 2, 2)
