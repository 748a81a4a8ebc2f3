"""What frames depend on besides their data, found by following imports from the scene file, without running anything.

The scene's own modules and ours, the files that these name, and the distributions that they import. Not what makes
runs: frames know a run by its content, so that modules of ours which import torch are not followed.
"""

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

from engine.render.module_text import KEPT, PROJECT, Asked, Module, module_at

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
    done = set[tuple[Asked, Path | None]]()
    waiting = [scene.resolve() for scene in scenes]
    while waiting:
        path = waiting.pop()
        if path in followed:
            continue
        modules.add(path)
        followed.add(path)
        module = module_at(path)
        files.update(_named(module, (path.parent, folder, PROJECT)))
        for asked in module.imports:
            here = path.parents[asked.level - 1] if asked.level else None
            if (asked, here) in done:
                continue
            done.add((asked, here))
            for found in _reached(asked, path, search):
                if isinstance(found, str):
                    packages[found] = packages.get(found, True) and asked.optional
                elif not _makes_runs(found.path):
                    modules.add(found.path)
                    waiting += [found.path] if found.whole else []
    KEPT.save()
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


class _Found(NamedTuple):
    """A module of the scene's own or of ours."""

    path: Path
    whole: bool
    """Whether what it imports is reached, too: not of a package that only gathers names, of which one was taken."""


def _makes_runs(path: Path) -> bool:
    """Whether it is one of our modules that train."""
    return module_at(path).trains and path.is_relative_to(PROJECT / "engine")


def _named(module: Module, folders: Sequence[Path]) -> Iterator[Path]:
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


def _reached(asked: Asked, by: Path, roots: tuple[str, ...]) -> Iterator[_Found | str]:
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
        if spec.origin and not _is_own(spec.origin):
            yield parts[0]
            return
        places.append(spec)
        folders = tuple(spec.submodule_search_locations or ())
    below = _spec(asked.taken, folders) if asked.taken and folders else None
    *on_the_way, last = [*places, *([below] if below else [])] or [None]
    for package in on_the_way:
        if package is not None and package.origin:
            path = _resolved(package.origin)
            yield _Found(path, whole=not module_at(path).gathers)
    if last is not None and last.origin:
        path = _resolved(last.origin)
        module = module_at(path)
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


@cache
def _resolved(origin: str) -> Path:
    """A module's file: found as often as it is imported, and dear to find."""
    return Path(origin).resolve()


@cache
def _is_own(path: Path | str) -> bool:
    """Whether a module is the scene's own or ours, not installed from somebody else."""
    path = Path(path)
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
