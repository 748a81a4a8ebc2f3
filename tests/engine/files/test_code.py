"""A digest of code changes with what the code computes, and with nothing else."""

import sys
from pathlib import Path

import pytest

from engine.files.code import code_digest

DATA = '''"""Data."""
from somebodys.deep import SCALE as S
SIZE = 4
def made(n):
    """Made."""
    return n * S + SIZE
def other():
    return 1
'''
MAIN = '''"""Trains."""
from somebodys.data import made
from somebodys.keep import Keeper
def train():
    return made(3)
'''
FILES = {
    "__init__": "",
    "main": MAIN,
    "data": DATA,
    "deep": "SCALE = 2\nUNUSED = 7\n",
    "keep": "class Keeper:\n    pass\n",
}


@pytest.mark.parametrize(
    ("file", "old", "new", "differs"),
    [
        ("main", "made(3)", "made(4)", True),  # the module itself
        ("data", "n * S", "n + S", True),  # what it calls
        ("data", "SIZE = 4", "SIZE = 5", True),  # a constant that this reads
        ("deep", "SCALE = 2", "SCALE = 3", True),  # two modules away, under another name
        ("data", "return 1", "return 2", False),  # a neighbour that nobody asked for
        ("deep", "UNUSED = 7", "UNUSED = 8", False),
        ("keep", "pass", "x = 1", False),  # left out
        ("data", "Made.", "Said otherwise.", False),
        ("main", "    return", "    # a comment\n\n    return", False),
    ],
)
def test_a_digest_changes_with_what_is_used_and_with_nothing_else(
    file, old, new, differs, tmp_path, monkeypatch
) -> None:
    digests = []
    for number, change in enumerate((False, True)):
        folder = tmp_path / str(number) / "somebodys"
        folder.mkdir(parents=True)
        for name, text in FILES.items():
            assert not change or name != file or old in text
            (folder / f"{name}.py").write_text(text.replace(old, new) if change and name == file else text)
        monkeypatch.syspath_prepend(folder.parent)
        digests.append(code_digest("somebodys.main", without=("somebodys.keep",)))
    assert (digests[0] != digests[1]) is differs
    assert "somebodys" not in sys.modules


def test_an_examples_run_is_trained_again_when_its_code_changes(empty_cache: Path, monkeypatch) -> None:
    import engine.trainings.regression as training
    from engine.files import code
    from engine.library import example_at, example_run

    times: list[Path] = []

    def train(path: Path) -> None:
        times.append(path)
        original(path, epochs=10, seeds=1, width=3)

    original = training.train
    monkeypatch.setattr(training, "train", train)
    for _ in range(2):
        example_run("regression")
    assert times == [example_at("regression")]
    parsed = code._parsed
    monkeypatch.setattr(code, "_parsed", lambda text: parsed(text.replace("lr=5e-3", "lr=6e-3")))
    example_run("regression")
    assert times[1:] == [example_at("regression")] != times[:1] and times[0].exists()
