"""How a matrix is painted, in a panel of its own: cells, their names, and the scale that says what a shade is."""

import numpy as np

from engine.films.matrix import Cells
from engine.network.layers import Array
from engine.numbers import significant
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.plane import Place
from scenes.parts.paint.shades import paint_shades
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import SIZES, Theme, mix, rgb

DIM = 0.4
"""How strong rows are that are not spoken of."""
SIZE, SCALE = 30, 44
"""Size of names, and room under the matrix for its scale, in pixels of 1080."""


def paint_matrix(canvas: Canvas, _: Place, frame: Cells, theme: Theme) -> None:
    """The cells as large as they fit, square, row 0 above; below them what the ends of the scale stand for."""
    unit, context, (rows, columns) = canvas.unit, canvas.context, frame.values.shape
    beside = max((text_width(canvas.fonts, name, SIZE * unit) for name in frame.rows), default=0.0) + 24 * unit
    beside = min(beside, 0.35 * canvas.width)
    above = (SIZE + 20 if frame.columns else 12) * unit
    room = canvas.width - beside - 24 * unit, canvas.height - above - SCALE * unit
    side = min(room[0] / columns, room[1] / rows)
    left = beside + (room[0] - side * columns) / 2
    box = Box(left, above, side * columns, side * rows)
    colours, spoken = shades(frame.values, frame.low, frame.high, theme), np.ones(rows)
    if frame.row is not None:
        spoken = np.clip(1 - np.abs(np.arange(rows) - frame.row), 0, 1)
        dim = DIM + (1 - DIM) * spoken[:, None, None]
        colours = dim * colours + (1 - dim) * np.array(rgb(theme.ground))
    paint_shades(canvas, box, colours, smooth=False)
    quiet = rgb(theme.quiet)
    for row in np.flatnonzero(spoken) if frame.row is not None else ():
        context.set_source_rgba(*canvas.colour(rgb(theme.ink), spoken[row]))
        context.set_line_width(SIZES.bold * unit)
        context.rectangle(left, above + row * side, box.width, side)
        context.stroke()
    for row, name in enumerate(frame.rows):
        text, size = fitted_text(canvas.fonts, name, min(SIZE * unit, 0.9 * side), beside - 16 * unit)
        at = (left - 10 * unit, above + (row + 0.5) * side + 0.35 * size)
        paint_text(
            canvas,
            text,
            at,
            size,
            mix(quiet, rgb(theme.ink), spoken[row] if frame.row is not None else 0.0),
            anchor="right",
        )
    for column, name in enumerate(frame.columns):
        text, size = fitted_text(canvas.fonts, name, min(SIZE * unit, 0.9 * side), side)
        paint_text(canvas, text, (left + (column + 0.5) * side, above - 12 * unit), size, quiet, anchor="middle")
    paint_scale(canvas, box, frame.low, frame.high, theme)


def shades(values: Array, low: float, high: float, theme: Theme) -> Array:
    """(A, B, 3): from the ground to the ink; where values may be negative, they go to the first class's colour."""
    share = np.clip((values - low) / (high - low), 0, 1)[..., None]
    ground, ink = np.array(rgb(theme.ground)), np.array(rgb(theme.ink))
    middle = 0.88 * ground + 0.12 * ink
    if low >= 0:
        return (1 - share) * middle + share * ink
    below = np.array(theme.class_colours(1)[0])
    signed = 2 * share - 1
    return np.where(signed >= 0, (1 - signed) * middle + signed * ink, (1 + signed) * middle - signed * below)


def paint_scale(canvas: Canvas, box: Box, low: float, high: float, theme: Theme) -> None:
    """Under a box, all shades from the lowest to the highest value, and these."""
    unit, quiet = canvas.unit, rgb(theme.quiet)
    width = min(box.width, 300 * unit)
    left, top = box.left + (box.width - width) / 2, box.top + box.height + 14 * unit
    ramp = np.linspace(low, high, 64)[None]
    paint_shades(canvas, Box(left, top, width, 16 * unit), shades(ramp, low, high, theme), smooth=False)
    size, baseline = 26 * unit, top + 17 * unit
    paint_text(canvas, significant(low), (left - 10 * unit, baseline), size, quiet, anchor="right")
    paint_text(canvas, significant(high), (left + width + 10 * unit, baseline), size, quiet)
