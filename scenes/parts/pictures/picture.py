"""The mobject that shows a frame: regions, axes, grid, points, class vectors and what is read off them."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from engine import Frame, UnspiralError
from engine.errors import unknown
from engine.network.layers import Array
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.fading import fading
from scenes.parts.paint.key import classes_of, fits, paint_key
from scenes.parts.paint.plane import (
    Place,
    paint_answers_by_name,
    paint_plane,
)
from scenes.parts.paint.readouts import paint_readouts
from scenes.parts.paint.theme import Theme
from scenes.parts.stage.painted import Shown

PARTS = ("grid", "regions", "class_vectors", "points", "curve", "key")
"""What a picture consists of besides its ground, axes and read-outs."""
DIM = 0.25
"""How far is shown what is not in focus."""


class Picture(Shown[Frame]):
    """Shows one frame at a time, whatever was shown before. `show` overwrites everything but what is chosen here.

    `grid`, `regions`, `class_vectors`, `points`, `curve` and `key` are True or False, or an opacity between; `points`
    may also name classes: points=[0, 2]. `readouts` is True, False or the names of some: readouts=["accuracy"].
    `focus` names the classes that are spoken of: the others' points, arrows and regions are dimmed; True ends it.
    `picture.animate.choose(regions=False)` changes them smoothly.

    Like Manim's Axes it leads from data to the screen: `c2p`, `p2c`, `point(i)` and `tip(k)`.
    """

    opaque = True

    def __init__(
        self,
        frame: Frame,
        theme: Theme | None = None,
        readouts: bool | Sequence[str] = True,
        *,
        grid: float = True,
        regions: float = True,
        class_vectors: float = True,
        points: float | Sequence[int] = True,
        curve: float = True,
        key: float = True,
        focus: bool | Sequence[int] = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(frame, theme, **kwargs)
        self.readouts: bool | tuple[str, ...] = True
        self.classes: tuple[int, ...] | None = None
        """Whose points are shown; None: all."""
        self.strengths: tuple[float, ...] = ()
        """How strong each class is, where some are in focus; none: all are alike."""
        self.amounts: dict[str, float] = dict.fromkeys(PARTS, 1.0)
        """How far each part is shown, from 0 to 1."""
        parts: dict[str, Any] = {"readouts": readouts, "grid": grid, "regions": regions, "class_vectors": class_vectors}
        parts |= {"points": points, "curve": curve, "key": key, "focus": focus}
        self.choose(**{name: given for name, given in parts.items() if given is not True})

    def choose(self, **parts: Any) -> Self:
        """Show these parts and hide those, as the constructor's arguments say. UnspiralError names what there is."""
        told = [name for name in parts if name != "readouts"]
        if told and type(self).paint is not Picture.paint:
            raise UnspiralError(f"a {type(self).__name__} always shows its {told[0]}; choose the parts of a Picture")
        for name, given in parts.items():
            if name == "readouts":
                self.readouts = given if isinstance(given, bool) else _readouts(given, self.frame)
            elif name == "focus":
                spoken = None if isinstance(given, bool) else _classes(given, self.frame)
                self.strengths = tuple(
                    1.0 if spoken is None or k in spoken else DIM for k in range(classes_of(self.frame))
                )
            elif name not in PARTS:
                raise unknown("part of a picture", name, ("readouts", "focus", *PARTS))
            elif name == "points" and not isinstance(given, bool | int | float):
                self.classes, self.amounts = _classes(given, self.frame), self.amounts | {name: 1.0}
            elif not 0 <= given <= 1:
                raise UnspiralError(f"{name}={given!r}: True, False or an opacity from 0 to 1 is needed")
            else:
                self.amounts = self.amounts | {name: float(given)}
                self.classes = None if name == "points" else self.classes
        return self

    def interpolate_color(self, mobject1: Any, mobject2: Any, alpha: float) -> Self:
        """Between two pictures also in what is chosen of them."""
        super().interpolate_color(mobject1, mobject2, alpha)
        pairs = ((name, mobject1.amounts[name], mobject2.amounts[name]) for name in PARTS)
        self.amounts = {name: (1 - alpha) * a + alpha * b for name, a, b in pairs}
        end = mobject1 if alpha < 0.5 else mobject2
        self.readouts, self.classes = end.readouts, end.classes
        ends = zip_longest(mobject1.strengths, mobject2.strengths, fillvalue=1.0)
        self.strengths = tuple((1 - alpha) * a + alpha * b for a, b in ends)
        return self

    def place(self, canvas: Canvas) -> "Place":
        """Where the plane lies."""
        return Place.of(self.frame.view, canvas.width, canvas.height)

    def c2p(self, xy: ArrayLike) -> Array:
        """Where data (2,) or (N, 2) lie in the scene: (3,) or (N, 3), wherever the picture is and however large."""
        data = np.asarray(xy, float)
        place, lies = self.place(self.canvas()), self.lies()
        return lies.scene(place(data.reshape(-1, 2))).reshape(*data.shape[:-1], 3)

    def p2c(self, point: ArrayLike) -> Array:
        """The data (2,) or (N, 2) at points (3,) or (N, 3) of the scene."""
        places = np.asarray(point, float)
        place, lies = self.place(self.canvas()), self.lies()
        pixels = lies.pixels(places.reshape(-1, places.shape[-1]))
        return ((pixels - place.origin) / (place.scale, -place.scale)).reshape(*places.shape[:-1], 2)

    coords_to_point, point_to_coords = c2p, p2c

    def point(self, i: int) -> Array:
        """Where sample i is now, in the scene (3,): `label.add_updater(lambda m: m.next_to(picture.point(3)))`."""
        count = len(self.frame.points)
        if not -count <= i < count:
            raise UnspiralError(f"sample {i} was asked for; this picture has {count:,}, numbered from 0")
        return self.c2p(self.frame.points[i])

    def tip(self, k: int) -> Array:
        """Where the tip of class k's vector is now, in the scene (3,)."""
        count = len(self.frame.class_vectors)
        if not -count <= k < count:
            raise UnspiralError(f"class vector {k} was asked for; this picture has {count}, numbered from 0")
        return self.c2p(self.frame.class_vectors[k])

    def chosen(self) -> Frame:
        """The frame with what is to be seen of it."""
        frame = self.frame
        if self.classes is not None:
            seen = np.isin(frame.labels, self.classes)
            shown = {name: getattr(frame, name)[seen] for name in ("points", "labels", "wrong", "held")}
            if frame.depths is not None:
                shown["depths"] = frame.depths._replace(points=frame.depths.points[seen])
            frame = replace(frame, **shown)
        if not isinstance(self.readouts, bool):
            frame = replace(frame, readings={n: v for n, v in frame.readings.items() if n in self.readouts})
        return replace(frame, curve=None, held_curve=None) if self.amounts["curve"] == 0 else frame

    def paint(self, canvas: Canvas) -> None:
        """Paint the frame over the whole canvas, from the regions at the back to the read-outs in front."""
        frame, theme, place, shown = self.chosen(), self.theme, self.place(canvas), self.amounts
        paint_plane(canvas, place, frame, theme, shown, strengths=self.strengths)
        if self.readouts:
            if named := frame.decided * shown["regions"]:
                with fading(canvas, named) as layer:
                    paint_answers_by_name(layer, place, frame, theme)
            if canvas.wide and shown["key"] and not fits(canvas, frame, theme):
                frame = replace(frame, curve=None, held_curve=None)  # of a small picture: it would lie under the key
            paint_readouts(canvas, frame, theme)
            with fading(canvas, shown["key"]) as layer:
                paint_key(layer, frame, theme)


def _readouts(given: Sequence[str], frame: Frame) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else tuple(given)
    for name in names:
        if name not in frame.readings:
            raise unknown("reading", name, frame.readings)
    return names


def _classes(given: Sequence[int], frame: Frame) -> tuple[int, ...]:
    there = np.unique(frame.labels).tolist()
    for k in given:
        if k not in there:
            raise UnspiralError(f"points of class {k!r} were asked for; this picture's classes are {there}")
    return tuple(given)
