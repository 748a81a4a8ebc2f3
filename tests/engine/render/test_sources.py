"""What a frame depends on is found by following imports: no more, and no less."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from engine.render import module_text
from engine.render import sources as module
from engine.render.module_text import Kept
from engine.render.sources import behind, sources

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project, to be changed."""
    for folder in ("engine", "scenes", "assets/fonts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for one in (module, module_text):
        monkeypatch.setattr(one, "PROJECT", tmp_path)
        monkeypatch.setattr(one, "KEPT", Kept(tmp_path / "cache" / "modules.json"))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("UNSPIRAL_THEME", raising=False)
    return tmp_path


def changes(project: Path, scene: str) -> Callable[[str], bool]:
    """Whether frames of a scene depend on a file."""
    before = sources(project / scene).digest

    def changed(file: str) -> bool:
        path = project / file
        kept = path.read_bytes()
        path.write_bytes(kept + b"\n")
        try:
            return sources(project / scene).digest != before
        finally:
            path.write_bytes(kept)

    return changed


def test_a_frame_depends_on_what_computes_and_paints_it_and_on_nothing_else(project: Path) -> None:
    embedding, energy = changes(project, "scenes/embedding.py"), changes(project, "scenes/energy.py")
    shared = (
        *("engine/network/layers.py", "engine/network/activations.py", "engine/recipes/named.py", "engine/runs/run.py"),
        *("scenes/parts/paint/kernels.py", "scenes/parts/stage/writer.py", "assets/fonts/SourceSans3-Regular.ttf"),
    )
    assert [file for file in shared if not (embedding(file) and energy(file))] == []
    never = (
        *("engine/cli.py", "engine/commands/train.py", "engine/deliver/deck.py", "engine/render/farm.py"),
        *("engine/trainings/loop.py", "engine/recorder/recorder.py", "engine/render/launch.py", "scenes/scores.py"),
    )
    assert [file for file in never if embedding(file) or energy(file)] == []
    own = ("engine/films/energy.py", "scenes/parts/pictures/energy.py", "engine/network/levels.py", "scenes/energy.py")
    assert [file for file in own if embedding(file) or not energy(file)] == []


def test_every_scene_reaches_its_own_film_and_picture_and_no_command() -> None:
    for scene in sorted((ROOT / "scenes").glob("*.py")):
        reached = {str(path.relative_to(ROOT)) for path in sources(scene).modules}
        assert f"scenes/{scene.name}" in reached
        assert not [
            path for path in reached if path.startswith(("engine/commands/", "engine/trainings/l", "engine/cli"))
        ]
        for twin in (f"engine/films/{scene.name}", f"scenes/parts/pictures/{scene.name}"):
            assert not (ROOT / twin).exists() or twin in reached or scene.stem == "__init__" or scene.stem == "replay"


def test_a_new_subfolder_is_never_forgotten(project: Path) -> None:
    folder = project / "engine" / "films" / "new" / "deep"
    folder.mkdir(parents=True)
    (folder / "made.py").write_text("VALUE = 1\n")
    film = project / "engine" / "films" / "energy.py"
    film.write_text("from engine.films.new.deep.made import VALUE\n" + film.read_text())
    assert folder / "made.py" in sources(project / "scenes" / "energy.py").modules


MINE = """
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from engine import training
from helpers.shapes import star
from plain import colour as paint
if TYPE_CHECKING:
    import only_for_checkers

TABLE = Path(__file__).parent / "data" / "points.csv"
WORDS = Path("words.txt").read_text() if Path("words.txt").exists() else ""
later = lambda: importlib.import_module("by_name")

def construct():
    from lazily import value
    try:
        import optional_thing
    except ImportError:
        optional_thing = None
    return np.loadtxt("beside.txt"), star, paint, value
"""


def test_a_persons_own_modules_and_the_files_they_read_are_followed(tmp_path: Path, monkeypatch) -> None:
    for name, text in {
        "mine.py": MINE,
        "helpers/__init__.py": "",
        "helpers/shapes.py": "from . import corners\nfrom .sides import side\nstar = 5\n",
        "helpers/corners.py": "",
        "helpers/sides.py": "side = 1\n",
        "helpers/unused.py": "",
        "plain.py": "colour = 1\n",
        "lazily.py": "import coloraide\nvalue = 1\n",
        "by_name.py": "",
        "only_for_checkers.py": "",
        "unused.py": "",
        "data/points.csv": "1,2\n",
        "beside.txt": "1\n",
        "words.txt": "a\n",
        "other.txt": "1\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    found = sources(tmp_path / "mine.py")
    own = {str(path.relative_to(tmp_path)) for path in found.modules if path.is_relative_to(tmp_path)}
    assert own == {
        *("mine.py", "plain.py", "lazily.py", "by_name.py"),
        *("helpers/__init__.py", "helpers/shapes.py", "helpers/corners.py", "helpers/sides.py"),
    }
    read = {str(path.relative_to(tmp_path)) for path in found.files if path.is_relative_to(tmp_path)}
    assert read == {"data/points.csv", "beside.txt", "words.txt"}
    assert {"numpy", "coloraide"} <= found.packages.keys() and "torch" not in found.packages
    assert {"numpy", "coloraide", "scipy"} <= found.versions().keys()
    before = found.digest
    (tmp_path / "data" / "points.csv").write_text("1,3\n")
    changed = sources(tmp_path / "mine.py").digest
    assert changed != before
    monkeypatch.setenv("UNSPIRAL_THEME", str(tmp_path / "theme.toml"))
    (tmp_path / "theme.toml").write_text('ground = "#000000"\n')
    assert sources(tmp_path / "mine.py").digest != changed


def test_a_class_without_a_file_depends_on_all_that_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "of_a_cell", ModuleType("of_a_cell"))
    cell = type("Cell", (), {"__module__": "of_a_cell"})
    reached = behind(cell).modules
    assert Path(module.__file__) in reached and ROOT / "engine" / "errors.py" in reached


def test_who_copies_the_project_elsewhere_has_the_same_digest(project: Path) -> None:
    here = sources(ROOT / "scenes" / "energy.py")
    there = sources(project / "scenes" / "energy.py")
    assert len(here.modules) == len(there.modules)
    assert sorted(path.name for path in here.modules) == sorted(path.name for path in there.modules)
