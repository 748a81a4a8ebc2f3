"""Names in the plane, where what they name is: class vectors outside their arrowheads, regions at the edge."""

import numpy as np
from numpy.typing import NDArray

from engine.network.layers import Array
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.readouts import FOOT, RIGHT, STRIP
from scenes.parts.paint.text import paint_text, subscript, text_width
from scenes.parts.paint.theme import RGB, SIZES, STRONG, Theme, mix, rgb

LABELLED = 6
"""Classes from which on regions are named: fewer are told apart by colour alone."""
SAMPLES = 480
"""Places around the view at which a region may be named."""


def paint_vector_names(
    canvas: Canvas, origin: Array, tips: Array, colours: list[RGB], theme: Theme, which: Array | None = None
) -> None:
    """w₁ … outside the arrowheads, on a halo; none that would collide, and none where regions are named.

    `which` (K,) says whose are painted, by default all.
    """
    unit, size = canvas.unit, SIZES.label * canvas.unit
    if not 0 < len(tips) < LABELLED or size < 12:
        return
    lengths = np.linalg.norm(tips - origin, axis=1)
    outward = (tips - origin) / np.maximum(lengths, 1e-9)[:, None]
    labels = tips + 34 * unit * outward
    apart = np.linalg.norm(labels[:, None] - labels[None], axis=2) + np.diag(np.full(len(labels), np.inf))
    room = np.minimum(apart.min(1), 1.2 * lengths) / unit
    edge = (SIZES.edge + 0.7 * SIZES.label) * unit
    for k, ((x, y), colour) in enumerate(zip(labels.tolist(), colours)):
        alpha = float(np.clip((room[k] - 58) / 3, 0, 1))  # soon there or gone: half a name cannot be read
        tip_x, tip_y = tips[k].tolist()
        if alpha > 0 and (which is None or which[k]):
            if 0 < tip_x < canvas.width and 0 < tip_y < canvas.height:
                x, y = min(max(x, edge), canvas.width - edge), min(max(y, edge), canvas.height - edge)
            at, rim = (x, y + 12 * unit), rgb(theme.rim)
            name = f"w{subscript(k + 1)}"
            own = theme.written(colour)
            paint_text(canvas, name, at, size, own, font=STRONG, anchor="middle", alpha=alpha, halo=rim)


def paint_region_names(
    canvas: Canvas, outlines: list[Array], theme: Theme, origin: tuple[float, float], foot: float = FOOT
) -> None:
    """What each of many regions answers, in it, near the edge of the view and clear of read-outs and axes' names.

    outlines: convex polygons (V, 2) in pixels, one a class; `foot` is the height of the key under the plot of a square
    or tall frame, in units of the canvas. A region that takes too little of the edge has no name.
    """
    if len(outlines) < (LABELLED if theme.palette == "colours" else 2):
        return
    box = _clear_of_readouts(canvas, foot)
    around = _around(box)
    clear = _clear_of_axes(canvas, origin, around)
    step = 2 * (box.width + box.height) / SAMPLES
    size = SIZES.body * canvas.unit
    colours = theme.class_colours(len(outlines))
    for k, outline in enumerate(outlines):
        if not len(outline):
            continue
        inside = _inside(outline, around) & clear
        begin, length = _longest(inside)
        name, colour = theme.name(k), mix(theme.written(colours[k]), rgb(theme.ink), 0.25)
        width = text_width(canvas.fonts, name, size, STRONG)
        alpha = float(np.clip((length * step - 1.3 * max(width, size)) / 12, 0, 1))
        if alpha > 0:
            x, y = around[int(begin + length / 2) % SAMPLES].tolist()
            half = width / 2
            x = min(max(x, box.left + half), box.left + box.width - half)
            at = (x, y + 0.36 * size)
            paint_text(canvas, name, at, size, colour, font=STRONG, anchor="middle", alpha=alpha, halo=rgb(theme.rim))


def _clear_of_readouts(canvas: Canvas, foot: float) -> Box:
    """Where no read-out, caption or key lies: beside the column of a wide frame, between the strips of others."""
    unit, edge = canvas.unit, (SIZES.edge + SIZES.body / 2) * canvas.unit
    left, top = ((RIGHT + SIZES.edge) * unit, 0.0) if canvas.wide else (0.0, STRIP * unit)
    bottom = canvas.height - (SIZES.body if canvas.wide else foot) * unit
    return Box(left + edge, top + edge, canvas.width - left - 2 * edge, bottom - top - 2 * edge)


def _clear_of_axes(canvas: Canvas, origin: tuple[float, float], places: Array) -> NDArray[np.bool_]:
    """Which places (N, 2) have room for a name beside those of the axes that cross at `origin`."""
    unit, edge, size = canvas.unit, SIZES.edge * canvas.unit, SIZES.label * canvas.unit
    names = ((canvas.width - edge - size / 2, origin[1] - size), (origin[0] + size, edge + size / 2))
    room = (2 * SIZES.body * unit, 1.5 * SIZES.body * unit)
    away = np.abs(places[:, None] - np.array(names)) > np.array(room)
    return np.asarray(away.any(-1).all(-1))


def _around(box: Box) -> Array:
    """(SAMPLES, 2), evenly round the edge of a box."""
    along = np.arange(SAMPLES) / SAMPLES * 2 * (box.width + box.height)
    w, h = box.width, box.height
    x = np.interp(along, [0, w, w + h, 2 * w + h, 2 * (w + h)], [0, w, w, 0, 0])
    y = np.interp(along, [0, w, w + h, 2 * w + h, 2 * (w + h)], [0, 0, h, h, 0])
    return np.stack([box.left + x, box.top + y], 1)


def _inside(outline: Array, points: Array) -> NDArray[np.bool_]:
    """Which points (N, 2) a convex polygon (V, 2) holds: all its edges have them on the same side."""
    if len(outline) < 3:
        return np.zeros(len(points), bool)
    edges, to = np.roll(outline, -1, 0) - outline, points[:, None] - outline
    side = edges[:, 0] * to[..., 1] - edges[:, 1] * to[..., 0]
    return np.asarray((side >= 0).all(1) | (side <= 0).all(1))


def _longest(inside: NDArray[np.bool_]) -> tuple[int, int]:
    """Where the longest run of true values round a circle begins, and how long it is."""
    if inside.all() or not inside.any():
        return 0, int(inside.sum())
    turned = int(np.flatnonzero(~inside)[0])
    changes = np.flatnonzero(np.diff(np.concatenate([[False], np.roll(inside, -turned), [False]]).astype(int)))
    begins, ends = changes[::2], changes[1::2]
    best = int((ends - begins).argmax())
    return int(begins[best]) + turned, int(ends[best] - begins[best])
