"""Painting many small things at once, straight into the pixels under a cairo context."""

from functools import lru_cache
from typing import Any, NamedTuple

import cairo
import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenes.parts.paint.canvas import FAR, tell

Colour = tuple[float, float, float, float]
"""As `Canvas.colour` gives it: cairo's red, green and blue, and alpha, not premultiplied."""

Words = NDArray[np.uint32]
"""Pixels as cairo has them: alpha, red, green, blue from the highest byte to the lowest, premultiplied."""


class Raster(NamedTuple):
    """The pixels that a context paints on now: a frame's own, or a group's."""

    surface: cairo.ImageSurface
    pixels: Words
    """(height, width)."""
    origin: tuple[float, float]
    """Pixel of the context's (0, 0)."""
    clip: tuple[int, int, int, int]
    """Columns from left up to right, rows from top up to bottom: nothing outside is painted."""


def raster_of(context: cairo.Context) -> Raster:
    """Where `context` paints. It may be moved and clipped to a rectangle, but not scaled or turned."""
    surface = context.get_group_target()
    assert isinstance(surface, cairo.ImageSurface)
    surface.flush()
    height, width, words = surface.get_height(), surface.get_width(), surface.get_stride() // 4
    pixels = np.frombuffer(surface.get_data(), np.uint32).reshape(height, words)[:, :width]
    (shift_x, shift_y), (x, y) = surface.get_device_offset(), context.user_to_device(0, 0)
    origin = (x + shift_x, y + shift_y)
    left, top, right, bottom = context.clip_extents()
    corners = np.rint([left + origin[0], top + origin[1], right + origin[0], bottom + origin[1]]).astype(int)
    left, top, right, bottom = np.clip(corners, 0, [width, height, width, height]).tolist()
    return Raster(surface, pixels, origin, (left, top, right, bottom))


def stroke(
    context: cairo.Context, vertices: ArrayLike, starts: ArrayLike, which: ArrayLike, width: float, colour: Colour
) -> None:
    """Paint polylines, one after the other: line k is vertices[starts[k] : starts[k + 1]], for every k in `which`.

    vertices (V, 2) and `width` in pixels. Where a line crosses itself it is no darker than elsewhere.
    """
    from scenes.parts.paint import (
        kernels as kernels,  # numba takes a while to import, and a clip that is cached draws nothing
    )

    tell(context, "lines", vertices=vertices, starts=starts, which=which, width=width, colour=colour)
    raster = raster_of(context)
    kernels.stroke(
        raster.pixels,
        raster.clip,
        _placed(vertices, raster.origin),
        np.asarray(starts, np.int64),
        np.asarray(which, np.int64),
        width / 2,
        _paints(colour),
        *_SCRATCH.of(raster.pixels.size),
    )
    raster.surface.mark_dirty()


def tile(
    context: cairo.Context, vertices: ArrayLike, starts: ArrayLike, which: ArrayLike, colours: NDArray[np.floating]
) -> None:
    """Fill convex polygons that share edges, with no gap between them and nothing blended, for every k in `which`.

    Polygon k is vertices[starts[k] : starts[k + 1]], in pixels; colours (P, 4) as `Canvas.colour` gives them.
    """
    from scenes.parts.paint import kernels

    tell(context, "tiles", vertices=vertices, starts=starts, which=which, colours=colours)
    raster, indices = raster_of(context), (np.asarray(starts, np.int64), np.asarray(which, np.int64))
    placed, rows = _placed(vertices, raster.origin), _rows(raster.clip[-1])
    kernels.tile(raster.pixels, raster.clip, placed, *indices, _words(colours), *rows, 0)
    raster.surface.mark_dirty()


def tile_smoothly(
    context: cairo.Context,
    box: tuple[int, int, int, int],
    vertices: NDArray[np.floating],
    starts: ArrayLike,
    which: ArrayLike,
    colours: NDArray[np.floating],
) -> None:
    """Fill such polygons at twice the size, four pixels of which make one: edges are smooth, none lies outside the box.

    Box: left, top, width and height in whole pixels.
    """
    from scenes.parts.paint import kernels

    raster, (left, top, width, height) = raster_of(context), box
    x, y = (round(at + shift) for at, shift in zip((left, top), raster.origin))
    rows = min(height, max(1, SHEET // (4 * width)))
    pixels, means, four = _sheet(max(SHEET, 4 * width * rows)), np.empty(width, np.uint32), list[NDArray[np.uint8]]()
    placed, words = _placed(2 * (vertices - (left, top)), (0, 0)), _words(colours)
    indices, ends = (np.asarray(starts, np.int64), np.asarray(which, np.int64)), _rows(2 * height)
    for above in range(0, height, rows):
        rows = min(rows, height - above)
        sheet = pixels[: 4 * width * rows].reshape(2 * rows, 2 * width)
        clip = (0, 2 * above, 2 * width, 2 * (above + rows))
        kernels.tile(sheet, clip, placed, *indices, words, *ends, 2 * above)
        if hasattr(context, "told"):
            sums = sheet.view(np.uint8).reshape(rows, 2, width, 2, 4).sum((1, 3), np.uint32)
            four.append((sums // 4).astype(np.uint8))
        kernels.halve(raster.pixels, raster.clip, x, y + above, sheet, means)
    if four:
        tell(context, "pixels", corner=(left, top), pixels=np.concatenate(four).view(np.uint32)[..., 0])
    raster.surface.mark_dirty()


SHEET = 1 << 21
"""Pixels of twice the size that are painted at once: 8 MB, where those of a whole 4K frame would take 130."""


@lru_cache(maxsize=1)
def _sheet(pixels: int) -> Words:
    """Transparent pixels, for one who leaves them transparent: fresh memory would cost as much as painting does."""
    return np.zeros(pixels, np.uint32)


def _rows(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each row begins and ends that nothing lies in yet."""
    return np.full(count, np.inf), np.full(count, -np.inf)


def _words(colours: NDArray[np.floating]) -> Words:
    """Colours (P, 4), as `Canvas.colour` gives them, as pixels."""
    alpha = colours[:, 3:]
    parts = np.rint(255 * np.concatenate([alpha * colours[:, 2::-1], alpha], 1)).astype(np.uint8)
    return np.ascontiguousarray(parts).view(np.uint32)[:, 0]


def stamp(
    context: cairo.Context,
    centres: NDArray[np.floating],
    labels: NDArray[np.integer],
    sprites: Words,
    phases: int,
    reach: int,
) -> None:
    """Paint marks centred at `centres` (N, 2), in order: label k's are sprites[k phases² : (k + 1) phases²].

    Each is for one of `phases` places in a pixel each way, row by row, its middle `reach` pixels from its first.
    """
    from scenes.parts.paint import kernels

    raster = raster_of(context)
    shift, centres = tuple(np.rint(raster.origin).astype(int).tolist()), np.ascontiguousarray(centres, np.float64)
    kernels.stamp(raster.pixels, raster.clip, centres, labels.astype(np.int64), shift, reach, phases, sprites)
    raster.surface.mark_dirty()


def put(context: cairo.Context, corner: tuple[float, float], pixels: Words) -> None:
    """Paint opaque pixels (height, width) with the top left one at `corner`, a whole number of pixels."""
    tell(context, "pixels", corner=corner, pixels=pixels)
    raster = raster_of(context)
    x, y = (round(at + shift) for at, shift in zip(corner, raster.origin))
    left, top, right, bottom = raster.clip
    left, top, right, bottom = max(left, x), max(top, y), min(right, x + pixels.shape[1]), min(bottom, y + len(pixels))
    if left < right and top < bottom:
        raster.pixels[top:bottom, left:right] = pixels[top - y : bottom - y, left - x : right - x]
        raster.surface.mark_dirty()


def _placed(vertices: ArrayLike, origin: tuple[float, float]) -> NDArray[np.float64]:
    """The context's places (V, 2) in pixels from its origin's."""
    return np.clip(np.nan_to_num(vertices, nan=FAR), -FAR, FAR) + origin


@lru_cache(maxsize=256)
def _paints(colour: Colour) -> Words:
    """(256,) what to paint where a pixel is covered 0/255 … 255/255."""
    red, green, blue, alpha = colour
    alphas = np.rint(np.arange(256) * alpha)
    parts = np.rint(alphas[:, None] * (blue, green, red, 1)).astype(np.uint8)
    return parts.view(np.uint32)[:, 0]


class _Scratch:
    """Coverage, all zero, and room for the places that are not: one pair, however many sizes are asked for.

    Without a `__dict__`: Manim's cache hashes what a picture's functions name in their modules, and this would change
    with every frame that is drawn.
    """

    __slots__ = ("_covered", "_touched")

    def __init__(self) -> None:
        self._covered, self._touched = np.zeros(0, np.uint8), np.empty(0, np.int32)

    def of(self, size: int) -> tuple[NDArray[Any], NDArray[Any]]:
        if len(self._covered) < size:
            self._covered, self._touched = np.zeros(size, np.uint8), np.empty(size, np.int32)
        return self._covered[:size], self._touched[:size]


_SCRATCH = _Scratch()
