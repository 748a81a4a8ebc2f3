"""How a sheet of images is painted, in a panel of its own."""

import math

import numpy as np

from engine.films.images import Sheet
from engine.network.layers import Array
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.plane import Place
from scenes.parts.paint.shades import paint_shades
from scenes.parts.paint.theme import SIZES, Theme, rgb

GAP = 0.08
"""Between images, in shares of one."""


def paint_images(canvas: Canvas, _: Place, frame: Sheet, theme: Theme) -> None:
    """All images, as large as they fit, row by row, a frame round one that is pointed at.

    Dark is the lowest value in the dark theme and the light one.
    """
    count, height, width = frame.images.shape[:3]
    columns = _columns(count, width / height, canvas.width / canvas.height)
    rows = math.ceil(count / columns)
    side = min(canvas.width / (columns * (1 + GAP)) / width, canvas.height / (rows * (1 + GAP)) / height)
    across, down = side * width * (1 + GAP), side * height * (1 + GAP)
    left, top = (canvas.width - columns * across) / 2, (canvas.height - rows * down) / 2
    for number, image in enumerate(_coloured(frame.images, theme)):
        row, column = divmod(number, columns)
        at = round(left + (column + GAP / 2) * across), round(top + (row + GAP / 2) * down)
        box = Box(*at, round(side * width), round(side * height))
        paint_shades(canvas, box, image, smooth=False)
        if number == frame.pointed:
            canvas.context.rectangle(*box)
            for width, colour in ((3.5 * SIZES.bold, theme.rim), (2 * SIZES.bold, theme.ink)):
                canvas.context.set_source_rgba(*canvas.colour(rgb(colour)))
                canvas.context.set_line_width(width * canvas.unit)
                canvas.context.stroke_preserve()
            canvas.context.new_path()


def _columns(count: int, shape: float, room: float) -> int:
    """How many images side by side are largest; `shape` and `room` are widths over heights."""
    return max(range(1, count + 1), key=lambda c: min(room / (c * shape), 1 / math.ceil(count / c)))


def _coloured(images: Array, theme: Theme) -> Array:
    """(B, H, W, 3): grey ones between black and the lightest of the theme's ink and ground."""
    if images.shape[-1] == 3:
        return images
    light = np.maximum(np.array(rgb(theme.ink)), np.array(rgb(theme.ground)))
    return images * light
