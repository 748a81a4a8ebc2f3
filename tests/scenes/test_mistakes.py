"""A mistake in a scene's recipe is answered in one line, wherever in the file it stands."""

import subprocess
import sys

import pytest

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
