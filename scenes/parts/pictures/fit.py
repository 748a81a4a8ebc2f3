"""How fitted functions are painted, in a panel of their own: over a line as curves, over the plane as colours."""

import numpy as np

from engine.films.fit import Fitted, Surface
from engine.network.layers import Array
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.discs import discs_of, shaded_discs
from scenes.parts.paint.graph import SIZE, Graph, graph
from scenes.parts.paint.plane import Place, point_radius
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.shades import paint_shades
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import RGB, Theme, mix, rgb
from scenes.parts.pictures.matrix import paint_scale, shades

BAND = 0.26
"""How much of a group's colour its band of one standard deviation has."""
SCALE = 44
"""Room for the scale under a function over the plane, in pixels of 1080."""
LEVELS = 64
"""Shades of data over the plane."""


def paint_fit(canvas: Canvas, _: Place, frame: Fitted, theme: Theme) -> None:
    """Each group's band of one standard deviation, its functions thin and their mean bold, the data and residuals."""
    unit = canvas.unit
    named = max((text_width(canvas.fonts, name, SIZE * unit) for name in frame.names), default=0.0)
    to_pixels = graph(canvas, theme, frame.across, frame.up, min(named + 40 * unit, 0.35 * canvas.width), "x")
    context, box = canvas.context, to_pixels.box
    colours = theme.class_colours(len(frame.names))
    context.save()
    context.rectangle(box.left, 0, box.width, box.top + box.height)
    context.clip()
    for middle, spread, colour in zip(frame.middle, frame.spread, colours):
        if spread.any():
            _paint_band(canvas, to_pixels, frame.at, middle, spread, mix(rgb(theme.ground), colour, BAND))
    single = {k for k in range(len(frame.names)) if frame.group.count(k) == 1}
    for values, k in zip(frame.values, frame.group):
        if k not in single:
            _paint_curve(canvas, to_pixels(np.stack([frame.at, values], 1)), 1.6, colours[k], 0.6)
    if len(frame.residuals):
        ends = frame.data - np.stack([np.zeros(len(frame.data)), frame.residuals], 1)
        lines = np.stack([to_pixels(frame.data), to_pixels(ends)], 1).reshape(-1, 2)
        starts, which = 2 * np.arange(len(ends) + 1), np.arange(len(ends))
        stroke(context, lines, starts, which, 2.5 * unit, canvas.colour(rgb(theme.quiet), 0.8))
    for middle, colour in zip(frame.middle, colours):
        _paint_curve(canvas, to_pixels(np.stack([frame.at, middle], 1)), 5, colour)
    if len(frame.data):
        radius = 0.8 * point_radius(20 * len(frame.data)) * unit
        discs = discs_of([rgb(theme.ink)], rgb(theme.rim), radius)[0]
        discs.paint(canvas, to_pixels(frame.data), np.zeros(len(frame.data), np.int64))
    context.restore()
    _paint_names(canvas, to_pixels, frame, colours, theme)


def paint_surface(canvas: Canvas, _: Place, frame: Surface, theme: Theme) -> None:
    """The function as colours over its grid, smooth between; data in the colours of their own values; the scale."""
    unit = canvas.unit
    (left, bottom), (right, top) = frame.corners.tolist()
    room = canvas.width - 40 * unit, canvas.height - (SCALE + 30) * unit
    scale = min(room[0] / (right - left), room[1] / (top - bottom))
    width, height = scale * (right - left), scale * (top - bottom)
    box = Box((canvas.width - width) / 2, 15 * unit, width, height)
    paint_shades(canvas, box, shades(frame.values[::-1], frame.low, frame.high, theme))
    if len(frame.points):
        place = Place((box.left - scale * left, box.top + scale * top), scale)
        ramp = shades(np.linspace(frame.low, frame.high, LEVELS)[None], frame.low, frame.high, theme)[0]
        share = (frame.data - frame.low) / (frame.high - frame.low)
        level = np.clip(np.rint(share * (LEVELS - 1)), 0, LEVELS - 1).astype(np.int64)
        discs = shaded_discs(ramp, rgb(theme.rim), 9 * unit)
        _paint_rims(canvas, place(frame.points), 11 * unit, rgb(theme.quiet))
        discs.paint(canvas, place(frame.points), level)
    paint_scale(canvas, box, frame.low, frame.high, theme)


def _paint_rims(canvas: Canvas, places: Array, radius: float, colour: RGB) -> None:
    discs = discs_of([colour], colour, radius)[0]
    discs.paint(canvas, places, np.zeros(len(places), np.int64))


def _paint_band(canvas: Canvas, graph: Graph, at: Array, middle: Array, spread: Array, colour: RGB) -> None:
    above, below = (graph(np.stack([at, middle + sign * spread], 1)) for sign in (1, -1))
    canvas.context.set_source_rgba(*canvas.colour(colour))
    for x, y in (*above.tolist(), *below[::-1].tolist()):
        canvas.context.line_to(x, y)
    canvas.context.close_path()
    canvas.context.fill()


def _paint_curve(canvas: Canvas, places: Array, width: float, colour: RGB, alpha: float = 1.0) -> None:
    stroke(canvas.context, places, [0, len(places)], [0], width * canvas.unit, canvas.colour(colour, alpha))


def _paint_names(canvas: Canvas, graph: Graph, frame: Fitted, colours: list[RGB], theme: Theme) -> None:
    """At the right, beside each mean's end, or as near as they have room."""
    size, unit, taken = SIZE * canvas.unit, canvas.unit, []
    right, low = graph.box.left + graph.box.width, graph.box.top + graph.box.height
    ends = [graph(np.array([[frame.at[-1], middle[-1]]]))[0, 1] for middle in frame.middle]
    for k in np.argsort(ends).tolist():
        y = max([min(max(ends[k], graph.box.top), low), *[other + 1.1 * size for other in taken]])
        taken.append(y)
        text, fits = fitted_text(canvas.fonts, frame.names[k], size, canvas.width - right - 24 * unit)
        paint_text(canvas, text, (right + 16 * unit, y + 0.35 * size), fits, colours[k], halo=rgb(theme.rim))
