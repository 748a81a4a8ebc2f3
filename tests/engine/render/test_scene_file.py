"""What people type for a scene, and what is meant by it."""

from pathlib import Path

import pytest

from engine import UnspiralError
from engine.progress import Bars
from engine.render.scene_file import SHIPPED, find_scene, shipped_scenes

TWO = "from scenes.parts import FilmScene\nclass First(FilmScene): ...\nclass Second(FilmScene): ...\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "two.py").write_text(TWO)
    return tmp_path


@pytest.mark.parametrize(
    "typed", ["feature_tour", "feature-tour", "FeatureTour", "feature_tour.py", "scenes/feature_tour.py"]
)
def test_a_scene_that_comes_with_unspiral_is_found_from_any_folder(typed: str) -> None:
    assert find_scene(typed) == (SHIPPED / "feature_tour.py", "")


def test_ones_own_file_comes_first_and_a_scene_in_it_can_be_named(folder: Path) -> None:
    (folder / "scenes").mkdir()
    (folder / "scenes" / "warping.py").write_text(TWO)
    assert find_scene("scenes/warping.py") == (Path("scenes/warping.py"), "")
    assert find_scene("two.py:Second") == (Path("two.py"), "Second")
    assert find_scene("two.py:Second").stem == "two-Second" and find_scene("two.py:Second").label == "two.py:Second"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("two.py:Frst", "two.py holds no scene Frst; did you mean First"),
        ("embeding", "did you mean embedding"),
        ("embeding.py", "there is no scene file embeding.py; did you mean embedding"),
        ("talks/embedding.py", "there is no scene file talks/embedding.py"),
        ("__init__", "unknown scene '__init__'"),
        ("bad.py:A", "bad.py is not Python"),
    ],
)
def test_what_is_not_there_is_said_with_what_is_nearest(folder: Path, typed: str, said: str) -> None:
    (folder / "bad.py").write_text("class (")
    with pytest.raises(UnspiralError, match=said.replace("(", r"\(")):
        find_scene(typed)


@pytest.mark.parametrize("clash", ["engine.py", "scenes.py", "engine/__init__.py", "scenes/__init__.py"])
def test_what_would_hide_a_part_of_unspiral_is_named(folder: Path, clash: str) -> None:
    (folder / clash).parent.mkdir(exist_ok=True)
    (folder / clash).touch()
    with pytest.raises(
        UnspiralError, match=r"(engine|scenes)(\.py)? hides the part of Unspiral that is called"
    ) as caught:
        find_scene("two.py")
    assert "\n" not in str(caught.value)


def test_every_scene_that_comes_with_unspiral_says_in_a_line_what_it_shows() -> None:
    assert set(shipped_scenes()) >= {"embedding", "warping", "unfolding", "class_vectors"}
    assert all(shipped_scenes().values())


def test_in_a_pipe_progress_is_a_line_now_and_then_and_quiet_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = iter([0.0, 0.0, 2.0, 4.0, 5.0, 20.0, 30.0] * 2)
    monkeypatch.setattr("time.monotonic", lambda: next(now))
    for quiet in ("", "1"):
        monkeypatch.setenv("UNSPIRAL_QUIET", quiet)
        with Bars() as bars:
            for done in (0, 10, 20, 25, 50, 100):
                bars.show("a", "my.py", done, 100, "frames")
        said = capsys.readouterr().err
        assert said == ("" if quiet else "my.py: 20 of 100 frames, 16 s left\nmy.py: 50 of 100 frames, 20 s left\n")
