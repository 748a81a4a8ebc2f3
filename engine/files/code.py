"""A digest of what a module of ours computes: whether it would still make today what it made long ago."""

import ast
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple


class _Code(NamedTuple):
    """A module taken apart."""

    tree: ast.Module
    """All of it, without docstrings."""
    defined: dict[str, list[ast.stmt]]
    """The statements at its top that bind a name."""
    brought: dict[str, tuple[str, str]]
    """Names that it imports: from which module, and what they are called there ("" for the module itself)."""


def code_digest(module: str, *, without: Sequence[str] = ()) -> str:
    """Of a module's code and of each definition in its own package that it reaches: 16 hexadecimal digits.

    Of another module only what is used counts, not all that stands in it. Comments, docstrings and layout do not count,
    nor does what lies in packages named in `without`.
    """
    package = module.partition(".")[0]
    reached: dict[tuple[str, str], str] = {}
    waiting = [(module, "")]
    while waiting:
        asked = waiting.pop()
        name, taken = asked
        if asked in reached or name.partition(".")[0] != package or name.startswith(tuple(without)):
            continue
        if taken and _path(f"{name}.{taken}"):
            waiting.append((f"{name}.{taken}", ""))
            continue
        code = _code(name)
        parts = code.defined.get(taken) or ([] if taken in code.brought else [code.tree])
        reached[asked] = "\n".join(map(ast.unparse, parts))
        used = {node.id for part in parts for node in ast.walk(part) if isinstance(node, ast.Name)} | {taken}
        waiting += [code.brought[other] for other in used if other in code.brought]
        if not (parts and parts[0] is code.tree):  # all of it holds its own definitions
            waiting += [(name, other) for other in used if other in code.defined]
    known = "\n".join(f"{name} {taken}\n{text}" for (name, taken), text in sorted(reached.items()))
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def _path(module: str) -> Path | None:
    """Where a module's text is, found without importing it (which may load torch); None if there is no such module."""
    package, *parts = module.split(".")
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec is not None else []:
        place = Path(folder, *parts)
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if path.is_file():
                return path
    return None


def _code(module: str) -> _Code:
    path = _path(module)
    return _parsed("" if path is None else path.read_text(encoding="utf-8"))


@cache
def _parsed(text: str) -> _Code:
    tree = ast.parse(text)
    defined: dict[str, list[ast.stmt]] = {}
    brought: dict[str, tuple[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            brought |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            brought |= {alias.asname: (alias.name, "") for alias in node.names if alias.asname}
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [part for part in node.body if not _is_text(part)] or [ast.Pass()]
    for part in tree.body:
        match part:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names = [part.name]
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                targets = part.targets if isinstance(part, ast.Assign) else [part.target]
                names = [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
            case _:
                names = []
        for name in names:
            defined.setdefault(name, []).append(part)
    return _Code(tree, defined, brought)


def _is_text(part: ast.stmt) -> bool:
    """Whether a statement is a docstring, of whatever stands before or above it."""
    return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) and isinstance(part.value.value, str)
