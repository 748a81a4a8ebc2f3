"""A picture as somebody in the audience reads it: `drawn(picture).reading("loss")` is what stands beside "loss"."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import cairo
import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.plane import fitted
from scenes.parts.paint.theme import DARK, Theme
from tests.scenes.listening import Arrow, Box, Disc, Image, Line, Listening, Mark, Points, Shape, Text, Tiles

SHAPES = {"wide": (1920, 1080), "square": (1080, 1080), "tall": (1080, 1920)}
__all__ = [
    "Arrow",
    "Disc",
    "Drawing",
    "Image",
    "Line",
    "Mark",
    "Points",
    "Shape",
    "Text",
    "Tiles",
    "drawn",
    "drawn_panel",
]


@dataclass(frozen=True, eq=False)
class Drawing:
    """All marks of a picture, in the order of painting."""

    marks: list[Mark]
    pixels: NDArray[np.uint8] = field(repr=False)
    """(height, width, 4), RGBA."""

    def of(self, kind: type) -> list[Any]:
        """The marks of a kind that can be seen."""
        return [mark for mark in self.marks if isinstance(mark, kind) and mark.alpha > 0]

    def within(self, box: Box) -> "Drawing":
        """What was clipped to a box, as a panel's plane is, or to a part of it."""
        low, high = np.subtract(box[:2], 0.01), np.add(box[2:], 0.01)
        mine = [m for m in self.marks if (m.clip[:2] >= low).all() and (m.clip[2:] <= high).all()]
        assert mine, f"nothing is clipped to {box}"
        return Drawing(mine, self.pixels)

    @property
    def clips(self) -> list[Box]:
        """The boxes that marks were clipped to, in the order of painting."""
        return list(dict.fromkeys(tuple(round(edge, 2) for edge in mark.clip) for mark in self.marks))

    @cached_property
    def texts(self) -> list[Text]:
        return [text for text in self.of(Text) if text.text]

    @cached_property
    def lines(self) -> list[Line]:
        return self.of(Line)

    @cached_property
    def shapes(self) -> list[Shape]:
        return self.of(Shape)

    @cached_property
    def discs(self) -> list[Disc]:
        return self.of(Disc)

    @cached_property
    def arrows(self) -> list[Arrow]:
        """Filled outlines of seven corners that are the same on both sides: their tip is the corner in the middle."""
        found = []
        for shape in self.shapes:
            p = shape.points
            if len(p) == 7 and np.allclose(p[2] + p[4], p[1] + p[5], atol=0.03):
                tail = (p[0] + p[6]) / 2
                found.append(Arrow(tail, p[3], shape.colour, shape.alpha, float(np.linalg.norm(p[3] - tail))))
        return found

    @cached_property
    def words(self) -> list[str]:
        return [text.text for text in self.texts]

    def text(self, said: str) -> Text:
        """The one text that says just this."""
        found = [text for text in self.texts if text.text == said]
        assert len(found) == 1, f"{said!r} stands {len(found)} times among {self.words}"
        return found[0]

    def reading(self, name: str) -> str:
        """What stands at the right of the text `name`, on its line or, as a large number, right under it."""
        return self.read(self.text(name)).text

    def read(self, named: Text) -> Text:
        """What stands at the right of a text, on its line or, as a large number, right under it."""
        under = [t for t in self.texts if 0 < t.baseline - named.baseline < 1.6 * t.size and t.size > 1.4 * named.size]
        under = [t for t in under if abs(t.left - named.left) < 0.2 * t.size]
        if under:
            return min(under, key=lambda t: t.baseline)
        beside = [t for t in self.texts if abs(t.baseline - named.baseline) < 2 and t.left >= named.right - 1]
        assert beside, f"nothing stands beside or under {named.text!r} among {self.words}"
        return min(beside, key=lambda t: t.left)

    def mark_of(self, said: str, reach: float = 70) -> Mark:
        """The key's mark of an entry: the disc, shape or line left of a text that was painted next to it."""
        text, found = self.text(said), []
        for mark in (*self.discs, *self.shapes, *self.lines):
            points = mark.centre[None] if isinstance(mark, Disc) else mark.points
            (left, top), (right, bottom) = points.min(0), points.max(0)
            if text.left - reach < left <= right < text.left and abs((top + bottom) / 2 - text.middle[1]) < 15:
                found.append((abs(mark.order - text.order), mark))
        assert found, f"no mark beside {said!r}"
        return min(found, key=lambda entry: entry[0])[1]

    def nearest(self, place: ArrayLike, texts: Iterable[Text] | None = None) -> Text:
        """The text whose middle is nearest to a place."""
        return min(self.texts if texts is None else texts, key=lambda t: float(np.linalg.norm(t.middle - place)))


def drawn(*painted: Any, shape: str | tuple[int, int] = "wide", **canvas: Any) -> Drawing:
    """What these mobjects paint, one over the other, in a frame: wide, square, tall or (width, height)."""
    width, height = SHAPES[shape] if isinstance(shape, str) else shape
    pixels = np.zeros((height, width, 4), np.uint8)
    surface = cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, width, height)
    marks: list[Mark] = []
    for mobject in painted:
        context = Listening(surface)
        context.count = len(marks)
        mobject.paint_on(Canvas(context, width, height, **canvas))
        assert len(context.groups) == 1, "a group was begun and never painted"
        marks += context.marks
    surface.flush()
    return Drawing(marks, pixels)


def drawn_panel(paint: Any, frame: Any, theme: Theme = DARK, width: int = 640, height: int = 480) -> Drawing:
    """What a painter of panels paints of a frame."""
    pixels = np.zeros((height, width, 4), np.uint8)
    context = Listening(cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, width, height))
    paint(Canvas(context, width, height, fonts=theme.fonts), fitted(frame, width, height), frame, theme)
    return Drawing(context.marks, pixels)
