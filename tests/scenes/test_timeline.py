"""Any frame of a scene, drawn on demand and in any order, is the frame that a rendering hands to its encoder."""

import hashlib
import io
import random
import wave
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from manim import (
    DOWN,
    LEFT,
    PI,
    RIGHT,
    UP,
    AnimationGroup,
    Circle,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    Line,
    MoveAlongPath,
    MovingCameraScene,
    Rotate,
    Scene,
    Square,
    Star,
    Succession,
    TracedPath,
    Transform,
    UpdateFromAlphaFunc,
    ValueTracker,
    VGroup,
    Wait,
    always_redraw,
    tempconfig,
)  # fmt: skip

from engine import Run, training
from scenes.parts import FilmScene, Picture, Replay
from scenes.parts.stage.hearing import heard
from scenes.parts.stage.memento import Memento
from scenes.parts.stage.shape import shape_of
from scenes.parts.stage.timeline import Timeline

SMALL = {"pixel_width": 96, "pixel_height": 54, "frame_rate": 15, "progress_bar": "none", "seed": 3}
SMALL |= {"disable_caching": True}


class Stock(Scene):
    """What Manim has, and what it does from frame to frame."""

    def construct(self) -> None:
        ring, box = Circle(), Square(fill_opacity=0.5)
        self.play(Create(ring), FadeIn(box), run_time=0.4)
        self.wait(0.3)
        self.play(Transform(ring, Star().shift(RIGHT)), box.animate.shift(UP), run_time=0.4)
        tracker, ball, steps, speed = ValueTracker(0), Dot(), 0, [0.0]
        noise = np.random.default_rng(1)

        def fall(dot: Any, dt: float) -> None:
            nonlocal steps
            steps += 1
            speed[0] += dt * (1 + np.random.rand() + noise.random())
            dot.shift(speed[0] * dt * DOWN + 0.002 * steps * RIGHT)

        ball.add_updater(fall)
        self.add(ball, TracedPath(ball.get_center), always_redraw(lambda: Line(LEFT, tracker.get_value() * UP)))
        self.next_section("updaters")
        self.play(tracker.animate.set_value(2), run_time=0.6)
        self.wait(0.4)
        self.wait_until(lambda: tracker.get_value() > 1, max_time=0.5)
        ball.clear_updaters()
        self.next_section("left out", skip_animations=True)
        self.play(box.animate.shift(LEFT), run_time=0.3)
        self.next_section("groups")
        self.play(Succession(FadeOut(box), Rotate(ring, PI / 2)), run_time=0.4)
        self.play(AnimationGroup(FadeIn(box), box.animate.shift(DOWN), lag_ratio=0.5), run_time=0.4)
        self.play(UpdateFromAlphaFunc(ring, lambda m, alpha: m.shift(0.1 * alpha * UP)), run_time=0.3)
        self.play(MoveAlongPath(Dot(), Line(LEFT, RIGHT)), run_time=0.3)


class Filmed(MovingCameraScene, FilmScene):
    """A film, while a camera comes nearer, and a mobject that looks at the time."""

    run: Run

    def construct(self) -> None:
        film = training(self.run)
        picture = Picture(film(0))
        self.next_section("nearer", says="Nearer.")
        self.add(picture)
        self.play(Replay(picture, film, 0, 30), self.camera.frame.animate.scale(0.5), run_time=0.4)
        self.next_section("time")
        self.add(always_redraw(lambda: Dot(self.time * RIGHT)))
        self.wait(0.3)
        self.play(Replay(picture, film, 30, 10), run_time=0.3)


def print_of(pixels: Any) -> str:
    return hashlib.sha1(np.ascontiguousarray(pixels)).hexdigest()


def rendered(scene: Any) -> list[str]:
    """What the scene hands to its encoder."""
    handed: list[str] = []
    writer = scene.renderer.file_writer
    writer.write_frame = lambda pixels, repeat=1: handed.extend([print_of(pixels)] * repeat)
    writer.begin_animation = writer.end_animation = lambda *_, **__: None
    writer.finish = lambda: None
    with tempconfig({"save_sections": False}):
        scene.render()
    return handed


@pytest.fixture
def settled(tmp_path: Any) -> Iterator[None]:
    with tempconfig({**SMALL, "media_dir": str(tmp_path)}):
        yield


def recorded(scene: Any) -> Timeline:
    timeline = Timeline(scene)
    timeline.record()
    return timeline


@pytest.mark.parametrize("kind", (Stock, Filmed))
def test_every_frame_in_any_order_is_that_of_a_rendering(kind: Any, settled: None, small: Run) -> None:
    Filmed.run = small
    handed = rendered(kind())
    timeline = recorded(kind())
    assert timeline.frames == len(handed)
    order = [*range(timeline.frames)]
    random.Random(1).shuffle(order)
    wrong = [frame for frame in order if print_of(timeline.draw(frame)) != handed[frame]]
    assert not wrong
    if kind is Stock:
        stepped = [play.steps for play in timeline.plays]
        assert not all(stepped) and any(stepped)  # some are entered, some are stepped through
        there = timeline.plays[0]
        assert print_of(timeline.draw(there.first + 1)) != print_of(timeline.draw(there.first + 4))


def test_a_shape_tells_sections_words_and_plays(settled: None, small: Run) -> None:
    Filmed.run = small
    shape = shape_of(recorded(Filmed()))
    assert [(part.name, part.first, part.frames) for part in shape.sections] == [("nearer", 0, 6), ("time", 6, 8)]
    assert [(said.first, said.end, said.text) for said in shape.said] == [(0, 6, "Nearer.")]
    assert (shape.frames, shape.rate, shape.plays[-1].what) == (14, 15, "30 → 10")


def test_a_scene_that_plays_nothing_has_one_frame(settled: None) -> None:
    class Nothing(Scene):
        def construct(self) -> None:
            self.add(Square(fill_opacity=1))

    timeline = recorded(Nothing())
    assert timeline.frames == 1 and timeline.draw(0)[27, 48, 0] > 200
    assert not shape_of(timeline).sounds and not heard(timeline)


def test_a_memento_puts_back_whatever_can_be_reached() -> None:
    count, source, numpys = 0, random.Random(1), np.random.default_rng(1)

    def step(by: int = 1, seen: list[int] = []) -> int:  # noqa: B006  # a default that is changed is the point
        nonlocal count
        count += by
        seen.append(count)
        return len(seen)

    class Slotted:
        __slots__ = ("value",)

    slotted = Slotted()
    slotted.value = [1]
    group = VGroup(Square(), Circle())
    group.note = {"a": [1, {2}], "of": SimpleNamespace(x=1), "slotted": slotted}  # type: ignore[attr-defined]
    group.call = partial(step, by=2)  # type: ignore[attr-defined]
    group.draws = source, numpys  # type: ignore[attr-defined]
    before = group[0].points.copy()
    memento = Memento([group])
    group.call()  # type: ignore[attr-defined]
    drawn = source.random(), numpys.random(), random.random(), np.random.rand()
    group[0].points += 1
    group[1].become(Square())
    group.note["a"][1].add(3)  # type: ignore[attr-defined]
    group.note["of"].x = group.note["new"] = 7  # type: ignore[attr-defined]
    slotted.value.append(2)
    square, _ = group[0], group.remove(group[0])
    memento.restore()
    assert group[0] is square and (group[0].points == before).all() and len(group) == 2
    assert group.note["a"] == [1, {2}] and group.note["of"].x == 1 and "new" not in group.note  # type: ignore[attr-defined]
    assert slotted.value == [1] and count == 0 and step() == 1
    assert drawn == (source.random(), numpys.random(), random.random(), np.random.rand())


def test_pauses_are_drawn_once_and_shown_often(settled: None) -> None:
    class Paused(Scene):
        def construct(self) -> None:
            self.add(Square())
            self.wait(2)
            self.play(Wait(0.2))

    timeline = recorded(Paused())
    assert timeline.frames == 33 and [len(play.times) for play in timeline.plays] == [1, 1]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # pydub leaves files open, for Manim
@pytest.mark.parametrize("kind", (FilmScene, Scene))
def test_sounds_are_heard_when_the_scene_adds_them(kind: Any, settled: None, tmp_path: Path) -> None:
    tone = tmp_path / "tone.wav"
    with wave.open(str(tone), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(np.full(4_800, 9_000, np.int16).tobytes())

    class Sounding(kind):
        def construct(self) -> None:
            self.add(Square())
            self.wait(0.4)
            self.add_sound(str(tone))
            self.wait(0.6)

    timeline = recorded(Sounding())
    assert shape_of(timeline).sounds
    with wave.open(io.BytesIO(heard(timeline))) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, file.getnchannels())
    loud = np.flatnonzero(np.abs(samples[:, 0]) > 1_000) / rate
    assert loud[0] == pytest.approx(0.4, abs=0.002) and loud[-1] == pytest.approx(0.5, abs=0.002)
