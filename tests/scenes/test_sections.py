"""Sections, words and looks, as scenes say them and clips have them."""

from pathlib import Path

import numpy as np
import pytest
from manim import Mobject, tempconfig

from engine import UnspiralError
from engine.cues import Cues
from engine.deliver.clip import Clip
from engine.deliver.rendering import Rendering
from engine.deliver.video import frames
from scenes.parts import Replay

SCENE = '''"""Grey grows lighter. More could be said."""

from scenes.parts import FilmScene, Replay
from scenes.parts.camera import Painted


class Grey(Painted):
    opaque = True

    def __init__(self, level):
        super().__init__()
        self.level = level

    def show(self, level):
        self.level = level

    def paint(self, canvas):
        if not canvas.transparent:
            canvas.context.set_source_rgba(*canvas.colour(3 * (self.level / 255,)))
            canvas.context.paint()
        canvas.context.set_source_rgba(*canvas.colour((0.0, 0.0, 0.0), 0.5))
        canvas.context.rectangle(0, 0, canvas.width / 2, canvas.height)
        canvas.context.fill()


class Greys(FilmScene):
    def construct(self):
        grey = Grey(0)
        self.add(grey)
        self.next_section("dawn", "loop")  # it is dark
        self.play(Replay(grey, float, 0, 100), run_time=1)
        self.next_section("day")
        self.narrate("It is bright.")
        self.play(Replay(grey, float, 100, 200), run_time=0.5)
        self.narrate("It stays bright.")
        self.wait(0.5)
'''


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scene") / "greys.py"
    path.write_text(SCENE)
    return path


def rendered(scene: Path, **how: bool) -> Clip:
    return Rendering(128, 72, fps=10, media=scene.parent / "media").render(scene, **how)


def test_a_section_ends_with_the_frame_that_the_next_one_begins_with(scene: Path) -> None:
    clip = rendered(scene, lossless=True)
    assert clip.title == "Grey grows lighter. More could be said."
    assert [(s.name, s.loops, s.first, s.frames) for s in clip.sections] == [
        ("dawn", True, 0, 11),
        ("day", False, 11, 10),
    ]
    dawn, day = (list(frames(section.video)) for section in clip.sections)
    assert np.array_equal(dawn[-1], day[0])
    assert [int(f[0, -1, 0]) for f in dawn] == [*range(0, 101, 10)]
    assert [line.text for line in clip.words] == ["It is dark.", "It is bright.", "It stays bright."]
    assert [(line.start, line.end) for line in clip.words] == [(0, 1.1), (1.1, 1.6), (1.6, 2.1)]


def test_a_transparent_clip_has_nothing_where_the_ground_was(scene: Path) -> None:
    first = next(frames(rendered(scene, transparent=True).sections[0].video))
    assert first[0, -1].tolist() == [0, 0, 0, 0] and abs(int(first[0, 0, 3]) - 128) <= 1


def test_a_mistake_in_a_scene_is_one_line(tmp_path: Path) -> None:
    scene = tmp_path / "broken.py"
    scene.write_text(SCENE.replace("100, 200", "'x', 200"))
    with pytest.raises(UnspiralError, match=r"broken\.py: ValueError: could not convert string to float") as caught:
        rendered(scene)
    assert "\n" not in str(caught.value)


class Kept(Mobject):
    """Remembers what it was asked to show."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[float] = []

    def show(self, frame: float) -> None:
        self.shown.append(frame)


class Numbers:
    """A film whose frame is its playhead."""

    first, last = 0.0, 2000.0

    def __call__(self, playhead: float) -> float:
        return playhead


def test_a_replay_along_cues_shows_what_they_say_when_they_say_it() -> None:
    cues = Cues((0.0, 2.31, 5.0, 9.97, 13.4), (0.0, 250.0, 250.0, 1000.0, 2000.0), 13.4)
    with tempconfig({"frame_rate": 15}):
        kept = Kept()
        replay = Replay(kept, Numbers(), cues=cues)
        assert replay.run_time == 201 / 15
        for part in replay.parts(201, most=60):
            first, last, _ = part.span
            for frame in range(first, last):
                part.interpolate((frame - first) / (last - first))
    assert len(kept.shown) == 201
    for time, playhead in zip(cues.times, cues.playheads):
        assert kept.shown[min(int(time * 15), 200)] == playhead
    assert (np.diff(kept.shown) >= 0).all()
