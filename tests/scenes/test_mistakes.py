"""A mistake in a scene's recipe is answered in one line, wherever in the file it stands."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine import UnspiralError
from scenes.parts.stage.worker import reason

TOP = """
from engine import Recipe, record, training
from scenes.parts import FilmScene
{top}
class Mistaken(FilmScene):
    def construct(self):
        training(record({inside}))
"""


@pytest.mark.parametrize(
    ("top", "inside"),
    [("MINE = Recipe(hidden=(0,))", "MINE"), ("", "Recipe(hidden=(0,))")],
    ids=["at the top of the file", "in construct"],
)
def test_a_mistaken_recipe_is_one_line_and_exit_code_2(tmp_path, top, inside):
    (tmp_path / "mistaken.py").write_text(TOP.format(top=top, inside=inside))
    command = [sys.executable, "-m", "manim", "render", "-ql", "mistaken.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.strip().endswith("hidden is 0; it must be 1 or more")
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "error, said",
    [
        (UnspiralError("no font has it"), "no font has it"),
        (SyntaxError("source code string cannot contain null bytes"), "SyntaxError: source code string cannot contain"),
        (SyntaxError("expected ':'", ("mine.py", 4, 1, "")), "SyntaxError, line 4: expected ':'"),
        (SyntaxError("expected ':'", ("/there/other.py", 4, 1, "")), "SyntaxError, line 4 of other.py: expected ':'"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        (KeyError(), "KeyError: no reason given"),
        (SystemExit(1), "exit(): it ends the program"),
    ],
)
def test_a_failure_is_said_by_its_own_reason(error, said):
    assert reason(error, Path("mine.py")).startswith(said)
