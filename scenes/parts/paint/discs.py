"""Many small discs, painted as ready-made sprites."""

from collections.abc import Sequence
from functools import cache
from typing import cast

import cairo
import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenes.parts.paint.canvas import Canvas, tell
from scenes.parts.paint.raster import Words, stamp
from scenes.parts.paint.theme import RGB, ROUND, Theme, mix, rgb

PHASES = 8
"""Sprites per pixel each way: a disc is painted at most 1/16 pixel from where it is."""


class Discs:
    """Discs of one size with a rim, a colour per label.

    `radius` and `rim` (the rim's width, inside the radius) in pixels; `colours` (K, 3) from 0 to 1, and `rims` one
    colour for all or (K, 3). With `holes`, colours as for rims, a disc is a ring around a hole of `hole` times its
    radius. Labels from `squares` on are squares of the same area.
    """

    def __init__(
        self,
        radius: float,
        rim: float,
        colours: ArrayLike,
        rims: ArrayLike = (0.0, 0.0, 0.0),
        holes: ArrayLike | None = None,
        hole: float = 0.45,
        squares: int = ROUND,
        diamond: bool = False,
    ) -> None:
        self.radius = float(radius)
        self.rim = float(rim)
        self.colours = _each(colours)
        self.rims = _each(np.broadcast_to(rims, (len(self.colours), 3)))
        self.holes = None if holes is None else _each(np.broadcast_to(holes, (len(self.colours), 3)))
        self.hole = float(hole)
        self.squares = squares
        self.diamond = diamond

    @property
    def hollow(self) -> bool:
        """Whether they are rings."""
        return self.holes is not None

    def paint(self, canvas: Canvas, xy: NDArray[np.floating], labels: NDArray[np.integer]) -> None:
        """Paint discs centred at pixels xy (N, 2), in order: later ones over earlier ones. labels (N,) below K."""
        tell(canvas.context, "points", centres=xy, labels=labels, discs=self)
        reach = int(np.ceil(_reach(self.radius, self.diamond)))
        sprites = _sprites(
            self.radius, self.rim, self.colours, self.rims, self.holes, self.hole, self.squares, self.diamond
        )
        stamp(canvas.context, xy, labels, sprites, PHASES, reach)


def _each(colours: ArrayLike) -> tuple[RGB, ...]:
    """Colours (K, 3), as what a cache can know them by."""
    return tuple((float(red), float(green), float(blue)) for red, green, blue in np.asarray(colours, float))


@cache
def point_discs(theme: Theme, classes: int, radius: float, held: bool = False) -> tuple[Discs, Discs]:
    """What points look like in a theme: right ones, and mistakes, which are rings; held-out ones are diamonds."""
    return discs_of(theme.class_colours(classes), rgb(theme.rim), radius, held, theme.round_classes(classes))


def discs_of(
    colours: Sequence[RGB], rim: RGB, radius: float, held: bool = False, squares: int = ROUND
) -> tuple[Discs, Discs]:
    """Points in these colours: right ones, and mistakes, which are rings; `held`: those kept from training, diamonds.

    Classes from `squares` on are squares. Rims are a point's own colour, a third of `rim`, and thin: where points are
    dense they add up to their colour.
    """
    rims, holes = ([mix(colour, rim, share) for colour in colours] for share in (0.35, 0.58))
    if held:  # a darker rim: among a thousand discs it is the outline that is seen
        right = Discs(radius, 0.25 * radius, colours, rim, diamond=True)
        return right, Discs(radius, 0.25 * radius, colours, rim, holes, 0.42, diamond=True)
    right = Discs(radius, 0.1 * radius, colours, rims, squares=squares)
    return right, Discs(radius, 0.1 * radius, colours, rims, holes, 0.42, squares)


def shaded_discs(shades: ArrayLike, rim: RGB, radius: float) -> Discs:
    """Points whose colour is a number's: shades (K, 3), none of which is a class's, so that all are round."""
    return Discs(radius, 0.1 * radius, shades, rim, squares=len(np.asarray(shades)))


def _reach(radius: float, diamond: bool) -> float:
    """How far a mark of this radius reaches: a diamond is a square of a disc's area that stands on its corner."""
    return radius * float(np.sqrt(np.pi / 2)) if diamond else radius


def trace(context: cairo.Context, x: float, y: float, radius: float, square: bool, diamond: bool = False) -> None:
    """A disc's outline, or that of a square of the same area, around pixel (x, y); a diamond stands on a corner."""
    if diamond:
        far = _reach(radius, diamond)
        context.new_sub_path()
        for corner in ((x + far, y), (x, y + far), (x - far, y), (x, y - far)):
            context.line_to(*corner)
        context.close_path()
    elif square:
        half = radius * np.sqrt(np.pi) / 2
        context.rectangle(x - half, y - half, 2 * half, 2 * half)
    else:
        context.arc(x, y, radius, 0, 2 * np.pi)


@cache
def _sprites(
    radius: float,
    rim: float,
    colours: tuple[RGB, ...],
    rims: tuple[RGB, ...],
    holes: tuple[RGB, ...] | None,
    hole: float,
    squares: int,
    diamond: bool,
) -> Words:
    """Each colour's disc at all phases, row by row, (S, height, width); the centre is ⌈radius⌉ and the phase from 0.

    As wide as a whole number of eights, which are painted at once.
    """
    reach = _reach(radius, diamond)
    height = int(np.ceil(np.ceil(reach) + reach + 1))
    width = -(-height // 8) * 8
    radii = [radius, radius - rim] if holes is None else [radius, radius - rim, hole * radius]
    fills = [_opaque(fill) for fill in (rims, colours, *([] if holes is None else [holes]))]
    sprites = np.zeros((len(colours), PHASES * PHASES, height, width), np.uint32)
    for square, labels in ((False, slice(0, squares)), (True, slice(squares, None))):
        if len(sprites[labels]):
            for ring, fill in zip(radii, fills):
                _cover(sprites[labels], _coverage(ring, square, diamond, reach, height, width), fill[labels])
    return sprites.reshape(-1, height, width)


def _opaque(colours: tuple[RGB, ...]) -> Words:
    """Colours as cairo fills with them, (K,)."""
    row = np.zeros((1, len(colours)), np.uint32)
    context = _context_of(row)
    for place, (red, green, blue) in enumerate(colours):
        context.set_source_rgba(blue, green, red)
        context.rectangle(place, 0, 1, 1)
        context.fill()
    return row[0]


def _coverage(radius: float, square: bool, diamond: bool, reach: float, height: int, width: int) -> Words:
    """How far a mark covers each pixel, from 0 to 255, at all phases: (PHASES², height, width)."""
    covered = np.zeros((PHASES * PHASES, height, width), np.uint32)
    for phase, mark in enumerate(covered):
        x, y = (np.ceil(reach) + np.array([phase % PHASES, phase // PHASES]) / PHASES).tolist()
        context = _context_of(mark)
        trace(context, x, y, radius, square=square, diamond=diamond)
        context.fill()  # black
    return covered >> np.uint32(24)


def _context_of(pixels: Words) -> cairo.Context:
    height, width = pixels.shape
    surface = cairo.ImageSurface.create_for_data(cast(memoryview, pixels.data), cairo.FORMAT_ARGB32, width, height)
    return cairo.Context(surface)


def _cover(sprites: Words, covered: Words, fills: Words) -> None:
    """Paint each colour over its sprites (K, PHASES², height, width) as far as they are covered, as cairo does.

    Two channels at once, all sprites of a colour at once: of a thousand colours, cairo would take seconds.
    """
    pair = np.uint32(0xFF00FF)
    rest = np.uint32(255) - covered
    for sprite, fill in zip(sprites, fills):
        low, high = (
            _product(fill >> shift & pair, covered) + _product(sprite >> shift & pair, rest)
            for shift in (np.uint32(0), np.uint32(8))
        )
        np.bitwise_or(low, high << np.uint32(8), out=sprite)


def _product(channels: NDArray[np.uint32] | np.uint32, share: Words) -> Words:
    """Two channels of each pixel times `share` / 255, rounded as cairo does where it fills: a half down."""
    product = channels * share + np.uint32(0x7F007F)
    return ((product >> np.uint32(8) & np.uint32(0xFF00FF)) + product >> np.uint32(8)) & np.uint32(0xFF00FF)
