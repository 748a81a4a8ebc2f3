"""What a recording calls its classes stands in the keys of all its films, unless a theme has other words for them."""

from dataclasses import replace

import pytest
from manim import tempconfig

from engine import Run, class_vectors, training
from engine.films.energy import energy
from engine.films.feature_tour import touring
from engine.films.linear_classifier import cutting
from engine.films.scores import scoring
from engine.films.softargmax import softening
from scenes.parts.paint.theme import DARK
from scenes.parts.pictures.beside import beside
from scenes.parts.pictures.seen import picture_of
from tests.scenes.drawn import drawn
from tests.scenes.states import blobs_run, cutting_run, five_spirals

NAMES = ("rain", "snow", "hail", "sun", "fog")


def named(run: Run) -> Run:
    return replace(run, names={"y": NAMES})


@pytest.mark.parametrize(
    "frame",
    [
        lambda: training(named(five_spirals()))(2000),
        lambda: class_vectors(named(five_spirals()))(2000),
        lambda: energy(named(five_spirals()))(2000),
        lambda: touring(named(five_spirals()))(5.9),
        lambda: cutting(named(cutting_run()))(100),
        lambda: softening(named(five_spirals())).vary("turned", 1, 1)(1),
        lambda: scoring(named(blobs_run()), point=5).vary("form", 2, 2)(2),
    ],
    ids=["training", "class_vectors", "energy", "feature_tour", "linear_classifier", "softargmax", "scores"],
)
def test_classes_are_called_what_the_run_calls_them(frame) -> None:
    words = " ".join(drawn(picture_of(frame())).words)
    assert all(name in words for name in NAMES[:3]), words


def test_a_themes_own_names_come_first_and_panels_have_names_too() -> None:
    frame = training(named(five_spirals()))(2000)
    with tempconfig({"pixel_width": 960, "pixel_height": 540}):
        both = beside([frame, frame], ["one", "another"]), beside([frame], ["one"], replace(DARK, names=tuple("abcde")))
    assert set(NAMES) <= set(drawn(both[0].header).words)
    assert set("abcde") <= set(drawn(both[1].header).words) and not set(NAMES) & set(drawn(both[1].header).words)
