"""A feature vector and the class vectors on the left; on the right its scores and probabilities as bars."""

import math

import cairo
import numpy as np
from manim import Mobject

from engine.films.scoring import Scores, written
from scenes.parts.arrows import paint_arrow
from scenes.parts.bars import Box, paint_bars
from scenes.parts.camera import Canvas, Painted
from scenes.parts.formula import formula
from scenes.parts.lettering import paint_text, text_width
from scenes.parts.picture import Place, paint_axes, paint_ground, paint_points, paint_regions
from scenes.parts.theme import STRONG, THEME, Theme, mix, rgb

PLANE = 1010
"""Width of the plane, in pixels of 1080; the rest is for bars."""
ROWS = (285, 475)
"""Top and height of the rows of bars, in pixels of 1080."""
SCORE, PROBABILITY = (1130, 220), (1570, 170)
"""Left edge and width of the two columns of bars, in pixels of 1080."""
HOTTEST = 8.0
"""The temperature at the right end of its scale."""


def says(text: str, size: float = 32) -> Mobject:
    """A formula under the bars."""
    return formula(text, size=size).move_to((3.85, -2.36, 0))


def product(count: int) -> Mobject:
    """The formula over the bars: s = W f, a row a class."""
    rows = range(1, count + 1)
    scores = ", ".join(f"{{{{ s_{k} : s{k} }}}}" for k in rows)
    weight = "; ".join(f"{{{{ w_{k}^top : w{k} }}}}" for k in rows)
    colours = {f"{letter}{k}": colour for letter in "sw" for k, colour in zip(rows, THEME.class_colours(count))}
    return formula(f"s = vec({scores}) = W f = mat({weight}) f", colours, 25).move_to((3.85, 2.98, 0))


class Scoreboard(Painted):
    """Shows a `Scores` frame."""

    opaque = True

    def __init__(self, frame: Scores, theme: Theme = THEME) -> None:
        super().__init__()
        self.frame = frame
        self.theme = theme

    def show(self, frame: Scores) -> None:
        """Show `frame` from now on."""
        self.frame = frame

    def paint(self, canvas: Canvas) -> None:
        """Paint the whole frame."""
        context, frame, theme, unit = canvas.context, self.frame, self.theme, canvas.unit
        paint_ground(canvas, theme)
        width = round(PLANE * unit)
        context.save()
        context.rectangle(0, 0, width, canvas.height)
        context.clip()
        plane = Canvas(context, width, canvas.height, canvas.side)
        place = Place((width / 2, canvas.height / 2), canvas.height / 2 / frame.view.half)
        _paint_plane(plane, place, frame, theme)
        context.restore()
        if frame.rows > 0:
            _paint_scores(canvas, frame, theme)
        if frame.soft > 0:
            _paint_probabilities(canvas, frame, theme)


def _paint_plane(canvas: Canvas, place: Place, frame: Scores, theme: Theme) -> None:
    context, unit = canvas.context, canvas.unit
    if frame.answered > 0:
        context.push_group()
        paint_regions(canvas, place, frame, theme)
        context.pop_group_to_source()
        context.paint_with_alpha(frame.answered)
    paint_axes(canvas, place, frame, theme)
    quiet, right = rgb(theme.quiet), canvas.width - 24 * unit
    paint_text(canvas, frame.axes[0], (right, place.origin[1] - 16 * unit), 34 * unit, quiet, anchor="right")
    paint_text(canvas, frame.axes[1], (place.origin[0] + 16 * unit, 40 * unit), 34 * unit, quiet)
    context.push_group()
    paint_points(canvas, place, frame, theme)
    context.pop_group_to_source()
    context.paint_with_alpha(0.35)
    colours = theme.class_colours(len(frame.scores))
    tip = tuple(place(frame.feature[None])[0].tolist())
    rim = rgb(theme.rim)
    for k, (vector, colour) in enumerate(zip(frame.class_vectors, colours)):
        here = min(1.0, max(0.0, frame.rows - k))
        if here > 0:
            _paint_projection(canvas, place, frame, k, max(0.0, 2 * here - 1), colour, theme)
            end = tuple(place(vector[None])[0].tolist())
            context.push_group()
            paint_arrow(canvas, place.origin, end, colour, rim)
            x, y = np.subtract(end, place.origin) * (1 + 44 * unit / math.dist(end, place.origin)) + place.origin
            name = "w" + "₁₂₃₄₅₆₇₈₉"[k]
            paint_text(canvas, name, (x, y + 11 * unit), 40 * unit, colour, font=STRONG, anchor="middle", halo=rim)
            context.pop_group_to_source()
            context.paint_with_alpha(min(1.0, 2 * here))
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
    box = Box(*(v * unit for v in (SCORE[0], ROWS[0], SCORE[1], ROWS[1])))
    reach = 1.05 * float(np.linalg.norm(frame.class_vectors, axis=1).max() * np.linalg.norm(frame.feature))
    grown = [min(1.0, max(0.0, 2 * (frame.rows - k) - 1)) for k in range(count)]
    forms = [max(0.0, 1 - 2 * abs(frame.form - form)) for form in range(3)]
    names = [f"s{'₁₂₃₄₅₆₇₈₉'[k]}" for k in range(count)]
    texts = [forms_[2] if forms[2] == 1 else "" for forms_ in frame.texts]
    paint_bars(
        canvas, box, frame.scores.tolist(), (-reach, reach),
        names=names, texts=texts, shown=grown, chosen=frame.answered, theme=theme,
    )  # fmt: skip
    for k, row in enumerate(frame.texts):
        y = box.top + (k + 0.5) * box.height / count + 13 * unit
        for form in (0, 1):
            alpha = forms[form] * max(0.0, 4 * grown[k] - 3)
            if alpha > 0:
                at = (canvas.width - 40 * unit, y)
                paint_text(canvas, row[form], at, 34 * unit, rgb(theme.ink), anchor="right", alpha=alpha)


def _paint_probabilities(canvas: Canvas, frame: Scores, theme: Theme) -> None:
    context, unit = canvas.context, canvas.unit
    context.push_group()
    box = Box(*(v * unit for v in (PROBABILITY[0], ROWS[0], PROBABILITY[1], ROWS[1])))
    names = [f"ỹ{'₁₂₃₄₅₆₇₈₉'[k]}" for k in range(len(frame.scores))]
    texts = [f"{100 * p:.1f} %" for p in frame.probabilities]
    paint_bars(canvas, box, frame.probabilities.tolist(), (0, 1), names=names, texts=texts, theme=theme)
    left, right, y = SCORE[0] * unit, canvas.width - 60 * unit, 985 * unit
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
    x = left + text_width("temperature ", size)
    paint_text(canvas, f"T = {written(frame.temperature)}", (x, y - 40 * unit), size, ink, font=STRONG)
    paint_text(canvas, "0: argmax", (left, y + 56 * unit), size, quiet)
    paint_text(canvas, f"{HOTTEST:g}: nearly alike", (right, y + 56 * unit), size, quiet, anchor="right")
    context.pop_group_to_source()
    context.paint_with_alpha(frame.soft)
