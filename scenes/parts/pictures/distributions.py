"""How distributions are painted, in a panel of its own: one over the other on one axis, as ridges or violins."""

import numpy as np

from engine.films.distributions import Ridges
from engine.network.layers import Array
from engine.numbers import significant
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.discs import discs_of
from scenes.parts.paint.plane import Place
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import RGB, Theme, mix, rgb

SIZE = 30
"""Of names and numbers, in pixels of 1080."""
OVERLAP = 1.15
"""Height of the highest ridge, in rows: it may reach over the next one's foot."""


def paint_distributions(canvas: Canvas, _: Place, frame: Ridges, theme: Theme) -> None:
    """A row for each, the first at the top, as high as its largest share; its median, and numbers of chosen points."""
    unit, size, quiet = canvas.unit, SIZE * canvas.unit, rgb(theme.quiet)
    count = len(frame.names)
    beside = min(max(text_width(canvas.fonts, name, size) for name in frame.names) + 50 * unit, 0.35 * canvas.width)
    left, right = max(beside, 40 * unit), canvas.width - 50 * unit
    top, bottom = 24 * unit, canvas.height - 60 * unit
    row = (bottom - top) / count
    low, high = float(frame.at[0]), float(frame.at[-1])
    across = left + (frame.at - low) / (high - low) * (right - left)

    def place(value: float | Array) -> Array:
        return left + (np.clip(np.asarray(value, float), low, high) - low) / (high - low) * (right - left)

    if low < 0 < high:
        zero = np.array([[place(0.0), top], [place(0.0), bottom]], float)
        stroke(canvas.context, zero, [0, 2], [0], 1.5 * unit, canvas.colour(quiet, 0.5))
    for k, colour in enumerate(_colours(frame, theme)):
        shares = frame.shares[k] / (frame.shares[k].max() or 1.0)
        foot = top + (k + 1) * row - (0.5 * row if frame.mirrored else 0.1 * row)
        reach = 0.45 * row if frame.mirrored else min(OVERLAP, 1.0 + 0.15 * (k > 0)) * 0.85 * row
        _paint_ridge(canvas, across, foot, reach * shares, frame.mirrored, colour, theme)
        middle, height = float(place(frame.medians[k])), 0.16 * row
        mark = np.array([[middle, foot - height], [middle, foot + (height if frame.mirrored else 0)]])
        stroke(canvas.context, mark, [0, 2], [0], 3 * unit, canvas.colour(rgb(theme.ink)))
        text, fits = fitted_text(canvas.fonts, frame.names[k], min(size, 0.9 * row), beside - 50 * unit)
        paint_text(canvas, text, (left - 14 * unit, foot + 0.35 * fits * frame.mirrored), fits, quiet, anchor="right")
        if len(frame.chosen) and len(frame.chosen[k]):
            numbers = frame.chosen[k]
            discs = discs_of([rgb(theme.ink)], rgb(theme.rim), 8 * unit)[0]
            at = np.stack([place(numbers), np.full(len(numbers), foot)], 1)
            discs.paint(canvas, at, np.zeros(len(numbers), np.int64))
    paint_text(canvas, significant(low), (left, bottom + 42 * unit), size, quiet)
    paint_text(canvas, significant(high), (right, bottom + 42 * unit), size, quiet, anchor="right")
    room = right - left - 2 * max(text_width(canvas.fonts, significant(end), size) for end in (low, high)) - 20 * unit
    whole = f"{frame.measure}, mark: median"
    said, fits = fitted_text(
        canvas.fonts, whole if text_width(canvas.fonts, whole, size) <= room else frame.measure, size, room
    )
    paint_text(canvas, said, ((left + right) / 2, bottom + 42 * unit), fits, quiet, anchor="middle")


def _colours(frame: Ridges, theme: Theme) -> list[RGB]:
    if frame.classes:
        colours = theme.class_colours(max(frame.classes) + 1)
        return [colours[k] for k in frame.classes]
    return [rgb(theme.ink)] * len(frame.names)


def _paint_ridge(
    canvas: Canvas, across: Array, foot: float, heights: Array, mirrored: bool, colour: RGB, theme: Theme
) -> None:
    """Opaque, so that a ridge stands before the one above it; its outline in its colour."""
    above = np.stack([across, foot - heights], 1)
    below = (
        np.stack([across, foot + heights], 1)[::-1] if mirrored else np.array([[across[-1], foot], [across[0], foot]])
    )
    context = canvas.context
    for x, y in (*above.tolist(), *below.tolist()):
        context.line_to(x, y)
    context.close_path()
    context.set_source_rgba(*canvas.colour(mix(rgb(theme.ground), colour, 0.35)))
    context.fill()
    for line in (above, below) if mirrored else (above,):
        stroke(context, line, [0, len(line)], [0], 2.5 * canvas.unit, canvas.colour(colour))
