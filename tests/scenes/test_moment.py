"""A moment of a scene: the very frame that its clip shows there, and nothing drawn on the way."""

from pathlib import Path

import numpy as np
import pytest
from manim import RIGHT, Square, linear, smooth, tempconfig

from engine import UnspiralError
from engine.render.moment import MOMENT, Moment, parse_moment
from scenes.parts import FilmScene, Replay
from scenes.parts.stage.painted import Shown

SHOWN: list[float] = []


class Number(Shown[float]):
    """What it shows last is what a still shows."""

    def show(self, frame: float) -> None:
        super().show(frame)
        SHOWN.append(frame)

    def paint(self, canvas: object) -> None:
        SHOWN.append(self.frame)


class Counting(FilmScene):
    """A film from 0 to 100 in two sections, one of Manim's squares beside it."""

    def construct(self) -> None:
        picture = Number(-1.0)
        self.square = Square()
        self.next_section("rest")
        self.add(picture)
        self.wait(1)
        self.next_section("a + b")
        self.play(Replay(picture, lambda t: t, 0, 100, run_time=10, rate_func=linear))
        self.wait(1)
        self.next_section("move")
        self.play(self.square.animate(rate_func=linear).shift(2 * RIGHT), run_time=2)
        self.next_section("back")
        self.play(Replay(picture, lambda t: t, 100, 50, run_time=4, rate_func=smooth))


def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> tuple[float, float]:
    """What the scene shows `at` a moment: the film's number, and where the square is."""
    SHOWN.clear()
    monkeypatch.setenv(MOMENT, at)
    size = {"pixel_width": 64, "pixel_height": 36, "frame_rate": 10, "media_dir": str(tmp_path)}
    with tempconfig({**size, "save_last_frame": True, "progress_bar": "none"}):
        scene = Counting()
        scene.render()
    assert len(list(tmp_path.rglob("*.png"))) == 1 and not list(tmp_path.rglob("*.mp4"))
    return SHOWN[-1], float(scene.square.get_center()[0])


@pytest.mark.parametrize(
    ("at", "number", "square"),
    [
        ("0.5s", -1, 0),
        ("4s", 30, 0),
        ("0:04", 30, 0),
        ("section:a + b+1.5s", 15, 0),
        ("section:2+11s", 100, 0),
        ("section:rest", -1, 0),
        ("section:move+0.5s", 100, 0.5),
        ("33.3", 33.3, 0),  # between two frames of the clip: the film is asked for it exactly
        ("100", 100, 0),
        ("0", 0, 0),
        ("18s", 50, 2),  # the end
    ],
)
def test_a_still_shows_what_the_clip_shows_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str, number: float, square: float
) -> None:
    assert np.allclose(seen(tmp_path, monkeypatch, at), (number, square), atol=1e-9)
    assert len(SHOWN) < 20  # what lies between was not gone through


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("101", "no film of this scene is ever at 101"),
        ("60s", "the scene is only 18 s long"),
        ("section:mov", "did you mean move"),
        ("section:move+2.5s", "section move is only 2 s long"),
        ("section:back+4.5s", "section back is only 4 s long"),
    ],
)
def test_a_moment_that_is_not_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str, said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        seen(tmp_path, monkeypatch, at)
    assert isinstance(ended.value.__cause__, UnspiralError) and said in str(ended.value.__cause__)


def test_moments_are_named_in_a_few_ways_and_in_no_other() -> None:
    assert parse_moment("250") == Moment("250", 250.0)
    assert parse_moment("1:02.5").seconds == 62.5 and parse_moment("section:a+b").section == "a+b"
    for text in ("", "fan", "3.2 apples", "section:", "nan", "section:+1s"):
        with pytest.raises(UnspiralError, match="section:NAME"):
            parse_moment(text)
