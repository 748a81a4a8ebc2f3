"""What a scene consists of at one moment, kept so that the very same objects can be put back as they were.

Copies would not do: an updater's closure goes on speaking of the original. So everything that can be reached is walked
through (attributes, lists, arrays, the variables of closures, random numbers), and what each holds is noted beside it.
"""

import random
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import is_dataclass
from enum import Enum
from functools import cache, partial
from pathlib import PurePath
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType, SimpleNamespace
from typing import Any, Protocol

import numpy as np
from manim import Camera, ManimColor

HUGE = 4 << 20
"""Bytes of an array above which only which one it is counts, not what it holds: pixels, recorded series."""
_SURFACES = frozenset(("pixel_array", "background", "pixel_array_to_cairo_context"))
"""What a camera draws into."""
_ATOMS = (
    type, ModuleType, BuiltinFunctionType, Enum, str, bytes, int, float, complex, range, slice, np.generic, np.dtype,
    PurePath, ManimColor, type(None),
)  # fmt: skip
_EMPTY = object()
"""A closure's variable that has no value yet."""


class _Kind(Protocol):
    """How one kind of object is kept."""

    def holds(self, thing: Any, before: Any) -> Any: ...
    def reached(self, thing: Any, held: Any) -> Iterable[Any]: ...
    def restore(self, thing: Any, held: Any) -> None: ...


class Memento:
    """Everything that can be reached from `roots`, as it is now; but for `left_out` and what never changes."""

    def __init__(self, roots: Iterable[Any], left_out: Iterable[Any] = (), before: "Memento | None" = None) -> None:
        self._held: dict[int, tuple[Any, _Kind, Any]] = {}
        earlier = before._held if before is not None else {}
        seen, waiting = {id(thing) for thing in left_out}, list(roots)
        while waiting:
            thing = waiting.pop()
            number = id(thing)
            if number in seen:
                continue
            kind = _kind(type(thing))
            if kind is None:
                continue
            seen.add(number)
            there = earlier.get(number)
            held = kind.holds(thing, there[2] if there is not None and there[0] is thing else None)
            self._held[number] = thing, kind, held
            waiting.extend(kind.reached(thing, held))
        self._random = random.getstate(), np.random.get_state()  # the ones that Manim seeds

    def restore(self) -> None:
        """Put everything back as it was."""
        for thing, kind, held in self._held.values():
            kind.restore(thing, held)
        ours, numpys = self._random
        random.setstate(ours)
        np.random.set_state(numpys)

    @property
    def size(self) -> int:
        """Bytes, about."""
        return sum(200 + (held.nbytes if isinstance(held, np.ndarray) else 0) for _, _, held in self._held.values())


class _Dict:
    def holds(self, thing: dict[Any, Any], before: Any) -> Any:
        return dict(thing)

    def reached(self, thing: Any, held: dict[Any, Any]) -> Iterable[Any]:
        yield from held.values()
        yield from (key for key in held if type(key) is not str)

    def restore(self, thing: dict[Any, Any], held: dict[Any, Any]) -> None:
        thing.clear()
        thing.update(held)


class _Sequence:
    """Lists and deques."""

    def holds(self, thing: Any, before: Any) -> Any:
        return list(thing)

    def reached(self, thing: Any, held: Any) -> Iterable[Any]:
        return held

    def restore(self, thing: Any, held: Any) -> None:
        thing.clear()
        thing.extend(held)


class _Set:
    def holds(self, thing: set[Any], before: Any) -> Any:
        return set(thing)

    def reached(self, thing: Any, held: Any) -> Iterable[Any]:
        return held

    def restore(self, thing: set[Any], held: Any) -> None:
        thing.clear()
        thing.update(held)


class _Through:
    """Tuples, methods, partials: they never change, but what they hold may."""

    def holds(self, thing: Any, before: Any) -> Any:
        if isinstance(thing, MethodType):
            return (thing.__self__, thing.__func__)
        if isinstance(thing, partial):
            return (thing.func, thing.args, thing.keywords)
        return thing

    def reached(self, thing: Any, held: Any) -> Iterable[Any]:
        return held

    def restore(self, thing: Any, held: Any) -> None:
        pass


class _Function:
    def holds(self, thing: FunctionType, before: Any) -> Any:
        return (thing.__closure__, thing.__defaults__, thing.__kwdefaults__, thing.__dict__ or None)

    def reached(self, thing: Any, held: Any) -> Iterable[Any]:
        return held

    def restore(self, thing: Any, held: Any) -> None:
        pass


class _Cell:
    """A variable of a closure."""

    def holds(self, thing: CellType, before: Any) -> Any:
        try:
            return thing.cell_contents
        except ValueError:
            return _EMPTY

    def reached(self, thing: Any, held: Any) -> Iterable[Any]:
        return (held,)

    def restore(self, thing: CellType, held: Any) -> None:
        if held is not _EMPTY:
            thing.cell_contents = held


class _Array:
    def holds(self, thing: Any, before: Any) -> Any:
        if not thing.flags.writeable or thing.nbytes > HUGE:
            return thing
        if before is not None and before.shape == thing.shape and before.tobytes() == thing.tobytes():
            return before
        return thing.copy()

    def reached(self, thing: Any, held: Any) -> Iterable[Any]:
        return (
            [item for row in thing.tolist() for item in (row if isinstance(row, tuple | list) else (row,))]
            if (thing.dtype.hasobject)
            else ()
        )

    def restore(self, thing: Any, held: Any) -> None:
        if held is not thing:
            thing[...] = held


class _Random:
    """Sources of random numbers."""

    def holds(self, thing: Any, before: Any) -> Any:
        return thing.getstate() if isinstance(thing, random.Random) else thing.bit_generator.state

    def reached(self, thing: Any, held: Any) -> Iterable[Any]:
        return ()

    def restore(self, thing: Any, held: Any) -> None:
        if isinstance(thing, random.Random):
            thing.setstate(held)
        else:
            thing.bit_generator.state = held


class _Object:
    def holds(self, thing: Any, before: Any) -> Any:
        return dict(thing.__dict__)

    def reached(self, thing: Any, held: dict[str, Any]) -> Iterable[Any]:
        return held.values()

    def restore(self, thing: Any, held: dict[str, Any]) -> None:
        now = thing.__dict__
        if len(now) != len(held):
            now.clear()
        now.update(held)


class _Camera(_Object):
    def reached(self, thing: Any, held: dict[str, Any]) -> Iterator[Any]:
        return (value for name, value in held.items() if name not in _SURFACES)


class _Slotted:
    """Objects without a dictionary of their attributes."""

    def holds(self, thing: Any, before: Any) -> Any:
        names = [name for part in type(thing).__mro__ for name in _slots(part)]
        return {name: getattr(thing, name) for name in names if hasattr(thing, name)}

    def reached(self, thing: Any, held: dict[str, Any]) -> Iterable[Any]:
        return held.values()

    def restore(self, thing: Any, held: dict[str, Any]) -> None:
        for name, value in held.items():
            setattr(thing, name, value)


def forget() -> None:
    """Forget classes that were met: of modules that are imported anew, they would stay for ever."""
    _kind.cache_clear()


def _slots(part: type) -> tuple[str, ...]:
    names = part.__dict__.get("__slots__", ())
    names = (names,) if isinstance(names, str) else tuple(names)
    return tuple(name for name in names if name not in ("__weakref__", "__dict__"))


@cache
def _kind(kind: type) -> _Kind | None:
    """How objects of a class are kept; None: they never change, or are none of a scene's."""
    if issubclass(kind, _ATOMS):
        return None
    for base, way in _WAYS:
        if issubclass(kind, base):
            return way
    root = kind.__module__.partition(".")[0]
    parameters = getattr(kind, "__dataclass_params__", None)
    if root == "engine" or (is_dataclass(kind) and parameters is not None and parameters.frozen):
        return None  # values
    if kind is not SimpleNamespace and (root in sys.stdlib_module_names - {"__main__"} or root in ("tqdm", "rich")):
        return None
    if "__dict__" in dir(kind):
        return _Object()
    return _Slotted() if any(_slots(part) for part in kind.__mro__) else None


_WAYS: tuple[tuple[Any, Any], ...] = (
    (Camera, _Camera()),
    (np.ndarray, _Array()),
    (dict, _Dict()),
    ((list, deque), _Sequence()),
    (set, _Set()),
    ((tuple, frozenset, MethodType, partial), _Through()),
    (FunctionType, _Function()),
    (CellType, _Cell()),
    ((random.Random, np.random.Generator), _Random()),
)
