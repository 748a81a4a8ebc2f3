"""A contact sheet: a run's embedding at nine epochs. As a module it takes a run file and a PNG to write."""

import sys
from pathlib import Path

import cairo
import numpy as np
from PIL import Image

from engine import Run, UnspiralError, pace, training
from engine.files.making import write_whole
from engine.numbers import percent
from scenes.parts.paint.canvas import Canvas, Pixels
from scenes.parts.paint.text import paint_text
from scenes.parts.paint.theme import STRONG, Theme, rgb
from scenes.parts.pictures.picture import Picture

ROWS = COLUMNS = 3


def painted(picture: Picture, width: int, height: int, transparent: bool = False) -> Pixels:
    """A picture's pixels (height, width, 4), RGBA, without a scene."""
    pixels = np.zeros((height, width, 4), np.uint8)
    surface = cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, width, height)
    picture.paint_on(Canvas(cairo.Context(surface), width, height, transparent=transparent))
    surface.flush()
    return pixels


def contact_sheet(run: Run, width: int = 1920, height: int = 1080, theme: Theme | None = None) -> Pixels:
    """The run's embedding at nine epochs, about equal motion apart: pixels (height, width, 4), RGBA."""
    film = training(run)
    first, last = film.first, film.last
    when = pace(film, first, last)
    panel_width, panel_height = width // COLUMNS, height // ROWS
    rows = []
    for row in range(ROWS):
        panels = []
        for column in range(COLUMNS):
            s = when((row * COLUMNS + column) / (ROWS * COLUMNS - 1))
            epoch = np.round((1 - s) * first + s * last)
            frame = film(float(np.clip(epoch, first, last)))
            panels.append(painted(_Panel(frame, theme=theme, readouts=False), panel_width, panel_height))
        rows.append(np.hstack(panels))
    return np.vstack(rows)


class _Panel(Picture):
    """A picture with the epoch and the accuracy large enough for a ninth of the sheet."""

    def paint(self, canvas: Canvas) -> None:
        super().paint(canvas)
        ink, quiet, rim = (rgb(c) for c in (self.theme.ink, self.theme.quiet, self.theme.rim))
        x, size = 0.04 * canvas.width, canvas.height / 9
        paint_text(canvas, f"{self.frame.playhead:g}", (x, 1.3 * size), size, ink, font=STRONG, halo=rim)
        if "accuracy" in self.frame.readings:
            accuracy = percent(self.frame.readings["accuracy"])
            paint_text(canvas, accuracy, (x, canvas.height - 0.5 * size), 0.7 * size, quiet, halo=rim)
        context = canvas.context
        context.set_source_rgba(*canvas.colour(rgb(self.theme.ground)))
        context.set_line_width(3)
        context.rectangle(0, 0, canvas.width, canvas.height)
        context.stroke()


def main(run: str, out: str) -> None:
    """Draw the run file `run` into the PNG `out`, whole or not at all."""
    image = Image.fromarray(contact_sheet(Run.load(run)))
    write_whole(Path(out), lambda temporary: image.save(temporary, format="PNG"))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except UnspiralError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
