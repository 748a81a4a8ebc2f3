"""What every picture must do with a frame's arrays, read off a drawing as somebody in the audience reads it.

Nothing here knows how pictures are laid out: the plane is read off its axes and ticks, a number off the line that its
name begins, a bar's length from its row's zero. Each function asserts, and says what it found where that helps.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenes.parts.paint.theme import DARK, Theme, rgb
from tests.scenes.drawn import Arrow, Disc, Drawing, Line, Points, Shape

CLOSE = 0.06
"""Pixels: cairo keeps a path's places to 1/256 of one, primitives theirs exactly."""


def same_colour(a: ArrayLike, b: ArrayLike, by: float = 0.004) -> bool:
    return bool(np.allclose(a, b, rtol=0, atol=by))


def near(a: ArrayLike, b: ArrayLike, by: float = CLOSE) -> bool:
    return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=0, atol=by))


class Plane(NamedTuple):
    """Where the data's plane lies, read off its axes."""

    origin: NDArray
    scale: float

    def __call__(self, points: ArrayLike) -> NDArray:
        """Points (…, 2) in data units as pixels."""
        return self.origin + np.asarray(points, float) * (self.scale, -self.scale)


def ticks_of(drawing: Drawing) -> tuple[NDArray, NDArray]:
    """Where the ticks (M, 2) are that stand on the horizontal axis, and (M, 2) those on the vertical one."""
    found = []
    for axis in (1, 0):
        short = [
            line.points for line in drawing.lines if len(line.points) == 2 and 1 < np.ptp(line.points[:, axis]) < 34
        ]
        short = [p for p in short if np.ptp(p[:, 1 - axis]) < 0.02]
        middles = np.array([p.mean(0) for p in short]).reshape(-1, 2)
        assert len(middles), "no ticks"
        levels, counts = np.unique(middles[:, axis].round(1), return_counts=True)
        found.append(middles[np.abs(middles[:, axis] - levels[counts.argmax()]) < 0.2])
    return found[0], found[1]


def plane_of(drawing: Drawing, step: float | None = None) -> Plane:
    """The plane, from ticks that are `step` apart or as far as the key says, and axes through zero between them."""
    if step is None:
        (said,) = (word for word in drawing.words if word.startswith("ticks every "))
        step = float(said.removeprefix("ticks every "))
        assert f"{step:.0e}"[0] in "125", f"ticks every {step} are no round numbers"
    across, up = ticks_of(drawing)
    origin = np.array([np.median(up[:, 0]), np.median(across[:, 1])])
    spacings = [np.diff(np.sort(np.append(t[:, axis], origin[axis]))) for axis, t in enumerate((across, up))]
    for spacing in spacings:
        assert np.ptp(spacing) < CLOSE, "ticks are not evenly spaced from zero"
    assert abs(spacings[0].mean() - spacings[1].mean()) < CLOSE
    for axis in (0, 1):
        through = [
            line for line in drawing.lines
            if len(line.points) == 2 and np.abs(line.points[:, 1 - axis] - origin[1 - axis]).max() < CLOSE
            and np.ptp(line.points[:, axis]) > 2 * spacings[axis].mean()
        ]  # fmt: skip
        assert through, "an axis has ticks and no line"
    return Plane(origin, float(spacings[0].mean()) / step)


def assert_axes_are_named(drawing: Drawing, plane: Plane, names: tuple[str, str]) -> None:
    """The first name stands over the right end of the horizontal axis, the second beside the vertical one's top."""
    if names[0]:
        right, top = drawing.text(names[0]), drawing.text(names[1])
        assert 0 < plane.origin[1] - right.baseline < 60 and right.left > plane.origin[0] + 100
        assert 0 < top.left - plane.origin[0] < 60 and top.baseline < plane.origin[1] - 200


def assert_view_is_seen(plane: Plane, view: Any, left: float, top: float, right: float, bottom: float) -> None:
    """All of the view lies in this box, its centre in the middle, and no larger scale would fit."""
    middle, half = plane(view.centre), view.half * plane.scale
    assert near(middle, ((left + right) / 2, (top + bottom) / 2), 1.0)
    assert abs(half - min((right - left) / view.across, bottom - top) / 2) < 1.0


def assert_points(drawing: Drawing, frame: Any, plane: Plane, theme: Theme = DARK, classes: int | None = None) -> None:
    """A disc at every point, in the colour of its truth, hollow if it is a mistake."""
    groups = drawing.of(Points)
    for hollow in (False, True):
        mine = [group for group in groups if group.hollow == hollow]
        at = np.concatenate([group.centres for group in mine]) if mine else np.zeros((0, 2))
        seen = np.concatenate([group.colours for group in mine]) if mine else np.zeros((0, 3))
        which = frame.wrong == hollow
        assert near(at, plane(frame.points[which])), "points are not where the array says"
        colours = np.array(theme.class_colours(classes or _classes(frame)))
        assert same_colour(seen, colours[frame.labels[which]]), "a point has another class's colour"
    assert len({group.radius for group in groups}) == 1


def _classes(frame: Any) -> int:
    vectors = len(getattr(frame, "class_vectors", ()))
    return max(vectors, int(frame.labels.max(initial=-1)) + 1)


def assert_regions(drawing: Drawing, frame: Any, plane: Plane, theme: Theme = DARK) -> None:
    """Each class's polygon in its region's colour, as opaque as it has appeared, under all points."""
    colours, shapes = theme.region_colours(len(frame.regions)), drawing.shapes
    for polygon, colour in zip(frame.regions, colours):
        if len(polygon) < 3:
            continue
        mine = [shape for shape in shapes if same_colour(shape.colour, colour)]
        assert len(mine) == 1, "a region has no polygon of its own"
        assert _same_outline(mine[0].points, plane(polygon)), "a region is not where its class has the highest score"
        assert abs(mine[0].alpha - getattr(frame, "decided", 1.0)) < 1e-6
        assert all(mark.order > mine[0].order for mark in drawing.of(Points))


def _same_outline(drawn: NDArray, expected: NDArray) -> bool:
    """Equal, but for a repeated corner."""
    kept = [p for p, q in zip(expected, np.roll(expected, 1, 0)) if np.abs(p - q).max() > CLOSE]
    found = [p for p, q in zip(drawn, np.roll(drawn, 1, 0)) if np.abs(p - q).max() > CLOSE]
    return near(found, kept, 0.3)


def has_line(drawing: Drawing, points: NDArray, colour: Any = None, lines: Sequence[Line] | None = None) -> Line | None:
    """The line through just these places, the last that was drawn."""
    for line in reversed(drawing.lines if lines is None else lines):
        if near(line.points, points) and (colour is None or same_colour(line.colour, colour)):
            return line
    return None


def assert_grid(drawing: Drawing, frame: Any, plane: Plane, theme: Theme = DARK) -> None:
    """Each grid line is a polyline through its vertices; the images of the axes are the strongest."""
    starts, strength = frame.lines.starts.tolist(), []
    ink = [line for line in drawing.lines if same_colour(line.colour, rgb(theme.ink))]
    for k, (begin, end) in enumerate(zip(starts, starts[1:])):
        line = has_line(drawing, plane(frame.lines.vertices[begin:end]), lines=ink)
        assert line is not None, f"grid line {k} is not where the array says"
        strength.append((k in frame.bright, line.alpha, line.width))
    plain, bright = ([s for s in strength if s[0] == which] for which in (False, True))
    if plain and bright:
        assert min(s[1:] for s in bright) > max(s[1:] for s in plain) and min(s[2] for s in bright) > plain[0][2]


def arrow_to(drawing: Drawing, tail: ArrayLike, tip: ArrayLike, colour: Any) -> Arrow:
    """The arrow of this colour from one place to another."""
    found = [arrow for arrow in drawing.arrows if near(arrow.tail, tail, 0.2) and near(arrow.tip, tip, 0.2)]
    assert found, f"no arrow goes from {tail} to {tip}; there are {[(a.tail, a.tip) for a in drawing.arrows]}"
    assert any(same_colour(arrow.colour, colour) for arrow in found), "an arrow has another colour"
    return found[-1]


def assert_class_vectors(
    drawing: Drawing, frame: Any, plane: Plane, theme: Theme = DARK, named: bool = True, letter: str = "w"
) -> None:
    """An arrow from the origin along each row, in its class's colour; its name stands beyond its tip."""
    colours = theme.class_colours(len(frame.class_vectors))
    alpha = getattr(frame, "decided", 1.0)
    tips = plane(frame.class_vectors)
    for k, (tip, colour) in enumerate(zip(tips, colours)):
        if np.linalg.norm(tip - plane.origin) > 2:
            arrow = arrow_to(drawing, plane.origin, tip, colour)
            assert abs(arrow.alpha - alpha) < 1e-6
        texts = [t for t in drawing.texts if t.text == letter + subscript(k + 1)]
        if named:
            assert texts, f"class vector {k + 1} has no name"
        for text in texts:
            assert same_colour(text.colour, colour)
            assert_beside_tip(text, tips, k, plane.origin)


def assert_beside_tip(text: Any, tips: NDArray, k: int, origin: NDArray, reach: float = 75) -> None:
    """A text stands just beyond tip k: in the same direction from the origin, not far, and nearest to no other tip."""
    away, along = text.middle - tips[k], tips[k] - origin
    apart = np.linalg.norm(tips - text.middle, axis=1)
    assert apart.argmin() == k and apart[k] < reach
    length = np.linalg.norm(along)
    assert length < 2 or away @ along > 0.8 * np.linalg.norm(away) * length - 1e-9, f"{text.text} is not beyond its tip"


def subscript(number: int) -> str:
    return "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(number))


def assert_curve(drawing: Drawing, frame: Any, theme: Theme = DARK) -> None:
    """The loss so far over the whole run's width, its highest value at the top, a disc where it is now."""
    at, value = frame.curve.at, frame.curve.value
    corner = next(line.points for line in drawing.lines if len(line.points) == 3 and _is_corner(line.points))
    (left, top), (_, bottom), (right, _) = corner
    curve = next(
        line.points for line in reversed(drawing.lines)
        if same_colour(line.colour, rgb(theme.ink)) and abs(line.points[0, 0] - left) < CLOSE
        and line.points[:, 1].min() > top - 1 and line.points[:, 1].max() < bottom + 1 and line.points is not corner
    )  # fmt: skip
    epochs = at[0] + (curve[:, 0] - left) / (right - left) * (at[-1] - at[0])
    values = (bottom - curve[:, 1]) / (bottom - top) * value.max()
    assert np.allclose(values, np.interp(epochs, at, value), atol=2e-3 * value.max()), "the curve is not the loss"
    assert abs(epochs[-1] - frame.playhead) < 1e-3 * (at[-1] - at[0]), "the curve does not end now"
    past = at[at < frame.playhead]
    assert len(past) > 240 or len(curve) == len(past) + 1
    assert any(near(disc.centre, curve[-1]) and same_colour(disc.colour, rgb(theme.ink)) for disc in drawing.discs)


def _is_corner(p: NDArray) -> bool:
    """Down the left edge and along the foot."""
    upright, level = abs(p[0, 0] - p[1, 0]) < CLOSE, abs(p[1, 1] - p[2, 1]) < CLOSE
    return bool(upright and level and p[0, 1] < p[1, 1] and p[1, 0] < p[2, 0])


def assert_key(drawing: Drawing, theme: Theme, classes: int = 0, *, marks: Sequence[str] = ()) -> None:
    """A full disc is the truth, a square the answer, a ring a mistake; every class's name has its colour."""
    ground = rgb(theme.ground)
    for said in marks:
        mark = drawing.mark_of(said)
        if said == "truth y":
            assert isinstance(mark, Disc) and not mark.width
        elif said == "mistake":
            assert isinstance(mark, Disc) and mark.width
        elif said == "answer ŷ":
            assert isinstance(mark, Shape) and len(mark.points) == 4
        assert not same_colour(mark.colour, ground, 0.1)
    colours = theme.class_colours(classes) if classes else []
    for name, colour in zip(theme.names, colours):
        mark = drawing.mark_of(name)
        assert isinstance(mark, Disc) and same_colour(mark.colour, colour), f"{name} has another class's colour"


class Bar(NamedTuple):
    """A drawn bar: from `zero` to `end`, pixels across; its row's middle."""

    zero: float
    end: float
    middle: float


def bars_of(drawing: Drawing, colours: Sequence[Any], zero: float | None = None) -> list[Bar]:
    """The bars, one a colour: rectangles of four corners with a common zero, which an upright line marks."""
    uprights = [
        line.points for line in drawing.lines
        if len(line.points) == 2 and np.ptp(line.points[:, 0]) < CLOSE and np.ptp(line.points[:, 1]) > 100
    ]  # fmt: skip
    found = []
    for colour in colours:
        mine = [s for s in drawing.shapes if same_colour(s.colour, colour) and _is_bar(s.points)]
        mine = [s for s in mine if zero is None or abs(s.points[0, 0] - zero) < 0.5]
        mine = [s for s in mine if any(abs(s.points[0, 0] - line[0, 0]) < CLOSE for line in uprights)]
        assert len(mine) == 1, f"{len(mine)} bars of one colour"
        box = mine[0].box
        ends = mine[0].points[:, 0]
        found.append(Bar(ends[0], ends[1], (box[1] + box[3]) / 2))
    assert len({round(bar.zero, 1) for bar in found}) == 1, "bars begin at different places"
    return found


def zeros_of(drawing: Drawing, colours: Sequence[Any]) -> list[float]:
    """Where, from left to right, bars of all these colours begin."""
    at = [
        {round(float(s.points[0, 0]), 1) for s in drawing.shapes if same_colour(s.colour, colour) and _is_bar(s.points)}
        for colour in colours
    ]
    return sorted(set.intersection(*at))


def _is_bar(p: NDArray) -> bool:
    """From the left, or zero, to the right end and back; of a bar of no length cairo keeps two corners."""
    if len(p) == 2:
        return abs(p[0, 0] - p[1, 0]) < CLOSE
    return len(p) == 4 and abs(p[0, 1] - p[1, 1]) < CLOSE and abs(p[1, 0] - p[2, 0]) < CLOSE


def assert_bars(
    drawing: Drawing, values: ArrayLike, colours: Sequence[Any], names: Sequence[str], texts: Sequence[str],
    zero: float | None = None,
) -> list[Bar]:  # fmt: skip
    """Bars are as long as values, to the right where those are positive; each stands between its name and its text."""
    bars = bars_of(drawing, colours, zero)
    lengths, values = np.array([bar.end - bar.zero for bar in bars]), np.asarray(values, float)
    scale = lengths @ values / (values @ values)
    assert scale > 0 and np.allclose(lengths, scale * values, atol=CLOSE), f"{lengths} are not as {values}"
    middles = [bar.middle for bar in bars]
    assert middles == sorted(middles), "bars do not stand in the order of classes"
    for k, (bar, colour) in enumerate(zip(bars, colours)):
        if names:
            name = drawing.text(names[k])
            assert abs(name.middle[1] - bar.middle) < 8 and same_colour(name.colour, colour)
            assert name.right < min(b.zero for b in bars) + min(0, lengths.min()) + 1
        if texts:
            row = [t for t in drawing.texts if abs(t.middle[1] - bar.middle) < 8 and t.left >= bar.zero]
            said = min(row, key=lambda t: t.left).text if row else "nothing"
            assert said == texts[k], f"{said} beside bar {k + 1}, not {texts[k]}"
    return bars
