"""How curves over epochs are painted, in a panel of its own: lines that grow, their names beside their ends."""

import math

import numpy as np

from engine.films.curves import Drawn
from engine.network.layers import Array
from engine.numbers import significant
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.plane import Place
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import Theme, rgb

SIZE = 30
"""Of names and numbers, in pixels of 1080."""


def paint_curves(canvas: Canvas, _: Place, frame: Drawn, theme: Theme) -> None:
    """Axes with the numbers at their ends, and each curve as far as it has come."""
    unit, size = canvas.unit, SIZE * canvas.unit
    ends = significant(frame.low, 3), significant(frame.high, 3)
    left = max(text_width(canvas.fonts, end, size) for end in ends) + 40 * unit
    named = min(max(text_width(canvas.fonts, name, size) for name in frame.names) + 40 * unit, 0.35 * canvas.width)
    box = Box(left, 36 * unit, canvas.width - left - named, canvas.height - 100 * unit)
    bottom, quiet = box.top + box.height, rgb(theme.quiet)
    axes = np.array([[left, box.top], [left, bottom], [left + box.width, bottom]])
    stroke(canvas.context, axes, [0, 3], [0], 2 * unit, canvas.colour(quiet, 0.7))
    for text, y in zip(ends, (bottom, box.top)):
        paint_text(canvas, text, (left - 14 * unit, y + 0.35 * size), size, quiet, anchor="right")
    for epoch, anchor in zip(frame.span, ("left", "right")):
        at = (left if anchor == "left" else left + box.width, bottom + 40 * unit)
        paint_text(canvas, f"{epoch:g}", at, size, quiet, anchor=anchor)
    note = "epoch, logarithmic scale" if frame.logarithmic else "epoch"
    paint_text(canvas, note, (left + box.width / 2, bottom + 40 * unit), size, quiet, anchor="middle")
    colours = [rgb(theme.ink)] if len(frame.names) == 1 else theme.class_colours(len(frame.names))
    taken: list[float] = []
    for curve, name, colour in zip(frame.curves, frame.names, colours):
        if not len(curve.at):
            continue
        places = _places(frame, curve.at, curve.value, box)
        stroke(canvas.context, places, [0, len(places)], [0], 4 * unit, canvas.colour(colour))
        x, y = places[-1].tolist()
        canvas.context.set_source_rgba(*canvas.colour(colour))
        canvas.context.arc(x, y, 8 * unit, 0, math.tau)
        canvas.context.fill()
        y = _free(y, taken, 1.1 * size)
        text, fitting = fitted_text(canvas.fonts, name, size, named - 30 * unit)
        paint_text(canvas, text, (x + 18 * unit, y + 0.35 * size), fitting, colour, halo=rgb(theme.rim))


def _places(frame: Drawn, at: Array, value: Array, box: Box) -> Array:
    """(P, 2), pixels."""
    first, last = frame.span
    across = (at - first) / ((last - first) or 1.0)
    low, high = frame.low, frame.high
    if frame.logarithmic:
        low, high, value = math.log(low), math.log(high), np.log(value)
    up = (value - low) / (high - low)
    return np.stack([box.left + across * box.width, box.top + (1 - up) * box.height], 1)


def _free(y: float, taken: list[float], room: float) -> float:
    """The nearest height to y at which no name stands yet."""
    tries = (y + step * room / 4 * sign for step in range(200) for sign in (1, -1))
    found = next((t for t in tries if all(abs(t - other) >= room for other in taken)), y)
    taken.append(found)
    return found
