"""Flags, themes and words of scenes: a mistake is one sentence, and nothing becomes what it is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import srt
from manim import tempconfig

from engine import UnspiralError
from engine.deliver.captions import Line, as_srt, as_vtt
from scenes.parts import FilmScene, label
from scenes.parts.paint.theme import read_theme
from scenes.parts.stage.formula import formula
from scenes.parts.stage.painted import Painted


@pytest.mark.parametrize(
    ("size", "rate"), [((853, 481), 30), ((17, 13), 30), ((100_000, 100_000), 30), ((0, 64), 30), ((64, 64), 1e9)]
)
def test_frames_that_no_video_has_are_refused(size: tuple[int, int], rate: float) -> None:
    wanted = {"pixel_width": size[0], "pixel_height": size[1], "frame_rate": rate}
    with tempconfig(wanted), pytest.raises(UnspiralError, match=r"even numbers|frames a second"):
        FilmScene()


def test_a_mistaken_theme_is_one_line_wherever_it_is_met_first(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "bad.toml").write_text('grund = "#ffffff"\n')
    environment = {**os.environ, "UNSPIRAL_THEME": str(tmp_path / "bad.toml")}
    command = [sys.executable, "-m", "manim", "render", "-sql", "scenes/embedding.py", "--media_dir", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "did you mean ground" in done.stderr
    monkeypatch.setenv("UNSPIRAL_THEME", environment["UNSPIRAL_THEME"])
    for made in (FilmScene, Painted, lambda: label("a mistake"), lambda: formula("W f")):
        with pytest.raises(UnspiralError, match="did you mean ground"):
            made()


def test_themes_are_read_as_recipes_are(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b'\xef\xbb\xbfnames = ["a\\nb", "\\u202ec"]\r\n')  # from Notepad; names steer nothing
    assert read_theme(str(path)).names == ("a b", " c")
    for text in ("base = []", "base = {}", "a." * 5000 + "a = 1", "points = " + "9" * 5000, "ink = " + "[" * 3000):
        path.write_text(text)
        with pytest.raises(UnspiralError) as caught:
            read_theme(str(path))
        assert len(str(caught.value)) - len(str(path)) < 300
    os.mkfifo(tmp_path / "pipe.toml")
    os.mkfifo(tmp_path / "font.ttf")
    path.write_text('text = "font.ttf"')
    for name in ("pipe.toml", "mine.toml"):
        with pytest.raises(UnspiralError, match="regular"):
            read_theme(str(tmp_path / name))


WORDS = (
    "2\n00:00:09,000 --> 00:00:10,000\nnot a caption",
    "before\n\n3\n00:00:05,000 --> 00:00:06,000\nnor this",
    "a --> b",
    "\n\n",
    "left\u202eright\x1b[2J",
)


def test_words_that_look_like_captions_stay_words(tmp_path: Path) -> None:
    lines = [Line(float(k), k + 0.5, text) for k, text in enumerate(WORDS)]
    captions = list(srt.parse(as_srt(lines)))
    assert [caption.start.total_seconds() for caption in captions] == [0, 1, 2, 4]  # of nothing, nothing is said
    assert not any(mark in as_srt(lines) + as_vtt(lines) for mark in "\x1b\u202e")
    assert as_vtt(lines).count("-->") == 4
