"""Surfaces: their colours, heights and turn are those of softargmax over the input plane, as the eye sees them."""

import math

import numpy as np
import pytest

from engine import logits, softargmax
from scenes.parts.paint.theme import DARK, LIGHT, Theme, mix, rgb
from scenes.parts.pictures.softargmax import TALL, Surfaces
from tests.scenes import states
from tests.scenes.claims import near, same_colour
from tests.scenes.drawn import SHAPES, Drawing, Image, drawn

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
HALF = 1.2
VIEWS = {"above": {"turned": 0.0}, "side": {"turned": 1.0}, "round": {"turned": 1.0, "azimuth": 2.2}}


def sheets(**settings: float):
    return states.at(states.softening_film(), **settings)


class Eye:
    """Where a point of the solid is seen: found from the drawn foot of the sides, not from the picture's own code."""

    def __init__(self, drawing: Drawing, azimuth: float, elevation: float, theme: Theme) -> None:
        self.azimuth, self.elevation = azimuth, elevation
        (image,) = drawing.of(Image)
        covered = image.pixels[..., 3] > 0.5
        rows, columns = (np.flatnonzero(covered.any(axis)) for axis in (1, 0))
        left, right = image.corner[0] + columns[[0, -1]] * image.step[0]
        self.scale = (right - left) / 2 / (abs(math.cos(azimuth)) + abs(math.sin(azimuth)))
        self.middle = (left + right) / 2
        self.image = image
        self.top = image.corner[1] + rows[0] * image.step[1]

    def direction(self, x: np.ndarray) -> np.ndarray:
        """Right and up on the screen of points (N, 3), the plane ± 1, heights 0 … 1, but for scale and middle."""
        cos, sin = math.cos(self.azimuth), math.sin(self.azimuth)
        back = sin * x[:, 0] + cos * x[:, 1]
        up = math.sin(self.elevation) * back + math.cos(self.elevation) * TALL * x[:, 2]
        return np.stack([cos * x[:, 0] - sin * x[:, 1], up], 1)


@BOTH
@pytest.mark.parametrize("epoch", [300.0, 2000.0])
def test_from_above_each_place_has_the_colour_of_its_highest_probability(epoch: float, theme: Theme) -> None:
    drawing = drawn(Surfaces(sheets(epoch=epoch), theme))
    eye = Eye(drawing, 0.0, math.pi / 2, theme)
    x = np.random.default_rng(0).uniform(-0.97, 0.97, (500, 2))
    s = logits(states.trained(epoch), HALF * x).astype(float)
    sure = np.diff(np.sort(softargmax(s), 1)[:, -2:], axis=1)[:, 0] > 0.1
    middle = eye.top + eye.scale
    seen = eye.image.at(np.stack([eye.middle + eye.scale * x[:, 0], middle - eye.scale * x[:, 1]], 1))
    colours = np.array(theme.class_colours(5))
    directions = (seen @ (colours / np.linalg.norm(colours, axis=1, keepdims=True)).T) / np.maximum(
        np.linalg.norm(seen, axis=1), 1e-9
    )[:, None]  # lit, they are darker, and still the nearest in direction
    assert (directions.argmax(1) == s.argmax(1))[sure].mean() > 0.985


@BOTH
@pytest.mark.parametrize("view", ["side", "round"])
def test_sides_show_where_each_class_is_highest_and_a_line_for_each(view: str, theme: Theme) -> None:
    frame = sheets(**VIEWS[view])
    drawing = drawn(Surfaces(frame, theme))
    colours = theme.class_colours(5)
    dim = [mix(colour, rgb(theme.ground), 0.62) for colour in colours]
    scale, middle = fit(drawing, frame, theme)
    sides = 0
    for axis, sign in ((1, -1), (0, 1), (1, 1), (0, -1)):
        towards = (-math.cos(frame.elevation) * np.array([math.sin(frame.azimuth), math.cos(frame.azimuth)]))[
            axis
        ] * sign
        if towards < 1e-3:
            continue
        sides += 1
        along = np.linspace(-1, 1, 241)
        x = np.empty((241, 2))
        x[:, 1 - axis], x[:, axis] = along, sign
        heights = softargmax(logits(states.trained(), HALF * x).astype(float))
        for k in range(5):
            places = seen(np.column_stack([x, heights[:, k]]), frame, scale, middle)
            places = places[np.argsort(places[:, 0])]
            lines = [line.points for line in drawing.lines if same_colour(line.colour, colours[k])]
            lines = [p[np.argsort(p[:, 0], kind="stable")] for p in lines]
            lines = [p for p in lines if near(p[[0, -1], 0], places[[0, -1], 0], 0.2)]
            off = [np.abs(np.interp(places[:, 0], *p.T) - places[:, 1]) for p in lines]
            assert off and min(np.quantile(o, 0.9) for o in off) < 4, f"surface {k} is not cut where it is"
        for k in np.unique(heights.argmax(1)):
            filled = [shape for shape in drawing.shapes if same_colour(shape.colour, dim[k])]
            assert filled, "a side lacks the colour of its highest class"
    assert sides == 2
    assert all(any(same_colour(s.colour, c) for c in [*dim, rgb(theme.ground)]) for s in drawing.shapes)


def seen(x: np.ndarray, frame, scale: float, middle: np.ndarray) -> np.ndarray:
    eye = Eye.__new__(Eye)
    eye.azimuth, eye.elevation = frame.azimuth, frame.elevation
    return middle + scale * eye.direction(x) * (1, -1)


def fit(drawing: Drawing, frame, theme: Theme) -> tuple[float, np.ndarray]:
    """Scale and middle, from the feet of the two sides: straight quiet lines between corners of the plane."""
    feet = [
        line.points for line in drawing.lines if len(line.points) == 2 and same_colour(line.colour, rgb(theme.quiet))
    ]
    corners = np.array([[x, y, 0.0] for x in (-1, 1) for y in (-1, 1)])
    there = seen(corners, frame, 1.0, np.zeros(2))
    found = np.unique(np.concatenate([foot for foot in feet if abs(foot[0, 0] - foot[1, 0]) > 20]).round(1), axis=0)
    assert len(found) == 3
    front = there[np.argsort(there[:, 1])[1:]]  # all but the one that is farthest from the eye
    front, found = (p[np.argsort(p[:, 0])] for p in (front, found))
    scale = float(np.ptp(found[:, 0]) / np.ptp(front[:, 0]))
    middle = (found - scale * front).mean(0)
    assert np.abs(found - (middle + scale * front)).max() < 0.5, "the sides do not stand where the eye sees them"
    return scale, middle


@pytest.mark.parametrize("view", ["side", "round"])
def test_the_solid_is_as_high_as_its_scale_says(view: str) -> None:
    frame = sheets(**VIEWS[view])
    drawing = drawn(Surfaces(frame))
    scale, middle = fit(drawing, frame, DARK)
    zero, one, name = drawing.text("0"), drawing.text("1"), drawing.text("ỹ")
    high = scale * math.cos(frame.elevation) * TALL
    assert zero.baseline - one.baseline == pytest.approx(high, abs=0.5)
    assert (zero.baseline + one.baseline) / 2 == pytest.approx(name.baseline, abs=0.5)
    corners = np.array([[x, y, 0.0] for x in (-1, 1) for y in (-1, 1)])
    left = min(seen(corners, frame, scale, middle).tolist())
    (line,) = (x.points for x in drawing.lines if len(x.points) == 2 and abs(x.points[0, 0] - x.points[1, 0]) < 0.1)
    assert near(line, [left, [left[0], left[1] - high]], 0.5)


@pytest.mark.parametrize("azimuth", [0.0, 0.9, 2.4, 4.0])
def test_axes_are_named_at_their_own_sides(azimuth: float) -> None:
    frame = sheets(turned=1.0, azimuth=azimuth)
    drawing = drawn(Surfaces(frame))
    scale, middle = fit(drawing, frame, DARK)
    for axis, name in enumerate(("x₁", "x₂")):
        ends = np.zeros((2, 3))
        ends[:, 1 - axis] = (-1.09, 1.09)
        places = seen(ends, frame, scale, middle)
        at = drawing.text(name).middle
        gaps = np.linalg.norm(places - at, axis=1)
        assert gaps.min() < 40 and places[gaps.argmin(), 1] == places[:, 1].max(), f"{name} stands elsewhere"


@pytest.mark.parametrize("shape", SHAPES)
def test_the_epoch_is_written_and_classes_are_named(shape: str) -> None:
    drawing = drawn(Surfaces(sheets(epoch=731.5), states.NAMED), shape=shape)
    assert drawing.reading("epoch") == "731"
    for name, colour in zip(states.NAMED.names, states.NAMED.class_colours(5)):
        said = next(w for w in drawing.words if name.startswith(w.removesuffix("…").rstrip()) and len(w) > 2)
        assert same_colour(drawing.mark_of(said).colour, colour)


def test_a_lit_piece_is_hardly_brighter_than_its_class_and_no_darker_than_half() -> None:
    drawing = drawn(Surfaces(sheets(turned=1.0)))
    (image,) = drawing.of(Image)
    solid = image.pixels[image.pixels[..., 3] > 0.99][::97, :3]
    colours = np.array(DARK.class_colours(5))
    shares = (solid[:, None] / np.maximum(colours, 0.02)).max(-1)
    direction = np.linalg.norm(solid[:, None] / np.linalg.norm(solid, axis=1)[:, None, None] - colours / np.linalg.norm(
        colours, axis=1)[:, None], axis=-1)  # fmt: skip
    mine = np.take_along_axis(shares, direction.argmin(1)[:, None], 1)[:, 0]
    assert (mine < 1.12).mean() > 0.98 and (mine > 0.55).mean() > 0.98
