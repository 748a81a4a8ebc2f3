"""A chart of several values for each of a few names: every value a dot, their medians a line."""

import numpy as np

from engine.films.together import Samples
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.plane import paint_ground
from scenes.parts.paint.readouts import written
from scenes.parts.paint.text import paint_text
from scenes.parts.paint.theme import STRONG, Theme, rgb
from scenes.parts.stage.painted import Painted

LEFT, TOP, RIGHT, BOTTOM = 0.12, 0.15, 0.96, 0.82
"""The plot's edges, as shares of the frame."""


class Chart(Painted):
    """Shows one spread at a time."""

    opaque = True

    def __init__(self, spread: Samples, theme: Theme | None = None) -> None:
        super().__init__(theme=theme)
        self.spread = spread

    def show(self, frame: Samples) -> None:
        """Show `frame` from now on."""
        self.spread = frame

    def paint(self, canvas: Canvas) -> None:
        """Paint the ground, the plot with its axes, the dots, the medians and their numbers."""
        context, unit, theme, spread = canvas.context, canvas.unit, self.theme, self.spread
        ink, quiet = rgb(theme.ink), rgb(theme.quiet)
        paint_ground(canvas, theme)
        left, right = LEFT * canvas.width, RIGHT * canvas.width
        top, bottom = TOP * canvas.height, BOTTOM * canvas.height
        for share in (0, 0.25, 0.5, 0.75, 1):
            y = bottom - share * (bottom - top)
            context.set_line_width(2 * unit)
            context.set_source_rgba(*canvas.colour(quiet, 0.7 if share == 0 else 0.25))
            context.move_to(left, y)
            context.line_to(right, y)
            context.stroke()
            value = (1 - share) * spread.floor + share
            paint_text(
                canvas, f"{100 * value:.0f} %", (left - 20 * unit, y + 12 * unit), 34 * unit, quiet, anchor="right"
            )
        paint_text(canvas, spread.axes[1], (left, top - 40 * unit), 40 * unit, quiet)
        paint_text(canvas, spread.axes[0], (right, bottom + 140 * unit), 40 * unit, quiet, anchor="right")
        x = 40 * unit
        for name, value in spread.readings.items():
            x += paint_text(canvas, name, (x, 66 * unit), 40 * unit, quiet) + 16 * unit
            paint_text(canvas, written(name, value), (x, 66 * unit), 60 * unit, ink, font=STRONG)
            x += 200 * unit
        self._paint_key(canvas, right)
        self._paint_values(canvas, left, right, top, bottom)

    def _paint_key(self, canvas: Canvas, right: float) -> None:
        """At the top right: a dot is a run, the line goes through the medians."""
        context, unit, theme = canvas.context, canvas.unit, self.theme
        ink, quiet, y = rgb(theme.ink), rgb(theme.quiet), 66 * unit
        right -= paint_text(canvas, "median", (right, y), 36 * unit, quiet, anchor="right") + 24 * unit
        context.move_to(right - 50 * unit, y - 11 * unit)
        context.line_to(right, y - 11 * unit)
        context.set_line_width(4 * unit)
        context.set_source_rgba(*canvas.colour(ink, 0.8))
        context.stroke()
        right -= 110 * unit
        right -= paint_text(canvas, self.spread.each, (right, y), 36 * unit, quiet, anchor="right") + 28 * unit
        context.arc(right, y - 11 * unit, 10 * unit, 0, 2 * np.pi)
        context.set_source_rgba(*canvas.colour(theme.class_colours(5)[0]))
        context.fill()

    def _paint_values(self, canvas: Canvas, left: float, right: float, top: float, bottom: float) -> None:
        context, unit, theme, spread = canvas.context, canvas.unit, self.theme, self.spread
        ink, quiet = rgb(theme.ink), rgb(theme.quiet)
        accent = theme.class_colours(5)[0]
        xs = left + (right - left) * (np.arange(len(spread.names)) + 0.5) / len(spread.names)
        heights = bottom - np.clip((spread.values - spread.floor) / (1 - spread.floor), 0, 1) * (bottom - top)
        middle = np.median(heights, axis=1)
        there = np.clip(spread.shown - np.arange(len(xs)), 0, 1)
        places, last = np.arange(len(xs)), min(spread.shown, len(xs)) - 1  # the line has come as far as the values have
        for k in np.append(places[places < last], last) if last >= 0 else ():
            context.line_to(float(np.interp(k, places, xs)), float(np.interp(k, places, middle)))
        context.set_line_width(4 * unit)
        context.set_source_rgba(*canvas.colour(ink, 0.8))
        context.stroke()
        rises = -np.diff(middle, append=middle[-1]) / unit
        below = np.where(np.arange(len(xs)) < len(xs) - 1, np.clip((rises + 12) / 6, -1, 1), 0)  # a line that rises
        columns = zip(
            xs.tolist(), spread.names, heights.tolist(), spread.values, there.tolist(), middle.tolist(), below
        )
        for x, name, dots, values, alpha, y, away in columns:
            paint_text(canvas, name, (x, bottom + 60 * unit), 44 * unit, quiet, anchor="middle")
            if alpha == 0:
                continue
            for k, dot in enumerate(dots):
                context.arc(x + (k - (len(dots) - 1) / 2) * 13 * unit, dot, 10 * unit, 0, 2 * np.pi)
                context.set_source_rgba(*canvas.colour(rgb(theme.rim), alpha))
                context.set_line_width(4 * unit)
                context.stroke_preserve()
                context.set_source_rgba(*canvas.colour(accent, 0.9 * alpha))
                context.fill()
            text = written("accuracy", float(np.median(values)))
            at = (x + (6.5 * (len(dots) - 1) + 26) * unit, y + (12 + 26 * away) * unit)  # beside the dots, off the line
            paint_text(canvas, text, at, 36 * unit, ink, font=STRONG, alpha=alpha, halo=rgb(theme.rim))
