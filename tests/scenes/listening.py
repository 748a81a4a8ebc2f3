"""A canvas that listens: what painters hand to the drawing primitives, as marks with their places and colours.

Everything is in pixels of the whole frame, y down; colours are RGB from 0 to 1, as seen; alpha is that of the mark
times those of the groups that it was faded in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import cairo
import numpy as np
from numpy.typing import ArrayLike, NDArray

SHAPES = {"wide": (1920, 1080), "square": (1080, 1080), "tall": (1080, 1920)}
Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What one call to a primitive draws."""

    colour: tuple[float, float, float] = (0.0, 0.0, 0.0)
    alpha: float = 1.0
    clip: Box = (0.0, 0.0, 0.0, 0.0)
    """Left, top, right, bottom: nothing outside is seen."""
    order: int = 0
    """How many marks were drawn before."""


@dataclass(frozen=True, kw_only=True)
class Text(Mark):
    """A line of text, its baseline from `left` to `right`."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    anchor: str
    font: str

    @property
    def middle(self) -> NDArray:
        """Of its letters."""
        return np.array([(self.left + self.right) / 2, self.baseline - 0.3 * self.size])

    @property
    def box(self) -> Box:
        """Left, top, right, bottom of its letters."""
        return self.left, self.baseline - 0.7 * self.size, self.right, self.baseline + 0.2 * self.size


@dataclass(frozen=True, kw_only=True)
class Line(Mark):
    """A stroked polyline or curve."""

    points: NDArray
    """(V, 2)."""
    width: float
    dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Shape(Mark):
    """A filled outline."""

    points: NDArray
    """(V, 2), the first not repeated."""

    @property
    def box(self) -> Box:
        """Left, top, right, bottom."""
        return (*self.points.min(0).tolist(), *self.points.max(0).tolist())


@dataclass(frozen=True, kw_only=True)
class Disc(Mark):
    """A whole circle, filled or stroked."""

    centre: NDArray
    radius: float
    width: float = 0.0
    """Of the stroke; 0 if it is filled."""


@dataclass(frozen=True, kw_only=True)
class Points(Mark):
    """Many discs, as sprites; `colours` (N, 3) of the points, `hollow` for all of them."""

    centres: NDArray
    labels: NDArray
    colours: NDArray
    radius: float
    hollow: bool
    square: NDArray
    """(N,), which are squares."""


@dataclass(frozen=True, kw_only=True)
class Tiles(Mark):
    """Polygons without gaps, each with a colour."""

    outlines: list[NDArray]
    colours: NDArray


@dataclass(frozen=True, kw_only=True)
class Image(Mark):
    """Pixels (H, W, 4), RGBA 0 … 1; the middle of pixel (row i, column j) is at corner + step · (j, i)."""

    pixels: NDArray
    corner: NDArray
    step: NDArray

    def at(self, places: ArrayLike) -> NDArray:
        """The colours (…, 3) nearest to places (…, 2)."""
        number = np.rint((np.asarray(places) - self.corner) / self.step).astype(int)
        column, row = np.moveaxis(number, -1, 0)
        height, width = self.pixels.shape[:2]
        return self.pixels[row.clip(0, height - 1), column.clip(0, width - 1), :3]


class Arrow(NamedTuple):
    """A filled arrow."""

    tail: NDArray
    tip: NDArray
    colour: tuple[float, float, float]
    alpha: float
    length: float


class Listening(cairo.Context):
    """A cairo context that notes what is drawn. Groups are noted when they are painted, with their opacity."""

    def __init__(self, surface: cairo.ImageSurface) -> None:
        super().__init__()
        self.groups: list[list[Mark]] = [[]]
        self.popped: list[Mark] = []
        self.count = 0

    @property
    def marks(self) -> list[Mark]:
        """All that is to be seen."""
        return self.groups[0]

    def _note(self, kind: type, source: ArrayLike, **what: Any) -> None:
        self._note_all(kind, source, [what])

    def _note_all(self, kind: type, source: ArrayLike, marks: Iterable[dict[str, Any]]) -> None:
        blue, green, red, alpha = (float(v) for v in np.asarray(source))
        left, top, right, bottom = self.clip_extents()
        clip = (*self.user_to_device(left, top), *self.user_to_device(right, bottom))
        for what in marks:
            mark = kind(colour=(red, green, blue), alpha=alpha, clip=clip, order=self.count, **what)
            self.count += 1
            self.groups[-1].append(mark)

    def _placed(self, points: ArrayLike) -> NDArray:
        origin, x, y = (np.array(self.user_to_device(*at)) for at in ((0, 0), (1, 0), (0, 1)))
        return np.asarray(points, float).reshape(-1, 2) @ np.stack([x - origin, y - origin]) + origin

    # what primitives say of themselves

    def told(self, kind: str, what: dict[str, Any]) -> None:
        """Called by the primitives whose pixels would not say what they mean."""
        getattr(self, f"_told_{kind}")(**what)

    def _told_text(self, text, left, advance, baseline, size, colour, font, anchor) -> None:
        x, y = self.user_to_device(left, baseline)
        self._note(
            Text, colour, text=text, left=x, right=x + advance, baseline=y, size=size, anchor=anchor, font=font.name
        )

    def _told_lines(self, vertices, starts, which, width, colour) -> None:
        placed, starts = self._placed(vertices), np.asarray(starts).tolist()
        lines = ({"points": placed[starts[k] : starts[k + 1]], "width": width} for k in np.asarray(which).tolist())
        self._note_all(Line, colour, lines)

    def _told_tiles(self, vertices, starts, which, colours) -> None:
        placed, which = self._placed(vertices), np.asarray(which).tolist()
        outlines = [placed[starts[k] : starts[k + 1]] for k in which]
        shown = np.asarray(colours)[which]
        self._note(Tiles, (0, 0, 0, 1), outlines=outlines, colours=shown[:, [2, 1, 0, 3]])

    def _told_points(self, centres, labels, discs) -> None:
        colours = np.array(discs.colours)[np.asarray(labels, int)].reshape(-1, 3)
        self._note(
            Points, (0, 0, 0, 1), centres=self._placed(centres), labels=np.array(labels), colours=colours,
            radius=discs.radius, hollow=discs.hollow, square=np.asarray(labels) >= discs.squares,
        )  # fmt: skip

    def _told_pixels(self, corner, pixels) -> None:
        seen = np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4) / 255
        at = np.array(self.user_to_device(*corner)) + 0.5
        self._note(Image, (0, 0, 0, 1), pixels=seen, corner=at, step=np.ones(2))

    # what cairo is asked for

    def _drawn(self, width: float) -> None:
        source = self.get_source()
        if isinstance(source, cairo.SurfacePattern):
            self._note_surface(source)
            return
        if not isinstance(source, cairo.SolidPattern):
            return  # a group: noted when it is painted
        for points, curved in self._subpaths():
            placed = self._placed(points)
            circle = _circle(placed) if curved else None
            dashed = bool(self.get_dash_count())
            if circle is not None:
                self._note(Disc, source.get_rgba(), centre=circle[0], radius=circle[1], width=width)
            elif width:
                self._note(Line, source.get_rgba(), points=placed, width=width, dashed=dashed)
            elif len(placed) > 2:
                closed = np.allclose(placed[0], placed[-1], atol=1e-6)
                self._note(Shape, source.get_rgba(), points=placed[:-1] if closed else placed)

    def _subpaths(self) -> Iterable[tuple[list, bool]]:
        points: list = []
        curved = straight = False
        for kind, numbers in self.copy_path():
            if kind == cairo.PATH_MOVE_TO:
                if len(points) > 1:
                    yield points, curved and not straight
                points, curved, straight = [numbers], False, False
            elif kind == cairo.PATH_LINE_TO:
                points.append(numbers)
                straight = True
            elif kind == cairo.PATH_CURVE_TO:
                ends = np.array([points[-1], numbers[:2], numbers[2:4], numbers[4:]])
                for t in np.linspace(0, 1, 9)[1:]:
                    points.append(
                        tuple(np.array([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3]) @ ends)
                    )
                curved = True
            elif points:
                points.append(points[0])
        if len(points) > 1:
            yield points, curved and not straight

    def _note_surface(self, source: cairo.SurfacePattern) -> None:
        surface = source.get_surface()
        if not isinstance(surface, cairo.ImageSurface):
            return
        surface.flush()
        height, width = surface.get_height(), surface.get_width()
        words = np.frombuffer(surface.get_data(), np.uint8).reshape(height, -1, 4)[:, :width]
        to_user = source.get_matrix()
        to_user.invert()
        places = self._placed([to_user.transform_point(*at) for at in ((0.5, 0.5), (1.5, 1.5))])
        self._note(Image, (0, 0, 0, 1), pixels=words / 255, corner=places[0], step=places[1] - places[0])

    def fill(self) -> None:
        self._drawn(0.0)
        super().fill()

    def fill_preserve(self) -> None:
        self._drawn(0.0)
        super().fill_preserve()

    def stroke(self) -> None:
        self._drawn(self.get_line_width())
        super().stroke()

    def stroke_preserve(self) -> None:
        self._drawn(self.get_line_width())
        super().stroke_preserve()

    def paint(self) -> None:
        source = self.get_source()
        if isinstance(source, cairo.SurfacePattern):
            self._note_surface(source)
        elif isinstance(source, cairo.SolidPattern):
            left, top, right, bottom = self.clip_extents()
            corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
            self._note(Shape, source.get_rgba(), points=self._placed(corners))
        super().paint()

    def push_group(self) -> None:
        self.groups.append([])
        super().push_group()

    def pop_group_to_source(self) -> None:
        super().pop_group_to_source()
        self.popped = self.groups.pop()

    def paint_with_alpha(self, alpha: float) -> None:
        self.groups[-1] += [replace(mark, alpha=alpha * mark.alpha) for mark in self.popped]
        self.popped = []
        super().paint_with_alpha(alpha)


def _circle(points: NDArray) -> tuple[NDArray, float] | None:
    """Centre and radius, if these places lie all the way round a circle."""
    if len(points) < 9 or not np.allclose(points[0], points[-1], atol=0.05):
        return None
    centre = (points.min(0) + points.max(0)) / 2
    radii = np.linalg.norm(points - centre, axis=1)
    return (centre, float(radii.mean())) if np.ptp(radii) < 0.02 * radii.mean() + 0.12 else None  # cairo's own
