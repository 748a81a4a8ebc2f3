import os
from pathlib import Path

import pytest
from hypothesis import settings

from engine import FIVE_SPIRALS, Recipe, Run, record

settings.register_profile("unspiral", deadline=None, database=None, derandomize=True)  # a slow machine is no failure
settings.load_profile("unspiral")

SMALL = Recipe(
    parameters={"points": 60}, hidden=(12,), scale=(1.0, 0.1, 1.0), warm_up=10, epochs=30, upright=20, seed=3
)
"""A recipe that trains in a moment."""


@pytest.fixture(scope="session", autouse=True)
def runs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this session's runs are kept; its worker processes share it, and record each recipe once."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    os.environ["UNSPIRAL_RUNS"] = str(folder / "runs")
    return folder / "runs"


@pytest.fixture(scope="session")
def five_spirals(runs_folder: Path) -> Run:
    return record(FIVE_SPIRALS)


@pytest.fixture(scope="session")
def small(runs_folder: Path) -> Run:
    return record(SMALL)


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for runs in which nothing is recorded yet."""
    monkeypatch.setenv("UNSPIRAL_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"
