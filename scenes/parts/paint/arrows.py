"""Arrows with a dark rim, so that they stand out from whatever is under them."""

import cairo
import numpy as np

from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.theme import RGB

Pixel = tuple[float, float]


def paint_arrow(canvas: Canvas, tail: Pixel, tip: Pixel, colour: RGB, rim: RGB | None, size: float = 1.0) -> None:
    """An arrow from pixel `tail` to pixel `tip`; a short one has a smaller head. `size` scales head and shaft."""
    context, unit = canvas.context, canvas.unit
    trace_arrow(context, tail, tip, size * unit)
    if rim is not None:
        context.set_line_join(cairo.LINE_JOIN_ROUND)
        context.set_line_width(6 * size * unit)
        context.set_source_rgba(*canvas.colour(rim))
        context.stroke_preserve()
    context.set_source_rgba(*canvas.colour(colour))
    context.fill()


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
