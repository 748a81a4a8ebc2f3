"""Exact images of straight lines under a network."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.network.layers import Array, Linear, Network, PositivePart, Tanh, apply

SAMPLES = 200
"""Vertices per line where a network bends lines smoothly (tanh) and no polyline is exact."""


class Lines(NamedTuple):
    """Polylines, end to end: vertices (V, 2); line k is vertices[starts[k] : starts[k + 1]]. starts (L + 1,)."""

    vertices: Array
    starts: NDArray[np.intp]


NO_LINES = Lines(np.zeros((0, 2)), np.zeros(1, np.intp))
"""What a frame without a grid has."""


def extent_of(x: Array) -> float:
    """Half the width of a square grid that covers points x with a margin, to two digits: 1.2 for the spirals."""
    reach = 1.2 * float(np.abs(x).max(initial=0.0))
    return float(f"{reach:.2g}") or 1.0


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
    x, line = _ends(layers, segments)
    exact = list(_exact(layers))
    while exact:
        layer, then = exact.pop(0), exact[0] if exact else None
        if isinstance(layer, PositivePart):
            if isinstance(then, Linear) and x.shape[1] > 4 * len(then.weight):
                x, line = _bent(x, line, layer, then)
                del exact[0]
                continue
            x, line = _with_crossings(x, line, x.shape[1])
        x = apply(layer, x)
    return Lines(x, np.searchsorted(line, np.arange(len(segments) + 1)))


def kinked(layers: Network, segments: Array) -> Lines:
    """The straight segments (L, 2, n) themselves with a vertex wherever `layers` bend them: vertices (V, n).

    From one vertex to the next the whole network, each part of it and each mixture of it with x are affine: move the
    vertices as points, and the polylines stay exact.
    """
    x, line = _ends(layers, segments)
    n = x.shape[1]
    x = np.concatenate([x, x], 1)  # the image so far, and where in the input it came from
    for layer in _exact(layers):
        width = x.shape[1] - n
        if isinstance(layer, PositivePart):
            x, line = _with_crossings(x, line, width)
        x = np.concatenate([apply(layer, x[:, :width]), x[:, width:]], 1)
    return Lines(x[:, -n:], np.searchsorted(line, np.arange(len(segments) + 1)))


def _ends(layers: Network, segments: Array) -> tuple[Array, NDArray[np.intp]]:
    """Both ends of each segment, or samples of it where tanh bends it smoothly, and which segment they belong to."""
    samples = SAMPLES if any(isinstance(layer, Tanh) for layer in layers) else 2
    t, line = np.tile(np.linspace(0, 1, samples), len(segments)), np.repeat(np.arange(len(segments)), samples)
    begin, way = segments[:, 0].astype(float), (segments[:, 1] - segments[:, 0]).astype(float)
    return begin[line] + t[:, None] * way[line], line


def _exact(layers: Network) -> Network:
    """The layers in float64."""
    return tuple(Linear(v.weight.astype(float), v.bias.astype(float)) if isinstance(v, Linear) else v for v in layers)


def _with_crossings(z: Array, line: NDArray[np.intp], width: int) -> tuple[Array, NDArray[np.intp]]:
    """Vertices z with one more wherever one of the first `width` columns changes sign between two on one line."""
    a, b = z[:-1], z[1:]
    segment, unit = np.nonzero((a[:, :width] * b[:, :width] < 0) & (line[:-1] == line[1:])[:, None])
    from_, to = a[segment, unit], b[segment, unit]
    share = from_ / (from_ - to)
    order = np.lexsort((share, segment))
    segment, unit, share = segment[order], unit[order], share[order, None]
    new = (1 - share) * a[segment] + share * b[segment]
    new[np.arange(len(new)), unit] = 0.0  # exactly on the fold
    return np.insert(z, segment + 1, new, axis=0), np.insert(line, segment + 1, line[segment])


def _bent(z: Array, line: NDArray[np.intp], part: PositivePart, linear: Linear) -> tuple[Array, NDArray[np.intp]]:
    """Images of `_with_crossings(z, line)` under a positive part and a linear layer, by the bends alone.

    Between two vertices the image is straight but for a bend (1 − slope) |Δz_u| W_u where unit u crosses 0: adding up
    bends (C, out) is five times faster, where the layer narrows, than sending every crossing (C, width) through both.
    """
    a, b = z[:-1], z[1:]
    segment, unit = np.nonzero((a * b < 0) & (line[:-1] == line[1:])[:, None])
    from_, to = a[segment, unit], b[segment, unit]
    share = from_ / (from_ - to)
    order = np.lexsort((share, segment))
    segment, unit, share, size = segment[order], unit[order], share[order, None], np.abs(to - from_)[order, None]
    bend = (1 - part.slope) * size * linear.weight.T[unit]
    ends = apply(linear, apply(part, z))
    here, first, count = np.unique(segment, return_index=True, return_counts=True)
    begin, way = a[here], b[here] - a[here]
    heading = np.where((begin > 0) | ((begin == 0) & (way > 0)), way, part.slope * way) @ linear.weight.T
    row, column = np.repeat(np.arange(len(here)), count), np.arange(len(segment)) - np.repeat(first, count)
    table = np.zeros((2, len(here), int(count.max(initial=0)), bend.shape[1]))  # sums start anew in each row: exact
    table[:, row, column] = bend, share * bend
    bends, weighed = table.cumsum(2)[:, row, column]
    new = ends[segment] + share * (heading[row] + bends) - weighed
    return np.insert(ends, segment + 1, new, axis=0), np.insert(line, segment + 1, line[segment])
