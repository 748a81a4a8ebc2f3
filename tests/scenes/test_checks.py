"""What an audience could not read is found in a scene, each fault where it is, and nothing where there is none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from manim import DOWN, LEFT, RIGHT, UP, FadeIn, GrowFromCenter, MathTypst, Paragraph, Text, tempconfig

from engine import Run, training
from engine.films.film import View
from engine.preview.checks import found, looked_at
from scenes.parts import FilmScene, Picture, Replay, label
from scenes.parts.stage.shape import shape_of
from scenes.parts.stage.sighting import sighting
from scenes.parts.stage.timeline import Timeline


def checked(kind: Any, folder: Path) -> list[tuple[str, str]]:
    """Moment and sentence of each finding."""
    small = {"pixel_width": 960, "pixel_height": 540, "frame_rate": 10, "progress_bar": "none"}
    with tempconfig({**small, "disable_caching": True, "media_dir": str(folder)}):
        timeline = Timeline(kind())
        timeline.record()
        shape = shape_of(timeline)
        seen = [sighting(timeline, frame) for frame in looked_at(shape)]
        return [(finding.moment, finding.said) for finding in found(shape, seen)]


FAULTS: dict[str, tuple[Callable[[], Any], str]] = {
    "right": (lambda: label("a long line of words", size=60).to_edge(RIGHT, buff=-1), "cut off at the right edge"),
    "upper": (lambda: Text("over the top", font_size=48).to_edge(UP, buff=-0.3), "cut off at the upper edge"),
    "tiny": (lambda: label("tiny words", size=10), "“tiny words” is 1/"),
    "small": (lambda: Text("two lines,\nboth small", font_size=13.5), "is 1/42.7 of the picture's height"),
    "shrunk": (lambda: Text("shrunk", font_size=24).scale(0.5), "is 1/48 of the picture's height"),
    "paragraph": (lambda: Paragraph("one", "two", font_size=40).to_edge(DOWN, buff=-0.3), "off at the lower edge"),
    "formula": (lambda: MathTypst("x + y", font_size=12), "of the picture's height"),
    "pale": (lambda: label("pale words", size=40, colour="#4a545c"), "“pale words” has a contrast of"),
    "faint": (lambda: Text("faint words").set_opacity(0.25), "“faint words” has a contrast of"),
}


def test_each_planted_fault_is_found_where_it_is_and_nothing_else(tmp_path: Path) -> None:
    class Faults(FilmScene):
        def construct(self) -> None:
            for name, (make, _) in FAULTS.items():
                self.next_section(name)
                self.add(words := make())
                self.wait(0.4)
                self.remove(words)
            self.next_section("on each other")
            self.add(label("the first", size=40), label("the second", size=40).shift(0.3 * RIGHT))
            self.wait(0.4)

    findings = checked(Faults, tmp_path)
    there = [f"section:{name}" for name in (*FAULTS, "on each other")]
    assert [moment.split("+")[0] for moment, _ in findings] == there
    said = [sentence for _, sentence in findings]
    assert all(part in sentence for (_, part), sentence in zip(FAULTS.values(), said))
    assert said[-1] == "“the first” and “the second” lie on each other"


def test_a_scene_that_plays_nothing_is_looked_at_where_it_ends(tmp_path: Path) -> None:
    class Still(FilmScene):
        def construct(self) -> None:
            self.add(label("tiny words", size=10))

    ((moment, said),) = checked(Still, tmp_path)
    assert moment == "0s" and "“tiny words” is 1/" in said


def test_points_outside_the_view_are_found_and_a_zoom_is_none(tmp_path: Path, small: Run) -> None:
    film, narrow = training(small), training(small, view=View(half=0.2))

    class Outside(FilmScene):
        def construct(self) -> None:
            self.next_section("outside")
            self.add(picture := Picture(narrow(0)))
            self.play(Replay(picture, narrow, 0, 30), run_time=0.3)
            self.wait(0.2)

    class Zoomed(Outside):
        def construct(self) -> None:
            super().construct()
            self.clear()
            self.add(Picture(film(30)))
            self.wait(0.2)

    (finding,) = checked(Outside, tmp_path)
    assert finding[0].startswith("section:outside") and "points lie outside the view" in finding[1]
    assert checked(Zoomed, tmp_path) == []


def test_captions_need_their_time_to_be_read_and_said(tmp_path: Path) -> None:
    class Fast(FilmScene):
        def construct(self) -> None:
            self.next_section("slow", says="Five words are said here.")
            self.wait(2)
            self.next_section("fast", says="A caption of so many letters that nobody reads it in a second.")
            self.wait(1)

    said = [(moment, sentence.split("for")[0]) for moment, sentence in checked(Fast, tmp_path)]
    assert said == [
        ("section:fast+0s", "section 'fast' shows its caption "),
        ("section:fast+0s", "section 'fast' has 1 s "),
    ]


@pytest.mark.parametrize("shift", (LEFT, RIGHT))
def test_what_can_be_read_is_no_finding(shift: Any, tmp_path: Path, small: Run) -> None:
    class Well(FilmScene):
        def construct(self) -> None:
            self.add(Picture(training(small)(30)))
            self.play(FadeIn(label("a label", size=32).shift(shift)), run_time=0.4)
            coming = label("from outside", size=30).shift(7 * shift)
            self.play(GrowFromCenter(label("a larger one", size=20).shift(2 * UP)), coming.animate.shift(-4 * shift))
            self.wait(0.4)

    assert checked(Well, tmp_path) == []
