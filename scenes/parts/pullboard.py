"""Embedding planes in which one point is pulled: where it was, where its gradient points, and what follows it."""

import math
from collections.abc import Sequence

import numpy as np

from engine.films.pulling import Pull
from scenes.parts.arrows import paint_arrow
from scenes.parts.camera import Canvas, Painted
from scenes.parts.diagram import GRADIENT
from scenes.parts.lettering import paint_text
from scenes.parts.panels import Window, fitted
from scenes.parts.picture import Place, paint_axes, paint_class_vectors, paint_lines, paint_points, paint_regions
from scenes.parts.theme import STRONG, THEME, Theme, rgb

TOP, BOTTOM = 120 / 1080, 850 / 1080
"""Edges of the planes as shares of the height: a formula fits above, three lines of text below."""


class Pullboard(Painted):
    """Shows `Pull` frames side by side, on one playhead."""

    opaque = True

    def __init__(self, frames: Sequence[Pull], slopes: bool = True, theme: Theme = THEME) -> None:
        super().__init__()
        self.frames = tuple(frames)
        self.slopes = slopes
        self.theme = theme

    def show(self, frame: Sequence[Pull]) -> None:
        """Show these frames from now on."""
        self.frames = tuple(frame)

    def paint(self, canvas: Canvas) -> None:
        """Paint the whole frame."""
        context, theme, count = canvas.context, self.theme, len(self.frames)
        context.set_source_rgba(*canvas.colour(rgb(theme.ground)))
        context.paint()
        for k, frame in enumerate(self.frames):
            left, top, width, height = Window(k / count, TOP, (k + 1) / count, BOTTOM).within(canvas)
            gap = round(6 * canvas.unit) if count > 1 else 0
            context.save()
            context.translate(left + gap, top)
            context.rectangle(0, 0, width - 2 * gap, height)
            context.clip()
            plane = Canvas(context, width - 2 * gap, height, canvas.height)
            self._paint_plane(plane, fitted(frame, plane.width, height), frame)
            context.restore()
            _paint_rows(canvas, frame, left + 40 * canvas.unit, left + width - 40 * canvas.unit, theme)

    def _paint_plane(self, canvas: Canvas, place: Place, frame: Pull) -> None:
        theme, unit, context = self.theme, canvas.unit, canvas.context
        paint_regions(canvas, place, frame, theme)
        paint_axes(canvas, place, frame, theme)
        paint_lines(canvas, place, frame, theme)
        paint_points(canvas, place, frame, theme)
        paint_class_vectors(canvas, place, frame, theme)
        ink, rim = rgb(theme.ink), rgb(theme.rim)
        colour = theme.class_colours(len(frame.class_vectors))[int(frame.labels[frame.pulled])]
        for width, trace in ((9 * unit, rim), (4 * unit, ink)):
            for x, y in place(frame.trail).tolist():
                context.line_to(x, y)
            context.set_line_width(width)
            context.set_source_rgba(*canvas.colour(trace))
            context.stroke()
        here = place(frame.trail)[-1]
        if self.slopes:
            tip = place(frame.trail[-1:] + frame.slope)[0]
            if math.dist(here, tip) > 12 * unit:
                paint_arrow(canvas, _pixel(here), _pixel(tip), rgb(GRADIENT), rim)
        for radius, fill in ((20, rim), (17, ink), (13, colour)):
            context.arc(*_pixel(here), radius * unit, 0, 2 * math.pi)
            context.set_source_rgba(*canvas.colour(fill))
            context.fill()


def _pixel(at: np.ndarray) -> tuple[float, float]:
    return float(at[0]), float(at[1])


def _paint_rows(canvas: Canvas, frame: Pull, left: float, right: float, theme: Theme) -> None:
    unit, ink, quiet, size = canvas.unit, rgb(theme.ink), rgb(theme.quiet), 36 * canvas.unit
    rows = [(f"f has {frame.width} dimensions", f"L = {frame.loss:.3f}")]
    if frame.moved > 0:
        rows.append(("points near it follow", f"{frame.near:.2f} of its way"))
        rows.append(("points far from it follow", f"{frame.far:.2f} of its way"))
        rows.append(("right before, wrong now", f"{100 * frame.broken:.1f} %"))
    for row, (name, number) in enumerate(rows):
        baseline = (898 + 50 * row) * unit
        paint_text(canvas, name, (left, baseline), size, quiet if row else ink, font=STRONG)
        paint_text(canvas, number, (right, baseline), size, ink, font=STRONG, anchor="right")
