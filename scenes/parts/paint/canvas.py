"""What painters paint on: a cairo context, its pixels and its size."""

from typing import Any, NamedTuple

import cairo
from numpy.typing import NDArray

from scenes.parts.paint.theme import DARK, RGB, Fonts


class Box(NamedTuple):
    """A part of the canvas, in pixels from the top left corner."""

    left: float
    top: float
    width: float
    height: float


Pixels = NDArray[Any]
"""(height, width, 4) uint8: red, green, blue, alpha, premultiplied."""

FAR = 1e7
"""Pixels: nothing is painted further out, so that whole numbers can hold all places."""
WIDE = 1.5
"""Width over height from which on pictures have their read-outs beside the plot; above and below it otherwise."""


class Canvas(NamedTuple):
    """What a painted mobject paints on: the frame's own pixels, or a group that is faded as a whole."""

    context: cairo.Context
    """In pixels from the top left corner, y down."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    frame_side: int | None = None
    """The shorter side of the whole frame, in pixels, where the canvas is a panel of it."""
    transparent: bool = False
    """Whether the ground is to be left out, for a clip that lies over something else."""
    fonts: Fonts = DARK.fonts
    """What text is set in."""
    halo: RGB | None = None
    """Around every text, where nobody knows what it will lie on."""

    def part(self, context: cairo.Context, width: int, height: int) -> "Canvas":
        """A part of this canvas, a canvas of its own: text and strokes have the size that they have here."""
        return self._replace(context=context, width=width, height=height, frame_side=self.side)

    @property
    def side(self) -> int:
        """The shorter side of the whole frame, in pixels."""
        return self.frame_side or min(self.width, self.height)

    @property
    def unit(self) -> float:
        """Pixels to 1/1080 of the frame's shorter side: text and strokes are measured in it, in panels as in frames."""
        return self.side / 1080

    @property
    def wide(self) -> bool:
        """Whether read-outs lie beside the plot; a square or tall frame has them above and below."""
        return self.width >= WIDE * self.height

    def colour(self, rgb: tuple[float, float, float], alpha: float = 1.0) -> tuple[float, float, float, float]:
        """Arguments of `context.set_source_rgba`: frames are RGBA where cairo thinks BGRA, so red and blue swap."""
        red, green, blue = rgb
        return blue, green, red, alpha


def tell(context: cairo.Context, kind: str, **what: Any) -> None:
    """Tell a context that listens what is drawn now, where its path or pixels would not: tests read pictures so."""
    told = getattr(context, "told", None)
    if told is not None:
        told(kind, what)
