"""A card that fills the frame: what a clip is called, or what stands at its end."""

from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.plane import paint_ground
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import SIZES, STRONG, Fonts, Theme, rgb

TITLE, INDENT = 92, 150
"""Size of the title, and what is free on both sides of it, in pixels of 1080."""


def paint_card(canvas: Canvas, title: str, remark: str, theme: Theme) -> None:
    """The title over a line in the classes' colours, and a remark in as many lines as it takes below."""
    unit, context = canvas.unit, canvas.context
    paint_ground(canvas, theme)
    left, room = INDENT * unit, canvas.width - 2 * INDENT * unit
    middle = canvas.height / 2
    text, size = fitted_text(canvas.fonts, title, TITLE * unit, room, STRONG)
    paint_text(canvas, text, (left, middle - 30 * unit), size, rgb(theme.ink), font=STRONG)
    colours = theme.class_colours(5)
    pitch = 0.5 * room / len(colours)
    for k, colour in enumerate(colours):
        context.rectangle(left + k * pitch, middle + 14 * unit, pitch, 8 * unit)
        context.set_source_rgba(*canvas.colour(colour))
        context.fill()
    for row, line in enumerate(_lines(canvas.fonts, remark, SIZES.caption * unit, room)):
        at = (left, middle + (94 + 60 * row) * unit)
        paint_text(canvas, line, at, SIZES.caption * unit, rgb(theme.quiet))


def _lines(fonts: Fonts, text: str, size: float, room: float) -> list[str]:
    """Words in lines no wider than `room` pixels."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(fonts, longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
