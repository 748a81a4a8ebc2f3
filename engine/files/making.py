"""Writing outputs: each lies in a hidden folder of its own while it is made, and gets its name when it is whole.

A process keeps the folder's lock as long as it lives. What is found unlocked was left by one that was killed: whoever
writes there next removes it. No decision rests on clocks, process numbers or names.
"""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from engine.errors import UnspiralError
from engine.files.opening import reason

try:
    import fcntl
except ImportError:  # Windows removes no file that is open, which serves as well
    fcntl: Any = None

PREFIX = ".making-"
_LOCK = f"{PREFIX}lock"


class Making:
    """An output in the making. Write `path`, a file or a folder, then `finish`; or `abort`, which leaves nothing.

    OSError if the folder cannot be written to.
    """

    def __init__(self, output: Path) -> None:
        self.output = output
        self._folder, self._lock = _own_folder(output.parent)
        self.path = self._folder / output.name
        """Where to write what is to become `output`: it has the same name."""

    def finish(self, lasting: bool = True) -> None:
        """Give it its name; what had that name is replaced.

        Forced to the disk before, unless it is not `lasting`: a part that is looked at before it is used, and that is
        made again where the machine stopped before it was written.
        """
        if lasting:
            flush(self.path)
        aside = self._folder / f"{_LOCK}-replaced"
        if self.output.is_dir() or (self.path.is_dir() and self.output.exists()):  # folders are not replaced at once
            os.replace(self.output, aside)
        os.replace(self.path, self.output)
        if lasting:
            _flush_folder(self.output.parent)
        self.abort()

    def abort(self) -> None:
        """Remove what was made so far; nothing happens if it was finished."""
        shutil.rmtree(self._folder, ignore_errors=True)  # while it is locked, nobody else does
        with suppress(OSError):
            os.close(self._lock)
            self._lock = -1
        shutil.rmtree(self._folder, ignore_errors=True)  # Windows keeps a lock that is open


@contextmanager
def made(output: Path, force: bool = True) -> Iterator[Path]:
    """Where to write what is to become `output`: whole when the block ends, or not at all.

    UnspiralError if it may not be written (see `check`), or says why it could not be.
    """
    check(output, force)
    try:
        making = Making(output)
    except (OSError, ValueError) as error:
        raise UnspiralError(f"cannot write {output}: {reason(error)}") from None
    try:
        yield making.path
        making.finish()
    except OSError as error:
        raise UnspiralError(f"cannot write {output}: {reason(error)}; nothing was left there") from None
    finally:
        making.abort()


def write_whole(path: Path, write: Callable[[Path], object], force: bool = True) -> None:
    """Let `write` fill a temporary file, then give it the name `path`: whole or not at all."""
    with made(path, force) as unfinished:
        write(unfinished)


def check(output: Path, force: bool, instead: str = "name another file") -> None:
    """UnspiralError if `output` may not be written: it exists and `force` does not say so, or is no regular file."""
    try:
        found = output.lstat()
    except FileNotFoundError:
        found = None
    except (OSError, ValueError) as error:
        raise UnspiralError(f"cannot write {output}: {reason(error)}") from None
    if found is None:
        if not output.parent.is_dir():
            raise UnspiralError(f"cannot write {output}: there is no folder {output.parent}; make it first")
        return
    if stat.S_ISDIR(found.st_mode):
        raise UnspiralError(f"{output} is a folder; name a file in it")
    if stat.S_ISLNK(found.st_mode):
        raise UnspiralError(f"{output} is a link; name the file itself, or another one")
    if not stat.S_ISREG(found.st_mode):
        raise UnspiralError(f"{output} is a device or a pipe, not a regular file; name another one")
    if not force:
        raise UnspiralError(f"{output} exists; replace it with --force, or {instead}")


def writable(output: Path) -> None:
    """UnspiralError if `output` cannot be written, over what is there or anew: to be known before long work."""
    check(output, force=True)
    try:
        Making(output).abort()
    except (OSError, ValueError) as error:
        raise UnspiralError(f"cannot write {output}: {reason(error)}") from None


def sweep(folder: Path) -> None:
    """Remove what processes that are dead left in the making in `folder`."""
    try:
        left = [entry for entry in os.scandir(folder) if entry.name.startswith(PREFIX) and entry.is_dir()]
    except OSError:
        return
    for entry in left:
        with suppress(OSError):
            _remove_if_left(Path(entry.path))


def held(lock: Path) -> bool:
    """Whether another process, or this one, holds a lock file."""
    try:
        os.close(_locked(lock, new=False))
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def flush(path: Path) -> None:
    """Force a file to the disk, or all files of a folder."""
    for file in [path] if path.is_file() else path.rglob("*"):
        if file.is_file():
            with file.open("rb+") as opened:
                os.fsync(opened.fileno())


def _own_folder(parent: Path) -> tuple[Path, int]:
    """A new hidden folder in `parent`, and its lock, held by this process."""
    sweep(parent)
    while True:
        folder = parent / f"{PREFIX}{uuid4().hex[:16]}"
        folder.mkdir()
        with suppress(FileNotFoundError, BlockingIOError):  # somebody swept it before it was locked: another one
            return folder, _locked(folder / _LOCK)


def _locked(path: Path, *, new: bool = True) -> int:
    """The lock, held as long as it is open. BlockingIOError if another process holds it.

    A file system may have no locks: then what is `new` goes unlocked, and nothing is ever found to be left.
    """
    lock = os.open(path, os.O_RDWR | (os.O_CREAT if new else 0), 0o600)
    try:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if not new or isinstance(error, BlockingIOError):
                    raise
        if not os.path.samestat(os.fstat(lock), os.stat(path)):
            raise FileNotFoundError(path)
    except BaseException:
        os.close(lock)
        raise
    return lock


def _remove_if_left(folder: Path) -> None:
    lock = folder / _LOCK
    if not lock.exists():
        folder.rmdir()  # only if it is empty: killed before it was locked
    elif fcntl is None:
        lock.unlink()  # fails while its process lives
        shutil.rmtree(folder)
    else:
        held = _locked(lock, new=False)
        try:
            shutil.rmtree(folder)
        finally:
            os.close(held)


def _flush_folder(folder: Path) -> None:
    with suppress(OSError):  # Windows opens no folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
