"""A chart: every value a dot at its height, medians joined by a line and written beside it."""

import numpy as np
import pytest

from engine.numbers import percent
from scenes.parts.paint.theme import DARK, Theme, rgb
from scenes.parts.pictures.chart import Chart
from tests.scenes import states
from tests.scenes.claims import near, same_colour
from tests.scenes.drawn import SHAPES, Disc, Drawing, Line, drawn
from tests.scenes.states import LOOKS

SPREAD = states.SPREAD


def height(drawing: Drawing):
    """Shares as pixels, read off the axis's own numbers."""
    marks = [
        (float(t.text.split()[0]) / 100, t) for t in drawing.texts if t.anchor == "right" and t.text.endswith(" %")
    ]
    rules = sorted(
        (x for x in drawing.lines if len(x.points) == 2 and np.ptp(x.points[:, 0]) > 400), key=lambda x: -x.points[0, 1]
    )
    marks.sort(key=lambda mark: mark[0])
    assert len(marks) == len(rules) == 5
    for (_, text), rule in zip(marks, rules):
        assert abs(text.middle[1] - rule.points[0, 1]) < 3 and text.right < rule.points[:, 0].min()
    (low, _), (high, _) = marks[0], marks[-1]
    bottom, top = rules[0].points[0, 1], rules[-1].points[0, 1]
    assert rules[0].alpha > rules[1].alpha
    for (value, _), rule in zip(marks, rules):
        assert rule.points[0, 1] == pytest.approx(bottom - (value - low) / (high - low) * (bottom - top), abs=0.02)
    return lambda value: bottom - (value - low) / (high - low) * (bottom - top)


@LOOKS
def test_dots_medians_and_their_numbers_are_the_values(shape: str, theme: Theme) -> None:
    drawing = drawn(Chart(SPREAD, theme), shape=shape)
    y = height(drawing)
    medians = np.median(SPREAD.values, axis=1)
    (line,) = (x for x in drawing.lines if len(x.points) == 3)
    assert near(line.points[:, 1], y(medians), 0.1) and (np.diff(line.points[:, 0]) > 100).all()
    accent = theme.class_colours(5)[0]
    dots = [d for d in drawing.discs if not d.width and same_colour(d.colour, accent) and d.centre[1] > 100]
    assert len(dots) == SPREAD.values.size
    for x, name, values in zip(line.points[:, 0], SPREAD.names, SPREAD.values):
        mine = sorted((d for d in dots if abs(d.centre[0] - x) < 60), key=lambda d: d.centre[0])
        assert near([d.centre[1] for d in mine], y(values), 0.1)
        assert np.mean([d.centre[0] for d in mine]) == pytest.approx(x, abs=0.05)
        assert any(abs(t.middle[0] - x) < 5 and t.text == name for t in drawing.texts)
        assert drawing.text(name).baseline > y(SPREAD.floor)
        (number,) = (t for t in drawing.texts if t.text == percent(float(np.median(values))))
        assert 0 < number.left - x < 70 and not any(d.centre[0] + d.radius > number.left for d in mine)
        assert abs(number.middle[1] - y(np.median(values))) < number.size
        along = np.interp(np.linspace(number.left, number.right, 9), line.points[:, 0], line.points[:, 1])
        last = name == SPREAD.names[-1]
        assert last or (along < number.box[1] + 4).all() or (along > number.box[3] - 4).all()  # no line through it


def test_values_appear_name_by_name_where_they_stay() -> None:
    whole, half = (drawn(Chart(SPREAD._replace(shown=shown), DARK)) for shown in (3.0, 1.5))
    accent = DARK.class_colours(5)[0]
    seen, there = (
        [d for d in drawing.discs if not d.width and same_colour(d.colour, accent) and d.centre[1] > 100]
        for drawing in (half, whole)
    )
    per = SPREAD.values.shape[1]
    assert near([d.centre for d in seen], [d.centre for d in there[: 2 * per]])
    assert [d.alpha for d in seen] == pytest.approx([0.9] * per + [0.45] * per)
    (line,) = (x for x in whole.lines if len(x.points) == 3)
    (grown,) = (x for x in half.lines if same_colour(x.colour, line.colour) and near(x.points[0], line.points[0]))
    assert near(grown.points, [line.points[0], line.points[:2].mean(0)])
    assert {text.text for text in half.texts} >= set(SPREAD.names)


@pytest.mark.parametrize("shape", SHAPES)
def test_axes_epoch_and_key_are_said(shape: str) -> None:
    drawing = drawn(Chart(SPREAD), shape=shape)
    assert drawing.reading("epoch") == "1234"
    across, up = drawing.text("width of f"), drawing.text("accuracy")
    assert across.baseline > up.baseline and across.left > up.left
    assert isinstance(drawing.mark_of("one run", 90), Disc)
    assert same_colour(drawing.mark_of("one run", 90).colour, DARK.class_colours(5)[0])
    rule = drawing.mark_of("median", 120)
    assert isinstance(rule, Line) and same_colour(rule.colour, rgb(DARK.ink))


def test_values_below_the_axis_lie_on_it() -> None:
    spread = SPREAD._replace(values=np.array([[0.1, 0.1], [0.5, 0.6], [0.9, 1.0]]))
    drawing = drawn(Chart(spread))
    y = height(drawing)
    lowest = [d.centre[1] for d in drawing.discs if not d.width and d.centre[1] > 100]
    assert max(lowest) == pytest.approx(y(0.2), abs=0.1)
    assert "10.0 %" in drawing.words
