"""Locks between processes, in folders that several people may share."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.errors import UnspiralError


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time makes what goes to `path`; the others wait, and say so.

    The lock saves work and protects nothing: files get their names when they are whole. So where somebody else's lock
    file cannot be opened, nobody is kept waiting by it. UnspiralError if the folder cannot be written to.
    """
    from filelock import FileLock, Timeout  # brings asyncio, which a run recorded before need not wait for

    lock = FileLock(path.with_suffix(".lock"), mode=0o666)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnspiralError(
            f"cannot write into {path.parent}: {error.strerror or error}; name another folder with UNSPIRAL_RUNS"
        ) from None
    with suppress(OSError):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            print("another process is training this recipe; waiting for its run", file=sys.stderr)
            lock.acquire()
    try:
        yield
    finally:
        if lock.is_locked:
            with suppress(OSError):
                Path(lock.lock_file).unlink()  # before it is released: who waits for it notices
            lock.release()
