"""Argmax regions of a linear classifier, as exact polygons."""

import numpy as np
from numpy.typing import ArrayLike

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
