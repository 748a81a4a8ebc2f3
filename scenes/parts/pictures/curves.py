"""How curves over epochs are painted, in a panel of its own: lines that grow, their names beside their ends."""

import math

import numpy as np

from engine.films.curves import Drawn
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.graph import SIZE
from scenes.parts.paint.graph import graph as axes
from scenes.parts.paint.plane import Place
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import Theme, rgb


def paint_curves(canvas: Canvas, _: Place, frame: Drawn, theme: Theme) -> None:
    """Axes with the numbers at their ends, and each curve as far as it has come."""
    unit, size = canvas.unit, SIZE * canvas.unit
    named = min(max(text_width(canvas.fonts, name, size) for name in frame.names) + 40 * unit, 0.35 * canvas.width)
    scale = np.log if frame.logarithmic else np.asarray
    upward = "logarithmic" if frame.logarithmic else ""
    graph = axes(canvas, theme, frame.span, (frame.low, frame.high), named, "epoch", upward)
    low, high = scale([frame.low, frame.high]).tolist()
    graph = graph._replace(across=(frame.span[0], max(frame.span[1], frame.span[0] + 1e-12)), up=(low, high))
    colours = [rgb(theme.ink)] if len(frame.names) == 1 else theme.class_colours(len(frame.names))
    taken: list[float] = []
    for curve, name, colour in zip(frame.curves, frame.names, colours):
        if not len(curve.at):
            continue
        places = graph(np.stack([curve.at, scale(curve.value)], 1))
        stroke(canvas.context, places, [0, len(places)], [0], 4 * unit, canvas.colour(colour))
        x, y = places[-1].tolist()
        canvas.context.set_source_rgba(*canvas.colour(colour))
        canvas.context.arc(x, y, 8 * unit, 0, math.tau)
        canvas.context.fill()
        y = _free(y, taken, 1.1 * size)
        text, fitting = fitted_text(canvas.fonts, name, size, named - 30 * unit)
        paint_text(canvas, text, (x + 18 * unit, y + 0.35 * size), fitting, theme.written(colour), halo=rgb(theme.rim))


def _free(y: float, taken: list[float], room: float) -> float:
    """The nearest height to y at which no name stands yet."""
    tries = (y + step * room / 4 * sign for step in range(200) for sign in (1, -1))
    found = next((t for t in tries if all(abs(t - other) >= room for other in taken)), y)
    taken.append(found)
    return found
