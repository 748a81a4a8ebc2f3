"""Panels: each shows its own frame, its name and its own numbers; the header what they share."""

import numpy as np
import pytest
from manim import tempconfig

from engine import logits
from engine.numbers import decimal, percent
from scenes.parts.paint.theme import DARK, Theme
from scenes.parts.pictures.panels import Panels
from tests.scenes import states
from tests.scenes.claims import (
    assert_class_vectors,
    assert_grid,
    assert_key,
    assert_points,
    assert_regions,
    assert_view_is_seen,
    plane_of,
)
from tests.scenes.drawn import SHAPES, Drawing, drawn
from tests.scenes.states import LOOKS

TITLES = ["early", "half way", "trained"]
EPOCHS = (250, 500, 2000)


def board(shape: str = "wide", theme: Theme = DARK, below=("loss", "accuracy"), **look) -> tuple[Panels, Drawing]:
    width, height = SHAPES[shape]
    with tempconfig({"pixel_width": width, "pixel_height": height}):
        made = Panels([states.training_film()(e) for e in EPOCHS], TITLES, below=below, theme=theme, **look)
    return made, drawn(made.header, *made.panels, shape=shape)


def parts(drawing: Drawing) -> list[Drawing]:
    whole = drawing.clips[0]
    return [drawing.within(clip) for clip in drawing.clips if clip != whole]


@LOOKS
def test_each_panel_shows_its_frame_and_under_it_its_name_and_numbers(shape: str, theme: Theme) -> None:
    from scenes.parts.paint.readouts import tick_step

    made, drawing = board(shape, theme)
    planes = parts(drawing)
    assert len(planes) == 3
    run = states.five_spirals()
    for part, panel, title, epoch in zip(planes, made.panels, TITLES, EPOCHS):
        box = part.marks[0].clip
        plane = plane_of(part, tick_step(panel.frame.view.half))
        assert_view_is_seen(plane, panel.frame.view, *box)
        assert_points(part, panel.frame, plane, theme)
        assert_grid(part, panel.frame, plane, theme)
        assert_regions(part, panel.frame, plane, theme)
        assert_class_vectors(part, panel.frame, plane, theme, named=False)
        under = [t for t in drawing.texts if box[0] - 1 < t.left < box[2] + 1 and 0 < t.baseline - box[3] < 110]
        words = [t.text for t in sorted(under, key=lambda t: (t.baseline > under[0].baseline + 1, t.left))]
        scores = logits(run.at(epoch), run.data.x).astype(float)
        own = scores[np.arange(len(scores)), run.data.y]
        loss = decimal(float((np.log(np.exp(scores).sum(1)) - own).mean()), 3)
        accuracy = percent(float((scores.argmax(1) == run.data.y).mean()))
        assert sorted(words) == sorted([title, "loss", loss, accuracy])
        row = [t.text for t in sorted(under, key=lambda t: t.left) if t.text != title]
        assert row == ["loss", loss, accuracy]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_header_says_the_epoch_and_how_to_read_the_marks(shape: str) -> None:
    made, drawing = board(shape, states.NAMED)
    assert drawing.reading("epoch") == "250"  # of the first: all are at the same epoch when they play
    assert_key(drawing, states.NAMED, 5, marks=("truth y", "answer ŷ", "mistake"))
    made.show([states.training_film()(731.5)] * 3)
    assert drawn(made.header, shape=shape).reading("epoch") == "731"


def test_readings_that_a_frame_does_not_have_are_left_out() -> None:
    _, drawing = board(below=("pieces", "accuracy"))
    assert "pieces" not in drawing.words and any(word.endswith(" %") for word in drawing.words)


def test_a_piece_in_the_key_is_a_square_cut_by_a_fold() -> None:
    _, drawing = board(key=("point", "piece"))
    text = drawing.text("piece between folds")
    cut = [
        x
        for x in drawing.lines
        if len(x.points) == 2 and x.order > text.order and abs(x.points[0, 1] - text.middle[1]) < 20
    ]
    square = [s for s in drawing.shapes if len(s.points) == 4 and 0 < s.order - text.order < 3]
    assert len(square) == 1 and cut and square[0].box[0] <= cut[0].points[:, 0].min()
    assert "answer ŷ" not in drawing.words
