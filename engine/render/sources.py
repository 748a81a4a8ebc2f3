"""What frames depend on besides their data, found by following imports from the scene file, without running anything.

The scene's own modules and ours, the files that these name, and the distributions that they import. Not what makes
runs: frames know a run by its content, so that modules of ours which import torch are not followed.
"""

import ast
import hashlib
import importlib.metadata
import inspect
import os
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parents[2]
_FILE = re.compile(r"[^\n]{1,200}\.\w{1,12}")
LARGEST = 64 << 20
"""Bytes of the largest file that is taken for something drawn."""
NOT_READ = ("", ".py", ".md", ".safetensors")
"""Endings of files that no frame reads; runs are known by their own digest."""


class Sources(NamedTuple):
    """What a scene file depends on."""

    modules: tuple[Path, ...]
    """It and every module of its own or of ours that it reaches, sorted."""
    files: tuple[Path, ...]
    """What these name and read: fonts, tables, images."""
    packages: dict[str, bool]
    """Packages that somebody else has written, as they are imported (numpy, PIL …), and which can be done without."""

    @property
    def digest(self) -> str:
        """Of the names and bytes of all modules and files."""
        return digest((*self.modules, *self.files))

    def versions(self) -> dict[str, str]:
        """Versions of the distributions that hold the packages, and of all that these need, by name."""
        return _versions(self.packages)

    def required(self) -> frozenset[str]:
        """The names of distributions that there is no doing without."""
        holding = importlib.metadata.packages_distributions()
        return frozenset(
            _plain(name)
            for package, optional in self.packages.items()
            for name in holding.get(package, [])
            if not optional
        )


def digest(files: Iterable[Path]) -> str:
    """Of the files' names and bytes, in whatever order and folder."""
    known = sorted(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files)
    return hashlib.sha256("\n".join(known).encode()).hexdigest()


def sources(*scenes: Path, folder: Path | None = None) -> Sources:
    """Everything that scene files depend on; `folder` is the working folder, by default this process's."""
    folder = folder or Path.cwd()
    beside = (str(scene.parent.resolve()) for scene in scenes)
    search = tuple(dict.fromkeys([*beside, *(path or str(folder) for path in sys.path)]))
    modules, followed, files = set[Path](), set[Path](), set[Path]()
    packages: dict[str, bool] = {}
    waiting = [scene.resolve() for scene in scenes]
    while waiting:
        path = waiting.pop()
        if path in followed:
            continue
        modules.add(path)
        followed.add(path)
        module = _module(path)
        files.update(_named(module, (path.parent, folder, PROJECT)))
        for asked in module.imports:
            for found in _reached(asked, path, search):
                if isinstance(found, str):
                    packages[found] = packages.get(found, True) and asked.optional
                elif not _makes_runs(found.path):
                    modules.add(found.path)
                    waiting += [found.path] if found.whole else []
    theme = Path(os.environ.get("UNSPIRAL_THEME") or "none")
    files.update([theme.resolve()] if theme.is_file() else [])
    return Sources(tuple(sorted(modules)), tuple(sorted(files)), packages)


def behind(kind: type) -> Sources:
    """What a class of scenes depends on: by its file or, where it has none, as in notebooks, by all that is loaded."""
    try:
        return sources(Path(inspect.getfile(kind)))
    except (OSError, TypeError):
        files = [Path(file) for module in [*sys.modules.values()] if (file := getattr(module, "__file__", None))]
        return sources(
            *(
                file
                for file in files
                if file.suffix == ".py" and file.is_file() and _is_own(file) and not _is_standard(file)
            )
        )


class _Asked(NamedTuple):
    """An import: `import name`, or `from name import taken`."""

    name: str
    taken: str = ""
    level: int = 0
    """Of a relative import: how many dots."""
    optional: bool = False
    """Whether the module can do without."""


class _Found(NamedTuple):
    """A module of the scene's own or of ours."""

    path: Path
    whole: bool
    """Whether what it imports is reached, too: not of a package that only gathers names, of which one was taken."""


class _Module(NamedTuple):
    """What is to be known of a module's text."""

    imports: tuple[_Asked, ...]
    trains: bool
    """Whether importing it imports torch."""
    brought: dict[str, _Asked]
    """Where the names come from that it imports at its top."""
    gathers: bool
    """Whether it does nothing but gather names from elsewhere."""
    words: tuple[str, ...]
    """Texts in it that may name files."""
    paths: tuple[Path, ...]
    """Paths in it that are put together of constants."""


def _module(path: Path) -> _Module:
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


@cache
def _read(path: Path, *_: int) -> _Module:
    """A module's text, read; for as long as the file does not change."""
    try:
        tree = ast.parse(path.read_bytes() if path.suffix == ".py" else "")
    except SyntaxError:  # Python will say so
        tree = ast.Module([], [])
    trains = any(asked.name.split(".")[0] == "torch" for asked in _imports(tree, at_once=True))
    brought = {
        alias.asname or alias.name: _Asked(node.module or "", alias.name, node.level)
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
                imports.append(_Asked(name))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _FILE.fullmatch(node.value):
            words.add(node.value)
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(name := node.targets[0], ast.Name):
            where = _path(node.value, path, known)
            if where is not None:
                known[name.id] = where
        if isinstance(node, ast.BinOp) and node not in parts and (where := _path(node, path, known)) is not None:
            paths.add(where)
            parts.update(part for part in ast.walk(node.left) if isinstance(part, ast.BinOp))
    return _Module(tuple(imports), trains, brought, _gathers(tree, ours), tuple(words), tuple(paths))


def _makes_runs(path: Path) -> bool:
    """Whether it is one of our modules that train."""
    return path.is_relative_to(PROJECT / "engine") and _module(path).trains


def _imports(tree: ast.AST, *, at_once: bool = False) -> Iterator[_Asked]:
    """What is imported; `at_once`: only by importing the module itself.

    Not what is imported for type checkers alone, nor for what a notebook shows of a value: that is no frame.
    """
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for node in getattr(tree, part, ()):
            match node:
                case ast.Import(names):
                    yield from (_Asked(alias.name) for alias in names)
                case ast.ImportFrom(module, names, level):
                    yield from (_Asked(module or "", alias.name, level) for alias in names)
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


def _named(module: _Module, folders: Sequence[Path]) -> Iterator[Path]:
    """Files that a module names, beside it, in the working folder or in the project; of a folder, its files."""
    for folder in folders:
        for name in (*module.words, *module.paths):
            path = folder / name
            try:
                inside = [path] if path.is_file() else sorted(path.iterdir()) if isinstance(name, Path) else []
                for file in inside:
                    if file.suffix not in NOT_READ and file.is_file() and file.stat().st_size <= LARGEST:
                        yield file.resolve()
            except (OSError, ValueError):  # no name of a file, or not to be read: then nothing is drawn from it
                continue


def _reached(asked: _Asked, by: Path, roots: tuple[str, ...]) -> Iterator[_Found | str]:
    """What an import in the module `by` reaches: modules of ours, or the top of somebody else's package."""
    parts = [part for part in asked.name.split(".") if part]
    folders = (str(by.parents[asked.level - 1]),) if asked.level else roots
    if not asked.level and parts[0] in sys.stdlib_module_names:
        return
    places: list[ModuleSpec] = []
    for part in parts:
        spec = _spec(part, folders)
        if spec is None:
            return
        if spec.origin and not _is_own(Path(spec.origin)):
            yield parts[0]
            return
        places.append(spec)
        folders = tuple(spec.submodule_search_locations or ())
    below = _spec(asked.taken, folders) if asked.taken and folders else None
    *on_the_way, last = [*places, *([below] if below else [])] or [None]
    for package in on_the_way:
        if package is not None and package.origin:
            path = Path(package.origin).resolve()
            yield _Found(path, whole=not _module(path).gathers)
    if last is not None and last.origin:
        path = Path(last.origin).resolve()
        module = _module(path)
        brought = module.brought.get(asked.taken) if below is None and module.gathers else None
        yield _Found(path, whole=brought is None)
        if brought is not None:
            yield from _reached(brought, path, roots)


@cache
def _spec(name: str, folders: tuple[str, ...]) -> ModuleSpec | None:
    """Where a module or package is, in some folders or else, being a top one, where Python's own finders know it."""
    return PathFinder.find_spec(name, list(folders))


def _is_standard(path: Path) -> bool:
    """Whether a module is part of Python."""
    return any(path.is_relative_to(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib"))


def _is_own(path: Path) -> bool:
    """Whether a module is the scene's own or ours, not installed from somebody else."""
    if path.is_relative_to(PROJECT / "engine") or path.is_relative_to(PROJECT / "scenes"):
        return True
    return not {"site-packages", "dist-packages"} & {*path.parts}


def _versions(packages: Iterable[str]) -> dict[str, str]:
    holding = importlib.metadata.packages_distributions()
    extras = {_plain(name): wanted for name, wanted in _needed("unspiral", frozenset())}
    found: dict[str, str] = {}
    waiting = [name for package in packages for name in holding.get(package, [])]
    while waiting:
        name = _plain(waiting.pop())
        if name in found:
            continue
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:  # for another system or another Python
            continue
        waiting += [needed for needed, _ in _needed(name, extras.get(name, frozenset()))]
    return found


def _needed(name: str, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """What an installed distribution needs, with some of its extras, and which extras it needs of that."""
    try:
        lines = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return
    for line in lines:
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", line)
        asked = re.match(r"\s*([\w.-]+)\s*(?:\[([^\]]*)\])?", line)
        if asked and (extra is None or extra[1] in extras):
            yield asked[1], frozenset(part.strip() for part in (asked[2] or "").split(",") if part.strip())


def _plain(name: str) -> str:
    """A distribution's name as it is compared."""
    return re.sub(r"[-_.]+", "-", name).lower()
