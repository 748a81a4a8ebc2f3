"""Points kept from training beside the others: with their own mark, their own curve, and only where asked for."""

import numpy as np
import pytest
from manim import tempconfig

from engine import Recipe, Run, UnspiralError, View, record, training
from engine.network.loss import judged
from scenes.parts.paint.theme import DARK, rgb
from scenes.parts.pictures.panels import Panels
from scenes.parts.pictures.picture import Picture
from tests.scenes.claims import plane_of
from tests.scenes.drawn import SHAPES, Points, Shape, drawn


@pytest.fixture(scope="module")
def held(runs_folder: object) -> Run:
    parameters = {"classes": 3, "points": 40}
    return record(Recipe(parameters=parameters, hidden=(12,), held_out=0.25, warm_up=10, epochs=30, seed=3))


def test_held_out_points_lie_where_the_network_takes_them_with_a_mark_of_their_own(held: Run) -> None:
    frame, plain = training(held, held_out=True)(20), training(held)(20)
    unseen = held.held_out
    assert unseen is not None and frame.held.sum() == len(unseen.y) == 30 and not plain.held.any()
    assert np.array_equal(frame.points[~frame.held], plain.points)
    assert np.allclose(frame.points[frame.held], held.embedding(20, held_out=True))
    assert (frame.wrong[frame.held] == judged(held.scores(20, held_out=True), unseen.y).wrong).all()
    drawing = drawn(Picture(frame))
    groups = drawing.of(Points)
    usual = min(group.radius for group in groups)
    marked = np.concatenate([group.centres for group in groups if group.radius > 1.1 * usual])
    where = np.concatenate([frame.points[frame.held & (frame.wrong == wrong)] for wrong in (False, True)])
    assert np.allclose(marked, plane_of(drawing)(where), atol=0.05)
    assert "unseen in training" in drawing.words


def test_train_and_held_out_curves_are_in_one_chart_on_one_scale(held: Run) -> None:
    frame = training(held)(20)
    assert frame.held_curve is not None and np.array_equal(frame.held_curve.value, held.metrics["held_out_loss"])
    drawing = drawn(Picture(frame))
    colours = {"train": rgb(DARK.ink), "unseen": rgb(DARK.quiet)}
    ends = {
        name: next(
            line.points
            for line in drawing.lines
            if len(line.points) == 21 and np.allclose(line.colour, colour, atol=0.004)
        )
        for name, colour in colours.items()
    }
    foot = next(line.points[1, 1] for line in drawing.lines if len(line.points) == 3)
    heights = {name: foot - line[:, 1] for name, line in ends.items()}
    assert np.allclose(ends["train"][:, 0], ends["unseen"][:, 0])
    ratio = held.metrics["held_out_loss"][:21] / held.loss[:21]
    assert np.allclose(heights["unseen"] / heights["train"], ratio, rtol=2e-3)
    bare = drawn(Picture(frame, curve=False))
    assert not [line for line in bare.lines if len(line.points) == 21 and line.points[:, 0].max() < 200]


def test_in_a_small_picture_the_key_lies_under_the_readings_and_the_curve_gives_way(held: Run) -> None:
    frame = training(held, held_out=True)(20)
    for picture, curved in ((Picture(frame), True), (Picture(frame).scale(0.5), False)):
        canvas = picture.canvas()
        drawing = drawn(Picture(frame), shape=(canvas.width, canvas.height), frame_side=canvas.side)
        assert any(len(line.points) == 21 for line in drawing.lines) == curved
        rows = [t for t in drawing.texts if t.middle[0] < canvas.width / 5]
        heights = sorted(t.baseline for t in rows if t.middle[1] > drawing.text("accuracy").middle[1] - 1)
        apart = [b - a for a, b in zip(heights, heights[1:]) if b - a > 2]
        assert min(apart) > 30 * canvas.side / 1080 and "unseen in training" in drawing.words


def test_a_view_of_ones_own_is_taken_and_points_are_named_that_are_not_there(held: Run, small: Run) -> None:
    view = View((1.0, 2.0), 3.0)
    assert training(held, view=view)(20).view == view
    with pytest.raises(UnspiralError, match="kept no points from training"):
        training(small, held_out=True)


@pytest.mark.parametrize("shape", SHAPES)
def test_panels_say_which_points_are_unseen_where_some_are_and_beside_the_epoch_not_on_it(
    held: Run, shape: str
) -> None:
    width, height = SHAPES[shape]
    with tempconfig({"pixel_width": width, "pixel_height": height}):
        plain, both = [training(held)(20)], [training(held)(20), training(held, held_out=True)(20)]
        panels = Panels(both, ["a", "b"], theme=DARK.naming(["x", "y", "z"]))
        bare = drawn(Panels(plain, ["a"]).header, shape=shape)
    head = drawn(panels.header, shape=shape)
    said = "unseen in training" if shape == "wide" else "unseen"
    mark = head.mark_of(said)
    assert isinstance(mark, Shape) and len(mark.points) in (4, 5)  # a diamond
    assert np.ptp(mark.points[:, 0]) == pytest.approx(np.ptp(mark.points[:, 1]), rel=0.05)
    line = sorted(
        (text for text in head.texts if abs(text.baseline - head.text(said).baseline) < 2), key=lambda t: t.left
    )
    assert [text.text for text in line] == ["epoch", "20", "truth y", said, "answer ŷ", "mistake"]
    assert all(one.right < other.left - 20 for one, other in zip(line[1:], line[2:]))
    panels.show([*plain, *plain])
    assert said not in drawn(panels.header, shape=shape).words and said not in bare.words
