"""Embedding planes in which one point is pulled: where it was, where its gradient points, and what follows it."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import Mobject

from engine.films.pulling import Pull
from engine.numbers import decimal, percent
from scenes.parts.paint.arrows import paint_arrow
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.fading import fading
from scenes.parts.paint.key import classes_of, paint_names
from scenes.parts.paint.plane import (
    Place,
    fitted,
    paint_axes,
    paint_class_vectors,
    paint_ground,
    paint_lines,
    paint_points,
    paint_regions,
)
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.text import paint_text
from scenes.parts.paint.theme import SIZES, STRONG, Theme, rgb, themed
from scenes.parts.pictures.picture import DIM
from scenes.parts.stage.formula import formula, seat
from scenes.parts.stage.painted import Painted

TOP, BELOW, PITCH = 146, 230, 50
"""Heights over the planes, for a formula, and under each, for four lines of text; from one line to the next."""


def over(text: str, size: float = 40, theme: Theme | None = None) -> Mobject:
    """A formula over the planes; what is called `slope` in it has the gradient's colour."""
    theme = themed(theme)
    colours = {"slope": theme.gradient} if ": slope }}" in text else {}
    return formula(text, colours, size, theme).move_to(seat(wide=(960, 91), tall=(540, 91)))


class Pullboard(Painted):
    """Shows `Pull` frames side by side, on one playhead; `alone`: all but the pulled point and its class is dim."""

    opaque = True

    def __init__(
        self, frames: Sequence[Pull], slopes: bool = True, theme: Theme | None = None, alone: bool = False
    ) -> None:
        super().__init__(theme=theme)
        self.alone = alone
        self.frames = tuple(frames)
        self.slopes = slopes

    def show(self, frame: Sequence[Any]) -> None:
        """Show these frames from now on."""
        self.frames = tuple(frame)

    def paint(self, canvas: Canvas) -> None:
        """Paint the whole frame."""
        context, theme, count = canvas.context, self.theme, len(self.frames)
        paint_ground(canvas, theme)
        names = len(theme.names[: classes_of(self.frames[0])])
        columns = names if canvas.wide else min(names, 3)
        lines = -(-names // max(columns, 1))
        foot = canvas.height - (PITCH * lines + (24 if names else 0)) * canvas.unit
        if names:
            at = (SIZES.edge * canvas.unit, foot + 28 * canvas.unit)
            paint_names(canvas, theme, names, at, canvas.width - 80 * canvas.unit, columns, PITCH)
        for k, frame in enumerate(self.frames):
            box, rows = _windows(canvas, k, count, foot)
            left, top, width, height = (round(edge) for edge in box)
            context.save()
            context.translate(left, top)
            context.rectangle(0, 0, width, height)
            context.clip()
            plane = canvas.part(context, width, height)
            self._paint_plane(plane, fitted(frame, width, height), frame)
            context.restore()
            _paint_rows(canvas, frame, rows, theme)

    def _paint_plane(self, canvas: Canvas, place: Place, frame: Pull) -> None:
        theme, unit, context = self.theme, canvas.unit, canvas.context
        paint_regions(canvas, place, frame, theme)
        paint_axes(canvas, place, frame, theme)
        paint_lines(canvas, place, frame, theme)
        own = np.arange(len(frame.class_vectors)) == frame.labels[frame.pulled]
        with fading(canvas, DIM if self.alone else 1.0) as layer:
            paint_points(layer, place, frame, theme)
            paint_class_vectors(layer, place, frame, theme, text=not self.alone, which=~own if self.alone else None)
        if self.alone:
            paint_class_vectors(canvas, place, frame, theme, which=own)
        ink, rim = rgb(theme.ink), rgb(theme.rim)
        colour = theme.class_colours(len(frame.class_vectors))[int(frame.labels[frame.pulled])]
        trail = place(frame.trail)
        for width, trace in ((9 * unit, rim), (4 * unit, ink)):
            stroke(context, trail, [0, len(trail)], [0], width, canvas.colour(trace))
        here = trail[-1]
        if self.slopes:
            tip = place(frame.trail[-1:] + frame.slope)[0]
            if math.dist(here, tip) > 12 * unit:
                paint_arrow(canvas, _pixel(here), _pixel(tip), rgb(theme.gradient), rim)
        for radius, fill in ((20, rim), (17, ink), (13, colour)):
            context.arc(*_pixel(here), radius * unit, 0, 2 * math.pi)
            context.set_source_rgba(*canvas.colour(fill))
            context.fill()


def _pixel(at: np.ndarray) -> tuple[float, float]:
    return float(at[0]), float(at[1])


def _windows(canvas: Canvas, number: int, count: int, foot: float) -> tuple[Box, Box]:
    """Pixels of a frame's plane and of its rows of text, over `foot`.

    Frames stand side by side in a wide frame, each over its rows; one below the other in a tall one, where rows stand
    beside a plane that would be flat otherwise.
    """
    unit = canvas.unit
    gap, top, below = (6 * unit if count > 1 else 0), TOP * unit, BELOW * unit
    if canvas.wide:
        width = canvas.width / count
        left, height = number * width, foot - top - below
    else:
        width, left = float(canvas.width), 0.0
        band = (foot - top) / count
        top, height = top + number * band, band - below
        if height < 0.5 * width:
            plane = Box(0, top, 0.52 * width, band - 2 * gap)
            return plane, Box(plane.width + 30 * unit, top - 20 * unit, width - plane.width - 60 * unit, plane.height)
    rows = Box(left + 40 * unit, top + height, width - 80 * unit, below)
    return Box(left + gap, top, width - 2 * gap, height), rows


def _paint_rows(canvas: Canvas, frame: Pull, box: Box, theme: Theme) -> None:
    """Names on the left, numbers on the right; each under its name where both do not fit."""
    unit, ink, quiet, size = canvas.unit, rgb(theme.ink), rgb(theme.quiet), 36 * canvas.unit
    rows = [(f"f has {frame.width} dimensions", f"L = {decimal(frame.loss, 3)}")]
    if frame.moved > 0:
        names = f"within {frame.within:g} of its x", f"beyond {frame.beyond:g} of it"
        for name, share, count in zip(names, (frame.near, frame.far), frame.counts):
            if count:
                rows.append((f"x {name} follow", f"{decimal(share)} of its way"))
        rows.append(("right before, wrong now", percent(frame.broken)))
    narrow = box.width < 700 * unit
    for row, (name, number) in enumerate(rows):
        baseline = box.top + (48 + PITCH * row * (1 + narrow)) * unit
        paint_text(canvas, name, (box.left, baseline), size, quiet if row else ink, font=STRONG)
        at = (box.left + box.width, baseline + PITCH * narrow * unit)
        paint_text(canvas, number, at, size, ink, font=STRONG, anchor="right")
