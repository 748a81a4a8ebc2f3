"""What is read at once is short: a scene is a script, a function fits a screen, a file has one reason to exist."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = [path for part in ("engine", "scenes") for path in sorted((ROOT / part).rglob("*.py"))]


def test_no_file_of_the_engine_or_of_scenes_has_more_than_350_lines() -> None:
    assert not [path for path in FILES if len(path.read_text(encoding="utf-8").splitlines()) > 350]


def test_no_scene_has_more_than_40_lines() -> None:
    scenes = [path for path in FILES if path.parent == ROOT / "scenes"]
    assert len(scenes) > 15
    assert not [path for path in scenes if len(path.read_text(encoding="utf-8").splitlines()) > 40]


def test_no_function_has_more_than_60_lines() -> None:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 60, f"{path.name}: {node.name}"
