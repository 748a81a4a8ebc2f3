"""Mobjects that paint a frame."""

import io
from collections.abc import Iterable
from functools import cache
from typing import Any, Generic, Self, TypeVar

import cairo
import numpy as np
from manim import Group, Mobject, VMobject, config
from manim.typing import PathFuncType
from manim.utils.paths import straight_path
from PIL import Image

from engine import Run, UnspiralError
from engine.errors import given
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.fading import fading
from scenes.parts.paint.plane import paint_ground
from scenes.parts.paint.theme import Theme, chosen_theme, rgb, themed
from scenes.parts.stage.placement import frame_size, painting, placement

F = TypeVar("F")


def to_image(painted: Iterable["Painted"], theme: Theme, width: int | None = None) -> Image.Image:
    """What these look like in a frame of their own, `width` pixels wide (None: as wide as clips are), on the ground."""
    width = config.pixel_width if width is None else width
    height = round(width * config.pixel_height / config.pixel_width)
    pixels = np.zeros((height, width, 4), np.uint8)
    surface = cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, width, height)
    canvas = Canvas(cairo.Context(surface), width, height)
    paint_ground(canvas, theme)
    for part in painted:
        place = placement(part.points, np.zeros(3), frame_size(), (width, height))
        if part.opacity > 0:
            with fading(canvas, part.opacity) as layer, painting(layer, place) as window:
                if window is not None:
                    part.paint_on(window)
    surface.flush()
    return Image.fromarray(pixels).convert("RGB")


class InNotebook:
    """A mobject that a notebook shows, half as large as it is drawn."""

    def to_image(self, width: int | None = None) -> Image.Image:
        """What it looks like now, `width` pixels wide, by default as wide as clips are: `.save("a.png")` keeps it."""
        mobject: Any = self
        painted = [part for part in mobject.get_family() if isinstance(part, Painted)]
        return to_image(painted, painted[0].theme if painted else chosen_theme(), width)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        self.to_image(1280).save(png := io.BytesIO(), "PNG")
        return png.getvalue(), {"width": 640}


class Seat:
    """Where a painted mobject lies, and the ways between its pixels and the scene."""

    def __init__(self, corners: Any) -> None:
        self.corners = np.asarray(corners, float)
        frame, pixels = frame_size(), (config.pixel_width, config.pixel_height)
        self.placement = placement(self.corners, np.zeros(3), frame, pixels)

    def _axes(self) -> Any:
        """(2, 3), what a pixel across and one down come to in the scene."""
        width, height = self.placement.size
        if self.placement.upright:  # painted pixel by pixel, whatever fraction of one it is wider
            width, height = np.hypot(*self.placement.across), np.hypot(*self.placement.down)
        edges = np.stack([self.corners[1] - self.corners[0], self.corners[3] - self.corners[0]])
        return edges / np.array([[width], [height]], float)

    def scene(self, pixels: Any) -> Any:
        """Pixels (N, 2) of what is painted as points (N, 3) of the scene."""
        return self.corners[0] + np.asarray(pixels, float) @ self._axes()

    def pixels(self, points: Any) -> Any:
        """Points (N, 3) of the scene as pixels (N, 2) of what is painted."""
        axes = self._axes()[:, :2]
        return (np.asarray(points, float)[:, :2] - self.corners[0, :2]) @ np.linalg.inv(axes)


class Painted(InNotebook, VMobject):
    """A mobject that paints itself: no submobjects, as fast as its `paint`.

    It takes its place among Manim's own mobjects (order of adding, z_index) and fades like them, by its `opacity`.
    Moved, scaled, stretched, turned or mirrored it obeys as a rectangle of the frame's size does, and composes itself
    anew in a part of the frame. It is a VMobject so that VGroups take it; paths of its own it has none.
    Everything in its `__dict__` is part of the cache key of the plays it is seen in: keep drawing caches elsewhere.
    """

    opaque: bool = False
    """Whether it covers all that it lies on: nothing of that is seen, not in transparent clips either."""

    def __init__(self, *, opacity: float = 1.0, theme: Theme | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.opacity = opacity
        self.begun: dict[str, Any] | None = None
        """What it showed when it was made to be moved to."""
        self.theme = themed(theme)

    def paint(self, canvas: Canvas) -> None:
        """Paint on the canvas, always as if the opacity were 1."""
        raise NotImplementedError(f"{type(self).__name__} has no paint method")

    def paint_on(self, canvas: Canvas) -> None:
        """Paint on the canvas, texts in the theme's fonts: what the camera calls."""
        halo = rgb(self.theme.rim) if canvas.transparent else None
        self.paint(canvas._replace(fonts=self.theme.fonts, halo=halo))

    def lies(self) -> "Seat":
        """Where it lies in a frame that no camera has moved."""
        return Seat(self.points)

    def canvas(self) -> Canvas:
        """The measures of what it is painted on, in a frame that no camera has moved; nothing can be painted on it."""
        return self.lies().placement.canvas(config.pixel_width, config.pixel_height)

    def show(self, frame: Any) -> Any:  # type: ignore[override]  # Manim's would open a window
        """Show `frame` from now on, in mobjects that show the frames of a film."""
        raise NotImplementedError(f"{type(self).__name__} has no show method")

    def generate_points(self) -> Self:
        """The frame's corners: Manim draws, fades and measures only what has points."""
        x, y = (side / 2 for side in frame_size())
        self.points = np.array([[-x, y, 0], [x, y, 0], [x, -y, 0], [-x, -y, 0]])
        return self

    def get_anchors(self) -> Any:
        """Its corners (4, 3): Manim measures and arranges by them."""
        return self.points

    def set_style(self, *args: Any, **kwargs: Any) -> Self:  # type: ignore[override]
        """Nothing: its colours are its theme's."""
        return self

    def set_opacity(self, opacity: float, family: bool = True) -> Self:  # type: ignore[override]
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
        """Points, opacity and what is shown between two of its kind."""
        self.points = np.asarray(path_func(mobject1.points, mobject2.points, alpha))
        self.interpolate_color(mobject1, mobject2, alpha)
        return self

    def interpolate_color(self, mobject1: Any, mobject2: Any, alpha: float) -> Self:  # type: ignore[override]
        """Opacity between two of its kind; what only one of them shows changes half-way.

        That a target was made before other things were shown is no wish to see the old ones again.
        """
        self.opacity = (1 - alpha) * mobject1.opacity + alpha * mobject2.opacity
        before = {} if mobject1 is self else mobject2.begun if mobject2.begun is not None else mobject1.content()
        end = mobject1 if alpha < 0.5 else mobject2
        for name, value in mobject2.content().items():
            if name not in before or before[name] is not value:
                setattr(self, name, getattr(end, name))
        return self

    def content(self) -> dict[str, Any]:
        """What it shows, attribute by attribute: all that a mobject of Manim's does not have."""
        return {name: value for name, value in vars(self).items() if name not in _placed()}

    def generate_target(self, use_deepcopy: bool = False) -> Any:
        """A copy to be changed and moved to; it knows what it showed at first."""
        target: Any = super().generate_target(use_deepcopy)
        target.begun = target.content()
        return target

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        memo.update((id(value), value) for value in self.content().values())  # values: replaced, never changed
        return super().__deepcopy__(memo)

    def pointwise_become_partial(self, vmobject: Any, a: float, b: float) -> Self:
        """A part of what is created, or undone: a picture has no outline to be drawn, and appears."""
        self.points, self.opacity = np.array(vmobject.points), vmobject.opacity * (b - a)
        return self

    def get_subpath_split_indices_from_points(self, points: Any, n_dims: int = 3) -> Any:
        """UnspiralError: only a camera of Manim's own asks, which would draw it as an outline."""
        name = type(self).__name__
        raise UnspiralError(
            f"a {name} is drawn in a FilmScene: class Mine(FilmScene), or class Mine(ThreeDScene, FilmScene)"
        )

    def align_data(self, mobject: Mobject, skip_point_alignment: bool = False) -> Self:
        """Nothing: two of a kind have the same corners. UnspiralError if `mobject` is of another kind."""
        if type(mobject) is not type(self):
            kinds = f"a {type(self).__name__} cannot turn into a {type(mobject).__name__}"
            raise UnspiralError(f"{kinds}: FadeOut the one, FadeIn the other")
        return self

    def set_points(self, points: Any) -> Self:
        """Its corners (4, 3). UnspiralError for an outline, which something else that is to become it has."""
        if len(points) != 4:
            raise UnspiralError(
                f"an outline cannot turn into a {type(self).__name__}: FadeOut the one, FadeIn the other"
            )
        return super().set_points(points)


@cache
def _placed() -> frozenset[str]:
    """Attributes of painted mobjects that say where they are and belong, and not what they show."""
    return frozenset(vars(VMobject())) | {"opacity", "begun", "target", "saved_state", "original_id"}


class PaintedGroup(InNotebook, Group):
    """Several of them together: it is saved and restored like one, which a Group of Manim's is not."""

    def interpolate_color(self, mobject1: Mobject, mobject2: Mobject, alpha: float) -> Self:  # type: ignore[override]
        """Nothing: all that is seen is its members'."""
        return self


def check_frame(frame: object) -> None:
    """UnspiralError for what is easily given instead of a frame: its film, its run, a file."""
    if callable(frame) or isinstance(frame, str | Run):
        raise UnspiralError(f"{given(frame)} was given, where a film's frame is needed: training(run)(250)")


class Shown(Painted, Generic[F]):
    """A painted mobject that shows one frame at a time, in a theme's colours. `show` overwrites everything."""

    def __init__(self, frame: F, theme: Theme | None = None, **kwargs: Any) -> None:
        check_frame(frame)
        named = getattr(frame, "class_names", ())
        super().__init__(theme=themed(theme).naming(named), **kwargs)
        self.frame = frame

    def show(self, frame: F) -> None:
        """Show `frame` from now on."""
        self.frame = frame
