"""Opening somebody's run in somebody's folder runs nothing that lies there."""

from pathlib import Path

import pytest

from tests.attacks.attacking import command, saved

NAMES = (
    "manim",
    "av",
    "numpy",
    "rich",
    "cairo",
    "engine",
    "click",
    "sitecustomize",
    "usercustomize",
    "multiprocessing",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run, and beside it modules under names that are imported while it is shown; each leaves a mark if it is run."""
    saved(tmp_path)
    trap = f"open({str(tmp_path / 'ran')!r}, 'a').write(__name__ + ' ')\nraise SystemExit('a trap was run')\n"
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text(trap)
    parts = tmp_path / "scenes" / "parts"
    parts.mkdir(parents=True)
    for place in (tmp_path / "scenes" / "__init__.py", parts / "__init__.py", parts / "sheet.py"):
        place.write_text(trap)
    (tmp_path / "manim.cfg").write_text(f"[CLI]\nmedia_dir = {tmp_path / 'elsewhere'}\npixel_width = 100\n")
    return tmp_path


def test_playing_a_run_executes_nothing_of_its_folder_and_takes_no_settings_from_it(folder: Path) -> None:
    flags = ("--seconds", ".5", "-r", "64,64", "--fps", "4")
    done = command("film", "run.safetensors", *flags, cwd=folder)
    assert not (folder / "ran").exists(), (folder / "ran").read_text()
    assert done.returncode == 0, done.stderr
    assert list((folder / "media").rglob("run.mp4")) and not (folder / "elsewhere").exists()
    assert "manim.cfg" in done.stderr  # that it is left out is said


def test_a_contact_sheet_executes_nothing_of_the_runs_folder(folder: Path) -> None:
    done = command("show", "run.safetensors", "--sheet", "sheet.png", cwd=folder)
    assert not (folder / "ran").exists(), (folder / "ran").read_text()
    assert done.returncode == 0 and (folder / "sheet.png").is_file(), done.stderr
