"""How hidden states along sequences are painted, in a panel: ways in their labels' colours, states by time or token."""

import numpy as np

from engine.films.sequence import States
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.discs import shaded_discs
from scenes.parts.paint.plane import Place, paint_axes, paint_axis_names, paint_ground, paint_points
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.text import fitted_text, paint_text
from scenes.parts.paint.theme import RGB, Theme, mix, rgb

LEVELS = 32
"""Shades of time."""


def paint_sequence(canvas: Canvas, place: Place, frame: States, theme: Theme) -> None:
    """Ways thin, states on them small, and each sequence's last state large, in its label's colour."""
    unit = canvas.unit
    paint_ground(canvas, theme)
    paint_axes(canvas, place, frame, theme)
    classes = theme.class_colours(int(frame.labels.max(initial=0)) + 1)
    for k, colour in enumerate(classes):
        which = np.flatnonzero(frame.labels == k)
        ways = place(frame.lines.vertices), frame.lines.starts, which
        stroke(canvas.context, *ways, 1.6 * unit, canvas.colour(colour, 0.35))
    colours = shades_of(frame, theme)
    number = frame.shade if frame.tokens else np.rint(frame.shade * (LEVELS - 1))
    discs = shaded_discs(colours, rgb(theme.rim), 4.5 * unit)
    discs.paint(canvas, place(frame.steps), number.astype(np.int64))
    paint_points(canvas._replace(frame_side=None), place, frame, theme)
    paint_axis_names(canvas, place, frame, theme)
    if frame.caption:
        text, size = fitted_text(canvas.fonts, frame.caption, 28 * unit, canvas.width - 60 * unit)
        at = (canvas.width / 2, canvas.height - 16 * unit)
        paint_text(canvas, text, at, size, rgb(theme.quiet), anchor="middle", halo=rgb(theme.rim))


def shades_of(frame: States, theme: Theme) -> list[RGB]:
    """A colour a token; or for times, from near the ground, the first, to the ink, the last."""
    if frame.tokens:
        return theme.class_colours(frame.tokens)
    return [mix(rgb(theme.ground), rgb(theme.ink), 0.25 + 0.75 * k / (LEVELS - 1)) for k in range(LEVELS)]
