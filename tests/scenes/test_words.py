"""What a scene says, by whom it is said and when: notes, captions, and why a scene cannot be rendered."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import srt
from manim import RIGHT, Dot, tempconfig

from engine.deliver.captions import Line, as_srt, as_vtt, beats, comments, disjoint
from engine.deliver.clip import Clip, read_clip
from engine.deliver.rendering import Rendering
from engine.errors import UnspiralError
from engine.render.farm import jobs_for
from engine.render.job import Failed, Made
from scenes.parts import FilmScene
from scenes.parts.stage.worker import finish
from tests.scenes.numbers import rendered

TINY = ["--resolution", "32,24", "--fps", "10", "--progress_bar", "none"]


class Talking(FilmScene):
    """A scene that says things in every way."""

    def construct(self) -> None:
        dot = Dot()
        self.add(dot)
        for name in ("pause", "pause"):
            self.next_section(name)
            self.wait(0.5)
        self.next_section("pause")  # points rest  # type: ignore
        self.wait(0.5)
        self.next_section(
            "motion",
        )  # they move: all of them
        self.play(dot.animate.shift(RIGHT), run_time=0.5)
        self.next_section("both")
        self.narrate("Narrated.")
        self.play(dot.animate.shift(RIGHT), run_time=0.5, subcaption="Captioned.")
        self.add_subcaption("Far too long.", duration=100)
        self.wait(0.5)
        self.narrate("The end.")
        self.wait(0.5)


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    folder = tmp_path_factory.mktemp("talking")
    plan = rendered(Talking, folder, 10, save_sections=True).output_plan
    return read_clip(plan.section_index, Path(__file__), plan.primary_artifact)


def test_each_section_speaks_for_itself_whatever_the_others_are_called(talking: Clip) -> None:
    assert [(section.name, section.notes) for section in talking.sections] == [
        ("pause", ""),
        ("pause", ""),
        ("pause", "Points rest."),
        ("motion", "They move: all of them."),
        ("both", "Narrated.\nCaptioned.\nFar too long.\nThe end."),
    ]


def test_captions_follow_each_other_and_end_with_the_clip(talking: Clip) -> None:
    assert list(talking.words) == [
        (1, 1.5, "Points rest."),
        (1.5, 2, "They move: all of them."),
        (2, 2.5, "Narrated.\nCaptioned."),
        (2.5, 3, "Narrated.\nFar too long."),
        (3, 3.5, "Far too long.\nThe end."),
    ]
    assert talking.duration == 3.5
    written = list(srt.parse(talking.video.with_suffix(".srt").read_text(encoding="utf-8")))
    assert [entry.end.total_seconds() for entry in written] == [2.5, 3, 3.5]


def test_captions_of_an_earlier_rendering_do_not_stay(talking: Clip, tmp_path: Path) -> None:
    class Talking(FilmScene):
        def construct(self) -> None:
            self.wait(0.3)

    captions = talking.video.with_suffix(".srt")
    again = tmp_path / "videos" / captions.name
    again.parent.mkdir()
    again.write_text(captions.read_text(encoding="utf-8"), encoding="utf-8")
    rendered(Talking, tmp_path, 10, video_dir=str(again.parent))
    assert not again.exists()


@pytest.mark.parametrize(
    "lines, end, apart",
    [
        ([(0, 2, "a"), (1, 3, "b")], 4, [(0, 1, "a"), (1, 2, "a\nb"), (2, 3, "b")]),
        ([(0, 9, "a"), (1, 1, "b"), (2, 3, " ")], 4, [(0, 4, "a")]),
        ([(-1, 1, "a"), (1, 2, "a"), (5, 6, "b")], 4, [(0, 1, "a"), (1, 2, "a")]),
        ([(1, 2, "a"), (1, 2, "a")], 4, [(1, 2, "a")]),
    ],
)
def test_captions_are_disjoint(lines: list[Any], end: float, apart: list[Any]) -> None:
    made = disjoint([Line(*line) for line in lines], end)
    assert made == apart
    assert all(one.end <= other.start for one, other in zip(made, made[1:]))


SAID = {
    "# it unwinds": "It unwinds.",
    "# it unwinds  # noqa: E501": "It unwinds.",
    "# noqa: E501  # it unwinds": "It unwinds.",
    "# 中文。": "中文。",
    **dict.fromkeys(
        ["# noqa", "#noqa:F401,E501", "# type: ignore[attr-defined]", "# pylint: disable=line-too-long", "# fmt: skip"],
        "",
    ),
    **dict.fromkeys(["# pragma: no cover", "# pyright: ignore", "# ruff: noqa", "# TODO: rename", "# nosec B101"], ""),
}


@pytest.mark.parametrize("comment", SAID)
def test_comments_for_tools_are_not_said(comment: str) -> None:
    assert comments(f"x = '# no comment'\ny = 1  {comment}\n").get(2, "") == SAID[comment]


def test_a_beat_belongs_to_one_call() -> None:
    source = (
        "s.next_section('a')  # one\ns.next_section('b')  # two\ns.next_section('a')  # three\nother('c')  # four\n"
    )
    assert beats(source) == {"b": "Two."}


def test_captions_hold_any_text() -> None:
    words = [Line(0, 1.2345, "a\n\n<b> & ｃ"), Line(1.2345, 3600, "שלום")]
    assert [entry.content for entry in srt.parse(as_srt(words))] == ["a\n<b> & ｃ", "שלום"]
    assert as_vtt(words).split("\n\n")[1:] == [
        "00:00:00.000 --> 00:00:01.234\na\n&lt;b&gt; &amp; ｃ",
        "00:00:01.234 --> 01:00:00.000\nשלום\n",
    ]


# why a scene cannot be rendered

SCENE = "from manim import Dot\nfrom scenes.parts import FilmScene\n\nclass {0}(FilmScene):\n    def construct(self):\n"
SCENE += "        self.next_section('grün')  # schön\n        self.add(Dot())\n        self.wait(0.2)\n"
WRONG = {
    "two": (SCENE.format("A") + "class B(A): pass\n", "it holds 2 scenes: A, B; name one: two.py:A"),
    "none": ("x = 1\n", "it holds no scene"),
    "syntax": ("x = (1\n", "SyntaxError, line 1: '(' was never closed"),
    "indent": (SCENE.format("A") + "  x\n", "IndentationError, line 9"),
    "import": ("import no_such_module\n", "ModuleNotFoundError, line 1: No module named 'no_such_module'"),
    "division": (SCENE.format("A") + "        1 / 0\n", "ZeroDivisionError, line 9: division by zero"),
    "sound": (SCENE.format("A") + "        self.add_sound('a.wav')\n", "there is no sound file a.wav"),
    "exit": (SCENE.format("A") + "        raise SystemExit(3)\n", "exit(), line 9: it ends the program"),
    "latex": (SCENE.format("A") + "        open('dvisvgm')\n", "no dvisvgm, line 9: this needs LaTeX"),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_reason_given_is_the_true_one(name: str, tmp_path: Path) -> None:
    source, reason = WRONG[name]
    (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    answer = finish(*jobs_for([tmp_path / f"{name}.py"], [*TINY, "--media_dir", str(tmp_path / "media")]))
    assert isinstance(answer, Failed)
    assert reason in answer.reason and len(answer.reason) < 300 and "\n" not in answer.reason


@pytest.mark.parametrize(
    "settings, reason",
    [
        ("renderer = opengl", "drawn by cairo here: leave --renderer out"),
        ("dry_run = True", "a dry run writes nothing"),
    ],
)
def test_a_setting_that_lets_nothing_be_made_is_the_reason_given(settings: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SCENE.format("A"), encoding="utf-8")
    (tmp_path / "manim.cfg").write_text(f"[CLI]\n{settings}\n", encoding="utf-8")
    (job,) = jobs_for([tmp_path / "a.py"], [*TINY, "--media_dir", str(tmp_path / "media")])
    answer = finish(replace(job, folder=str(tmp_path)))
    assert isinstance(answer, Failed) and reason in answer.reason


@pytest.mark.parametrize(
    "head, encoding",
    [("", "utf-8-sig"), ("# coding: latin-1\n", "latin-1"), ("# vim: set fileencoding=cp1252 :\n", "cp1252")],
)
def test_a_scene_file_is_read_as_python_reads_it(head: str, encoding: str, tmp_path: Path) -> None:
    scene = tmp_path / "week1.2 Übung.py"
    scene.write_bytes((head + '"""Schöne Grüße."""\n' + SCENE.format("Greeting")).encode(encoding))
    made = finish(*jobs_for([scene], [*TINY, "--media_dir", str(tmp_path / "media"), "--save_sections"]))
    assert isinstance(made, Made)
    clip = read_clip(Path(made.sections), scene, Path(made.path))
    assert clip.title == "Schöne Grüße." and [s.name for s in clip.sections] == ["grün"]
    assert clip.words == ((0, 0.2, "Schön."),)


def test_sections_of_dotted_and_long_names_have_files_of_their_own(tmp_path: Path) -> None:
    listed = {}
    for name in ("run-lr0.01", "run-lr0.001"):

        class Long(FilmScene):
            def construct(self) -> None:
                for title in ("ä" * 300, "ä" * 300 + "!", "a/../b"):
                    self.next_section(title)
                    self.wait(0.1)

        plan = rendered(Long, tmp_path, 10, save_sections=True, output_file=name).output_plan
        listed[name] = [
            plan.primary_artifact.name,
            *(e["video"] for e in json.loads(plan.section_index.read_text("utf-8"))),
        ]
        assert all((plan.sections_dir / video).is_file() for video in listed[name][1:])
    assert len({file for files in listed.values() for file in files}) == 8


def test_a_clip_is_found_wherever_the_settings_put_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "manim.cfg").write_text("[CLI]\nvideo_dir = {media_dir}/elsewhere\n")
    (tmp_path / "one.py").write_text(SCENE.format("One"), encoding="utf-8")
    clip = Rendering(32, 24, 10, media=tmp_path / "media").render(tmp_path / "one.py")
    assert clip.video == tmp_path / "media/elsewhere/One.mp4" and clip.frames == 2
    (tmp_path / "one.py").write_text("import os\nos.kill(os.getpid(), 9)\n")
    with pytest.raises(UnspiralError, match="its process died again and again"):
        Rendering(32, 24, 10, media=tmp_path / "media").render(tmp_path / "one.py")


def test_a_notebook_scene_has_no_source_and_no_beats() -> None:
    space: dict[str, Any] = {}
    exec(compile(SCENE.format("Typed"), "<typed>", "exec"), space)
    with tempconfig({"dry_run": True}):
        space["Typed"]().next_section("a")
