"""The arrows between the parts: engine never imports manim, torch is loaded only where something is trained."""

import ast
import graphlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

import engine

ROOT = Path(__file__).parents[1]
ENGINE = sorted((ROOT / "engine").rglob("*.py"))
SCENES = sorted((ROOT / "scenes").rglob("*.py"))
SCENE_FILES = [path for path in sorted((ROOT / "scenes").glob("*.py")) if path.name != "__init__.py"]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def trains(path: Path) -> bool:
    """May this module import torch at its top?"""
    return path.parent.name in ("trainings", "recorder") and path.name != "__init__.py"


def imports(tree: ast.AST, *, at_import: bool = False) -> Iterator[str]:
    """Modules that the code imports; `at_import`: only those that importing it loads."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports name their module whole"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif at_import and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        elif at_import and isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for part in node.orelse:
                yield from imports(part, at_import=True)
        else:
            yield from imports(node, at_import=at_import)


def of(module: str, *packages: str) -> bool:
    return module.split(".")[0] in packages


ORDER = (
    ("engine.errors", "engine.lazy", "engine.memory", "engine.numbers", "engine.progress"),
    ("engine.files",),
    ("engine.themes",),
    ("engine.network",),
    ("engine.recipes",),
    ("engine.runs",),
    ("engine.recorder",),
    ("engine.trainings",),
    ("engine.library",),
    ("engine.films",),
    ("engine.render",),
    ("engine.page",),
    ("engine.deliver",),
    ("engine.preview",),
    ("engine.commands",),
    ("engine.cli",),
    ("engine",),
    ("scenes.parts.paint",),
    ("scenes.parts.stage",),
    ("scenes.parts.pictures",),
    ("scenes.parts",),
    ("scenes",),
)
"""What stands on what, the lowest first: a module imports its own folder and what stands below it."""
BY_NAME = {
    "engine.render.pools": {"scenes.parts.stage.worker"},
    "engine.render.launch": {"scenes.parts.pictures.contact_sheet", "scenes.parts.pictures.seen"},
    "engine.preview.worker": {"scenes.parts.stage.preview"},
    "engine.page.look": {"scenes.parts.paint.palette"},
    "engine.page.letters": {"scenes.parts.paint.letters"},
    "engine.page.beats": {"scenes.parts.stage.beats"},
}
"""Upward on purpose, in other processes: the engine starts what draws, and does not import it."""

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in ENGINE + SCENES
}


def rank(module: str) -> int:
    parts = module.split(".")
    names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    if module == "engine":
        return next(k for k, row in enumerate(ORDER) if module in row)
    return next(k for name in names for k, row in enumerate(ORDER) if name in row)


def arrows(module: str) -> set[str]:
    """Modules of ours that this one imports, anywhere in it, or names in a string that stands by itself."""
    tree = tree_of(MODULES[module])
    wanted = set(imports(tree))
    named_ = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    found = {m if m in MODULES else m.rpartition(".")[0] for m in wanted}
    return ((found & set(MODULES)) | (named_ & set(MODULES) - {"engine", "scenes"})) - {module}


def test_every_arrow_points_down_and_none_goes_round_in_a_circle() -> None:
    graph = {module: arrows(module) - BY_NAME.get(module, set()) for module in MODULES}
    up = [(m, to) for m, tos in graph.items() for to in sorted(tos) if rank(to) > rank(m)]
    assert not up, f"upward: {up}"
    graph["engine"] -= {"engine.cli"}
    list(graphlib.TopologicalSorter(graph).static_order())


def test_no_public_name_of_the_engine_is_replaced_by_a_module_of_its_name() -> None:
    below = {path.stem for path in (ROOT / "engine").glob("*.py")} | {p.name for p in (ROOT / "engine").iterdir()}
    assert not below & set(engine.__all__)


def wrong(paths: list[Path], forbidden: Callable[[Path, str], bool], *, at_import: bool = False) -> list[str]:
    """Each import that is forbidden, as "file: module"."""
    found = ((path, m) for path in paths for m in imports(tree_of(path), at_import=at_import))
    return [f"{named(path)}: {m}" for path, m in found if forbidden(path, m)]


def test_engine_imports_neither_manim_nor_scenes() -> None:
    assert not wrong(ENGINE, lambda _, m: of(m, "manim", "scenes", "tests"))


def test_torch_is_imported_only_where_something_is_trained() -> None:
    light = [path for path in ENGINE + SCENES if not trains(path)]
    trained = ("engine.trainings.", "engine.recorder.")
    assert not wrong(light, lambda _, m: of(m, "torch") or m.startswith(trained), at_import=True)


def test_scenes_import_no_tests_and_parts_import_no_scene() -> None:
    assert not wrong(SCENES, lambda _, m: of(m, "tests"))
    parts = [path for path in SCENES if "parts" in path.parts]
    assert not wrong(parts, lambda _, m: of(m, "scenes") and not m.startswith("scenes.parts"))


def test_painters_know_no_manim() -> None:
    assert not wrong(sorted((ROOT / "scenes/parts/paint").glob("*.py")), lambda _, m: of(m, "manim"))


def test_a_scene_file_holds_one_scene_named_after_it() -> None:
    # with two, `manim render FILE` asks which one is meant
    for path in SCENE_FILES:
        classes = [node for node in tree_of(path).body if isinstance(node, ast.ClassDef)]
        scenes = [node.name for node in classes if any(getattr(part, "name", "") == "construct" for part in node.body)]
        assert scenes == ["".join(word.capitalize() for word in path.stem.split("_"))], path


def test_nothing_is_imported_with_a_star() -> None:
    assert not wrong(ENGINE + SCENES, lambda _, m: m.endswith(".*"))


def test_engine_modules_load_neither_torch_nor_manim() -> None:
    light = [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in ENGINE if not trains(p)]
    code = f"""if True:
        import importlib, sys
        for name in {[name.removesuffix(".__init__") for name in light]}:
            importlib.import_module(name)
            loaded = [m for m in ("torch", "manim", "scenes") if m in sys.modules]
            assert not loaded, f"importing {{name}} loads {{loaded}}" """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_engines_public_names_are_exactly_its_exports() -> None:
    assert len(engine.__all__) == len(set(engine.__all__))
    for name in engine.__all__:
        assert getattr(engine, name) is not None
    tree = ast.parse((ROOT / "engine" / "__init__.py").read_text())
    brought = {a.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for a in node.names}
    brought -= {
        "recorder",
        "lazily",
        "TYPE_CHECKING",
        "Any",
        "Path",
        "Sequence",
        "draw_sheet",
        "drawn_by",
        "page",
        "paged_by",
    }
    brought -= {"draw_frames", "frames_drawn_by", "page", "paged_by"}
    assert brought == set(engine.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'trian'"):
        engine.trian  # type: ignore[attr-defined]  # noqa: B018


def test_every_public_name_of_the_engine_is_documented() -> None:
    for name in engine.__all__:
        value = getattr(engine, name)
        assert not callable(value) or (value.__doc__ or "").strip(), name
