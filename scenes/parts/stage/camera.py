"""The camera: Manim's own, and besides it mobjects that paint themselves straight into the frame."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import groupby
from typing import Any, cast

import cairo
import numpy as np
from manim import Camera, ManimColor, Mobject, MultiCamera, PMobject, ThreeDCamera, VMobject, config
from manim.mobject.types.image_mobject import AbstractImageMobject

from engine import UnspiralError
from scenes.parts.paint.canvas import Canvas, Pixels
from scenes.parts.paint.fading import fading
from scenes.parts.stage.painted import Painted
from scenes.parts.stage.placement import Placement, painting, placement


def covers(mobject: Mobject, camera: Camera) -> bool:
    """Whether nothing under `mobject` can be seen."""
    if not (isinstance(mobject, Painted) and mobject.opaque and mobject.opacity >= 1) or config.transparent:
        return False
    height, width = camera.pixel_array.shape[:2]
    return placed(mobject, camera).covers(width, height)


def placed(mobject: Painted, camera: Camera) -> Placement:
    """Where the mobject lies in the camera's frame. UnspiralError if it can not be shown as it was transformed."""
    frame: Any = (camera.frame_width, camera.frame_height)  # numbers from the camera's construction on
    pixels: Any = (camera.pixel_width, camera.pixel_height)
    if isinstance(camera, ThreeDCamera) and mobject not in camera.fixed_in_frame_mobjects:
        if not np.allclose(camera.get_rotation_matrix(), np.eye(3), rtol=0, atol=1e-6):
            reason = "the camera was turned, and a picture lies in the plane of the screen"
            raise UnspiralError(f"{reason}: self.add_fixed_in_frame_mobjects(picture) keeps it there")
        frame = tuple(side / camera.get_zoom() for side in frame)
    return placement(mobject.points, camera.frame_center, frame, pixels, config.frame_width / frame[0])


def lend(camera: Camera) -> None:
    """Let the cameras whose pictures a zoomed scene shows draw as this one does."""
    shown: Any = camera.image_mobjects_from_cameras if isinstance(camera, MultiCamera) else ()
    for display in shown:
        own = display.camera
        if not isinstance(own, FilmCamera):
            own.__class__ = type(type(own).__name__, (FilmCamera, type(own)), {})
            own.background_color = camera.background_color


@cache
def _kind(mobject_type: type[Mobject]) -> type[Mobject]:
    for kind in (Painted, VMobject, PMobject, AbstractImageMobject):
        if issubclass(mobject_type, kind):
            return kind
    return Mobject


_LISTENING: list[Callable[[cairo.ImageSurface], Any]] = []


@contextmanager
def listening(make: Callable[[cairo.ImageSurface], Any]) -> Iterator[None]:
    """Paint with contexts that `make` makes: some note what is painted."""
    _LISTENING.append(make)
    try:
        yield
    finally:
        _LISTENING.pop()


def context_on(surface: cairo.ImageSurface) -> Any:
    """What painted mobjects are painted with."""
    return _LISTENING[-1](surface) if _LISTENING else cairo.Context(surface)


def _clear(context: cairo.Context, place: Placement, share: float) -> None:
    """Take away what lies where something opaque will, as far as that has faded in: its ground would have hidden it."""
    context.save()
    for across, down in ((0, 0), (1, 0), (1, 1), (0, 1)):
        context.line_to(*(place.corner + across * place.across + down * place.down).tolist())
    context.set_operator(cairo.OPERATOR_DEST_OUT)
    context.set_source_rgba(0, 0, 0, share)
    context.fill()
    context.restore()


class FilmCamera(Camera):
    """Manim's camera, that also draws `Painted` mobjects. Its pixel array may be exchanged between frames."""

    pixel_array: Pixels

    def init_background(self) -> None:
        """A ground of one colour is one row of pixels, over and over: Manim's is as large as a frame."""
        if self.background_image is not None:
            super().init_background()
        else:
            height, width = cast(tuple[int, int], (self.pixel_height, self.pixel_width))
            row = np.empty((width, self.n_channels), self.pixel_array_dtype)
            colour = ManimColor.parse(self.background_color)  # a scene may set it to "#004400"
            row[:] = colour.to_int_rgba_with_alpha(self.background_opacity)
            self.background = np.broadcast_to(row, (height, *row.shape))

    def capture_mobjects(self, mobjects: Iterable[Mobject], **kwargs: Any) -> None:
        """Draw into the pixel array, batch by batch of one kind, as Manim does."""
        shown = self.get_mobjects_to_display(mobjects, **kwargs)
        for kind, group in groupby(shown, lambda mobject: _kind(type(mobject))):
            batch: list[Any] = list(group)
            if kind is Painted:
                self._paint(batch)
            elif kind is VMobject:
                self.display_multiple_vectorized_mobjects(batch, self.pixel_array)
            elif kind is PMobject:
                self.display_multiple_point_cloud_mobjects(batch, self.pixel_array)
            elif kind is AbstractImageMobject:
                self.display_multiple_image_mobjects(batch, self.pixel_array)

    def _paint(self, batch: list[Painted]) -> None:
        height, width = self.pixel_array.shape[:2]
        pixels = cast(memoryview, self.pixel_array.data)
        surface = cairo.ImageSurface.create_for_data(pixels, cairo.FORMAT_ARGB32, width, height)
        context = context_on(surface)
        canvas = Canvas(context, width, height, transparent=bool(config.transparent))
        for painted in batch:
            if painted.opacity > 0:
                context.save()
                place = placed(painted, self)
                if canvas.transparent and painted.opaque:
                    _clear(context, place, painted.opacity)
                with fading(canvas, painted.opacity) as layer, painting(layer, place) as part:
                    if part is not None:
                        painted.paint_on(part)
                context.restore()

    def get_cached_cairo_context(self, pixel_array: Pixels) -> None:
        """None: Manim would keep one context, and with it the pixels, for every array that was ever drawn into."""
        return None

    def cache_cairo_context(self, pixel_array: Pixels, ctx: cairo.Context) -> None:
        """Keep nothing."""
