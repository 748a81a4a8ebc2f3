"""Class vectors: every angle between neighbours is drawn between them and says how wide it is."""

import math

import numpy as np
import pytest

from scenes.parts.paint.theme import DARK, Theme
from tests.scenes import states
from tests.scenes.claims import assert_class_vectors, assert_curve, assert_regions, plane_of
from tests.scenes.drawn import drawn

EPOCHS = (100, 300, 731.5, 2000)


@pytest.mark.parametrize("epoch", EPOCHS)
@pytest.mark.parametrize("theme", [DARK, states.NAMED], ids=["dark", "named"])
def test_arrows_regions_and_curve_are_the_frames(epoch: float, theme: Theme) -> None:
    (picture,), _ = states.spread(epoch, theme=theme)
    drawing = drawn(picture)
    plane = plane_of(drawing)
    assert_regions(drawing, picture.frame, plane, theme)
    assert_class_vectors(drawing, picture.frame, plane, theme, named=False)
    assert_curve(drawing, picture.frame, theme)


@pytest.mark.parametrize("shape", ["wide", "square", "tall"])
@pytest.mark.parametrize("epoch", EPOCHS)
def test_each_arc_goes_from_a_vector_to_the_next_and_its_degrees_stand_in_it(epoch: float, shape: str) -> None:
    (picture,), _ = states.spread(epoch, shape)
    drawing = drawn(picture, shape=shape)
    origin = plane_of(drawing).origin
    w = picture.frame.class_vectors.astype(float)
    directions = np.sort(np.arctan2(w[:, 1], w[:, 0]))
    wide = np.append(np.diff(directions), directions[0] + 2 * math.pi - directions[-1])
    arcs = [line.points for line in drawing.lines if is_round(line.points, origin)]
    assert len(arcs) == 2 * len(w)  # a rim and the arc itself
    for direction, angle in zip(directions, wide):
        ends = (ray(direction), ray(direction + angle))
        gap = 0.06  # the arcs do not touch the arrows
        mine = [a for a in arcs if off(a[0] - origin, ends[0]) < gap and off(a[-1] - origin, ends[1]) < gap]
        assert len(mine) >= 2, "no arc lies between these two"
        middle = ray(direction + angle / 2)
        inside = [off(a[len(a) // 2] - origin, middle) for a in mine]
        assert min(inside) < 0.02, "an arc goes the other way round"
        if math.degrees(angle) > 23:
            texts = [t for t in drawing.texts if t.text.endswith("°") and off(t.middle - origin, middle) < 0.08]
            assert [t.text for t in texts] == [f"{math.degrees(angle):.0f}°"]
            radius = np.linalg.norm(mine[0][0] - origin)
            assert radius < np.linalg.norm(texts[0].middle - origin) < 1.8 * radius


@pytest.mark.parametrize("epoch", EPOCHS)
def test_the_caption_names_the_smallest_angle(epoch: float) -> None:
    (picture,), _ = states.spread(epoch)
    w = picture.frame.class_vectors.astype(float)
    between = [turn(a, b) for i, a in enumerate(w) for b in w[:i]]
    assert f"smallest angle {math.degrees(min(between)):.0f}° (all alike: 72°)" in drawn(picture).words


def ray(direction: float) -> np.ndarray:
    """A direction of the plane, on the screen."""
    return np.array([math.cos(direction), -math.sin(direction)])


def turn(a: np.ndarray, b: np.ndarray) -> float:
    return abs(math.atan2(a[0] * b[1] - a[1] * b[0], a @ b))


off = turn


def is_round(points: np.ndarray, origin: np.ndarray) -> bool:
    radii = np.linalg.norm(points - origin, axis=1)
    return len(points) > 4 and bool(np.ptp(radii) < 0.5) and 50 < radii.mean() < 400
