"""Pictures are saved and restored, become others and turn into them, and appear, as Manim's own mobjects do."""

from typing import Any

import numpy as np
import pytest
from manim import (
    LEFT,
    Animation,
    Create,
    DrawBorderThenFill,
    ReplacementTransform,
    Square,
    Transform,
    Write,
    config,
)

from engine import Frame, Run, UnspiralError, training
from scenes.parts import Panels, Picture


@pytest.fixture(scope="module")
def frames(small: Run) -> tuple[Frame, Frame]:
    return training(small)(0), training(small)(20)


def seen(picture: Picture) -> tuple[Any, ...]:
    return id(picture.frame), picture.opacity, picture.amounts["grid"], picture.points.tolist()


def at(animation: Animation, alpha: float) -> None:
    animation.begin()
    animation.interpolate(alpha)


def test_a_picture_is_restored_and_becomes_another_with_all_that_is_seen_of_it(frames: tuple[Frame, Frame]) -> None:
    picture = Picture(frames[0], grid=0.5).shift(LEFT)
    before = seen(picture.save_state())
    picture.scale(0.3).set_opacity(0.2).choose(grid=False).show(frames[1])
    assert seen(picture)[1:3] == (0.2, 0.0)
    assert seen(picture.restore()) == before
    other = Picture(frames[1]).scale(0.5).set_opacity(0.7)
    assert seen(picture.become(other)) == seen(other)
    panels = Panels(frames, ["a", "b"])
    panels.save_state().scale(0.5).show(frames[::-1])
    panels.restore()
    assert [id(panel.frame) for panel in panels.panels] == [*map(id, frames)] and panels.width > 14


def test_a_picture_turns_into_another_and_shows_it_from_half_way_on(frames: tuple[Frame, Frame]) -> None:
    for make in (Transform, ReplacementTransform):
        for alpha in (0.4, 0.6, 0.3):
            picture, other = Picture(frames[0]), Picture(frames[1]).scale(0.5).set_opacity(0.5)
            at(make(picture, other), alpha)
            assert picture.frame is frames[alpha > 0.5] and picture.opacity == pytest.approx(1 - _eased(alpha) / 2)
            assert picture.width == pytest.approx((1 - _eased(alpha) / 2) * config.frame_width)


def _eased(alpha: float) -> float:
    return Transform(Square(), Square()).rate_func(alpha)


def test_a_target_made_before_a_replay_does_not_bring_the_old_frame_back(frames: tuple[Frame, Frame]) -> None:
    picture = Picture(frames[0])
    moved = picture.animate.shift(LEFT).build()
    picture.show(frames[1])
    at(moved, 1)
    assert picture.frame is frames[1] and picture.get_center()[0] == pytest.approx(-1)
    at(picture.animate.show(frames[0]).build(), 0.6)
    assert picture.frame is frames[0]


@pytest.mark.parametrize("make", [Create, Write, DrawBorderThenFill])
def test_a_picture_has_no_outline_and_appears_where_others_are_drawn(frames: tuple[Frame, Frame], make: Any) -> None:
    picture, strengths = Picture(frames[0]).scale(0.5), []
    for alpha in (0, 0.2, 0.4, 1):
        drawn = picture.copy()
        at(make(drawn), alpha)
        assert np.allclose(drawn.points, picture.points)
        strengths.append(drawn.opacity)
    assert strengths == sorted(strengths) and strengths[0] < 0.01 and strengths[-1] == pytest.approx(1)


def test_what_cannot_turn_into_each_other_is_refused_in_a_sentence(frames: tuple[Frame, Frame]) -> None:
    for pair in ((Picture(frames[0]), Square()), (Square(), Picture(frames[0]))):
        with pytest.raises(UnspiralError, match=r"cannot turn into a (Square|Picture): FadeOut the one"):
            at(Transform(*pair), 0.5)
