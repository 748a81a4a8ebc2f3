"""A mistake in a scene's recipe is answered in one line, wherever in the file it stands."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest
from manim import FadeIn, MovingCameraScene, Scene, Square, ThreeDScene, ZoomedScene, tempconfig

from engine import Recipe, Run, UnspiralError, points, record, training
from scenes.parts import FilmScene, Panels, Picture, Replay, label
from scenes.parts.stage.worker import reason

TOP = """
from engine import Recipe, record, training
from scenes.parts import FilmScene
{top}
class Mistaken(FilmScene):
    def construct(self):
        training(record({inside}))
"""


@pytest.mark.parametrize(
    ("top", "inside"),
    [("MINE = Recipe(hidden=(0,))", "MINE"), ("", "Recipe(hidden=(0,))")],
    ids=["at the top of the file", "in construct"],
)
def test_a_mistaken_recipe_is_one_line_and_exit_code_2(tmp_path, top, inside):
    (tmp_path / "mistaken.py").write_text(TOP.format(top=top, inside=inside))
    command = [sys.executable, "-m", "manim", "render", "-ql", "mistaken.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.strip().endswith("hidden is 0; it must be 1 or more")
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "error, said",
    [
        (UnspiralError("no font has it"), "no font has it"),
        (SyntaxError("source code string cannot contain null bytes"), "SyntaxError: source code string cannot contain"),
        (SyntaxError("expected ':'", ("mine.py", 4, 1, "")), "SyntaxError, line 4: expected ':'"),
        (SyntaxError("expected ':'", ("/there/other.py", 4, 1, "")), "SyntaxError, line 4 of other.py: expected ':'"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        (KeyError(), "KeyError: no reason given"),
        (OSError(errno.ENOSPC, "No space left", "/media/a.mp4"), "the disk is full: cannot write /media/a.mp4"),
        (SystemExit(1), "exit(): it ends the program"),
    ],
)
def test_a_failure_is_said_by_its_own_reason(error, said):
    assert reason(error, Path("mine.py")).startswith(said)


@pytest.mark.parametrize("kind", [Scene, MovingCameraScene, ThreeDScene, ZoomedScene])
def test_in_a_scene_of_manims_own_a_picture_says_what_it_is_drawn_in(kind: type[Scene], small: Run) -> None:
    picture = Picture(training(small)(0))
    with tempconfig({"pixel_width": 64, "pixel_height": 36, "dry_run": True}):
        plain, ours = kind(), FilmScene() if kind is Scene else type("Ours", (kind, FilmScene), {})()
        with pytest.raises(UnspiralError, match=r"a Picture is drawn in a FilmScene: class Mine\(FilmScene\), or"):
            plain.renderer.camera.capture_mobjects([picture])
        ours.renderer.camera.capture_mobjects([picture])


def test_what_is_given_instead_of_what_is_needed_is_named_with_what_to_write(small: Run) -> None:
    film = training(small)
    picture = Picture(film(0))
    for mistaken, said in (
        (lambda: Picture(film), "a Training was given, where a film's frame is needed: training(run)(250)"),  # type: ignore[arg-type]
        (lambda: Picture(small), "a Run was given, where a film's frame"),  # type: ignore[arg-type]
        (lambda: Panels([film, film], ["a", "b"]), "a Training was given, where a film's frame"),  # type: ignore[list-item]
        (lambda: Picture(film(0), "light"), "the theme is 'light'; it must be a Theme, such as LIGHT"),  # type: ignore[arg-type]
        (lambda: label("this", theme="light"), "the theme is 'light'"),  # type: ignore[arg-type]
        (lambda: Replay(picture, small, 0, 10), "a Run was given, where a replay needs a film"),  # type: ignore[arg-type]
        (lambda: Replay(picture, film(0), 0, 10), "a Frame was given, where a replay needs a film"),  # type: ignore[arg-type]
        (lambda: Replay(film, picture, 0, 10), "a Picture was given, where a replay needs a film"),  # type: ignore[arg-type]
        (lambda: training(Recipe()), "a Recipe was given, where a run is needed: record(recipe), or Run.load"),  # type: ignore[arg-type]
        (lambda: points("a.safetensors", "codes"), "'a.safetensors' was given, where a run is needed"),  # type: ignore[arg-type]
        (lambda: record("five_spirals"), "'five_spirals' was given, where a recipe is needed"),  # type: ignore[arg-type]
    ):
        with pytest.raises(UnspiralError) as caught:
            mistaken()
        assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"video_codec": "h264_foo"},
            "cannot be encoded so: unknown video encoder: h264_foo; without",
        ),
        ({"pixel_format": "yuv999"}, "cannot be encoded so: unknown pixel format: yuv999; without"),
        ({"video_encoder_options": {"crf": "x"}}, "libx264 does not take these --encoder-option: .*crf=x"),
    ],
    ids=["codec", "pixels", "option"],
)
def test_settings_that_no_encoder_takes_are_named(settings: dict, said: str, tmp_path: Path) -> None:
    small = {"pixel_width": 64, "pixel_height": 36, "media_dir": str(tmp_path), "progress_bar": "none"}
    with tempconfig({**small, **settings}), pytest.raises(UnspiralError, match=said):
        scene = FilmScene()
        scene.play(FadeIn(Square()), run_time=0.1)
        scene.renderer.scene_finished(scene)
