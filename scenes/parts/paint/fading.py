"""Painting several things as one that is faded."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import local
from typing import cast

import cairo
import numpy as np

from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.raster import Raster, Words, raster_of
from scenes.parts.paint.theme import Theme


def covering(canvas: Canvas, theme: Theme) -> AbstractContextManager[Canvas]:
    """Paint what fills areas: as much of what is under a transparent clip shines through as the theme says."""
    return fading(canvas, theme.overlay if canvas.transparent else 1.0)


@contextmanager
def fading(canvas: Canvas, alpha: float, box: tuple[float, float, float, float] | None = None) -> Iterator[Canvas]:
    """Paint what is painted on the canvas that is yielded as one thing of opacity `alpha`.

    None of it lies outside `box`, left, top, width, height in pixels, as far as whole pixels can say it.
    """
    context = canvas.context
    if alpha >= 1:
        yield canvas
    elif type(context) is cairo.Context and _clipped_to_rectangle(context):
        raster = _within(raster_of(context), box)
        with _layer(raster) as layer:
            yield canvas._replace(context=_context_on(layer, context, raster))
            _blend(layer, raster, alpha)
    else:  # a context that listens is to hear what lies in a group; others would cost what the whole canvas does
        context.save()
        if box is not None:
            context.rectangle(*box)
            context.clip()
        context.push_group()
        yield canvas
        context.pop_group_to_source()
        context.paint_with_alpha(alpha)
        context.restore()


class _Layers(local):
    """Pixels of layers that are not in use, all zero: cairo would have new ones for each group."""

    def __init__(self) -> None:
        self.free: list[Words] = []


_LAYERS = _Layers()


@contextmanager
def _layer(raster: Raster) -> Iterator[Words]:
    """Transparent pixels (height, width) over what a raster is clipped to, for one who leaves them transparent."""
    left, top, right, bottom = raster.clip
    width, height = right - left, bottom - top
    pixels = _LAYERS.free.pop() if _LAYERS.free else np.zeros(0, np.uint32)
    if len(pixels) < width * height:
        pixels = np.zeros(width * height, np.uint32)
    yield pixels[: width * height].reshape(height, width)
    _LAYERS.free.append(pixels)  # after an error they are not clean


def _context_on(layer: Words, context: cairo.Context, raster: Raster) -> cairo.Context:
    """A context that paints on a layer what `context` would paint on its own pixels."""
    (height, width), data = layer.shape, cast(memoryview, layer.data)
    surface = cairo.ImageSurface.create_for_data(data, cairo.FORMAT_ARGB32, width, height)
    (x, y), (left, top, *_) = raster.surface.get_device_offset(), raster.clip  # of the group that `context` is in
    surface.set_device_offset(x - left, y - top)
    own = cairo.Context(surface)
    own.set_matrix(context.get_matrix())
    return own


def _blend(layer: Words, raster: Raster, alpha: float) -> None:
    """Paint the layer, and leave it transparent."""
    from scenes.parts.paint import kernels

    kernels.fade(raster.pixels, raster.clip, layer, np.uint32(int(alpha * 65535 + 0.5) >> 8))
    raster.surface.mark_dirty()


def _within(raster: Raster, box: tuple[float, float, float, float] | None) -> Raster:
    """The raster, with nothing to be painted beyond a box."""
    if box is None:
        return raster
    x, y, width, height = *np.add(box[:2], raster.origin), *box[2:]
    least, most = np.floor([x, y]).astype(int).tolist(), np.ceil([x + width, y + height]).astype(int).tolist()
    left, top, right, bottom = raster.clip
    left, top = min(max(left, least[0]), right), min(max(top, least[1]), bottom)
    return raster._replace(clip=(left, top, max(left, min(right, most[0])), max(top, min(bottom, most[1]))))


def _clipped_to_rectangle(context: cairo.Context) -> bool:
    """Whether what is clipped away is what lies outside one rectangle of whole pixels."""
    try:
        return len(context.copy_clip_rectangle_list()) == 1
    except cairo.Error:
        return False
