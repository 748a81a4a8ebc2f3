"""A feature vector and the class vectors; beside or below them its scores and probabilities as bars."""

import math
from typing import NamedTuple

import cairo
import numpy as np
from manim import Mobject, config

from engine.films.scores import Scores
from engine.numbers import decimal, percent
from scenes.parts.paint.arrows import paint_arrow
from scenes.parts.paint.bars import bar_middle, paint_bars
from scenes.parts.paint.canvas import WIDE, Box, Canvas
from scenes.parts.paint.fading import fading
from scenes.parts.paint.plane import Place, paint_axes, paint_ground, paint_points, paint_regions
from scenes.parts.paint.text import fitted_text, paint_text, subscript, text_width
from scenes.parts.paint.theme import SIZES, STRONG, Theme, mix, rgb, themed
from scenes.parts.stage.formula import formula, seat
from scenes.parts.stage.painted import Shown

HOTTEST = 8.0
"""The temperature at the right end of its scale."""


class Parts(NamedTuple):
    """Where everything lies, in 1/1080 of the frame's shorter side."""

    plane: tuple[float, float]
    """Width and height of the plane, in the frame's top left corner."""
    product: tuple[float, float]
    """Middle of the formula s = W f; negative from the right."""
    scores: Box
    probabilities: Box
    temperature: tuple[float, float, float]
    """Left, right and height of its scale."""

    @classmethod
    def of(cls, width: int, height: int) -> "Parts":
        """In a frame of so many pixels: bars stand beside the plane of a wide one, below it in others."""
        unit, wide = min(width, height) / 1080, width >= WIDE * height
        across, down = width / unit, height / unit
        if wide:
            scores, probabilities = Box(1130, 292, 220, 475), Box(1570, 292, 170, 475)
            return cls((1010, down), (1480, 165), scores, probabilities, (1130, across - 60, 985))
        below = down - BELOW
        scores, probabilities = Box(110, below, 190, 315), Box(across / 2 + 130, below, 210, 315)
        scale = (60, across - 60, down - 112)
        if down > 1.4 * across:
            return cls((across, below - 290), (-across / 2, below - 145), scores, probabilities, scale)
        return cls((across - 420, below - 30), (-220, below / 2 - 15), scores, probabilities, scale)


BELOW = 600
"""Height of bars, formula and temperature below the plane, in 1/1080 of the frame's shorter side."""


def says(text: str, theme: Theme | None = None, size: float = 32) -> Mobject:
    """A formula under the bars."""
    return formula(text, size=size, theme=theme).move_to(seat(wide=(1480, 859), tall=(540, 397 - BELOW)))


def product(count: int, theme: Theme | None = None) -> Mobject:
    """The formula over the bars: s = W f, a row a class."""
    theme, rows = themed(theme), range(1, count + 1)
    scores = ", ".join(f"{{{{ s_{k} : s{k} }}}}" for k in rows)
    weight = "; ".join(f"{{{{ w_{k}^top : w{k} }}}}" for k in rows)
    colours = {f"{letter}{k}": colour for letter in "sw" for k, colour in zip(rows, theme.class_colours(count))}
    made = formula(f"s = vec({scores}) = W f = mat({weight}) f", colours, 24, theme)
    parts = Parts.of(config.pixel_width, config.pixel_height)
    return made.move_to(seat(parts.product, parts.product))


class Scoreboard(Shown[Scores]):
    """Shows a `Scores` frame."""

    opaque = True

    def paint(self, canvas: Canvas) -> None:
        """Paint the whole frame."""
        context, frame, theme, unit = canvas.context, self.frame, self.theme, canvas.unit
        paint_ground(canvas, theme)
        width, height = (round(edge * unit) for edge in Parts.of(canvas.width, canvas.height).plane)
        context.save()
        context.rectangle(0, 0, width, height)
        context.clip()
        plane = canvas.part(context, width, height)
        margin = 0 if canvas.wide else 60 * unit  # names would not fit beside arrows that reach the edge
        place = Place((width / 2, height / 2), (min(width, height) / 2 - margin) / frame.view.half)
        _paint_plane(plane, place, frame, theme)
        context.restore()
        if frame.rows > 0:
            _paint_scores(canvas, frame, theme)
        if frame.soft > 0:
            with fading(canvas, frame.soft) as layer:
                _paint_probabilities(layer, frame, theme)


def _paint_plane(canvas: Canvas, place: Place, frame: Scores, theme: Theme) -> None:
    unit = canvas.unit
    if frame.answered > 0:
        with fading(canvas, frame.answered) as layer:
            paint_regions(layer, place, frame, theme)
    paint_axes(canvas, place, frame, theme)
    quiet, right, size = rgb(theme.quiet), canvas.width - SIZES.edge * unit, SIZES.label * unit
    paint_text(canvas, frame.axes[0], (right, place.origin[1] - 16 * unit), size, quiet, anchor="right")
    paint_text(
        canvas, frame.axes[1], (place.origin[0] + 16 * unit, (SIZES.edge + 0.75 * SIZES.label) * unit), size, quiet
    )
    spread = place(frame.points)
    corner, size = spread.min(0) - 20 * unit, np.ptp(spread, axis=0) + 40 * unit
    with fading(canvas, 0.35, (*corner.tolist(), *size.tolist())) as layer:
        paint_points(layer, place, frame, theme)
    colours = theme.class_colours(len(frame.scores))
    tip = tuple(place(frame.feature[None])[0].tolist())
    rim = rgb(theme.rim)
    for k, (vector, colour) in enumerate(zip(frame.class_vectors, colours)):
        here = min(1.0, max(0.0, frame.rows - k))
        if here > 0:
            _paint_projection(canvas, place, frame, k, max(0.0, 2 * here - 1), colour, theme)
            end = tuple(place(vector[None])[0].tolist())
            with fading(canvas, min(1.0, 2 * here)) as layer:
                paint_arrow(layer, place.origin, end, colour, rim)
                x, y = np.subtract(end, place.origin) * (1 + 44 * unit / math.dist(end, place.origin)) + place.origin
                name, own = "w" + subscript(k + 1), theme.written(colour)
                paint_text(layer, name, (x, y + 11 * unit), 40 * unit, own, font=STRONG, anchor="middle", halo=rim)
    paint_arrow(canvas, place.origin, tip, rgb(theme.ink), rim)
    x, y = np.subtract(tip, place.origin) * (1 + 40 * unit / math.dist(tip, place.origin)) + place.origin
    paint_text(canvas, "f", (x, y + 11 * unit), 44 * unit, rgb(theme.ink), font=STRONG, anchor="middle", halo=rim)


def _paint_projection(
    canvas: Canvas, place: Place, frame: Scores, k: int, grown: float, colour: tuple[float, float, float], theme: Theme
) -> None:
    """From f straight down onto the line through w_k; the projection itself, from the origin to there, in colour."""
    context, unit = canvas.context, canvas.unit
    vector = frame.class_vectors[k]
    along = vector / np.linalg.norm(vector)
    foot = (frame.feature @ along) * along
    between = (1 - grown) * frame.feature + grown * foot
    (fx, fy), (px, py), (bx, by) = place(np.stack([frame.feature, foot, between])).tolist()
    context.set_dash([9 * unit, 9 * unit])
    context.set_line_width(2.5 * unit)
    context.set_source_rgba(*canvas.colour(colour, 0.9))
    context.move_to(fx, fy)
    context.line_to(bx, by)
    context.stroke()
    context.set_dash([])
    if grown >= 1:
        context.set_line_cap(cairo.LINE_CAP_ROUND)
        for width, ink in ((17 * unit, rgb(theme.rim)), (12 * unit, mix(colour, rgb(theme.ground), 0.25))):
            context.set_line_width(width)
            context.set_source_rgba(*canvas.colour(ink))
            context.move_to(*place.origin)
            context.line_to(px, py)
            context.stroke()
        context.set_line_cap(cairo.LINE_CAP_BUTT)


def _paint_scores(canvas: Canvas, frame: Scores, theme: Theme) -> None:
    unit, count = canvas.unit, len(frame.scores)
    box = Box(*(edge * unit for edge in Parts.of(canvas.width, canvas.height).scores))
    reach = 1.05 * float(np.linalg.norm(frame.class_vectors, axis=1).max() * np.linalg.norm(frame.feature))
    grown = [min(1.0, max(0.0, 2 * (frame.rows - k) - 1)) for k in range(count)]
    forms = [max(0.0, 1 - 2 * abs(frame.form - form)) for form in range(3)]
    names = [f"s{subscript(k + 1)}" for k in range(count)]
    texts = [forms_[2] if forms[2] == 1 else "" for forms_ in frame.texts]
    paint_bars(
        canvas, box, frame.scores.tolist(), (-reach, reach),
        names=names, texts=texts, shown=grown, chosen=frame.answered, theme=theme,
    )  # fmt: skip
    for k, row in enumerate(frame.texts):
        y = bar_middle(box, k, count, theme) + 13 * unit
        for form in (0, 1):
            alpha = forms[form] * max(0.0, 4 * grown[k] - 3)
            if alpha > 0:
                at = (canvas.width - 40 * unit, y)
                text, size = fitted_text(canvas.fonts, row[form], 34 * unit, at[0] - box.left - box.width - 16 * unit)
                paint_text(canvas, text, at, size, rgb(theme.ink), anchor="right", alpha=alpha)


def _paint_probabilities(canvas: Canvas, frame: Scores, theme: Theme) -> None:
    context, unit, parts = canvas.context, canvas.unit, Parts.of(canvas.width, canvas.height)
    box = Box(*(edge * unit for edge in parts.probabilities))
    names = [f"ỹ{subscript(k + 1)}" for k in range(len(frame.scores))]
    texts = [percent(float(p)) for p in frame.probabilities]
    paint_bars(canvas, box, frame.probabilities.tolist(), (0, 1), names=names, texts=texts, theme=theme)
    left, right, y = (value * unit for value in parts.temperature)
    context.set_line_width(4 * unit)
    context.set_source_rgba(*canvas.colour(rgb(theme.quiet)))
    context.move_to(left, y)
    context.line_to(right, y)
    context.stroke()
    at = left + min(1.0, frame.temperature / HOTTEST) * (right - left)
    context.arc(at, y, 13 * unit, 0, 2 * math.pi)
    context.set_source_rgba(*canvas.colour(rgb(theme.ink)))
    context.fill()
    ink, quiet, size = rgb(theme.ink), rgb(theme.quiet), 34 * unit
    paint_text(canvas, "temperature", (left, y - 40 * unit), size, quiet)
    x = left + text_width(canvas.fonts, "temperature ", size)
    paint_text(canvas, f"T = {decimal(frame.temperature)}", (x, y - 40 * unit), size, ink, font=STRONG)
    paint_text(canvas, "0: argmax", (left, y + 56 * unit), size, quiet)
    paint_text(canvas, f"{HOTTEST:g}: more alike", (right, y + 56 * unit), size, quiet, anchor="right")
