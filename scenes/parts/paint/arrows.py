"""Arrows with a dark rim, so that they stand out from whatever is under them."""

from collections.abc import Iterator
from contextlib import contextmanager

import cairo
import numpy as np

from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.theme import RGB

Pixel = tuple[float, float]
WHOLE, LEAST = 240, 0.6
"""From how many pixels of 1080 on an arrow has its whole weight, and what a short one has of it."""


def paint_arrow(canvas: Canvas, tail: Pixel, tip: Pixel, colour: RGB, rim: RGB | None, size: float = 1.0) -> None:
    """An arrow from pixel `tail` to pixel `tip`; a short one has a smaller head. `size` scales head and shaft."""
    context, unit = canvas.context, canvas.unit
    size *= min(max(float(np.hypot(tip[0] - tail[0], tip[1] - tail[1])) / (WHOLE * unit), LEAST), 1)
    trace_arrow(context, tail, tip, size * unit)
    if rim is not None:
        context.set_line_join(cairo.LINE_JOIN_ROUND)
        context.set_line_width(6 * size * unit)
        context.set_source_rgba(*canvas.colour(rim))
        context.stroke_preserve()
    context.set_source_rgba(*canvas.colour(colour))
    context.fill()


@contextmanager
def partly(canvas: Canvas, tail: Pixel, tip: Pixel, begin: float, end: float) -> Iterator[None]:
    """Paint, of an arrow, what lies between two shares of its length; its ends with their rims, too."""
    if begin <= 0 and end >= 1:
        yield
        return
    along, far = np.subtract(tip, tail), canvas.width + canvas.height
    length = float(np.hypot(*along))
    if length < 1:  # of an arrow that points at us there are no parts
        yield
        return
    along /= length
    across = far * np.array([-along[1], along[0]])
    # parts overlap by a pixel: no seam
    near, beyond = ((-far if begin <= 0 else begin * length - 0.5), (far if end >= 1 else end * length + 0.5))
    context = canvas.context
    context.save()
    context.new_path()
    for distance, side in ((near, 1), (beyond, 1), (beyond, -1), (near, -1)):
        context.line_to(*(np.asarray(tail) + distance * along + side * across).tolist())
    context.close_path()
    context.clip()
    yield
    context.restore()


def trace_arrow(context: cairo.Context, tail: Pixel, tip: Pixel, unit: float) -> None:
    """An arrow's outline as a path."""
    dx, dy = tip[0] - tail[0], tip[1] - tail[1]
    length = max(float(np.hypot(dx, dy)), 1e-9)
    ux, uy = dx / length, dy / length
    head = min(30 * unit, 0.6 * length)
    half, shaft = 0.45 * head, min(4 * unit, 0.15 * head + 1 * unit)
    neck = length - head
    above = ((0.0, shaft), (neck, shaft), (neck, half), (length, 0.0))
    context.new_sub_path()  # else cairo goes on from the start of the arrow before, and each drags a needle along
    for along, across in (*above, *((along, -across) for along, across in above[-2::-1])):
        context.line_to(tail[0] + along * ux - across * uy, tail[1] + along * uy + across * ux)
    context.close_path()
