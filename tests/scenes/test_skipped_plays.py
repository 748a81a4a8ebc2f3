"""A play that is not drawn leaves behind what it would have left: the same film and sound every time, by every way."""

import wave
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from manim import (
    DOWN,
    LEFT,
    ORIGIN,
    RIGHT,
    UP,
    Dot,
    FadeIn,
    Line,
    PhaseFlow,
    Scene,
    Square,
    TracedPath,
    UpdateFromFunc,
    ValueTracker,
    always_redraw,
    tempconfig,
)
from numpy.typing import NDArray

from engine import UnspiralError
from scenes.parts import FilmScene
from tests.scenes.numbers import SMALL

RATE = 10
LOUD = 0.05
"""Of full scale: louder is heard."""


def turned(dot: Any, dt: float) -> None:
    dot.rotate(3 * dt, about_point=ORIGIN)


class Circling(FilmScene):
    """A dot moved by the time that passes, and what it leaves behind."""

    def construct(self) -> None:
        dot = Dot(2 * RIGHT, radius=1)
        self.add(dot, TracedPath(dot.get_center, stroke_width=60))
        self.wait(0.5)  # nothing moves yet: a still
        dot.add_updater(turned)
        self.wait(1)
        self.play(FadeIn(Square()), run_time=0.5)
        dot.clear_updaters()
        self.wait(0.3)


class Redrawn(FilmScene):
    """What is made anew from a tracker, which itself moves with time."""

    def construct(self) -> None:
        angle = ValueTracker(0)
        angle.add_updater(lambda tracker, dt: tracker.increment_value(dt**0.5))  # not what one step of all dt gives
        line = always_redraw(
            lambda: Line(ORIGIN, 3 * RIGHT, stroke_width=90).rotate(angle.get_value(), about_point=ORIGIN)
        )
        self.add(angle, line)
        self.wait(0.7)
        self.play(line.animate.set_opacity(0.5), run_time=0.4)
        self.wait(0.4)


class Watched(FilmScene):
    """An updater of the scene that draws lots, and a wait until something has happened."""

    def construct(self) -> None:
        dot, steps = Dot(3 * LEFT, radius=1), ValueTracker(0)
        self.add(dot)

        def onwards(dt: float) -> None:
            steps.increment_value(1)
            dot.shift(0.05 * steps.get_value() * RIGHT).set_y(np.random.uniform(-2, 2))

        self.add_updater(onwards)
        self.wait_until(lambda: dot.get_x() > 0, max_time=3)
        self.wait(0.5)
        self.remove_updater(onwards)
        self.play(dot.animate.shift(UP), run_time=0.3)


class Flowing(FilmScene):
    """Animations that go on from frame to frame themselves."""

    def construct(self) -> None:
        square = Square(1.5, fill_opacity=1).shift(LEFT)
        self.add(square)
        self.play(PhaseFlow(lambda point: 2 * np.array([-point[1], point[0], 0]), square, run_time=0.8, virtual_time=1))
        self.play(UpdateFromFunc(square, lambda moved: moved.shift(0.1 * DOWN)), run_time=0.5)
        self.play(square.animate.shift(RIGHT), run_time=0.4)


class Skipping(FilmScene):
    """A section that is left out of the clip while the lecturer works on another."""

    def construct(self) -> None:
        dot = Dot(2 * RIGHT, radius=1).add_updater(turned)
        trace = TracedPath(dot.get_center, stroke_width=60)
        self.add(dot, trace)
        self.next_section("left out", skip_animations=self.left_out)
        self.wait(1)
        self.next_section("kept")
        self.wait(0.5)

    left_out = False


ALL = [Circling, Redrawn, Watched, Flowing]


def rendered(scene_class: type[Scene], folder: Path, wanted: frozenset[int] | None = None, **settings: Any) -> Any:
    """The file writer of a scene rendered into `folder`."""
    with tempconfig({**SMALL, "frame_rate": RATE, "media_dir": str(folder), **settings}):
        scene = scene_class()
        scene.renderer.file_writer.wanted = wanted
        scene.render()
    return scene.renderer.file_writer


def shown(movie: Path) -> NDArray[np.uint8]:
    with av.open(str(movie)) as container:
        return np.stack([frame.to_ndarray(format="gray") for frame in container.decode(video=0)])


def alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    """Whether all frames are the same; a polygon instead of a circle differs by 100 and more."""
    return one.shape == other.shape and int(np.abs(one.astype(int) - other).max()) < 16


@pytest.mark.parametrize("scene_class", ALL)
def test_a_scene_rendered_play_by_play_in_any_order_is_the_scene(scene_class: type[Scene], tmp_path: Path) -> None:
    whole = rendered(scene_class, tmp_path / "whole")
    expected = shown(whole.movie_file_path)
    for play in reversed(range(len(whole.plays))):  # as worker processes do, the last first
        rendered(scene_class, tmp_path / "parts", frozenset([play]))
    parts = rendered(scene_class, tmp_path / "parts")
    assert [Path(file).name for file in parts.partial_movie_files] == [Path(f).name for f in whole.partial_movie_files]
    assert len(list((tmp_path / "parts").rglob("partial_movie_files/*/*.mp4"))) == len(set(whole.partial_movie_files))
    assert alike(shown(parts.movie_file_path), expected)
    for missing in whole.partial_movie_files:  # the others come from the cache
        Path(missing).unlink()
        again = rendered(scene_class, tmp_path / "whole")
        assert again.partial_movie_files == whole.partial_movie_files
        assert alike(shown(again.movie_file_path), expected)


@pytest.mark.parametrize("scene_class", [Circling, Redrawn])
def test_a_still_is_what_the_movie_ends_with(scene_class: type[Scene], tmp_path: Path) -> None:
    last = shown(rendered(scene_class, tmp_path).movie_file_path)[-1].astype(int)
    still = rendered(scene_class, tmp_path, format="png", save_sections=False)
    with av.open(str(still.image_file_path)) as image:
        (pixels,) = (frame.to_ndarray(format="gray") for frame in image.decode(video=0))
    assert np.abs(pixels - last).mean() < 4


def test_a_section_left_out_leaves_behind_what_it_would_have(tmp_path: Path) -> None:
    whole = shown(rendered(Skipping, tmp_path / "whole").movie_file_path)
    part = type("Skipping", (Skipping,), {"left_out": True})
    assert alike(shown(rendered(part, tmp_path / "part").movie_file_path), whole[-RATE // 2 :])


def test_a_range_of_plays_shows_what_the_whole_shows_there(tmp_path: Path) -> None:
    whole = rendered(Circling, tmp_path / "whole")
    first = sum(play.frames for play in whole.plays[:2])
    part = rendered(Circling, tmp_path / "part", from_animation_number=2, upto_animation_number=3)
    assert alike(shown(part.movie_file_path), shown(whole.movie_file_path)[first:])


# sound


@pytest.fixture(scope="module")
def beep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A third of a second of a tone, half as loud as can be."""
    path = tmp_path_factory.mktemp("sound") / "beep.v1.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44100)
        time = np.arange(14700) / 44100
        file.writeframes((16384 * np.sin(2 * np.pi * 900 * time)).astype("<i2").tobytes())
    return path


def sounding(beep: Path) -> type[FilmScene]:
    class Sounding(FilmScene):
        """Beeps at 0, 1.5 (quieter) and 2 s."""

        def construct(self) -> None:
            self.next_section("one")
            self.add_sound(beep)
            self.add(Dot())
            self.wait(1)
            self.add_sound(str(beep), time_offset=0.5, gain=-12)
            self.next_section("two")
            self.play(FadeIn(Square()), run_time=1)
            self.next_section("three")
            self.add_sound(beep)
            self.wait(1)

    return Sounding


def heard(movie: Path) -> list[tuple[float, float, float]]:
    """From … to in seconds, and how loud at most: each stretch of sound; the sound begins with the picture."""
    with av.open(str(movie)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.start_time in (0, None) and abs(float((audio.start_time or 0) * audio.time_base)) < 0.001
        frames = [frame.to_ndarray() for frame in container.decode(audio)]
    samples = np.concatenate([frame.reshape(-1) if frame.shape[0] == 1 else frame[0] for frame in frames], axis=-1)
    if samples.dtype == np.int16:
        samples = samples.reshape(-1, 2)[:, 0] / 32768
    loud = np.convolve(np.abs(samples), np.ones(240) / 240, "same") > LOUD
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(int)))
    return [
        (round(a / 48000, 2), round(b / 48000, 2), round(float(np.abs(samples[a:b]).max()), 1))
        for a, b in edges.reshape(-1, 2)
    ]


WHOLE = [(0.0, 0.33, 0.5), (1.5, 1.83, 0.1), (2.0, 2.33, 0.5)]
SECTIONS = {"one": WHOLE[:1], "two": [(0.5, 0.83, 0.1), (1.0, 1.1, 0.5)], "three": [(0.0, 0.33, 0.5)]}


@pytest.mark.parametrize("ending", ["mp4", "mov", "webm"])
def test_a_scenes_sound_is_in_the_clip_and_its_sections_first_and_again(
    ending: str, beep: Path, tmp_path: Path
) -> None:
    for _ in range(2):  # the second time all plays come from the cache
        writer = rendered(sounding(beep), tmp_path, format=ending, save_sections=True)
        assert near(heard(writer.movie_file_path), WHOLE)
        for section in writer.sections:
            assert near(heard(writer.sections_output_dir / section.video), SECTIONS[section.name])


def test_sound_is_left_out_with_the_plays_that_are(beep: Path, tmp_path: Path) -> None:
    part = rendered(sounding(beep), tmp_path, from_animation_number=1, upto_animation_number=1)
    assert near(heard(part.movie_file_path), [(0.5, 0.83, 0.1)])


def near(given: list[tuple[float, float, float]], expected: list[tuple[float, float, float]]) -> bool:
    """Within 20 ms, and about as loud."""
    return len(given) == len(expected) and bool(np.allclose(given, expected, atol=0.025))


def test_a_sound_that_is_not_there_is_said(tmp_path: Path) -> None:
    class Silent(FilmScene):
        def construct(self) -> None:
            self.add_sound("no.such.mp3")

    with pytest.raises(SystemExit) as left:
        rendered(Silent, tmp_path)
    assert isinstance(left.value.__cause__, UnspiralError) and "no.such.mp3" in str(left.value.__cause__)


# the cache


@pytest.mark.parametrize("kept", [0, 700, -300])
def test_a_segment_that_is_empty_or_cut_is_drawn_again(kept: int, tmp_path: Path) -> None:
    first = rendered(Circling, tmp_path)
    expected = shown(first.movie_file_path)
    hurt = Path(first.partial_movie_files[1])
    hurt.write_bytes(hurt.read_bytes()[:kept])
    assert alike(shown(rendered(Circling, tmp_path).movie_file_path), expected)


def test_a_segment_of_another_length_is_drawn_again(tmp_path: Path) -> None:
    first = rendered(Circling, tmp_path)
    expected = shown(first.movie_file_path)
    hurt, other = (Path(first.partial_movie_files[play]) for play in (1, 2))
    hurt.write_bytes(other.read_bytes())
    assert alike(shown(rendered(Circling, tmp_path).movie_file_path), expected)
