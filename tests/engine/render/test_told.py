from pathlib import Path

import pytest

from engine import progress
from engine.render.farm import Underway, _progress
from engine.render.job import Job, Made, Plan, Segment
from engine.render.progress import _together
from engine.render.told import TOLD, Standing, asked, heard, telling
from scenes.parts.stage.worker import plan, segments

SCENE = """
from manim import LEFT, Scene, Square
from engine.progress import bar
from scenes.parts import FilmScene

class Mine({base}):
    def construct(self):
        with bar("training", 20, "epochs") as done:
            done(7)
        self.play(Square().animate.shift(LEFT), run_time=1)
        self.play(Square().animate.shift(LEFT), run_time=2)
"""


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "mine.py").write_text(SCENE.format(base="FilmScene"))
    flags = ("--resolution", "64,36", "--fps", "10", "--media_dir", str(tmp_path / "media"))
    return Job(str(tmp_path / "mine.py"), flags, str(tmp_path), ())


def test_processes_that_draw_say_what_is_trained_and_which_frames_are_drawn(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.render.told.EVERY", 0)
    said: list[Standing] = []
    with asked([job], far=False) as (told,):
        monkeypatch.setattr("engine.render.told.Teller.end", lambda teller: said.extend(heard(told)))
        planned = plan(told)
        assert said == [Standing("training", 7, 20, "epochs")]
        segments(told, (1,))
        first, second = planned.segments
        assert Standing(segment=second.path, frames=20) in said[1:]
        clip = Underway(told, planned)
        assert (first.frames, second.frames) == (10, 20)
        assert _progress(clip, [Standing(segment=first.path, frames=4)]) == (24, 30)  # the second is whole
        assert _progress(clip, [Standing(segment=second.path, frames=4)]) == (20, 30)
    assert not Path(dict(told.environment)[TOLD]).exists()


def test_a_scene_that_is_none_of_ours_says_how_many_frames_it_has_drawn(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scenes.parts.stage.worker import finish

    Path(job.file).write_text(SCENE.format(base="Scene"))
    monkeypatch.setattr("engine.render.told.EVERY", 0)
    said: list[Standing] = []
    with asked([job], far=False) as (told,):
        monkeypatch.setattr("engine.render.told.Teller.end", lambda teller: said.extend(heard(told)))
        assert Path(finish(told).path).exists()
    assert said == [Standing("drawing", 30, 0, "frames")]


def test_where_nobody_asked_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOLD, raising=False)
    with telling() as teller:
        assert teller is None
        assert not progress.LISTENERS


def test_a_folder_that_is_gone_disturbs_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOLD, str(tmp_path / "gone"))
    with telling() as teller:
        assert teller is not None
        teller.drawn("a.mp4", 3)
    assert heard(Job("", (), "", ((TOLD, str(tmp_path / "gone")),))) == []
    assert _progress(Underway(Job("", (), "", ()), Plan((Segment(0, "a.mp4", 9),)))) == (0, 9)


def test_of_several_clips_all_frames_are_counted_together_as_soon_as_every_clip_s_are_known() -> None:
    clips = [Underway(Job(f"{name}.py", (), "/", ())) for name in "abcd"]
    before: dict[int, int] = {}
    clips[0].progress, clips[3].error = (40, 100), "it has none"
    assert _together(clips, before) == ("0 of 4 clips", 0, 0)
    clips[1].progress, clips[1].made, clips[2].plan = (
        (50, 50),
        Made("b.mp4"),
        Plan(),
    )  # one is cached, one cannot be cut
    assert _together(clips, before) == ("1 of 4 clips", 0, 60)
    clips[0].progress = 70, 100
    assert _together(clips, before) == ("1 of 4 clips", 30, 60)
