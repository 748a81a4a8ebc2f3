"""Which scene is meant: a file, one of several in it, or one that comes with Unspiral."""

import ast
from pathlib import Path
from typing import NamedTuple

from engine.errors import UnspiralError, nearest, unknown
from engine.render.sources import PROJECT

SHIPPED = PROJECT / "scenes"
"""Where the scenes that come with Unspiral lie, installed or cloned."""


class SceneFile(NamedTuple):
    """A scene's file, and the scene's name where that was given."""

    path: Path
    scene: str = ""

    @property
    def label(self) -> str:
        """How messages call it: my.py, or my.py:Second."""
        return f"{self.path.name}:{self.scene}" if self.scene else self.path.name

    @property
    def stem(self) -> str:
        """How files made of it are called."""
        return f"{self.path.stem}-{self.scene}" if self.scene else self.path.stem


def find_scene(given: "str | Path | SceneFile") -> SceneFile:
    """The scene meant by a file (my.py), a scene in it (my.py:Second), or a bare name (embedding, scenes/embedding.py).

    A file that is there comes before a scene that comes with Unspiral. UnspiralError names what is nearest, the scenes
    that a file holds, or what in its folder would hide parts of Unspiral.
    """
    if isinstance(given, SceneFile):
        return given
    text, scene = str(given), ""
    if not Path(text).exists() and ".py:" in text:
        text, _, scene = text.rpartition(":")
    path = _found(Path(text))
    if scene:
        there = _classes(path)
        if scene not in there:
            raise UnspiralError(f"{path} holds no scene {scene}; {nearest(scene, there)}")
    _refuse_clashes(path)
    return SceneFile(path, scene)


def shipped_scenes() -> dict[str, str]:
    """Every scene that comes with Unspiral: its name, and what it shows (the first line of its file)."""
    files = sorted(path for path in SHIPPED.glob("*.py") if path.stem != "__init__")
    return {
        path.stem: (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]
        for path in files
    }


def _found(path: Path) -> Path:
    if path.is_file():
        return path
    if path.is_dir() and path.suffix != ".py" and len(path.parts) > 1:
        raise UnspiralError(f"{path} is a folder; name scene files in it, such as {path}/*.py")
    if path.parent in (Path(), Path("scenes")):
        words = "".join(f"_{c.lower()}" if c.isupper() else c for c in path.stem).strip("_").replace("-", "_")
        shipped = SHIPPED / f"{words}.py"
        if shipped.is_file() and words != "__init__":
            return shipped
    if path.suffix == ".py" and path.parent != Path() and path.parent != Path("scenes"):
        raise UnspiralError(f"there is no scene file {path}")
    there = [*sorted(str(file) for file in Path().glob("*.py")), *shipped_scenes()]
    if path.suffix == ".py":
        raise UnspiralError(f"there is no scene file {path}; {nearest(path.stem, there)}")
    raise unknown("scene", str(path), there)


def _classes(path: Path) -> list[str]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError) as error:
        raise UnspiralError(f"{path} is not Python: {str(error).splitlines()[0]}") from None
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef)]


def _refuse_clashes(path: Path) -> None:
    """What lies beside a scene file comes before what is installed: nothing there may be called as parts of ours."""
    folder = path.resolve().parent
    if folder == PROJECT:
        return
    for name in ("engine", "scenes"):
        for clash in (folder / f"{name}.py", folder / name / "__init__.py"):
            if clash.exists():
                what = clash if clash.name != "__init__.py" else clash.parent
                raise UnspiralError(f"{what} hides the part of Unspiral that is called {name}: rename it")
