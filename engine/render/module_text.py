"""What is to be known of a module's text, without running it: what it imports, and which files it names.

Finding it takes as long as drawing thirty frames, so that it is kept in the user's cache, by the text's own digest.
"""

import ast
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from platformdirs import user_cache_path

from engine.files.making import Making

PROJECT = Path(__file__).resolve().parents[2]
_FILE = re.compile(r"[^\n]{1,200}\.\w{1,12}")
MOST = 600
"""Texts that are kept; beyond, those that this process did not ask for are dropped."""


class Asked(NamedTuple):
    """An import: `import name`, or `from name import taken`."""

    name: str
    taken: str = ""
    level: int = 0
    """Of a relative import: how many dots."""
    optional: bool = False
    """Whether the module can do without."""


class Module(NamedTuple):
    """What is to be known of a module's text."""

    imports: tuple[Asked, ...]
    trains: bool
    """Whether importing it imports torch."""
    brought: dict[str, Asked]
    """Where the names come from that it imports at its top."""
    gathers: bool
    """Whether it does nothing but gather names from elsewhere."""
    words: tuple[str, ...]
    """Texts in it that may name files."""
    paths: tuple[Path, ...]
    """Paths in it that are put together of constants."""


def module_at(path: Path) -> Module:
    """What is to be known of the module in this file."""
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


@cache
def _read(path: Path, *_: int) -> Module:
    """A module's text, read; for as long as the file does not change."""
    return KEPT.module(path, path.read_bytes() if path.suffix == ".py" else b"")


class Kept:
    """What was found of texts, on disk: `file` None is the one in the user's cache."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self._known: dict[str, Any] | None = None
        self._asked: set[str] = set()
        self._news = False

    def module(self, path: Path, text: bytes) -> Module:
        """What is to be known of the text of the module at `path`, looked up or found out."""
        places = f"{PROJECT}\0{path}".encode("utf-8", "surrogateescape")
        key = hashlib.sha256(b"\0".join([_finding(), places, text])).hexdigest()
        self._asked.add(key)
        known = self._all()
        try:
            return _unpacked(known[key])
        except (AttributeError, KeyError, TypeError, ValueError):
            found = _found(path, text)
            known[key], self._news = _packed(found), True
            return found

    def save(self) -> None:
        """Keep what was found out since; where nothing can be written, each process finds it out anew."""
        if not self._news:
            return
        known, file = self._all(), self._place()
        if len(known) > MOST:
            known = {key: known[key] for key in self._asked if key in known}
        with suppress(OSError, UnicodeError):
            file.parent.mkdir(parents=True, exist_ok=True)
            making = Making(file)
            try:
                making.path.write_text(json.dumps(known), encoding="utf-8")
                making.finish(lasting=False)
            finally:
                making.abort()
        self._news = False

    def _place(self) -> Path:
        return self.file or user_cache_path("unspiral") / "modules.json"

    def _all(self) -> dict[str, Any]:
        if self._known is None:
            self._known = {}
            with suppress(OSError, ValueError):
                known = json.loads(self._place().read_bytes())
                self._known = known if isinstance(known, dict) else {}
        return self._known


KEPT = Kept()


@cache
def _finding() -> bytes:
    """What is found depends on this code and on Python's grammar."""
    return hashlib.sha256(Path(__file__).read_bytes() + sys.version.encode()).digest()


def _packed(module: Module) -> list[Any]:
    brought = {name: list(asked) for name, asked in module.brought.items()}
    imports, paths = [list(asked) for asked in module.imports], [str(path) for path in module.paths]
    return [imports, module.trains, brought, module.gathers, list(module.words), paths]


def _unpacked(packed: list[Any]) -> Module:
    imports, trains, brought, gathers, words, paths = packed
    names = {name: Asked(*asked) for name, asked in brought.items()}
    return Module(tuple(Asked(*a) for a in imports), trains, names, gathers, tuple(words), tuple(map(Path, paths)))


def _found(path: Path, text: bytes) -> Module:
    try:
        tree = ast.parse(text)
    except SyntaxError:  # Python will say so
        tree = ast.Module([], [])
    trains = any(asked.name.split(".")[0] == "torch" for asked in _imports(tree, at_once=True))
    brought = {
        alias.asname or alias.name: Asked(node.module or "", alias.name, node.level)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    parts = (PROJECT / "engine", PROJECT / "scenes" / "parts")
    ours = path.name == "__init__.py" and any(path.is_relative_to(part) for part in parts)
    words, paths, known = set[str](), set[Path](), dict[str, Path]()
    parts = set[ast.BinOp]()  # of longer paths: seen after them
    imports = list(_imports(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Attribute(attr="import_module") | ast.Name("import_module"), [ast.Constant(str(name))]):
                imports.append(Asked(name))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _FILE.fullmatch(node.value):
            words.add(node.value)
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(name := node.targets[0], ast.Name):
            where = _path(node.value, path, known)
            if where is not None:
                known[name.id] = where
        if isinstance(node, ast.BinOp) and node not in parts and (where := _path(node, path, known)) is not None:
            paths.add(where)
            parts.update(part for part in ast.walk(node.left) if isinstance(part, ast.BinOp))
    return Module(tuple(imports), trains, brought, _gathers(tree, ours), tuple(words), tuple(paths))


def _imports(tree: ast.AST, *, at_once: bool = False) -> Iterator[Asked]:
    """What is imported; `at_once`: only by importing the module itself.

    Not what is imported for type checkers alone, nor for what a notebook shows of a value: that is no frame.
    """
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for node in getattr(tree, part, ()):
            match node:
                case ast.Import(names):
                    yield from (Asked(alias.name) for alias in names)
                case ast.ImportFrom(module, names, level):
                    yield from (Asked(module or "", alias.name, level) for alias in names)
                case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) if at_once or name.startswith("_repr_"):
                    continue
                case ast.If(test, _, otherwise) if _for_type_checkers(test):
                    yield from _imports(ast.Module(otherwise, []), at_once=at_once)
                case ast.Try(handlers=handlers) if any("ImportError" in ast.unparse(h.type or h) for h in handlers):
                    yield from (asked._replace(optional=True) for asked in _imports(node, at_once=at_once))
                case _:
                    yield from _imports(node, at_once=at_once)


def _for_type_checkers(test: ast.expr) -> bool:
    return isinstance(test, ast.Name | ast.Attribute) and ast.unparse(test).endswith("TYPE_CHECKING")


def _gathers(tree: ast.Module, ours: bool) -> bool:
    """Whether a package's own file holds imports and constants alone; in one of ours, no frame depends on the rest."""
    for node in tree.body:
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Expr(ast.Constant()) | ast.Assign() | ast.AnnAssign():
                continue
            case ast.FunctionDef("__getattr__"):
                continue
            case ast.FunctionDef() | ast.Expr() if ours:
                continue
            case ast.If(test) if _for_type_checkers(test):
                continue
        return False
    return True


def _path(node: ast.expr, file: Path, known: dict[str, Path]) -> Path | None:
    """The path that an expression is, if that can be told without running it."""
    match node:
        case ast.Name("__file__"):
            return file
        case ast.Name(name):
            return known.get(name)
        case ast.Call(ast.Name("Path"), [ast.Constant(str(text))]):
            return Path(text)
        case ast.Call(ast.Name("Path"), [inner]):
            return _path(inner, file, known)
        case ast.Call(ast.Attribute(inner, "resolve" | "absolute")):
            return _path(inner, file, known)
        case ast.Attribute(inner, "parent"):
            return None if (path := _path(inner, file, known)) is None else path.parent
        case ast.Subscript(ast.Attribute(inner, "parents"), ast.Constant(int(number))):
            path = _path(inner, file, known)
            return None if path is None or number >= len(path.parents) else path.parents[number]
        case ast.BinOp(left, ast.Div(), ast.Constant(str(text))):
            return None if (path := _path(left, file, known)) is None else path / text
    return None
