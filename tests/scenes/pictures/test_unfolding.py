"""A network taken apart: the plane, the strip, the list and the caption all tell of the same step."""

import math

import numpy as np
import pytest

from scenes.parts.paint.theme import DARK, LIGHT, Theme, rgb
from scenes.parts.pictures.unfolding import Unfolder
from tests.scenes import states
from tests.scenes.claims import (
    Plane,
    assert_class_vectors,
    assert_grid,
    assert_key,
    assert_points,
    assert_regions,
    near,
    plane_of,
    same_colour,
)
from tests.scenes.drawn import SHAPES, Drawing, drawn

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
PLAYHEADS = (0.0, 0.4, 2.5, 5.7, 9.5, 17.2)


def shown(playhead: float, shape: str = "wide", theme: Theme = DARK) -> Drawing:
    return drawn(*states.unfolded(playhead, theme=theme).painted, shape=shape)


@BOTH
@pytest.mark.parametrize("playhead", [*PLAYHEADS, -0.3])
def test_points_lines_regions_and_arrows_are_where_the_frame_has_them(playhead: float, theme: Theme) -> None:
    film = states.unfolding_film()
    playhead = playhead if playhead >= 0 else film.last + playhead
    frame, drawing = film(playhead), shown(playhead, theme=theme)
    plane = plane_of(drawing)
    assert_points(drawing, frame, plane, theme)
    assert_grid(drawing, frame, plane, theme)
    if frame.decided:
        assert_regions(drawing, frame, plane, theme)
        assert_class_vectors(drawing, frame, plane, theme, named=False)
    else:
        assert not drawing.arrows
    assert_key(drawing, theme, marks=("truth y", "answer ŷ", "mistake") if frame.decided else ("truth y",))


@pytest.mark.parametrize("shape", SHAPES)
def test_step_by_step_list_strip_and_caption_say_the_same(shape: str) -> None:
    film = states.unfolding_film()
    network, _ = states.narrow()
    layers = len([layer for layer in network[:-1] if hasattr(layer, "weight")])
    for number in range(len(film.steps)):
        step, drawing = film.steps[number], shown(number + 0.5, shape)
        assert step.caption in drawing.words
        layer = step.layer // 2 + 1
        assert drawing.reading("layer") == f"{layer} of {layers}"
        mine = [s for s in film.steps if s.layer // 2 + 1 == layer]
        names = ["(·)⁺" if s.name == "positive part" else s.name for s in mine]
        texts = [t for t in drawing.texts if t.text in set(names)]
        assert [t.text for t in texts] == names
        for row, (text, here) in enumerate(zip(texts, mine)):
            amount = next(t for t in drawing.texts if abs(t.baseline - text.baseline) < 1 and t.left > text.right)
            assert amount.text == here.amount
            marked = [s for s in drawing.shapes if len(s.points) == 4 and s.box[1] < text.middle[1] < s.box[3]]
            marked = [
                s for s in marked if s.box[0] < text.left and amount.right < s.box[2] and s.box[3] - s.box[1] < 80
            ]
            assert len(marked) == (here is step), f"row {row} is marked wrongly"
            assert ("SemiBold" in text.font) == (here is step)
        assert_strip(drawing, layer - 1, ([s is step for s in mine].index(True) + 0.5) / len(mine), layers)


def assert_strip(drawing: Drawing, here: int, share: float, layers: int) -> None:
    """Boxes before layer `here` are full, those after it empty, its own is full up to `share`."""
    for number, name in enumerate([*(str(k + 1) for k in range(layers)), "W"]):
        text = next(t for t in drawing.texts if t.text == name and t.middle[1] < 90 and "SemiBold" in t.font)
        boxes = [s.box for s in drawing.shapes if len(s.points) == 4 and s.order < text.order]
        x, y = text.middle
        around = [b for b in boxes if b[0] - 1 < x < b[0] + 160 and b[1] < y < b[3] and b[3] - b[1] < 80][-2:]
        widths = [right - left for left, _, right, _ in around]
        filled = widths[1] / widths[0] if len(widths) > 1 else 0.0
        expected = 1.0 if number < here else share if number == here else 0.0
        assert filled == pytest.approx(expected, abs=0.01), f"box {name} is full up to {filled:.2f}"
        edges = [line.width for line in drawing.lines if len(line.points) == 5 and near(line.points.mean(0)[1:], [y], 9)
                 and line.points[:, 0].min() < x < line.points[:, 0].max()]  # fmt: skip
        assert (max(edges) > 4) == (number == here)


def test_at_the_head_the_strip_is_full_and_the_caption_is_the_classifiers() -> None:
    film = states.unfolding_film()
    drawing = shown(film.last - 0.25)
    assert drawing.reading("head") == "W"
    (caption,) = (word for word in drawing.words if word.startswith("linear classifier"))
    shrink = states.narrow()[0][-1].weight[0] / film(film.last).class_vectors[0]
    assert caption == f"linear classifier; class vectors drawn ÷ {shrink.mean():g}"


@pytest.mark.parametrize("shape", SHAPES)
def test_x_e_and_s_stand_before_between_and_after_the_layers(shape: str) -> None:
    drawing = shown(0.4, shape)
    row = [t for t in drawing.texts if t.middle[1] < 90 and t.text in (*"xes12345", "W")]
    assert [t.text for t in sorted(row, key=lambda t: t.left)] == ["x", "1", "2", "3", "4", "5", "e", "W", "s"]


def half_planes(drawing: Drawing, plane: Plane) -> list:
    """Dim shapes that reach over half of the plot: what is about to be folded."""
    return [s for s in drawing.shapes if any(np.abs(s.points - plane.origin).min(1) < 0.1) and len(s.points) == 4]


@BOTH
@pytest.mark.parametrize("into", [-0.1, 0.0, 0.3, 0.8])
def test_half_planes_below_zero_are_shown_where_they_fold(into: float, theme: Theme) -> None:
    film = states.unfolding_film()
    number = next(k for k, step in enumerate(film.steps) if step.name == "positive part")
    playhead = number + into
    frame, drawing = film(playhead), shown(playhead, theme=theme)
    plane = plane_of(drawing)
    shade = 1 - into if into > 0 else (into + 1 - 0.6) / 0.4
    slope = film.steps[number].numbers[0]
    folded = 1 + max(into, 0) * (slope - 1)
    (left, bottom), (right, top) = frame.view.corners()
    left, bottom = min(left, 0) * folded, min(bottom, 0) * folded
    wanted = [((left, bottom), (0, top)), ((left, bottom), (right, 0))]
    shown_ = [s for s in drawing.shapes if not math.isclose(s.alpha, 1.0) or shade == 1]
    for low, high in wanted:
        edges = (*plane((low[0], high[1])), *plane((high[0], low[1])))
        mine = [s for s in shown_ if near(s.box, edges, 1.0)]
        assert mine, "a half-plane that folds is not shown"
        assert mine[0].alpha == pytest.approx(shade, abs=1e-6)
    ink = [x for x in drawing.lines if same_colour(x.colour, rgb(theme.ink)) and len(x.points) == 2 and x.width > 4]
    axes = [x.points for x in ink if abs(x.alpha - shade) < 1e-6]
    assert any(np.ptp(p[:, 0]) < 0.1 and abs(p[0, 0] - plane.origin[0]) < 0.1 for p in axes)
    assert any(np.ptp(p[:, 1]) < 0.1 and abs(p[0, 1] - plane.origin[1]) < 0.1 for p in axes)


def test_nothing_is_hatched_far_from_a_fold() -> None:
    film = states.unfolding_film()
    assert not film(0.4).folds and film.steps[0].name != "positive part"
    wide = [s for s in shown(0.4).shapes if len(s.points) == 4 and np.ptp(s.points[:, 0]) > 1000]
    assert len(wide) == 1  # the ground


def test_the_picture_takes_its_steps_from_the_film() -> None:
    film = states.unfolding_film()
    assert Unfolder(film(0), film.steps).steps == film.steps
