"""Scores: rows, projections, bars, probabilities and the temperature are those of one feature vector."""

import math
import re

import numpy as np
import pytest

from engine import softargmax
from engine.numbers import decimal, percent
from scenes.parts.paint.theme import DARK, Theme, mix, rgb
from scenes.parts.pictures.scores import Scoreboard
from tests.scenes import states
from tests.scenes.claims import (
    arrow_to,
    assert_bars,
    assert_beside_tip,
    assert_points,
    assert_regions,
    near,
    plane_of,
    same_colour,
    subscript,
    zeros_of,
)
from tests.scenes.drawn import SHAPES, Drawing, drawn
from tests.scenes.states import LOOKS

EACH_SHAPE = pytest.mark.parametrize("shape", SHAPES)


def frame_of(**settings: float):
    return states.at(states.scoring_film(), **settings)


def in_plane(drawing: Drawing) -> Drawing:
    """What is clipped to the plane in the top left corner; the names of what is read off lie outside."""
    box = next(clip for clip in drawing.clips if clip[:2] == (0, 0) and clip != drawing.clips[0])
    return drawing.within(box)


@LOOKS
@pytest.mark.parametrize("turn", [0.0, 2.0, 4.4])
def test_f_and_the_rows_are_arrows_and_each_score_is_a_projection(shape: str, turn: float, theme: Theme) -> None:
    frame = frame_of(turn=turn, answered=1.0)
    drawing = in_plane(drawn(Scoreboard(frame, theme), shape=shape))
    plane = plane_of(drawing, step_of(frame))
    assert_regions(drawing, with_decided(frame, 1.0), plane, theme)
    assert_points(drawing, frame, plane, theme)
    w, f = states.blobs_run().layers[-1].weight[-1], frame.feature
    tips = plane(np.concatenate([w, f[None]]))
    arrow_to(drawing, plane.origin, plane(f), rgb(theme.ink))
    assert_beside_tip(drawing.text("f"), tips[5:], 0, plane.origin)
    for k, colour in enumerate(theme.class_colours(5)):
        arrow_to(drawing, plane.origin, tips[k], colour)
        name = drawing.text("w" + subscript(k + 1))
        assert same_colour(name.colour, colour)
        assert_beside_tip(name, tips[:5], k, plane.origin)
        foot = plane((w[k] @ f) / (w[k] @ w[k]) * w[k])
        (dashed,) = (x for x in drawing.lines if x.dashed and same_colour(x.colour, colour))
        assert near(dashed.points, [plane(f), foot])
        solid = [x for x in drawing.lines if not x.dashed and near(x.points, [plane.origin, foot])]
        assert [same_colour(x.colour, rgb(theme.rim)) for x in solid] == [True, False] and solid[0].width > solid[
            1
        ].width
        dimmed = [mix(c, rgb(theme.ground), 0.25) for c in theme.class_colours(5)]
        nearest = min(range(5), key=lambda c: math.dist(solid[1].colour, dimmed[c]))
        assert nearest == k
    assert {"f₁", "f₂"} <= set(drawing.words)


def step_of(frame) -> float:
    from scenes.parts.paint.readouts import tick_step

    return tick_step(frame.view.half)


def with_decided(frame, decided: float):
    from dataclasses import replace

    return replace(frame, decided=decided)


@LOOKS
@pytest.mark.parametrize("turn", [0.0, 2.0, 4.4])
def test_bars_are_the_scores_and_their_softargmax(shape: str, turn: float, theme: Theme) -> None:
    frame = frame_of(turn=turn, answered=1.0, soft=1.0, temperature=1.7)
    drawing = drawn(Scoreboard(frame, theme), shape=shape)
    colours = theme.class_colours(5)
    scores = states.blobs_run().layers[-1].weight[-1] @ frame.feature
    probabilities = softargmax(scores / 1.7)
    zeros = zeros_of(drawing, colours)
    names = [f"s{subscript(k + 1)}" for k in range(5)]
    bars = assert_bars(drawing, scores, colours, names, [decimal(s) for s in scores], zeros[0])
    names = [f"ỹ{subscript(k + 1)}" for k in range(5)]
    assert_bars(drawing, probabilities, colours, names, [percent(float(p)) for p in probabilities], zeros[1])
    framed = [x.points for x in drawing.lines if len(x.points) == 5 and same_colour(x.colour, rgb(theme.ink))]
    framed = [p for p in framed if p[:, 0].min() < zeros[0] < p[:, 0].max() + 12 and np.ptp(p[:, 1]) < 60]
    assert len(framed) == 1 and abs(framed[0][:4, 1].mean() - bars[int(scores.argmax())].middle) < 1


@EACH_SHAPE
@pytest.mark.parametrize("temperature", [0.0, 0.5, 2.0, 6.3, 8.0])
def test_the_temperature_is_marked_on_its_scale_and_written(temperature: float, shape: str) -> None:
    drawing = drawn(Scoreboard(frame_of(temperature=temperature, soft=1.0)), shape=shape)
    assert f"T = {decimal(temperature)}" in drawing.words
    zero, far = drawing.text("0: argmax"), drawing.text("8: more alike")
    disc = max((d for d in drawing.discs if not d.width), key=lambda d: d.centre[1])
    share = (disc.centre[0] - zero.left) / (far.right - zero.left)
    assert share == pytest.approx(temperature / 8, abs=0.002)
    (scale,) = (x for x in drawing.lines if near(x.points[:, 1], [disc.centre[1]] * 2) and len(x.points) == 2
                and np.ptp(x.points[:, 0]) > 500)  # fmt: skip
    assert near(scale.points[:, 0], [zero.left, far.right], 1)
    certain = frame_of(temperature=0.0, soft=1.0)
    assert percent(float(float(certain.probabilities.max()))) == "100.0 %"


@EACH_SHAPE
@pytest.mark.parametrize("form", [0.0, 1.0, 2.0])
def test_each_form_of_a_score_is_computed_from_the_row_and_f(form: float, shape: str) -> None:
    frame = frame_of(form=form)
    drawing = drawn(Scoreboard(frame), shape=shape)
    f, rows = frame.feature, states.blobs_run().layers[-1].weight[-1]
    beside = [t for t in drawing.texts if t.right > (1860 if shape == "wide" else 1000) and t.text[-1].isdigit()]
    texts = [t.text for t in sorted(beside, key=lambda t: t.baseline) if ("=" in t.text) == (form < 2)]
    if form == 2:
        assert [decimal(score) for score in rows @ f] == [w for w in drawing.words if w in map(decimal, rows @ f)]
        return
    assert len(texts) == 5
    for text, row in zip(texts, rows):
        lengths = np.linalg.norm(row), np.linalg.norm(f)
        angle = math.degrees(math.acos(row @ f / lengths[0] / lengths[1]))
        minus, sign = "−" if row[0] < 0 else "", "−" if row[1] < 0 else "+"
        if form == 0:
            assert text.startswith(minus) and f" {sign} " in text
            assert_written(text, [row[0], f[0], abs(row[1]), f[1], row @ f])
        else:
            assert "cos" in text and "°" in text
            assert_written(text, [*lengths, angle, row @ f])


def assert_written(text: str, values: list[float]) -> None:
    """The numbers in a text are these, each rounded to as many digits as it is written with."""
    found = re.findall(r"−?\d+(?:\.\d+)?", re.sub(r" − ", " + ", text))
    assert len(found) == len(values), text
    for word, value in zip(found, values):
        digits = len(word.partition(".")[2])
        assert abs(float(word.replace("−", "-")) - value) <= 0.5001 * 10.0**-digits, f"{word} is not {value}"


def test_rows_appear_one_after_the_other_first_the_arrow_then_the_projection_then_the_bar() -> None:
    names, projections, bars = [], [], []
    colours = DARK.class_colours(5)
    for rows in (0.0, 0.4, 0.7, 1.0, 2.9, 5.0):
        drawing = drawn(Scoreboard(frame_of(rows=rows, form=2.0)))
        names.append(sum(w.startswith("w") for w in drawing.words))
        projections.append(sum(x.dashed for x in drawing.lines))
        bars.append(sum(any(len(s.points) == 4 and same_colour(s.colour, c) for s in drawing.shapes) for c in colours))
    assert (names, bars) == ([0, 1, 1, 1, 3, 5], [0, 0, 1, 1, 3, 5])
    half = drawn(Scoreboard(frame_of(rows=0.75, form=2.0)))
    whole = drawn(Scoreboard(frame_of(rows=1.0, form=2.0)))
    length = [bar_length(d, colours[0]) for d in (half, whole)]
    assert length[0] / length[1] == pytest.approx(0.5, abs=0.01)
    down = [next(x.points for x in d.lines if x.dashed) for d in (half, whole)]
    assert math.dist(*down[0]) / math.dist(*down[1]) == pytest.approx(0.5, abs=0.01)


def bar_length(drawing: Drawing, colour) -> float:
    (bar,) = (s.points for s in drawing.shapes if len(s.points) == 4 and same_colour(s.colour, colour))
    return abs(bar[1, 0] - bar[0, 0])


def test_regions_and_probabilities_fade_in() -> None:
    drawing = drawn(Scoreboard(frame_of(answered=0.3, soft=0.6)))
    region = next(s for s in drawing.shapes if same_colour(s.colour, DARK.region_colours(5)[0]))
    assert region.alpha == pytest.approx(0.3)
    assert drawing.text("temperature").alpha == pytest.approx(0.6)
    bare = drawn(Scoreboard(frame_of(answered=0.0, soft=0.0, rows=2.0)))
    assert not any(same_colour(s.colour, DARK.region_colours(5)[0]) for s in bare.shapes)
    assert "temperature" not in bare.words


def test_names_of_classes_stand_over_their_bars() -> None:
    (board,), _ = states.scored(theme=states.NAMED, soft=1.0, answered=1.0)
    drawing = drawn(board)
    zeros = zeros_of(drawing, states.NAMED.class_colours(5))
    bars = assert_bars(drawing, board.frame.scores, states.NAMED.class_colours(5), [], [], zeros[0])
    for bar, name in zip(bars, states.NAMED.names):
        over = [t for t in drawing.texts if 5 < bar.middle - t.baseline < 60 and t.left < zeros[0] + 200]
        assert name in [t.text for t in over]
