"""A recording in the making: one file that only grows, so that nothing written is lost when the process is killed.

Layout: MAGIC, the description's length, the checksum of all up to the rows, the description (JSON), the constant
tensors, then one row a snapshot, all of one length: epoch, tensors, metrics as JSON, checksum. A row that a crash has
cut off is left out. Where a snapshot has more in it than there is room for in a row, all of it is written anew with
longer rows, whole or not at all.
"""

import errno
import hashlib
import json
import math
import os
import struct
import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.files.opening import opened
from engine.runs.checksums import Mapped
from engine.runs.tensors import DTYPES, read_or_map

MAGIC = b"unspiral journal"
METRICS = 1000
"""Bytes of JSON that a snapshot's metrics may take at first: about forty of them."""

NAMES = 1000
"""How many metrics a recording may have; each is a curve over all snapshots."""
SUFFIX = ".journal"

_NAMES = {dtype.str: name for name, dtype in DTYPES.items()}
_HEAD = struct.Struct("<16sQQ")
_EPOCH = struct.Struct("<d")
_CHECKSUM = 4  # bytes that end a row

_Layout = dict[str, tuple[np.dtype, tuple[int, ...]]]


def beside(path: Path) -> Path:
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
        head, content, offset, _ = _read(beside(path))
        return head.get("over") == _stands(path) and len(content) >= offset + _stride(head)
    except (UnspiralError, OSError):
        return False


def set_aside(path: Path) -> str:
    """Give the journal beside `path` another name, and say so in a sentence; empty if there is none, or nothing in it.

    A journal that was begun and holds no snapshot is removed; whatever is damaged is kept.
    """
    left = beside(path)
    if not left.exists():
        return ""
    try:
        head, content, offset, _ = _read(left)
        if len(content) < offset + _stride(head):
            left.unlink()
            return ""
        what = f"its {load(left)[1]} snapshots are"
    except (UnspiralError, OSError, ValueError) as error:
        what = f"it cannot be read ({error}) and is"
    number = 1
    while (kept := beside(path.with_name(f"{path.stem[:200]}-unfinished-{number}{path.suffix}"))).exists():
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
        self._about, self._constants, self._row, self._room = about, dict(constants), _layout(row), METRICS
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
        self._write(_HEAD.pack(MAGIC, len(head), zlib.crc32(beginning)) + beginning)
        os.fsync(self._file.fileno())

    def append(self, epoch: float, values: Iterable[NDArray], metrics: Mapping[str, float]) -> None:
        """One snapshot; `values` hold the row's numbers in order, in as many arrays as is convenient.

        OSError if the disk is full: the journal then ends with the snapshot before.
        """
        text = _json(metrics)
        if len(text) > self._room:
            self._write_anew(self._row, 2 * len(text))
        self._write(_packed(epoch, map(np.ascontiguousarray, values), text.ljust(self._room)))
        self.count += 1
        now = time.monotonic()
        if now - self._synced > 1 and (self._syncing is None or not self._syncing.is_alive()):
            self._synced = now
            self._syncing = Thread(target=os.fsync, args=(self._file.fileno(),), daemon=True)  # training goes on
            self._syncing.start()

    def describe(self, row: Mapping[str, NDArray]) -> None:
        """From now on rows hold these tensors; those before get NaN where they had none. OSError if it is full."""
        layout = _layout(row)
        if layout != self._row:
            self._write_anew(layout, self._room)

    def _write_anew(self, row: _Layout, room: int) -> None:
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
            values = [_of_row(tensors, name, number, *kind) for name, kind in self._row.items()]
            self._write(_packed(float(tensors["epochs"][number]), values, texts[number].rstrip().ljust(self._room)))

    def _write(self, data: bytes) -> None:
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


class Recorded(NamedTuple):
    """A journal's description and tensors, stacked along a leading time axis but not copied."""

    about: str
    tensors: dict[str, NDArray]
    content: Mapped | bytes
    texts: Sequence[bytes]
    """The metrics of each snapshot as JSON."""


def _layout(row: Mapping[str, NDArray]) -> _Layout:
    return {name: (array.dtype, array.shape) for name, array in row.items()}


def _packed(epoch: float, values: Iterable[NDArray], text: bytes) -> bytes:
    """A row's bytes."""
    parts = [_EPOCH.pack(epoch), *values, text]
    checksum = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    return b"".join([*parts, checksum.to_bytes(_CHECKSUM, "little")])


def _of_row(tensors: Mapping[str, NDArray], name: str, number: int, dtype: np.dtype, shape: tuple[int, ...]) -> NDArray:
    """What a row that was written before holds of a tensor: NaN if nothing."""
    if name not in tensors:
        return np.full(shape, np.nan, dtype)
    return np.ascontiguousarray(tensors[name][number], dtype)


def load(path: Path) -> tuple[Recorded, int, int]:
    """What a journal holds, how many snapshots, and how many are lost.

    Every row is checked. Damaged ones are left out; the arrays are copies then, and views of the file otherwise.
    UnspiralError says in one line what is wrong with it.
    """
    head, content, offset, tensors = _read(path)
    stride = _stride(head)
    sound = _sound_rows(content, offset, stride)
    if not sound:
        raise UnspiralError("holds no whole snapshot yet")
    count = (len(content) - offset) // stride
    if len(sound) == count - 1 == sound[-1] + 1:  # the last one, which a crash cut off
        count -= 1
    place = offset
    for name, dtype, shape in [("epochs", np.dtype("<f8"), ()), *head["row"]]:
        inner = (_size(dtype, shape[axis + 1 :]) if 0 not in shape else 0 for axis in range(len(shape)))
        stacked = np.ndarray((count, *shape), dtype, content, place, (stride, *inner))
        tensors[name] = stacked if len(sound) == count else stacked[sound]
        place += _size(dtype, shape)
    begins = [place + number * stride for number in sound]
    texts = [bytes(content[begin : begin + head["room"]]) for begin in begins]
    tensors |= _metrics(texts)
    return Recorded(head["about"], tensors, content, texts), len(sound), count - len(sound)


def _read(path: Path) -> tuple[dict[str, Any], Mapped | bytes, int, dict[str, NDArray]]:
    """A journal's head, its content, where its rows begin, and its constant tensors."""
    with opened(path) as file:
        try:
            content = read_or_map(file, path)
            _, length, checksum = _HEAD.unpack_from(content)
            if length > len(content):
                raise UnspiralError("is cut off within its description")
            head = json.loads(content[_HEAD.size : _HEAD.size + length])
            offset = _HEAD.size + length
            for part in ("constants", "row"):
                head[part] = [(_name(name), DTYPES[dtype], _shape(shape)) for name, dtype, shape in head[part]]
            room = head.setdefault("room", METRICS)
            if type(room) is not int or not 0 <= room < 2**30 or not isinstance(head["about"], str):
                raise ValueError("not a length")
        except UnspiralError:
            raise
        except (struct.error, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise UnspiralError("is not a journal that can be read") from None
    tensors: dict[str, NDArray] = {}
    for name, dtype, shape in head["constants"]:
        size = _size(dtype, shape)
        if offset + size > len(content):
            raise UnspiralError("is cut off before its first snapshot")
        tensors[name] = np.ndarray(shape, dtype, content, offset)
        offset += size
    with memoryview(content) as view, view[_HEAD.size : offset] as beginning:
        if zlib.crc32(beginning) != checksum:
            raise UnspiralError("is damaged before its first snapshot")
    return head, content, offset, tensors


def _stride(head: Mapping[str, Any]) -> int:
    """Bytes of a row."""
    return _EPOCH.size + sum(_size(dtype, shape) for _, dtype, shape in head["row"]) + head["room"] + _CHECKSUM


def _sound_rows(content: Mapped | bytes, offset: int, stride: int) -> list[int]:
    """The numbers of the rows whose checksum holds."""
    sound = []
    with memoryview(content) as view:
        for number in range((len(content) - offset) // stride):
            end = offset + (number + 1) * stride
            with view[end - stride : end - _CHECKSUM] as body:
                if zlib.crc32(body) == int.from_bytes(view[end - _CHECKSUM : end], "little"):
                    sound.append(number)
            if isinstance(content, Mapped) and number % 256 == 0:
                content.forget()
    return sound


def _metrics(texts: list[bytes]) -> dict[str, NDArray]:
    """Named curves (T,) from every snapshot's metrics; NaN where one was not given."""
    curves: dict[str, NDArray] = {}
    for number, text in enumerate(texts):
        try:
            given = json.loads(text)
            if len(curves.keys() | given.keys()) > 2 * NAMES:
                raise UnspiralError(f"has more than {NAMES:,} metrics by snapshot {number}; record fewer names")
            for name, value in given.items():
                curves.setdefault(f"metrics.{name}", np.full(len(texts), np.nan))[number] = float(value)
        except UnspiralError:
            raise
        except (ValueError, AttributeError, TypeError, RecursionError, OverflowError):
            raise UnspiralError(f"the metrics of snapshot {number} cannot be read") from None
    return curves


def _json(metrics: Mapping[str, float]) -> bytes:
    """Numbers by name as JSON; json.dumps takes four times as long for the few that there are."""
    if not math.isfinite(sum(metrics.values())):
        return json.dumps(metrics).encode()
    return b"{%b}" % ",".join([f"{_quoted(name)}:{value!r}" for name, value in metrics.items()]).encode()


@cache
def _quoted(name: str) -> str:
    return json.dumps(name)


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise ValueError("not a name")
    return name


def _shape(shape: Any) -> tuple[int, ...]:
    if not isinstance(shape, list) or len(shape) > 8 or not all(type(n) is int and 0 <= n < 2**40 for n in shape):
        raise ValueError("not a shape")
    return tuple(shape)


def _size(dtype: np.dtype, shape: tuple[int, ...]) -> int:
    size = dtype.itemsize
    for n in shape:
        size *= n
    return size
