"""Bars: a number a class, in the class's colour."""

from collections.abc import Sequence

from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.text import fitted_text, paint_text
from scenes.parts.paint.theme import DARK, SIZES, STRONG, Theme, rgb

TEXT_ROOM = 130
"""Beside the bars for their texts, in pixels of 1080."""


def paint_bars(
    canvas: Canvas,
    box: Box,
    values: Sequence[float],
    span: tuple[float, float],
    *,
    names: Sequence[str] = (),
    texts: Sequence[str] = (),
    shown: Sequence[float] | None = None,
    chosen: float = 0.0,
    theme: Theme = DARK,
) -> None:
    """Horizontal bars, one under the other, from zero to each of `values`; `box` is `span` wide.

    `names` stand left of the box, `texts` right of it, and over the bars what the theme calls the classes. `shown`
    (0 … 1 each) lets bars grow and their texts appear.
    `chosen` (0 … 1) is how strongly the longest is framed.
    """
    context, unit = canvas.context, canvas.unit
    count = len(values)
    row = box.height / count
    thick = min((0.32 if theme.names else 0.42) * row, 40 * unit)
    low, high = span
    scale = box.width / (high - low)
    zero = box.left - low * scale
    grown = [1.0] * count if shown is None else list(shown)
    context.set_source_rgba(*canvas.colour(rgb(theme.quiet), 0.8))
    context.set_line_width(2 * unit)
    context.move_to(zero, box.top)
    context.line_to(zero, box.top + box.height)
    context.stroke()
    longest = max(range(count), key=lambda k: values[k])
    for k, (value, colour) in enumerate(zip(values, theme.class_colours(count))):
        middle = bar_middle(box, k, count, theme)
        length = grown[k] * min(max(value, low), high) * scale
        context.rectangle(zero, middle - thick / 2, length, thick)
        context.set_source_rgba(*canvas.colour(colour))
        context.fill()
        if k == longest and chosen > 0:
            context.rectangle(zero - 5 * unit, middle - thick / 2 - 5 * unit, length + 10 * unit, thick + 10 * unit)
            context.set_line_width(4 * unit)
            context.set_source_rgba(*canvas.colour(rgb(theme.ink), chosen))
            context.stroke()
        baseline, size = middle + 13 * unit, 36 * unit
        if k < len(theme.names):
            room = box.width + TEXT_ROOM * unit
            name, fits = fitted_text(canvas.fonts, theme.names[k], min(30 * unit, max(0.42 * row, 18 * unit)), room)
            at, alpha = (box.left, middle - thick / 2 - min(11 * unit, 0.2 * row)), min(1.0, 2 * grown[k])
            paint_text(canvas, name, at, fits, rgb(theme.ink), alpha=alpha, halo=rgb(theme.rim))
        if names:
            at = (box.left - 18 * unit, baseline)
            own, alpha = theme.written(colour), min(1.0, 2 * grown[k])
            paint_text(canvas, names[k], at, size, own, font=STRONG, anchor="right", alpha=alpha)
        if texts:
            at = (box.left + box.width + TEXT_ROOM * unit, baseline)
            alpha = max(0.0, 4 * grown[k] - 3)
            size = SIZES.note * unit if "%" in texts[k] else size  # 99.97 % would touch the longest bar
            paint_text(canvas, texts[k], at, size, rgb(theme.ink), anchor="right", alpha=alpha)


def bar_middle(box: Box, number: int, count: int, theme: Theme) -> float:
    """Height of a bar's middle: of its row's, or lower where a class's name stands over the bar."""
    return box.top + (number + (0.66 if theme.names else 0.5)) * box.height / count
