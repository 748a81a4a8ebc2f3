"""How what is carried along is painted, in a panel: the bent grid, the field's arrows, ways, the data and particles."""

import numpy as np

from engine.films.flow import Carried
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.discs import discs_of
from scenes.parts.paint.plane import Place, paint_axes, paint_axis_names, paint_ground, paint_lines, paint_points
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.theme import Theme, mix, rgb

HEAD = 0.3
"""Length of an arrow's head, in shares of the arrow; it has two strokes."""


def paint_flow(canvas: Canvas, place: Place, frame: Carried, theme: Theme) -> None:
    """Data quiet, the grid and the field under the particles, which have their labels' colours."""
    unit = canvas.unit
    paint_ground(canvas, theme)
    paint_axes(canvas, place, frame, theme)
    paint_lines(canvas, place, frame, theme)
    if len(frame.target):
        faint = mix(rgb(theme.ground), rgb(theme.quiet), 0.6)
        discs = discs_of([faint], faint, 3.5 * unit)[0]
        discs.paint(canvas, place(frame.target), np.zeros(len(frame.target), np.int64))
    if len(frame.arrows):
        _paint_field(canvas, place, frame, theme)
    count = len(frame.ways.starts) - 1
    if count and np.ptp(frame.ways.starts[:2]) > 1:
        colours = theme.class_colours(int(frame.labels.max()) + 1)
        for k, colour in enumerate(colours):
            which = np.flatnonzero(frame.labels[:count] == k)
            ways = place(frame.ways.vertices), frame.ways.starts, which
            stroke(canvas.context, *ways, 2 * unit, canvas.colour(colour, 0.6))
    paint_points(canvas._replace(frame_side=None), place, frame, theme)
    paint_axis_names(canvas, place, frame, theme)


def _paint_field(canvas: Canvas, place: Place, frame: Carried, theme: Theme) -> None:
    tails, tips = place(frame.arrows[:, 0]), place(frame.arrows[:, 1])
    along = tips - tails
    across = np.stack([-along[:, 1], along[:, 0]], 1)
    heads = [tips - HEAD * (along + side * 0.6 * across) for side in (1, -1)]
    lines = np.stack([tails, tips, heads[0], tips, heads[1]], 1)
    starts = 5 * np.arange(len(lines) + 1)
    colour = canvas.colour(rgb(theme.gradient), 0.8)
    stroke(canvas.context, lines.reshape(-1, 2), starts, np.arange(len(lines)), 2.5 * canvas.unit, colour)
