"""Many small discs, painted as ready-made sprites."""

from functools import cache

import cairo
import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenes.parts.camera import Canvas

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
        reach = int(np.ceil(self.radius))
        seen = ((xy > -reach - 1) & (xy < (canvas.width + reach + 1, canvas.height + reach + 1))).all(1)
        if not seen.all():
            xy, labels = xy[seen], labels[seen]
        steps = np.rint(PHASES * xy).astype(np.int64)
        corner, phase = steps // PHASES - reach, steps % PHASES
        which = (labels * PHASES + phase[:, 1]) * PHASES + phase[:, 0]
        sprites = [
            sprite
            for k, colour in enumerate(self.colours)
            for sprite in _sprites(self.radius, self.rim, colour, self.rim_colour, self.hollow, k >= ROUND)
        ]
        set_source, paint = canvas.context.set_source_surface, canvas.context.paint
        for sprite, x, y in zip(which.tolist(), corner[:, 0].tolist(), corner[:, 1].tolist()):
            set_source(sprites[sprite], x, y)
            paint()


def trace(context: cairo.Context, x: float, y: float, radius: float, square: bool) -> None:
    """A disc's outline, or that of a square of the same area, around pixel (x, y)."""
    if square:
        half = radius * np.sqrt(np.pi) / 2
        context.rectangle(x - half, y - half, 2 * half, 2 * half)
    else:
        context.arc(x, y, radius, 0, 2 * np.pi)


@cache
def _sprites(
    radius: float, rim: float, colour: RGB, rim_colour: RGB, hollow: bool, square: bool
) -> tuple[cairo.ImageSurface, ...]:
    """One disc at all phases, row by row, just large enough for each; the centre is ⌈radius⌉ and the phase from 0."""
    sprites = []
    rings = [(radius, rim_colour), (radius - rim, colour)]
    if hollow:
        rings.append((max(radius - 2.2 * rim, 0.3 * radius), rim_colour))
    for phase in range(PHASES * PHASES):
        x, y = (np.ceil(radius) + np.array([phase % PHASES, phase // PHASES]) / PHASES).tolist()
        width, height = int(np.ceil(x + radius)), int(np.ceil(y + radius))
        surface = cairo.ImageSurface(cairo.FORMAT_ARGB32, width, height)
        canvas = Canvas(cairo.Context(surface), width, height)
        for ring, fill in rings:
            trace(canvas.context, x, y, ring, square)
            canvas.context.set_source_rgba(*canvas.colour(fill))
            canvas.context.fill()
        sprites.append(surface)
    return tuple(sprites)
