"""Exact images of straight lines under a network."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.layers import Array, Linear, Network, PositivePart, Tanh, apply

SAMPLES = 200
"""Vertices per line where a network bends lines smoothly (tanh) and no polyline is exact."""


class Lines(NamedTuple):
    """Polylines, end to end: vertices (V, 2); line k is vertices[starts[k] : starts[k + 1]]. starts (L + 1,)."""

    vertices: Array
    starts: NDArray[np.intp]


def square_grid(extent: float = 1.2, count: int = 21) -> Array:
    """Segments (2 count, 2, 2) of a square grid over ± `extent`: first the vertical lines, then the horizontal."""
    across = np.linspace(-extent, extent, count)
    ends = np.full(count, extent)
    vertical = np.stack([np.stack([across, -ends], 1), np.stack([across, ends], 1)], 1)
    return np.concatenate([vertical, vertical[..., ::-1]])


def images(layers: Network, segments: Array) -> Lines:
    """Images of straight segments (L, 2, n) under the feature extractor `layers`.

    A piecewise-linear network bends a straight line exactly where a positive part's input changes sign: those points
    are inserted as vertices layer by layer, so the polylines are exact. Through tanh, lines are sampled instead.
    """
    count = len(segments)
    if any(isinstance(layer, Tanh) for layer in layers):
        t = np.tile(np.linspace(0, 1, SAMPLES), count)
        line = np.repeat(np.arange(count), SAMPLES)
    else:
        t, line = np.tile([0.0, 1.0], count), np.repeat(np.arange(count), 2)
    begin, way = segments[:, 0].astype(float), (segments[:, 1] - segments[:, 0]).astype(float)
    x = begin[line] + t[:, None] * way[line]
    exact = [Linear(v.weight.astype(float), v.bias.astype(float)) if isinstance(v, Linear) else v for v in layers]
    for layer in exact:
        if isinstance(layer, PositivePart):
            x, line = _with_crossings(x, line)
        x = apply(layer, x)
    starts = np.searchsorted(line, np.arange(count + 1))
    return Lines(x, starts)


def _with_crossings(z: Array, line: NDArray[np.intp]) -> tuple[Array, NDArray[np.intp]]:
    """Vertices z (V, width) with one more wherever a coordinate changes sign between neighbours on one line."""
    a, b = z[:-1], z[1:]
    segment, unit = np.nonzero((a * b < 0) & (line[:-1] == line[1:])[:, None])
    from_, to = a[segment, unit], b[segment, unit]
    share = from_ / (from_ - to)
    order = np.lexsort((share, segment))
    segment, unit, share = segment[order], unit[order], share[order, None]
    new = (1 - share) * a[segment] + share * b[segment]
    new[np.arange(len(new)), unit] = 0.0  # exactly on the fold
    return np.insert(z, segment + 1, new, axis=0), np.insert(line, segment + 1, line[segment])
