"""Several processes over one media folder never spoil each other's segments, however they end."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.render.test_farm import until
from tests.scenes.numbers import numbers

PROJECT = Path(__file__).parents[2]
FRAMES = 120
SCENE = f"""
import time
from pathlib import Path

from scenes.parts import FilmScene, Replay
from tests.scenes.numbers import Number

HERE = Path(__file__).parent


class Slow:
    "Waits in the middle of the segment, in the process that comes there first; the encoder has begun to write by then."

    def __call__(self, playhead):
        if playhead == {FRAMES - 20} and not (HERE / "inside").exists():
            (HERE / "inside").touch()
            while not (HERE / "go-on").exists():
                time.sleep(0.01)
        return playhead


class Counting(FilmScene):
    def construct(self):
        number = Number()
        self.add(number)
        self.play(Replay(number, Slow(), 0, {FRAMES}), run_time={FRAMES / 30})
        self.wait(0.1)
"""
EXPECTED = [*range(FRAMES), *[FRAMES] * 3]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen]]:
    """Begins to render the scene, in another process over the same media folder each time."""
    (tmp_path / "counting.py").write_text(SCENE)
    processes: list[subprocess.Popen] = []

    def started() -> subprocess.Popen:
        command = [sys.executable, "-m", "manim", "render", "--resolution", "32,24", "--fps", "30", "counting.py"]
        process = subprocess.Popen(
            [*command, "--progress_bar", "none", "--save_sections"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
        )
        processes.append(process)
        return process

    yield started
    for process in processes:
        process.kill()
        process.communicate()


def finished(process: subprocess.Popen) -> None:
    said, _ = process.communicate(timeout=100)
    assert process.returncode == 0, said


def movie(folder: Path) -> list[int]:
    (made,) = (folder / "media" / "videos" / "counting" / "24p30").glob("*.mp4")
    (section,) = (made.parent / "sections").glob("*.mp4")
    assert numbers(section) == numbers(made)
    return numbers(made)


def segments(folder: Path) -> list[list[int]]:
    return sorted(numbers(path) for path in folder.rglob("partial_movie_files/Counting/[!.]*.mp4"))


def left_behind(folder: Path) -> list[Path]:
    named = (".mp4", ".json", ".txt", ".py", ".pyc")
    return [p for p in folder.rglob("*") if p.is_file() and (p.name.startswith(".") or p.suffix not in named)]


def test_a_second_process_in_the_middle_of_a_segment_spoils_nothing(
    tmp_path: Path, start: Callable[[], subprocess.Popen]
) -> None:
    first = start()
    until(lambda: (tmp_path / "inside").exists())
    assert segments(tmp_path) == []  # nothing that could be taken for cached
    finished(start())
    assert movie(tmp_path) == EXPECTED
    once = segments(tmp_path)
    (tmp_path / "go-on").touch()
    finished(first)
    assert movie(tmp_path) == EXPECTED
    assert segments(tmp_path) == once == [[*range(FRAMES)], [FRAMES] * 3]
    (tmp_path / "inside").unlink()
    (tmp_path / "go-on").unlink()
    assert left_behind(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals, which Windows has not")
def test_what_a_process_leaves_in_the_middle_of_a_segment_is_never_taken_for_cached(
    tmp_path: Path, start: Callable[[], subprocess.Popen]
) -> None:
    for by in (signal.SIGINT, signal.SIGKILL):
        process = start()
        until(lambda: (tmp_path / "inside").exists())
        process.send_signal(by)
        process.communicate(timeout=30)
        (tmp_path / "inside").unlink()
        assert segments(tmp_path) == []
        if by is signal.SIGINT:
            assert left_behind(tmp_path) == []
    (tmp_path / "inside").touch()
    finished(start())
    assert movie(tmp_path) == EXPECTED
