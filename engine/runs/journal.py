"""A recording in the making: one file that only grows, so that nothing written is lost when the process is killed."""

import errno
import hashlib
import json
import os
import time
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Thread
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.files.opening import opened
from engine.runs.rows import HEAD, MAGIC, METRICS, Layout, as_json, layout, load, of_row, packed, read, stride
from engine.runs.tensors import DTYPES

SUFFIX = ".journal"

_NAMES = {dtype.str: name for name, dtype in DTYPES.items()}


def path_for(path: Path) -> Path:
    """Where the journal of a run that is to become `path` lies."""
    return path.parent / f"{path.name}{SUFFIX}"  # not with_name: / and . have none


def lock_of(path: Path) -> Path:
    """The lock that a recorder holds as long as it appends to the journal beside `path`."""
    return path.parent / f"{path.name}.lock"


def newer(path: Path) -> bool:
    """Whether the journal beside `path` is to be opened, not the file: it was begun over that very file, or none is.

    A journal says what stood at `path` when it was begun. A file that stands there now and is another one was written
    later, however it came there; clocks are not asked.
    """
    try:
        head, content, offset, _ = read(path_for(path))
        return head.get("over") == _stands(path) and len(content) >= offset + stride(head)
    except (UnspiralError, OSError):
        return False


def set_aside(path: Path) -> str:
    """Give the journal beside `path` another name, and say so in a sentence; empty if there is none, or nothing in it.

    A journal that was begun and holds no snapshot is removed; whatever is damaged is kept.
    """
    left = path_for(path)
    if not left.exists():
        return ""
    try:
        head, content, offset, _ = read(left)
        if len(content) < offset + stride(head):
            left.unlink()
            return ""
        what = f"its {load(left)[1]} snapshots are"
    except (UnspiralError, OSError, ValueError) as error:
        what = f"it cannot be read ({error}) and is"
    number = 1
    while (kept := path_for(path.with_name(f"{path.stem[:200]}-unfinished-{number}{path.suffix}"))).exists():
        number += 1
    left.rename(kept)
    return f"an earlier recording was cut short; {what} kept in {kept}"


def _stands(path: Path) -> str:
    """What tells the file at `path` from any other run file: its header has the checksum of all."""
    try:
        with opened(path) as file:
            return hashlib.sha256(file.read(1 << 16)).hexdigest()
    except (UnspiralError, OSError):
        return ""


class Journal:
    """Appends snapshots to a new journal. What `append` has returned is with the operating system, safe from
    `kill -9`; at least once a second it is forced to the disk, so that a power cut loses a second at most.
    """

    def __init__(self, path: Path, about: str, constants: Mapping[str, NDArray], row: Mapping[str, NDArray]) -> None:
        self.path = path
        self.count = 0
        self._synced = time.monotonic()
        self._syncing: Thread | None = None
        self._about, self._constants, self._row, self._room = about, dict(constants), layout(row), METRICS
        self._over = _stands(path.with_name(path.name.removesuffix(SUFFIX)))
        self._file: BinaryIO = path.open("xb", buffering=0)
        self._end = 0
        try:
            self._begin()
        except OSError:
            self._file.close()
            path.unlink()
            raise

    def _begin(self) -> None:
        """Write what comes before the rows."""
        row = [[name, _NAMES[dtype.str], list(shape)] for name, (dtype, shape) in self._row.items()]
        constants = [[name, _NAMES[array.dtype.str], list(array.shape)] for name, array in self._constants.items()]
        described = {"about": self._about, "constants": constants, "row": row, "room": self._room, "over": self._over}
        head = json.dumps(described).encode()
        beginning = b"".join([head, *(np.ascontiguousarray(array).tobytes() for array in self._constants.values())])
        self._write(HEAD.pack(MAGIC, len(head), zlib.crc32(beginning)) + beginning)
        os.fsync(self._file.fileno())

    def append(self, epoch: float, values: Iterable[NDArray], metrics: Mapping[str, float]) -> None:
        """One snapshot; `values` hold the row's numbers in order, in as many arrays as is convenient.

        OSError if the disk is full: the journal then ends with the snapshot before.
        """
        text = as_json(metrics)
        if len(text) > self._room:
            self._write_anew(self._row, 2 * len(text))
        self._write(packed(epoch, map(np.ascontiguousarray, values), text.ljust(self._room)))
        self.count += 1
        now = time.monotonic()
        if now - self._synced > 1 and (self._syncing is None or not self._syncing.is_alive()):
            self._synced = now
            self._syncing = Thread(target=os.fsync, args=(self._file.fileno(),), daemon=True)  # training goes on
            self._syncing.start()

    def describe(self, row: Mapping[str, NDArray]) -> None:
        """From now on rows hold these tensors; those before get NaN where they had none. OSError if it is full."""
        described = layout(row)
        if described != self._row:
            self._write_anew(described, self._room)

    def _write_anew(self, row: Layout, room: int) -> None:
        """The whole journal with rows of another length, in a file of its own until it is complete."""
        whole, old, end = self.path, self._file, self._end
        before = self._row, self._room
        self.path = whole.with_name(f"{whole.name}.part")
        self.path.unlink(missing_ok=True)  # whatever it is: a link would be written through
        self._file, self._end = self.path.open("xb", buffering=0), 0
        self._row, self._room = row, room
        try:
            self._begin()
            if self.count:
                self._copy(whole)
            os.fsync(self._file.fileno())
        except BaseException:
            self._file.close()
            self.path.unlink(missing_ok=True)
            self.path, self._file, self._end = whole, old, end
            self._row, self._room = before
            raise
        if self._syncing is not None:
            self._syncing.join()
        old.close()
        self.path.replace(whole)
        self.path = whole

    def _copy(self, other: Path) -> None:
        """Write another journal's rows as this one has them."""
        (_, tensors, _, texts), count, lost = load(other)
        if lost:
            raise OSError(errno.EIO, f"{lost} snapshots that were written are damaged now")
        for number in range(count):
            values = [of_row(tensors, name, number, *kind) for name, kind in self._row.items()]
            self._write(packed(float(tensors["epochs"][number]), values, texts[number].rstrip().ljust(self._room)))

    def _write(self, data: bytes | bytearray) -> None:
        """All of `data` or, if there is no room, nothing of it."""
        try:
            done = self._file.write(data)
            while done < len(data):  # a disk that is nearly full takes a part of it first
                done += self._file.write(data[done:])
        except OSError:
            self._file.truncate(self._end)
            self._file.seek(self._end)
            raise
        self._end += len(data)

    def close(self) -> None:
        """Stop appending; the file stays."""
        if self._syncing is not None:
            self._syncing.join()
        self._file.close()
