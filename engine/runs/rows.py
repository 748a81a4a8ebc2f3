"""The rows of a journal: how they lie in its file, and reading them whatever happened to it.

Layout: MAGIC, the description's length, the checksum of all up to the rows, the description (JSON), the constant
tensors, then one row a snapshot, all of one length: epoch, tensors, metrics as JSON, checksum. A row that a crash has
cut off is left out. Where a snapshot has more in it than there is room for in a row, all of it is written anew with
longer rows, whole or not at all.
"""

import json
import math
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.files.opening import opened
from engine.runs.checksums import Mapped
from engine.runs.tensors import DTYPES, read_or_map

MAGIC = b"unspiral journal"
METRICS = 250
"""Bytes of JSON that a snapshot's metrics may take at first: about ten of them. Where there are more, all is written
anew: what is left empty is written, summed and read again with every snapshot."""
EARLIER = 1000
"""Bytes that they took in journals that do not say it."""

NAMES = 1000
"""How many metrics a recording may have; each is a curve over all snapshots."""

HEAD = struct.Struct("<16sQQ")
_EPOCH = struct.Struct("<d")
_CHECKSUM = 4  # bytes that end a row

Layout = dict[str, tuple[np.dtype, tuple[int, ...]]]


class Recorded(NamedTuple):
    """A journal's description and tensors, stacked along a leading time axis but not copied."""

    about: str
    tensors: dict[str, NDArray]
    content: Mapped | bytes
    texts: Sequence[bytes]
    """The metrics of each snapshot as JSON."""


def layout(row: Mapping[str, NDArray]) -> Layout:
    """What a row holds of each tensor."""
    return {name: (array.dtype, array.shape) for name, array in row.items()}


def packed(epoch: float, values: Iterable[NDArray], text: bytes) -> bytearray:
    """A row's bytes: epoch, numbers, metrics as JSON, checksum."""
    row = bytearray().join([_EPOCH.pack(epoch), *(value.data for value in values), text])
    row += zlib.crc32(row).to_bytes(_CHECKSUM, "little")
    return row


def of_row(tensors: Mapping[str, NDArray], name: str, number: int, dtype: np.dtype, shape: tuple[int, ...]) -> NDArray:
    """What a row that was written before holds of a tensor: NaN if nothing."""
    if name not in tensors:
        return np.full(shape, np.nan, dtype)
    return np.ascontiguousarray(tensors[name][number], dtype)


def load(path: Path) -> tuple[Recorded, int, int]:
    """What a journal holds, how many snapshots, and how many are lost.

    Every row is checked. Damaged ones are left out; the arrays are copies then, and views of the file otherwise.
    UnspiralError says in one line what is wrong with it.
    """
    head, content, offset, tensors = read(path)
    length = stride(head)
    sound = _sound_rows(content, offset, length)
    if not sound:
        raise UnspiralError("holds no whole snapshot yet")
    count = (len(content) - offset) // length
    if len(sound) == count - 1 == sound[-1] + 1:  # the last one, which a crash cut off
        count -= 1
    place = offset
    for name, dtype, shape in [("epochs", np.dtype("<f8"), ()), *head["row"]]:
        inner = (_size(dtype, shape[axis + 1 :]) if 0 not in shape else 0 for axis in range(len(shape)))
        stacked = np.ndarray((count, *shape), dtype, content, place, (length, *inner))
        tensors[name] = stacked if len(sound) == count else stacked[sound]
        place += _size(dtype, shape)
    begins = [place + number * length for number in sound]
    texts = [bytes(content[begin : begin + head["room"]]) for begin in begins]
    tensors |= _metrics(texts)
    return Recorded(head["about"], tensors, content, texts), len(sound), count - len(sound)


def read(path: Path) -> tuple[dict[str, Any], Mapped | bytes, int, dict[str, NDArray]]:
    """A journal's head, its content, where its rows begin, and its constant tensors."""
    with opened(path) as file:
        try:
            content = read_or_map(file, path)
            _, length, checksum = HEAD.unpack_from(content)
            if length > len(content):
                raise UnspiralError("is cut off within its description")
            head = json.loads(content[HEAD.size : HEAD.size + length])
            offset = HEAD.size + length
            for part in ("constants", "row"):
                head[part] = [(_name(name), DTYPES[dtype], _shape(shape)) for name, dtype, shape in head[part]]
            room = head.setdefault("room", EARLIER)
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
    with memoryview(content) as view, view[HEAD.size : offset] as beginning:
        if zlib.crc32(beginning) != checksum:
            raise UnspiralError("is damaged before its first snapshot")
    return head, content, offset, tensors


def stride(head: Mapping[str, Any]) -> int:
    """Bytes of a row."""
    return _EPOCH.size + sum(_size(dtype, shape) for _, dtype, shape in head["row"]) + head["room"] + _CHECKSUM


def _sound_rows(content: Mapped | bytes, offset: int, length: int) -> list[int]:
    """The numbers of the rows whose checksum holds."""
    sound = []
    with memoryview(content) as view:
        for number in range((len(content) - offset) // length):
            end = offset + (number + 1) * length
            with view[end - length : end - _CHECKSUM] as body:
                if zlib.crc32(body) == int.from_bytes(view[end - _CHECKSUM : end], "little"):
                    sound.append(number)
            if isinstance(content, Mapped) and number % 256 == 0:
                content.forget()
    return sound


def _metrics(texts: list[bytes]) -> dict[str, NDArray]:
    """Named curves (T,) from every snapshot's metrics; NaN where one was not given."""
    curves: dict[str, NDArray] = {}
    for number, given in enumerate(_parsed(texts)):
        try:
            if not given.keys() <= curves.keys():
                curves |= {name: np.full(len(texts), np.nan) for name in given if name not in curves}
                if len(curves) > NAMES:
                    raise UnspiralError(f"has more than {NAMES:,} metrics by snapshot {number}; record fewer names")
            for name, value in given.items():
                curves[name][number] = float(value)
        except UnspiralError:
            raise
        except (ValueError, AttributeError, TypeError, OverflowError):
            raise UnspiralError(f"the metrics of snapshot {number} cannot be read") from None
    return {f"metrics.{name}": curve for name, curve in curves.items()}


def _parsed(texts: list[bytes]) -> list[Any]:
    """What each text says: all at once, or, where one says nothing, one by one to name it."""
    try:
        every = json.loads(b"[%b]" % b",".join(texts))
        if len(every) == len(texts):
            return every
    except (ValueError, RecursionError):
        pass
    every = []
    for number, text in enumerate(texts):
        try:
            every.append(json.loads(text))
        except (ValueError, RecursionError):
            raise UnspiralError(f"the metrics of snapshot {number} cannot be read") from None
    return every


def as_json(metrics: Mapping[str, float]) -> bytes:
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
