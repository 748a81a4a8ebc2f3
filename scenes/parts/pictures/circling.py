"""One point on a circle, its projections on the class vectors, its scores as bars."""

import math
from dataclasses import replace

import cairo

from engine.films.circling import Circled
from engine.numbers import decimal, percent
from scenes.parts.paint.bars import paint_bars
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.key import paint_key
from scenes.parts.paint.plane import Place
from scenes.parts.paint.text import fitted_text, paint_text, subscript
from scenes.parts.paint.theme import STRONG, Theme, mix, rgb
from scenes.parts.pictures.class_vectors import BARS, BELOW
from scenes.parts.pictures.picture import Picture


class CirclePicture(Picture):
    """A picture of `circling`: the point, its projections on the class vectors, and its scores as bars."""

    frame: Circled

    def __init__(self, frame: Circled, theme: Theme | None = None) -> None:
        super().__init__(frame, theme, readouts=False)

    def place(self, canvas: Canvas) -> Place:
        """Where the plane lies: beside the bars, or over them."""
        return Place.of(self.frame.view, canvas.width, canvas.height, head=0, foot=BELOW)

    def paint(self, canvas: Canvas) -> None:
        """Paint the frame."""
        super().paint(canvas)
        paint_projections(canvas, self.place(canvas), self.frame, self.theme)
        paint_answer(canvas, self.frame, self.theme)
        paint_key(canvas, self.frame, replace(self.theme, names=()))  # the bars name the classes


def paint_projections(canvas: Canvas, place: Place, frame: Circled, theme: Theme) -> None:
    """The point on its circle; dashed lines down to its projections; each projection along its class vector."""
    context, unit = canvas.context, canvas.unit
    colours, rim, ink = theme.class_colours(len(frame.scores)), rgb(theme.rim), rgb(theme.ink)
    x, y = place.origin
    ex, ey = place(frame.e[None])[0].tolist()
    context.new_sub_path()
    context.arc(x, y, math.dist((x, y), (ex, ey)), 0, 2 * math.pi)
    context.set_line_width(2 * unit)
    context.set_source_rgba(*canvas.colour(rgb(theme.quiet), 0.8))
    context.stroke()
    for k, ((fx, fy), colour) in enumerate(zip(place(frame.feet).tolist(), colours)):
        wins = k == frame.answer
        context.set_line_cap(cairo.LINE_CAP_ROUND)
        thick = 16 if wins else 9
        for width, shade in (((thick + 5) * unit, rim), (thick * unit, mix(colour, ink, 0.25 if wins else 0.0))):
            context.move_to(x, y)
            context.line_to(fx, fy)
            context.set_line_width(width)
            context.set_source_rgba(*canvas.colour(shade))
            context.stroke()
        context.set_line_cap(cairo.LINE_CAP_BUTT)
        context.set_dash([10 * unit, 8 * unit])
        context.move_to(ex, ey)
        context.line_to(fx, fy)
        context.set_line_width((4 if wins else 2.5) * unit)
        context.set_source_rgba(*canvas.colour(colour))
        context.stroke()
        context.set_dash([])
    context.arc(ex, ey, 17 * unit, 0, 2 * math.pi)
    context.set_source_rgba(*canvas.colour(colours[frame.answer]))
    context.fill_preserve()
    context.set_line_width(4 * unit)
    context.set_source_rgba(*canvas.colour(ink))
    context.stroke()
    out = 1 + 46 * unit / max(math.dist((x, y), (ex, ey)), 1e-9)
    at = (x + out * (ex - x), y + out * (ey - y) + 13 * unit)
    paint_text(canvas, "e", at, 48 * unit, ink, font=STRONG, anchor="middle", halo=rim)


def paint_answer(canvas: Canvas, frame: Circled, theme: Theme) -> None:
    """Bars of the scores, turning into probabilities; the longest is framed: it names the region."""
    unit, rim = canvas.unit, rgb(theme.rim)
    soft = frame.soft >= 0.5
    letter = "ỹ" if soft else "s"
    values = frame.probabilities if soft else frame.scores
    texts = [percent(value, 0) if soft else decimal(value, 1) for value in values.tolist()]
    names = [letter + subscript(k + 1) for k in range(len(values))]
    top, side = canvas.height - BELOW * unit, canvas.width
    wide = Box(*(edge * unit for edge in BARS)), Box(40 * unit, 60 * unit, 500 * unit, 690 * unit)
    tall = Box(side / 2 + 90 * unit, top + 20 * unit, 250 * unit, 330 * unit), Box(0, top, side, BELOW * unit)
    box, ground = wide if canvas.wide else tall
    context = canvas.context
    context.rectangle(*ground)
    context.set_source_rgba(*canvas.colour(rim, 0.55))
    context.fill()
    paint_bars(
        canvas, box, frame.bars.tolist(), (-(1 - frame.soft), 1.0), names=names, texts=texts, chosen=1.0, theme=theme
    )
    title = "probabilities" if soft else "scores"
    top = 118 * unit if canvas.wide else top + 80 * unit
    paint_text(canvas, title, (64 * unit, top), 44 * unit, rgb(theme.quiet), halo=rim)
    answer, size = fitted_text(canvas.fonts, f"answer ŷ = {theme.name(frame.answer)}", 60 * unit, 450 * unit, STRONG)
    colour = theme.written(theme.class_colours(len(values))[frame.answer])
    paint_text(canvas, answer, (64 * unit, top + 78 * unit), size, colour, font=STRONG, halo=rim)
