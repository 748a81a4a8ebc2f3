"""The place of a recording: its lock, and what an earlier one left there."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Protocol
from weakref import WeakValueDictionary

from filelock import FileLock, Timeout

from engine.errors import UnspiralError
from engine.recorder.said import Said
from engine.runs import journal


class Holder(Protocol):
    """Who records into a place."""

    in_use: bool
    """Whether it closes by itself, at the end of its `with` block."""

    def abandon(self) -> None:
        """Stop recording and leave what was recorded as it lies."""
        ...


_HERE: WeakValueDictionary[Path, Holder] = WeakValueDictionary()


class Destination:
    """A path that one recorder at a time records into.

    A recorder of this process that was left open outside of a `with` block, as a notebook's cell leaves it that failed,
    makes room for the next; one of another process, or within its block, does not.
    """

    def __init__(self, path: Path, holder: Holder) -> None:
        self.path = path
        self._lock = FileLock(f"{path}.lock", timeout=0)
        self._key = path.absolute()
        other = _HERE.get(self._key)
        if other is not None and not other.in_use:
            other.abandon()
        try:
            if path.is_dir():
                raise UnspiralError(f"{path} is a folder; name a file in it, such as {path / 'run.safetensors'}")
            if not path.parent.is_dir():
                raise UnspiralError(f"cannot write {path}: there is no folder {path.parent}; make it first")
            self._lock.acquire()
        except Timeout:
            raise UnspiralError(
                f"{path} is being recorded already: close that recorder, or name another file"
            ) from None
        except OSError as error:
            raise UnspiralError(f"cannot write into {path.parent}: {error.strerror or error}") from None
        _HERE[self._key] = holder

    def leave(self) -> None:
        """Let another recorder have it."""
        _HERE.pop(self._key, None)
        with suppress(OSError):
            Path(self._lock.lock_file).unlink()  # before it is released: who waits for it notices
        self._lock.release()

    def clear(self, said: Said) -> None:
        """Keep what an earlier recording on this path left, if it was cut short."""
        if remark := journal.set_aside(self.path):
            said("earlier", remark)


def free(path: Path, word: str = "") -> Path:
    """The first of path-1, path-2 … at which nothing lies."""
    number = 1 if word else 2
    ending = path.suffix if path.suffix == ".safetensors" else ""  # another dot is part of the name: run-lr0.01
    name = path.name.removesuffix(ending)
    while True:
        other = path.with_name(f"{name}-{word}{number}{ending}")
        if not other.exists() and not journal.path_for(other).exists():
            return other
        number += 1
