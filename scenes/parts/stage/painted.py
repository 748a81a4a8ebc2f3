"""Mobjects that paint a frame."""

from typing import Any, Generic, Self, TypeVar

import numpy as np
from manim import Mobject, VMobject, config
from manim.typing import PathFuncType
from manim.utils.paths import straight_path

from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.theme import THEME, Theme

F = TypeVar("F")


class Painted(VMobject):
    """A mobject that paints itself: no submobjects, as fast as its `paint`.

    It takes its place among Manim's own mobjects (order of adding, z_index) and fades like them, by its `opacity`.
    Moved, scaled, stretched, turned or mirrored it obeys as a rectangle of the frame's size does, and composes itself
    anew in a part of the frame. It is a VMobject so that VGroups take it; paths of its own it has none.
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
        """Opacity and points between two of its kind; what is shown stays."""
        if isinstance(mobject1, Painted) and isinstance(mobject2, Painted):
            self.opacity = (1 - alpha) * mobject1.opacity + alpha * mobject2.opacity
        self.points = np.asarray(path_func(mobject1.points, mobject2.points, alpha))
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
