"""Argmax regions: exact polygons of a linear classifier, pixels of scores that are known on a grid."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.network.layers import Array, Linear

MANY = 32
"""Classes from which on compiled code cuts polygons, in the same steps: a thousand make a million cuts."""


def argmax_regions(classifier: Linear, corners: ArrayLike) -> tuple[Array, ...]:
    """Where in the rectangle each class has the highest score: K convex polygons (V, 2), empty (0, 2) where nowhere.

    corners ((left, bottom), (right, top)). Region k is the rectangle cut by the K − 1 half-planes
    (w_k − w_j)·e + b_k − b_j ≥ 0; the polygons cover the rectangle and meet only in their edges. Of classes with equal
    scores everywhere the first has the region, as in `numpy.argmax`.
    """
    (left, bottom), (right, top) = np.asarray(corners, float)
    rectangle = [(left, bottom), (right, bottom), (right, top), (left, top)]
    weight, bias = classifier.weight.astype(float), classifier.bias.astype(float)
    if len(weight) > MANY:
        from engine.network.compiled import region  # numba takes a while to import

        return tuple(region(k, weight, bias, np.array(rectangle)) for k in range(len(weight)))
    regions = []
    for k in range(len(weight)):
        polygon = rectangle
        for j, ((nx, ny), c) in enumerate(zip((weight[k] - weight).tolist(), (bias[k] - bias).tolist())):
            polygon = [] if j < k and nx == ny == c == 0 else _cut(polygon, nx, ny, c)
        regions.append(np.array(polygon).reshape(-1, 2))
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


def answers(scores: Array, fine: int, values: NDArray | None = None) -> NDArray:
    """The class with the highest score in each of fine × fine pixels to a cell: (U, A, K) → ((U−1) fine, (A−1) fine).

    Within a cell scores are interpolated between its corners, so cells whose corners agree need no work. `values` (K,)
    stand in for the classes' numbers: colours, for an image.
    """
    numbers = np.arange(scores.shape[-1], dtype=np.uint8) if values is None else values
    best = scores.argmax(-1)
    rows, columns = np.nonzero(mixed_cells(best))
    at = (np.arange(fine) + 0.5) / fine
    up, across = (v.reshape(-1, 1) for v in np.meshgrid(at, at, indexing="ij"))
    shares = np.hstack([(1 - up) * (1 - across), (1 - up) * across, up * (1 - across), up * across])
    known = np.stack([scores[rows + i, columns + j] for i in (0, 1) for j in (0, 1)], 1)  # M 4 K
    mixed = np.matmul(shares.astype(scores.dtype), known).argmax(-1)
    height, width = len(best) - 1, best.shape[1] - 1
    blocks = np.empty((height, fine, width, fine), numbers.dtype)
    blocks.reshape(height, fine, -1)[...] = np.repeat(numbers[best[:-1, :-1]], fine, 1)[:, None]
    blocks[rows, :, columns, :] = numbers[mixed].reshape(-1, fine, fine)
    return blocks.reshape(height * fine, width * fine)
