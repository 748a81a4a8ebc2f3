"""Images of straight lines under a network: exact where it is piecewise linear, else as exact as can be seen."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.network.activations import Activation
from engine.network.layers import Array, Linear, Network, apply, block_for, exact, forward, weights_of

TOLERANCE = 0.1
"""How far, in pixels of a picture `HEIGHT` high, the polyline of a curved line is from it at most."""
HEIGHT = 1080
_FIRST = 17
"""Vertices that every curved line has."""
_SHARE = 0.382
"""Where a curved line is cut between two vertices: not in the middle, whose symmetry can hide a bend."""
_ROUNDS = 30
"""How often it is cut at most: a jump is never met."""
_CROSSINGS, _WORK, _MOST = 2e6, 2e10, 40_000
"""From so many kinks on, or multiplications for all of them, lines are not exact at each kink but sampled, with about
so many vertices at most."""


class Lines(NamedTuple):
    """Polylines, end to end: vertices (V, d); line k is vertices[starts[k] : starts[k + 1]]. starts (L + 1,)."""

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


def curved(layers: Network) -> bool:
    """Whether straight lines become curves: one of the activations is not straight between kinks."""
    return any(not isinstance(layer, Linear) and layer.kinks is None for layer in layers)


def images(layers: Network, segments: Array, half: float | None = None) -> Lines:
    """Images of straight segments (L, 2, n) under the feature extractor `layers`.

    A piecewise-linear network bends a straight line exactly where an activation's input crosses one of its kinks: those
    points are inserted as vertices layer by layer, so the polylines are exact. Curves are sampled to `TOLERANCE` in a
    view of `half` data units from its centre to its edge, by default one that just holds them; so are lines with more
    kinks than pixels, under networks of millions of weights.
    """
    fine = _too_fine(layers, segments)
    layers = layers if fine else exact(layers)
    if fine or curved(layers):
        _, line, image = _sampled(layers, segments, half, every=False, most=_MOST if fine else None)
        return Lines(image, _starts(line, segments))
    x, line = _ends(segments)
    waiting = list(layers)
    while waiting:
        layer, then = waiting.pop(0), waiting[0] if waiting else None
        if not isinstance(layer, Linear):
            if isinstance(then, Linear) and x.shape[1] > 4 * len(then.weight):
                x, line = _bent(x, line, layer, then)
                del waiting[0]
                continue
            x, line = _with_crossings(x, line, x.shape[1], layer)
        x = apply(layer, x)
    return Lines(x, _starts(line, segments))


def kinked(layers: Network, segments: Array, half: float | None = None) -> Lines:
    """The straight segments (L, 2, n) themselves with a vertex wherever `layers` bend them: vertices (V, n).

    From one vertex to the next the whole network, each part of it and each mixture of it with x are affine: move the
    vertices as points, and the polylines stay exact. Where layers are curved, they stay within `TOLERANCE`: at the end
    in a view of `half` data units, in every layer of the plane before it in one that holds them. So do those under
    networks of millions of weights.
    """
    fine = _too_fine(layers, segments)
    layers = layers if fine else exact(layers)
    if fine or curved(layers):
        x, line, _ = _sampled(layers, segments, half, every=True, most=_MOST if fine else None)
        return Lines(x, _starts(line, segments))
    x, line = _ends(segments)
    n = x.shape[1]
    x = np.concatenate([x, x], 1)  # the image so far, and where in the input it came from
    for layer in layers:
        width = x.shape[1] - n
        if not isinstance(layer, Linear):
            x, line = _with_crossings(x, line, width, layer)
        x = np.concatenate([apply(layer, x[:, :width]), x[:, width:]], 1)
    return Lines(x[:, -n:], _starts(line, segments))


def _too_fine(layers: Network, segments: Array) -> bool:
    """Whether exact kinks would take long or much memory: by how often units may be crossed, and what each costs."""
    widths = [
        len(v.bias) for v, then in zip(layers, layers[1:]) if isinstance(v, Linear) and not isinstance(then, Linear)
    ]
    crossings = len(segments) * sum(widths)
    return crossings > _CROSSINGS or crossings * weights_of(layers) > _WORK


def _starts(line: NDArray[np.intp], segments: Array) -> NDArray[np.intp]:
    """Where each line's vertices begin, of the line (V,) that each belongs to."""
    return np.searchsorted(line, np.arange(len(segments) + 1))


def _ends(segments: Array) -> tuple[Array, NDArray[np.intp]]:
    """Both ends of each segment, and which segment they belong to."""
    return segments.reshape(-1, segments.shape[2]).astype(float), np.repeat(np.arange(len(segments)), 2)


def _sampled(
    layers: Network, segments: Array, half: float | None, *, every: bool, most: int | None = None
) -> tuple[Array, NDArray[np.intp], Array]:
    """Points along segments (L, 2, n), close where `layers` bend them strongly, the segment of each, and their images.

    Between two of them the image is cut at `_SHARE` as long as it is farther than the tolerance from the straight way.
    `every`: not only the last layer's image, but that of each that can be drawn. Cutting ends once there are `most`.
    """
    dtype = np.result_type(np.float32, *(v.weight for v in layers if isinstance(v, Linear)))
    begin, way = segments[:, 0].astype(dtype), (segments[:, 1] - segments[:, 0]).astype(dtype)

    def through(t: Array, line: NDArray[np.intp]) -> list[Array]:
        """All images that count, of the points at shares t of their segments."""
        x = begin[line] + t[:, None].astype(dtype) * way[line]
        if not every:
            return [forward(layers, x)]
        block = block_for([len(v.bias) for v in layers if isinstance(v, Linear)])
        parts = [_planes(layers, x[first : first + block]) for first in range(0, len(x), block)]
        return [np.concatenate(images) for images in zip(*parts)]

    t, line = np.tile(np.linspace(0, 1, _FIRST), len(segments)), np.repeat(np.arange(len(segments)), _FIRST)
    known = through(t, line)
    halves = [float(np.abs(image).max(initial=0.0)) or 1.0 for image in known]
    halves[-1] = halves[-1] if half is None else half
    reach = 2 * TOLERANCE / HEIGHT * np.array(halves)
    open_ = line[:-1] == line[1:]
    for _ in range(_ROUNDS):
        gaps = np.flatnonzero(open_)
        if not len(gaps) or (most is not None and len(t) > most):
            break
        middle = (1 - _SHARE) * t[gaps] + _SHARE * t[gaps + 1]
        found = through(middle, line[gaps])
        off = [
            np.linalg.norm(v - ((1 - _SHARE) * w[gaps] + _SHARE * w[gaps + 1]), axis=1) for v, w in zip(found, known)
        ]
        far = (np.stack(off) > reach[:, None]).any(0)
        t, line = np.insert(t, gaps + 1, middle), np.insert(line, gaps + 1, line[gaps])
        known = [np.insert(w, gaps + 1, v, axis=0) for v, w in zip(found, known)]
        open_ = np.zeros(len(t) - 1, bool)
        before = gaps + np.arange(len(gaps))
        open_[before] = open_[before + 1] = far
    return begin[line] + t[:, None] * way[line], line, known[-1]


def _planes(layers: Network, x: Array) -> list[Array]:
    """Images of points x (N, n) under the first layers, as far as they can be drawn, and under all of them."""
    seen = []
    for number, layer in enumerate(layers, 1):
        x = apply(layer, x)
        if number == len(layers) or x.shape[1] <= 2:
            seen.append(x)
    return seen


class _Crossings(NamedTuple):
    """Where polylines cross kinks of an activation, in order along them."""

    segment: NDArray[np.intp]
    """The vertex after which it happens."""
    unit: NDArray[np.intp]
    share: Array
    """Of the way to the next vertex."""
    kink: NDArray[np.intp]
    """Which of the activation's kinks."""


def _crossings(z: Array, line: NDArray[np.intp], kinks: tuple[float, ...]) -> _Crossings:
    """Where one of the columns of vertices z goes through one of `kinks` between two on one line."""
    height = z[..., None] - np.array(kinks)
    a, b = height[:-1], height[1:]
    segment, unit, kink = np.nonzero((a * b < 0) & (line[:-1] == line[1:])[:, None, None])
    from_, to = a[segment, unit, kink], b[segment, unit, kink]
    share = from_ / (from_ - to)
    order = np.lexsort((share, segment))
    return _Crossings(segment[order], unit[order], share[order], kink[order])


def _with_crossings(
    z: Array, line: NDArray[np.intp], width: int, activation: Activation
) -> tuple[Array, NDArray[np.intp]]:
    """Vertices z with one more wherever one of the first `width` columns crosses a kink between two on one line."""
    kinks = activation.kinks
    if not kinks:
        return z, line
    segment, unit, share, kink = _crossings(z[:, :width], line, kinks)
    new = (1 - share[:, None]) * z[segment] + share[:, None] * z[segment + 1]
    new[np.arange(len(new)), unit] = np.array(kinks)[kink]  # exactly on the fold
    return np.insert(z, segment + 1, new, axis=0), np.insert(line, segment + 1, line[segment])


def _bent(z: Array, line: NDArray[np.intp], bend: Activation, linear: Linear) -> tuple[Array, NDArray[np.intp]]:
    """Images of `_with_crossings` under an activation that is straight between kinks and a linear layer.

    Between two vertices the image is straight but for a bend |Δz_u| W_u times the change of slope where unit u crosses
    a kink: adding up bends (C, out) is five times faster, where the layer narrows, than sending every crossing
    (C, width) through both.
    """
    ends, kinks = apply(linear, apply(bend, z)), bend.kinks
    if not kinks:
        return ends, line
    slopes, _ = bend.pieces()
    segment, unit, share, kink = _crossings(z, line, kinks)
    size = np.abs(z[segment + 1, unit] - z[segment, unit])
    turn = (np.diff(slopes)[kink] * size)[:, None] * linear.weight.T[unit]
    here, first, count = np.unique(segment, return_index=True, return_counts=True)
    begin, way = z[here], z[here + 1] - z[here]
    piece = sum((((begin > at) | ((begin == at) & (way > 0))).astype(np.intp) for at in kinks), np.intp(0))
    heading = (slopes[piece] * way) @ linear.weight.T
    row, column = np.repeat(np.arange(len(here)), count), np.arange(len(segment)) - np.repeat(first, count)
    table = np.zeros((2, len(here), int(count.max(initial=0)), turn.shape[1]))  # sums start anew in each row: exact
    table[:, row, column] = turn, share[:, None] * turn
    bends, weighed = table.cumsum(2)[:, row, column]
    new = ends[segment] + share[:, None] * (heading[row] + bends) - weighed
    return np.insert(ends, segment + 1, new, axis=0), np.insert(line, segment + 1, line[segment])


def before_bowl(lines: Lines, radius: float) -> tuple[Lines, NDArray[np.intp]]:
    """What of lines in space, seen from along the third axis, the far half of a sphere round the origin does not hide.

    vertices (V, 3), the third towards us. And of which line each of the lines returned is a part.
    """
    (v, starts), count = lines, len(lines.starts) - 1
    line = np.repeat(np.arange(count), np.diff(starts))
    if not len(v) or np.linalg.norm(v, axis=1).max() <= radius:
        return lines, np.arange(count)
    some = np.flatnonzero(line[1:] == line[:-1])
    begin, way = v[some], v[some + 1] - v[some]
    shares = [np.zeros((len(some), 1)), np.ones((len(some), 1))]
    for width in (3, 2):  # where the sphere is crossed, and its outline
        a, b = (way[:, :width] ** 2).sum(1), (begin[:, :width] * way[:, :width]).sum(1)
        under = b**2 - a * ((begin[:, :width] ** 2).sum(1) - radius**2)
        root = np.sqrt(np.maximum(under, 0)) * np.array([[-1.0], [1.0]])
        crossed = np.clip((root - b) / np.where(a > 0, a, 1.0), 0, 1) * (a > 0) * (under > 0)
        shares.append(crossed.T)
    cuts = np.sort(np.concatenate(shares, 1), axis=1)
    middle = begin[:, None] + (cuts[:, 1:] + cuts[:, :-1])[..., None] / 2 * way[:, None]
    out, aside = np.linalg.norm(middle, axis=2) > (1 + 1e-9) * radius, np.linalg.norm(middle[..., :2], axis=2) > radius
    seen = (np.diff(cuts, axis=1) > 0) & ~(out & ~aside & (middle[..., 2] < 0))
    segment, part = np.nonzero(seen)
    first, last = cuts[segment, part], cuts[segment, part + 1]
    on = (first[1:] == last[:-1]) & (segment[1:] == segment[:-1])
    on |= (first[1:] == 0) & (last[:-1] == 1) & (some[segment[1:]] == some[segment[:-1]] + 1)
    fresh = np.append(True, ~on)[: len(segment)]
    ends = np.append(~on, True)[: len(segment)]
    vertices = np.stack(
        [begin[segment] + first[:, None] * way[segment], begin[segment] + last[:, None] * way[segment]], 1
    )
    kept = np.stack([fresh | (first == 0), ends], 1)
    size = np.cumsum(kept.sum(1))[ends]
    return Lines(vertices[kept], np.append(0, size)), line[some[segment[fresh]]]
