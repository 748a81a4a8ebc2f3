"""Functions of the plane as shades and as level lines."""

import cairo
import numpy as np

from engine.network.layers import Array
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.theme import RGB


def paint_shades(canvas: Canvas, box: Box, colours: Array, smooth: bool = True) -> None:
    """An image over a box of the canvas: colours (H, W, 3), 0 … 1, the first row at the top.

    The first and last colours lie on the box's edges; smooth between them, or each a rectangle.
    """
    context = canvas.context
    height, width = colours.shape[:2]
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[..., :3] = np.rint(255 * np.clip(colours, 0, 1))  # red first: frames are RGBA where cairo thinks BGRA
    pixels[..., 3] = 255
    image = cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, width, height)
    context.save()
    context.rectangle(*box)
    context.clip()
    context.translate(box.left, box.top)
    if smooth:  # samples at pixel centres
        context.scale(box.width / (width - 1), box.height / (height - 1))
        context.translate(-0.5, -0.5)
    else:
        context.scale(box.width / width, box.height / height)
    pattern = cairo.SurfacePattern(image)
    pattern.set_filter(cairo.FILTER_BILINEAR if smooth else cairo.FILTER_NEAREST)
    pattern.set_extend(cairo.EXTEND_PAD)
    context.set_source(pattern)
    context.paint()
    context.restore()


def paint_segments(canvas: Canvas, segments: Array, width: float, colour: RGB) -> None:
    """Short lines (S, 2, 2), in pixels; opaque, or their ends would show where they meet."""
    count = len(segments)
    ends = np.arange(0, 2 * count + 1, 2)
    stroke(canvas.context, segments.reshape(-1, 2), ends, np.arange(count), width, canvas.colour(colour))
