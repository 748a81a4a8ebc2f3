"""What the README shows works as it stands there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SCENES = [code for language, code in BLOCKS if language == "python" and "FilmScene" in code]
PROGRAMS = [code for language, code in BLOCKS if language == "python" and "FilmScene" not in code]
LINES = [
    line.removeprefix(". ./setup.sh && ")
    for language, code in BLOCKS
    if language == "sh"
    for line in code.splitlines()
    if line and not line.startswith("#")
]
SMALL = {name: ["-ql", "--fps", "2"] for name in ("render", "film")}
SMALL |= {name: ["--size", "low", "--fps", "2"] for name in ("deliver", "deck")}


def run(command: list[str | Path], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stdout}\n{done.stderr}"


def titled(code: str) -> str:
    return code.split("\n", 1)[0].strip('"')


@pytest.mark.parametrize("code", SCENES, ids=titled)
def test_a_scene_in_the_readme_renders(code, tmp_path):
    (tmp_path / "my scene.py").write_text(code, encoding="utf-8")
    run([sys.executable, "-m", "manim", "render", "-ql", "my scene.py"], tmp_path)
    assert len(list(tmp_path.glob("media/videos/*/480p15/*.mp4"))) == 1


@pytest.mark.parametrize("code", PROGRAMS, ids=titled)
def test_a_program_in_the_readme_runs(code, tmp_path):
    (tmp_path / "program.py").write_text(code, encoding="utf-8")
    run([sys.executable, "program.py"], tmp_path)


@pytest.mark.timeout(900)  # many clips, on machines that may be busy
def test_the_readmes_commands_run_in_the_order_shown(tmp_path):
    """In a folder that holds the scenes and fonts; renders at low quality, the test command left out: this is it."""
    for name in ("scenes", "assets", "manim.cfg"):
        os.symlink(ROOT / name, tmp_path / name)
    (tmp_path / "labels.txt").write_text("0.0\t0.0\t0\n2.0\t2.0\t250\n4.0\t4.0\t2000\n")
    programs = Path(sys.executable).parent
    for line in LINES:
        program, *arguments = shlex.split(line)
        if program == "pytest":
            continue
        arguments += SMALL.get(arguments[0], [])
        run([programs / program, *arguments], tmp_path)


def test_every_picture_and_file_the_readme_names_exists():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target
