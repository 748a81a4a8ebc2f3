"""Many small discs, painted as ready-made sprites."""

from functools import cache
from typing import cast

import cairo
import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenes.parts.paint.canvas import Canvas, tell
from scenes.parts.paint.raster import Words, stamp

PHASES = 8
"""Sprites per pixel each way: a disc is painted at most 1/16 pixel from where it is."""

ROUND = 8
"""Classes that colour alone tells apart; points of further ones are squares, for eyes that mix colours up."""

RGB = tuple[float, float, float]


class Discs:
    """Discs of one size with a rim, a colour per label.

    `radius` and `rim` (the rim's width, inside the radius) in pixels, `colours` (K, 3) and `rim_colour` from 0 to 1.
    A `hollow` disc has the rim's colour inside and a ring of its own colour around it. Labels from `ROUND` on are
    squares of the same area.
    """

    def __init__(
        self, radius: float, rim: float, colours: ArrayLike, rim_colour: RGB = (0.0, 0.0, 0.0), hollow: bool = False
    ) -> None:
        self.radius = float(radius)
        self.rim = float(rim)
        self.colours = tuple(tuple(map(float, colour)) for colour in np.asarray(colours, float))
        self.rim_colour = tuple(map(float, rim_colour))
        self.hollow = hollow

    def paint(self, canvas: Canvas, xy: NDArray[np.floating], labels: NDArray[np.integer]) -> None:
        """Paint discs centred at pixels xy (N, 2), in order: later ones over earlier ones. labels (N,) below K."""
        tell(canvas.context, "points", centres=xy, labels=labels, discs=self)
        reach = int(np.ceil(self.radius))
        seen = ((xy > -reach - 1) & (xy < (canvas.width + reach + 1, canvas.height + reach + 1))).all(1)
        if not seen.all():
            xy, labels = xy[seen], labels[seen]
        steps = np.rint(PHASES * xy).astype(np.int64)
        corner, phase = steps // PHASES - reach, steps % PHASES
        which = (labels * PHASES + phase[:, 1]) * PHASES + phase[:, 0]
        stamp(
            canvas.context, corner, which, _sprites(self.radius, self.rim, self.colours, self.rim_colour, self.hollow)
        )


def trace(context: cairo.Context, x: float, y: float, radius: float, square: bool) -> None:
    """A disc's outline, or that of a square of the same area, around pixel (x, y)."""
    if square:
        half = radius * np.sqrt(np.pi) / 2
        context.rectangle(x - half, y - half, 2 * half, 2 * half)
    else:
        context.arc(x, y, radius, 0, 2 * np.pi)


@cache
def _sprites(radius: float, rim: float, colours: tuple[RGB, ...], rim_colour: RGB, hollow: bool) -> Words:
    """Each colour's disc at all phases, row by row, (S, size, size); the centre is ⌈radius⌉ and the phase from 0."""
    size = int(np.ceil(np.ceil(radius) + radius + 1))
    sprites = np.zeros((len(colours) * PHASES * PHASES, size, size), np.uint32)
    for number, sprite in enumerate(sprites):
        label, phase = divmod(number, PHASES * PHASES)
        x, y = (np.ceil(radius) + np.array([phase % PHASES, phase // PHASES]) / PHASES).tolist()
        rings = [(radius, rim_colour), (radius - rim, colours[label])]
        if hollow:
            rings.append((max(radius - 2.2 * rim, 0.3 * radius), rim_colour))
        surface = cairo.ImageSurface.create_for_data(cast(memoryview, sprite.data), cairo.FORMAT_ARGB32, size, size)
        canvas = Canvas(cairo.Context(surface), size, size)
        for ring, fill in rings:
            trace(canvas.context, x, y, ring, square=label >= ROUND)
            canvas.context.set_source_rgba(*canvas.colour(fill))
            canvas.context.fill()
        surface.finish()
    return sprites
