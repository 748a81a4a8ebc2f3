import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from engine import FIVE_SPIRALS, Recipe, Run, record

settings.register_profile("unspiral", deadline=None, database=None, derandomize=True)  # a slow machine is no failure
settings.load_profile("unspiral")

os.environ.setdefault("OMP_NUM_THREADS", "1")  # there is a test process to a core: a second thread only waits
os.environ["UNSPIRAL_ENCODER"] = "software"  # what is compared is the same on every machine
os.environ["UNSPIRAL_QUIET"] = "1"  # on a busy machine everything takes long enough to be reported

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


@pytest.fixture
def files_end_at() -> Callable[[int], AbstractContextManager[None]]:
    """`with files_end_at(2000):` no file grows beyond 2,000 bytes: a write stops in its middle, as on a full disk."""
    resource = pytest.importorskip("resource", reason="limits the size of files, which Windows cannot")

    @contextmanager
    def limited(count: int) -> Iterator[None]:
        limits, kept = resource.getrlimit(resource.RLIMIT_FSIZE), sys.dont_write_bytecode
        sys.dont_write_bytecode = True  # what is imported meanwhile would stay behind cut short, for good
        resource.setrlimit(resource.RLIMIT_FSIZE, (count, limits[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            sys.dont_write_bytecode = kept

    return limited


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that were skipped, and why: the reasons say what to install."""
    reasons: dict[str, list[str]] = {}
    for report in terminalreporter.stats.get("skipped", []):
        said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons.setdefault(said.removeprefix("Skipped: "), []).append(report.nodeid.rsplit("/", 1)[-1])
    for reason, tests in reasons.items():
        terminalreporter.write_line(f"not run: {', '.join(tests)}: {reason}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest: at the end, one process would be at it alone."""
    items.sort(key=lambda item: "test_readme" not in item.nodeid)
