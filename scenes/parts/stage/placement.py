"""Where a painted mobject lies in the frame, and painting it there: moved, scaled, stretched, turned, mirrored."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

import cairo
import numpy as np
from manim import config
from numpy.typing import NDArray

from engine import UnspiralError
from scenes.parts.paint.canvas import Canvas

SQUARE = 1e-3
"""How far from a right angle, as a cosine, a rectangle may be that was only turned: rounding errors of many turns."""


def frame_size() -> tuple[float, float]:
    """Width and height of the frame that cameras see, in scene units: a tall one is as wide as a wide one, and higher.

    Manim's `config.frame_height` is that of 16 : 9 whatever the shape; its cameras are as high as they show pixels.
    """
    return config.frame_width, config.frame_width * config.pixel_height / config.pixel_width


class Placement(NamedTuple):
    """A rectangle in the frame, in pixels from the frame's top left corner, y down."""

    corner: NDArray[np.float64]
    """(2,), where the top left corner lies."""
    across: NDArray[np.float64]
    """(2,), from there along the upper edge."""
    down: NDArray[np.float64]
    """(2,), from there along the left edge."""
    zoom: float
    """How much larger a camera that came nearer shows everything."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of what is painted, in pixels: at least one."""
        width, height = np.hypot(*self.across), np.hypot(*self.down)
        return max(1, round(float(width))), max(1, round(float(height)))

    @property
    def upright(self) -> bool:
        """Whether it is neither turned nor mirrored."""
        slant = abs(self.across[1]) + abs(self.down[0])
        return bool(slant < 0.01 and self.across[0] > 0 and self.down[1] > 0)

    def side(self, width: int, height: int) -> int:
        """The side in pixels by which text and strokes are measured, in a frame of this size.

        In a part of the frame a picture is composed anew: what is read shrinks less than the plane does, so that it
        can be read, but never takes more than 1.4 times its share.
        """
        scale = min(self.size[0] / width, self.size[1] / height) / self.zoom
        shrunk = min(1.4 * scale, 0.4 + 0.6 * scale) if scale < 1 else scale
        return max(1, round(shrunk * self.zoom * min(width, height)))

    def canvas(self, width: int, height: int) -> Canvas:
        """What is painted there in a frame of this size, as a canvas that knows its measures alone."""
        if self.fills(width, height):
            return Canvas(cast(Any, None), width, height)
        return Canvas(cast(Any, None), *self.size, self.side(width, height))

    def fills(self, width: int, height: int) -> bool:
        """Whether it is the frame itself."""
        away = np.abs(self.corner).max(), abs(self.across[0] - width), abs(self.down[1] - height)
        return self.upright and max(away) < 0.01 and abs(self.zoom - 1) < 1e-9

    def covers(self, width: int, height: int) -> bool:
        """Whether nothing of the frame lies outside it."""
        right, bottom = self.corner[0] + self.size[0], self.corner[1] + self.size[1]
        return self.upright and bool(self.corner.max() < 0.01 and right > width - 0.01 and bottom > height - 0.01)


def placement(
    corners: NDArray[np.float64],
    centre: NDArray[np.float64],
    frame: tuple[float, float],
    pixels: tuple[int, int],
    zoom: float = 1.0,
) -> Placement:
    """Where a mobject with these corners (4, 3), clockwise from the top left, lies in a camera's frame.

    `centre` and `frame` (width, height) are the camera's in scene units, `pixels` its size. UnspiralError if the
    corners are no rectangle in the plane of the screen: sheared, or turned out of it.
    """
    if np.ptp(corners[:, 2]) > SQUARE:
        raise UnspiralError("a picture was turned out of the screen; it can be moved, scaled, stretched, turned in it")
    scale = np.array([pixels[0] / frame[0], -pixels[1] / frame[1]])
    placed = (corners[:, :2] - centre[:2]) * scale + np.array(pixels) / 2
    across, down = placed[1] - placed[0], placed[3] - placed[0]
    lengths = np.hypot(*across) * np.hypot(*down)
    if np.abs(placed[2] - placed[0] - across - down).max() > 0.5 or abs(across @ down) > SQUARE * lengths + 1e-9:
        raise UnspiralError("a picture was sheared or bent; it can be moved, scaled, stretched, turned and mirrored")
    return Placement(placed[0], across, down, zoom)


@contextmanager
def painting(canvas: Canvas, place: Placement) -> Iterator[Canvas | None]:
    """Yields the canvas on which to paint what lies there: the frame's own where it can be. None: out of sight."""
    if place.fills(canvas.width, canvas.height):
        yield canvas
        return
    (width, height), context = place.size, canvas.context
    corners = np.stack([place.corner + a * place.across + b * place.down for a in (0, 1) for b in (0, 1)])
    unseen = (corners.max(0) < 0).any() or (corners.min(0) > (canvas.width, canvas.height)).any()
    if unseen or min(np.hypot(*place.across), np.hypot(*place.down)) < 0.5:
        yield None
        return
    part = canvas.part(context, width, height)._replace(frame_side=place.side(canvas.width, canvas.height))
    context.save()
    if place.upright:
        context.translate(*place.corner.tolist())
        context.rectangle(0, 0, width, height)
        context.clip()
        yield part
    else:
        most = 2 * max(canvas.width, canvas.height) / max(width, height)
        less = min(1.0, most)  # a picture that is much larger than the frame is turned as a coarser one
        size = max(1, round(less * width)), max(1, round(less * height))
        surface = cairo.ImageSurface(cairo.FORMAT_ARGB32, *size)
        yield part._replace(
            context=cairo.Context(surface), width=size[0], height=size[1], frame_side=round(less * part.side)
        )
        surface.flush()
        across, down = place.across / size[0], place.down / size[1]
        context.transform(cairo.Matrix(*across.tolist(), *down.tolist(), *place.corner.tolist()))
        context.set_source_surface(surface)
        context.get_source().set_filter(cairo.FILTER_BEST)
        context.paint()
    context.restore()
