"""A clip has exactly the frames its run times say: counted, decoded from the movie, and each one read."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import Animation, CairoRenderer, Scene, linear, tempconfig

from scenes.parts import FilmScene, Replay
from scenes.parts.stage.replay import whole_frames
from scenes.parts.stage.scene import SEGMENT
from tests.scenes.numbers import SMALL, Number, numbers, rendered

RATES = (24, 25, 30, 60)
MOST = 1800


def bad_lengths(rate: int) -> tuple[list[int], list[int]]:
    """Frames of the plays that steps of a floating-point number give one too many, and of the waits that lose one."""
    n = np.arange(1, MOST + 1)
    plays = [k for k in n if len(np.arange(0, k / rate, 1 / rate)) != k]
    waits = [k for k in n if int(k / rate / (1 / rate)) != k]
    return [int(k) for k in plays[:4]], [int(k) for k in waits[:4]]


def lengths(rate: int) -> list[int]:
    """The bad ones, those around the cuts of long replays, the extremes, and some at random."""
    cut, (plays, waits) = round(SEGMENT * rate), bad_lengths(rate)
    some = np.random.default_rng(rate).integers(1, MOST + 1, 2).tolist()
    longest = [MOST, *some] if rate == RATES[-1] else []  # of the others, every number of steps is counted below
    return sorted({1, 2, *plays, *waits, cut - 1, cut, cut + 1, 2 * cut + 1, *longest})


class CountUp(Animation):
    """Counts up to `count`, as any of Manim's animations would."""

    def __init__(self, number: Number, count: int, run_time: float) -> None:
        super().__init__(number, run_time=run_time, rate_func=linear)
        self.count = count

    def interpolate_mobject(self, alpha: float) -> None:
        self.mobject.show(alpha * self.count)


@pytest.mark.parametrize("rate", RATES)
def test_manim_itself_miscounts(rate: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plays, waits = bad_lengths(rate)
    written: list[int] = []
    monkeypatch.setattr(CairoRenderer, "add_frame", lambda self, frame, num_frames=1: written.append(num_frames))
    with tempconfig({**SMALL, "frame_rate": rate}):
        scene = Scene()
        counted = [len(np.asarray(scene.get_time_progression(n / rate, "").iterable)) for n in plays]
        for n in waits:
            scene.renderer.freeze_current_frame(n / rate)
    assert counted == [n + 1 for n in plays] and written == [n - 1 for n in waits]
    assert rate != 60 or {23, 31, 46, 62, 123, 245} <= {*plays, *waits}


@pytest.mark.parametrize("rate", RATES)
def test_run_times_of_1_to_1800_frames_have_that_many_steps(rate: int) -> None:
    with tempconfig({**SMALL, "frame_rate": rate}):
        scene: Any = FilmScene()
        scene._bar.counting = lambda times, begun, held: np.asarray(times)  # what would be counted
        for n in range(1, MOST + 1):
            assert whole_frames(n / rate) == n
            steps = scene.get_time_progression(n / rate, "")
            assert np.allclose(steps, np.arange(n) / rate, rtol=0, atol=1e-9) and len(steps) == n


@pytest.mark.parametrize("rate", RATES)
def test_a_movie_has_the_frames_of_its_run_times_and_joins_repeat_and_skip_nothing(rate: int, tmp_path: Path) -> None:
    expected: list[int] = []

    class Counted(FilmScene):
        def construct(self) -> None:
            number = Number()
            self.add(number)
            for n in lengths(rate):
                self.play(Replay(number, float, 0, n), run_time=n / rate)
                self.wait(n / rate)
                expected.extend([*range(n), *[n] * n])
                if n < 130:
                    self.play(CountUp(number, n, n / rate))
                    number.add_updater(lambda number, dt: number.show(number.number + (dt > 0)))
                    self.wait(n / rate)
                    number.clear_updaters()
                    expected.extend([*range(n), *range(n, 2 * n)])

    writer = rendered(Counted, tmp_path, rate, save_sections=False)
    assert numbers(writer.movie_file_path) == expected
    assert sum(writer.lengths) == len(expected)


def test_reversed_and_paced_replays_are_cut_without_a_trace(tmp_path: Path) -> None:
    class Paced(FilmScene):
        def construct(self) -> None:
            number = Number()
            self.add(number)
            self.play(Replay(number, float, 1000, 0), run_time=100)
            self.play(Replay(number, float, 0, 1000, rate_func=lambda t: round(1000 * t * t) / 1000), run_time=100)

    writer = rendered(Paced, tmp_path, 10)
    k = np.arange(1000)
    assert numbers(writer.movie_file_path) == [*(1000 - k).tolist(), *np.round(k * k / 1000).astype(int).tolist()]
    assert len(writer.partial_movie_files) == 2 * round(100 / SEGMENT)


@pytest.mark.parametrize("rate", [24, 60])
def test_sections_share_a_frame_and_the_clip_has_those_that_its_run_times_say(rate: int, tmp_path: Path) -> None:
    class Sections(FilmScene):
        def construct(self) -> None:
            number = Number()
            self.next_section("in motion")  # ends where the next one begins
            self.add(number)
            self.play(Replay(number, float, 0, 23), run_time=23 / rate)
            self.next_section("at rest")
            self.play(Replay(number, float, 23, 54), run_time=31 / rate)
            self.wait(2 / rate)
            self.next_section("the last")
            self.play(Replay(number, float, 54, 100), run_time=46 / rate)

    writer = rendered(Sections, tmp_path, rate, save_sections=True)
    listed = json.loads(writer.output_plan.section_index.read_text())
    parts = [numbers(writer.sections_output_dir / section["video"]) for section in listed]
    assert parts == [[*range(24)], [*range(23, 54), 54, 54], [*range(54, 100)]]
    assert [int(section["nb_frames"]) for section in listed] == [24, 33, 46]
    assert [section["shared_frames"] for section in listed] == [1, 0, 0]
    assert numbers(writer.movie_file_path) == [*parts[0][:-1], *parts[1], *parts[2]]


class Waiting(FilmScene):
    """Two sections of two plays each: 3 + 4 and 5 + 6 frames."""

    def construct(self) -> None:
        number = Number()
        self.add(number)
        self.next_section("first")
        self.play(Replay(number, float, 0, 3), run_time=0.3)
        self.wait(0.4)
        self.next_section("second")
        self.play(Replay(number, float, 3, 8), run_time=0.5)
        self.wait(0.6)


def test_a_sequence_of_pictures_has_one_for_each_frame_of_a_wait(tmp_path: Path) -> None:
    writer = rendered(Waiting, tmp_path, 10, format="png-sequence")
    assert len(list(writer.image_sequence_directory.glob("*.png"))) == 3 + 4 + 5 + 6


def test_rendering_some_plays_leaves_out_the_sections_without_them(tmp_path: Path) -> None:
    some = {"from_animation_number": 2, "upto_animation_number": 3}
    writer = rendered(Waiting, tmp_path, 10, save_sections=True, **some)
    assert numbers(writer.movie_file_path) == [3, 4, 5, 6, 7, *[8] * 6]
    assert [section["name"] for section in json.loads(writer.output_plan.section_index.read_text())] == ["second"]


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's account of memory")
def test_memory_does_not_grow_with_frames(tmp_path: Path) -> None:
    held: list[float] = []

    def film(playhead: float) -> float:
        held.append(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6)
        return playhead

    class Long(FilmScene):
        def construct(self) -> None:
            number = Number()
            self.add(number)
            self.play(Replay(number, film, 0, 1200), run_time=120)

    size = {"pixel_width": 320, "pixel_height": 180}
    rendered(Long, tmp_path, 10, **size)
    frame = 320 * 180 * 4 / 1e6
    assert max(held[-200:]) - max(held[200:400]) < 100 * frame  # of a thousand drawn meanwhile
