"""The camera: Manim's own, and besides it mobjects that paint themselves straight into the frame."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import groupby
from typing import Any, Generic, NamedTuple, Self, TypeVar, cast

import cairo
import numpy as np
from manim import Camera, Mobject, PMobject, VMobject, config
from manim.mobject.types.image_mobject import AbstractImageMobject
from manim.typing import PathFuncType
from manim.utils.paths import straight_path
from numpy.typing import NDArray

from scenes.parts.paint.theme import THEME, Theme

F = TypeVar("F")

Pixels = NDArray[Any]
"""(height, width, 4) uint8: red, green, blue, alpha, premultiplied."""
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

    @property
    def transparent(self) -> bool:
        """Whether the ground is to be left out, for a clip that lies over something else."""
        return bool(config.transparent)

    def colour(self, rgb: tuple[float, float, float], alpha: float = 1.0) -> tuple[float, float, float, float]:
        """Arguments of `context.set_source_rgba`: frames are RGBA where cairo thinks BGRA, so red and blue swap."""
        red, green, blue = rgb
        return blue, green, red, alpha


@contextmanager
def fading(canvas: Canvas, alpha: float, box: tuple[float, float, float, float] | None = None) -> Iterator[None]:
    """Paint what is painted within as one thing of opacity `alpha`, none of it outside `box`: left, top, width, height.

    What a group costs is its area: name the box, in pixels.
    """
    context = canvas.context
    if alpha >= 1:
        yield
        return
    context.save()
    if box is not None:
        context.rectangle(*box)
        context.clip()
    context.push_group()
    yield
    context.pop_group_to_source()
    context.paint_with_alpha(alpha)
    context.restore()


class Painted(Mobject):
    """A mobject that paints itself: no paths, no submobjects, as fast as its `paint`.

    It takes its place among Manim's own mobjects (order of adding, z_index) and fades like them, by its `opacity`.
    Everything in its `__dict__` is part of the cache key of the plays it is seen in: keep drawing caches elsewhere.
    """

    opaque: bool = False
    """Whether it covers the whole frame, unless that is transparent: nothing under it is drawn, not the background."""

    def __init__(self, *, opacity: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.opacity = opacity

    def paint(self, canvas: Canvas) -> None:
        """Paint on the canvas, always as if the opacity were 1."""
        raise NotImplementedError(f"{type(self).__name__} has no paint method")

    def show(self, frame: Any) -> Any:  # type: ignore[override]  # Manim's would open a window
        """Show `frame` from now on, in mobjects that show the frames of a film."""
        raise NotImplementedError(f"{type(self).__name__} has no show method")

    def generate_points(self) -> Self:
        """The frame's corners: Manim draws, fades and measures only what has points."""
        x, y = config.frame_width / 2, config.frame_height / 2
        self.points = np.array([[-x, y, 0], [x, y, 0], [x, -y, 0], [-x, -y, 0]])
        return self

    def set_opacity(self, opacity: float) -> Self:
        """0 is unseen, 1 as painted."""
        self.opacity = opacity
        return self

    def fade(self, darkness: float = 0.5, family: bool = True) -> Self:
        """Lower the opacity: 0 leaves it, 1 makes the mobject unseen."""
        self.opacity *= 1 - darkness
        super().fade(darkness, family)
        return self

    def interpolate(
        self,
        mobject1: Mobject,
        mobject2: Mobject,
        alpha: float,
        path_func: PathFuncType = straight_path(),  # noqa: B008 (Manim's own default)
    ) -> Self:
        """Opacity and points between two of its kind; what is shown stays."""
        if isinstance(mobject1, Painted) and isinstance(mobject2, Painted):
            self.opacity = (1 - alpha) * mobject1.opacity + alpha * mobject2.opacity
        self.points = path_func(mobject1.points, mobject2.points, alpha)
        return self


class Shown(Painted, Generic[F]):
    """A painted mobject that shows one frame at a time, in a theme's colours. `show` overwrites everything."""

    def __init__(self, frame: F, theme: Theme = THEME, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.frame = frame
        self.theme = theme

    def show(self, frame: F) -> None:
        """Show `frame` from now on."""
        self.frame = frame


def covers(mobject: Mobject) -> bool:
    """Whether nothing under `mobject` can be seen."""
    return isinstance(mobject, Painted) and mobject.opaque and mobject.opacity >= 1 and not config.transparent


@cache
def _kind(mobject_type: type[Mobject]) -> type[Mobject]:
    for kind in (Painted, VMobject, PMobject, AbstractImageMobject):
        if issubclass(mobject_type, kind):
            return kind
    return Mobject


class FilmCamera(Camera):
    """Manim's camera, that also draws `Painted` mobjects. Its pixel array may be exchanged between frames."""

    pixel_array: Pixels

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
        context = cairo.Context(surface)
        canvas = Canvas(context, width, height)
        for painted in batch:
            if painted.opacity > 0:
                context.save()
                with fading(canvas, painted.opacity):
                    painted.paint(canvas)
                context.restore()

    def get_cached_cairo_context(self, pixel_array: Pixels) -> None:
        """None: Manim would keep one context, and with it the pixels, for every array that was ever drawn into."""
        return None

    def cache_cairo_context(self, pixel_array: Pixels, ctx: cairo.Context) -> None:
        """Keep nothing."""
