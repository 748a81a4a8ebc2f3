"""How words that are being read are painted, in a panel: what has been read is bright, and its last letter framed."""

import numpy as np

from engine.films.words import Words
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.plane import Place, paint_ground
from scenes.parts.paint.text import paint_text
from scenes.parts.paint.theme import SIZES, STRONG, Theme, rgb

AHEAD = 0.35
"""How strong letters are that have not been read."""


def paint_words(canvas: Canvas, _: Place, frame: Words, theme: Theme) -> None:
    """A word a row, as large as all fit; the first letter read is in its word's colour, for it is what counts."""
    paint_ground(canvas, theme)
    unit, context = canvas.unit, canvas.context
    rows, columns = len(frame.letters), max(map(len, frame.letters))
    edge = SIZES.edge * unit
    pitch = (canvas.width - 2 * edge) / columns
    down = min(canvas.height / rows, 3.2 * pitch)
    size = min(1.3 * pitch, 0.6 * down)
    colours = theme.class_colours(int(frame.labels.max(initial=0)) + 1)
    top = (canvas.height - down * rows) / 2
    for row, word in enumerate(frame.letters):
        baseline, colour = top + (row + 0.5) * down + 0.3 * size, colours[frame.labels[row]]
        for column, letter in enumerate(word):
            seen = float(np.clip(frame.read - column, 0, 1))  # how far it has been read
            x = edge + (column + 0.5) * pitch
            paint = colour if column == 0 else rgb(theme.ink)
            alpha = AHEAD + (1 - AHEAD) * seen
            paint_text(canvas, letter, (x, baseline), size, paint, font=STRONG, anchor="middle", alpha=alpha)
            now = 1 - abs(frame.read - 1 - column)
            if now > 0:
                context.set_source_rgba(*canvas.colour(colour, now))
                context.set_line_width(SIZES.bold * unit)
                context.rectangle(x - 0.48 * pitch, baseline - 0.92 * size, 0.96 * pitch, 1.25 * size)
                context.stroke()
