"""Sections, words and looks, as scenes say them and clips have them."""

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from manim import ManimColor, Mobject, tempconfig
from sklearn.datasets import load_sample_image

from engine import Run, UnspiralError, training
from engine.deliver.clip import Clip, Section
from engine.deliver.delivery import deliver
from engine.deliver.rendering import Rendering
from engine.deliver.targets import TARGETS, Work
from engine.deliver.video import Encoder, frames
from engine.films.cues import Cues, read_cues
from scenes.parts import FilmScene, Picture, Replay
from scenes.parts.paint.theme import DARK
from scenes.parts.pictures.contact_sheet import painted
from tests.engine.deliver.test_deliver import decoded
from tests.engine.films.test_cues import FILES, PLAYHEADS, TIMES
from tests.scenes import numbers

SCENE = '''"""Grey grows lighter. More could be said."""

from scenes.parts import FilmScene, Replay
from scenes.parts.stage.camera import Painted


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
        ("day", False, 10, 10),
    ]
    dawn, day = (list(frames(section.video)) for section in clip.sections)
    assert np.array_equal(dawn[-1], day[0])
    assert clip.frames == 20 and np.array_equal(list(frames(clip.video)), [*dawn[:-1], *day])
    assert [int(f[0, -1, 0]) for f in dawn] == [*range(0, 101, 10)]
    assert [line.text for line in clip.words] == ["It is dark.", "It is bright.", "It stays bright."]
    assert [(line.start, line.end) for line in clip.words] == [(0, 1), (1, 1.5), (1.5, 2)]


def test_a_clip_that_is_encoded_once_more_has_the_colours_of_each_point_and_key_frames(scene: Path) -> None:
    clip = rendered(scene, fine=True)
    with av.open(clip.sections[0].video) as video:
        assert video.streams.video[0].pix_fmt == "yuv444p" and video.streams.video[0].codec.name == "h264"
    dawn = list(frames(clip.sections[0].video))
    assert np.abs([int(f[0, -1, 0]) - k for f, k in zip(dawn, range(0, 101, 10), strict=True)]).max() <= 2
    assert clip.video.parts[-6:-1] == ("deliver", "fine", "videos", "greys", "72p10")  # segments of their own


def test_a_transparent_clip_has_nothing_where_the_ground_was(scene: Path) -> None:
    first = next(frames(rendered(scene, transparent=True).sections[0].video))
    assert first[0, -1].tolist() == [0, 0, 0, 0] and abs(int(first[0, 0, 3]) - 128) <= 1


@pytest.mark.parametrize("set_to, shown", [("#000000", DARK.ground), ("#123456", "#123456")])
def test_the_ground_is_the_themes_where_no_manim_cfg_says_otherwise(set_to: str, shown: str) -> None:
    with tempconfig({"background_color": set_to}):
        assert FilmScene().camera.background_color.to_hex().lower() == shown


@pytest.mark.parametrize("given", ["#004400", ManimColor("#004400"), 0x004400])
def test_a_scene_sets_its_ground_in_any_way_in_which_manim_takes_a_colour(given: Any) -> None:
    camera = FilmScene().camera
    camera.background_color = given
    assert camera.background[0, 0].tolist() == [0, 68, 0, 255]


def test_a_mistake_in_a_scene_is_one_line(tmp_path: Path) -> None:
    scene = tmp_path / "broken.py"
    scene.write_text(SCENE.replace("100, 200", "'x', 200"))
    with pytest.raises(UnspiralError, match=r"broken\.py: ValueError, line 34: could not convert string") as caught:
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


class Whole:
    """A film whose frame is its playhead, rounded down."""

    first, last = 0.0, 2000.0

    def __call__(self, playhead: float) -> float:
        return math.floor(playhead + 1e-9)


@pytest.mark.parametrize("name", ["labels.txt", "spoken.srt"])
def test_a_movie_along_eight_cues_lasts_73_seconds_and_is_where_each_says(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(FILES[name])
    cues = read_cues(tmp_path / name)

    class Cued(FilmScene):
        def construct(self) -> None:
            number = numbers.Number()
            self.add(number)
            self.play(Replay(number, Whole(), cues=cues))

    shown = numbers.numbers(Path(numbers.rendered(Cued, tmp_path, 15).movie_file_path))
    assert len(shown) == 1101 and abs(len(shown) / 15 - 73.4) <= 1 / 15
    for time, playhead in zip(TIMES[:-1], PLAYHEADS):
        assert shown[int(time * 15 + 1e-6)] == playhead
    assert shown[-1] == 2000 and (np.diff(shown) >= 0).all()


def test_a_rendered_scene_is_delivered_in_sections_that_meet(scene: Path, tmp_path: Path) -> None:
    rendering = Rendering(128, 72, fps=10, media=scene.parent / "media")
    made = {path.name for path in deliver([scene], ["editors", "overlay", "web"], tmp_path, rendering)}
    assert made >= {
        "greys-editors.mov",
        "greys-editors",
        "greys-editors.srt",
        "greys-editors.vtt",
        "greys-editors.otio",
    }
    assert made >= {"greys-overlay.mov", "greys-overlay.otio", "greys-web.mp4", "greys-web.webm"}
    for name, suffix, tag in (("editors", ".mov", "apch"), ("overlay", ".mov", "ap4h"), ("web", ".webm", None)):
        stem = tmp_path / f"greys-{name}"
        stream, whole = decoded(stem.with_suffix(suffix))
        parts = [decoded(stem / f"{part}{suffix}") for part in ("01-dawn", "02-day")]
        assert tag is None or {part.codec_context.codec_tag for part, _ in parts} == {tag} == {
            stream.codec_context.codec_tag
        }
        assert [len(shown) for _, shown in parts] == [11, 10] and len(whole) == 20
        assert np.abs(parts[0][1][-1].astype(int) - parts[1][1][0]).max() <= 2  # drawn once, encoded in two files
        assert all(np.array_equal(a, b) for a, b in zip(whole, (*parts[0][1][:-1], *parts[1][1]), strict=True))
        with av.open(stem.with_suffix(suffix)) as container:
            chapters = [(c["metadata"]["title"], float(c["start"] * c["time_base"])) for c in container.chapters()]
        assert chapters == [("dawn", 0), ("day", pytest.approx(1, abs=0.001))]
    words = (tmp_path / "greys-editors.srt").read_text()
    assert "00:00:01,000 --> 00:00:01,500\nIt is bright.\n" in words and "It is dark." in words
    assert "00:00:01.500 --> 00:00:02.000\nIt stays bright.\n" in (tmp_path / "greys-editors.vtt").read_text()
    track = json.loads((tmp_path / "greys-editors.otio").read_text())["tracks"]["children"][0]
    assert [marker["name"] for marker in track["children"][0]["markers"]] == ["dawn", "day"]


@pytest.mark.parametrize("name, suffix, worst", [("overlay", ".mov", 2), ("web-overlay", ".webm", 12)])
def test_a_transparent_clip_over_a_photograph_has_no_dark_fringes(
    five_spirals: Run, tmp_path: Path, name: str, suffix: str, worst: int
) -> None:
    drawn = painted(Picture(training(five_spirals)(500)), 640, 360, transparent=True)
    path = tmp_path / "drawn.mov"
    Encoder(".mov", "qtrle", "argb").write(path, [drawn] * 3, Fraction(60))
    clip = Clip("Drawn", "Drawn.", path, 640, 360, Fraction(60), (Section("drawn", path, 0, 3, loops=False),))
    TARGETS[name].make(Work(clip, True, True, tmp_path / f"drawn-{name}"))
    straight = decoded(tmp_path / f"drawn-{name}{suffix}")[1][1].astype(float)
    photograph = load_sample_image("china.jpg")[:360, :640].astype(float)
    opacity = straight[..., 3:] / 255
    laid = opacity * straight[..., :3] + (1 - opacity) * photograph
    exact = drawn[..., :3] + (1 - drawn[..., 3:] / 255) * photograph
    edges = (drawn[..., 3] > 0) & (drawn[..., 3] < 255) & (np.abs(drawn[..., 3].astype(int) - 128) > 1)
    darker = ((exact - laid) @ (0.2126, 0.7152, 0.0722))[edges]
    assert edges.mean() > 0.02 and abs(darker.mean()) < 0.5 and np.percentile(darker, 99) <= worst
