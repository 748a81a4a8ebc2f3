"""Run files that are loaded again and again by one process, as a scene that is being written does with each save."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from engine.network.layers import Array
from engine.runs import journal

T = TypeVar("T")
_LOADED: dict[Path, tuple[tuple[int, ...], object]] = {}
_KEEPING: list[bool] = []
MOST = 800
"""Arrays that are kept of a run: a scene looks at its embedding at a few hundred epochs before it plays."""


def keep_loaded() -> None:
    """From now on, in this process, a file that has not changed gives the very run that it gave before."""
    _KEEPING[:] = [True]


def loaded(path: Path, load: Callable[[Path], T]) -> T:
    """What `load` makes of a run file; or what it made of it before, where that is kept and the file is the same."""
    stamp = _stamp(path) if _KEEPING else ()
    if stamp and path in _LOADED and _LOADED[path][0] == stamp:
        return _LOADED[path][1]  # type: ignore[return-value]
    run = load(path)
    if stamp:
        _LOADED[path] = stamp, run
    return run


def kept() -> list[Path]:
    """The files whose runs are kept: they are not opened again while they stay as they are."""
    return [*_LOADED]


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes when a run file, or the journal beside it, does."""
    stamp: list[int] = []
    for file in (path, journal.path_for(path)):
        with suppress(OSError):
            there = file.stat()
            stamp += [there.st_ino, there.st_mtime_ns, there.st_size]
    return tuple(stamp)


def remembered(known: dict[str, Any], epoch: float, compute: Callable[[], Array]) -> Array:
    """What `compute` gives at an epoch; where runs are kept, what it gave before, from among what is `known` of one."""
    if not _KEEPING:
        return compute()
    there = known.setdefault("remembered", {})
    if epoch not in there:
        if len(there) >= MOST:
            there.clear()
        there[epoch] = compute()
    return there[epoch].copy()
