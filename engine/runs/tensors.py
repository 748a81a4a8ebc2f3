"""Named tensors in one safetensors file: written whole or not at all, mapped into memory when read."""

import hashlib
import json
import mmap
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from engine.errors import UnspiralError

CHECKED = 32 << 20
"""Bytes: a file up to this size carries a checksum and is verified when opened, 20 ms at most; larger ones open at
once and are checked in shape alone."""

_NAMES = {"<f2": "F16", "<f4": "F32", "<f8": "F64", "<i4": "I32", "<i8": "I64", "|u1": "U8", "|b1": "BOOL"}
DTYPES = {name: np.dtype(code) for code, name in _NAMES.items()}
_PART = 16 << 20  # bytes gathered at a time from arrays that lie scattered
_PADDING = b" " * 64  # ends our headers; other writers leave 7 at most, which tells our files from rewritten ones
_NO_SUM = "0" * 64


class Opened(NamedTuple):
    """A file's description and its tensors, read-only views of the mapped file."""

    about: str
    tensors: dict[str, NDArray]
    mapped: mmap.mmap
    checksum: str
    """sha256 of the whole file, empty where it was not computed."""


def save(path: Path, about: str, tensors: Mapping[str, NDArray], forget: Callable[[], object] = lambda: None) -> None:
    """Write tensors and a description as one safetensors file, whole or not at all; equal contents, equal bytes.

    Arrays may lie scattered in a mapped file of any size: they are gathered a part at a time, and `forget` is called
    after each to give back the memory that it took.
    """
    stored = {name: array.astype(array.dtype.newbyteorder("<"), copy=False) for name, array in tensors.items()}
    names = sorted(stored, key=lambda name: (-stored[name].dtype.itemsize, name))  # so every tensor is aligned
    header: dict[str, object] = {"__metadata__": {"unspiral": about, "sha256": _NO_SUM}}
    end = 0
    for name in names:
        array = stored[name]
        begin, end = end, end + array.nbytes
        header[name] = {"dtype": _NAMES[array.dtype.str], "shape": array.shape, "data_offsets": (begin, end)}
    text = json.dumps(header, separators=(",", ":")).encode() + _PADDING
    text += b" " * (-(8 + len(text)) % 64)
    head = len(text).to_bytes(8, "little") + text
    checked = len(head) + end <= CHECKED

    def write(temporary: Path) -> None:
        digest = hashlib.sha256(head)
        with temporary.open("r+b") as file:
            file.write(head)
            for name in names:
                for part in parts(stored[name]):
                    file.write(part)
                    if checked:
                        digest.update(part)
                    forget()
            if checked:
                file.seek(head.index(_NO_SUM.encode()))
                file.write(digest.hexdigest().encode())

    write_whole(path, write)


def parts(array: NDArray) -> Iterator[memoryview]:
    """An array's bytes in order, a bounded part at a time, wherever they lie."""
    if not array.size:
        return
    rows = max(1, _PART * len(array) // array.nbytes) if array.ndim else 1
    for i in range(0, len(array), rows) if array.ndim else (...,):
        part = array[i : i + rows] if isinstance(i, int) else array
        yield np.ascontiguousarray(part).reshape(-1).view(np.uint8).data


def load(path: Path) -> Opened:
    """Open a safetensors file; nothing is read but its header and, up to CHECKED bytes, its checksum's worth.

    UnspiralError says in one line what is wrong; whatever the bytes are, nothing is executed or allocated for them.
    """
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            with safe_open(path, "numpy") as checked:  # lengths, offsets, shapes: all of it against the file's size
                metadata = checked.metadata() or {}
                shapes = {
                    name: ((part := checked.get_slice(name)).get_dtype(), part.get_shape())
                    for name in checked.offset_keys()
                }
            if not os.path.samestat(os.fstat(file.fileno()), path.stat()) or len(mapped) != path.stat().st_size:
                raise UnspiralError("is being replaced just now; open it again")
    except (SafetensorError, OSError, ValueError, OverflowError) as error:
        if isinstance(error, UnspiralError):
            raise
        reason = getattr(error, "strerror", None) or " ".join(str(error).split(": ")[-1].split())[:120]
        raise UnspiralError(f"not a complete safetensors file ({reason}); was it cut off while copying?") from None
    if "unspiral" not in metadata:
        raise UnspiralError("a safetensors file, but not a run: it was not written by unspiral")
    start = 8 + int.from_bytes(mapped[:8], "little")
    checksum = _verified(mapped, start, metadata.get("sha256", ""))
    tensors = {}
    offset = start
    for name, (dtype, shape) in shapes.items():
        if dtype not in DTYPES:
            raise UnspiralError(f"tensor {name[:60]!r} has the number type {dtype}, which runs do not use")
        try:
            tensors[name] = np.ndarray(shape, DTYPES[dtype], mapped, offset)
        except (ValueError, OverflowError):
            raise UnspiralError(f"tensor {name[:60]!r} has a shape that no array can have") from None
        offset += tensors[name].nbytes
    return Opened(metadata["unspiral"], tensors, mapped, checksum)


def _verified(mapped: mmap.mmap, start: int, claimed: str) -> str:
    """The checksum of a file as we wrote it; one that another tool has rewritten carries none that holds."""
    if len(mapped) > CHECKED:
        return ""
    head = mapped[:start]
    if head[-64:].count(b" ") < 32:  # not the padding that we leave, even with some bytes of it damaged
        return ""
    digest = hashlib.sha256(head.replace(claimed.encode(), _NO_SUM.encode(), 1) if len(claimed) == 64 else head)
    with memoryview(mapped) as view, view[start:] as body:
        digest.update(body)
    if digest.hexdigest() != claimed:
        raise UnspiralError("its bytes do not match its checksum: it was damaged; copy or record it again")
    return claimed


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file beside `path`, then give it that name: whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
    except OSError as error:
        raise UnspiralError(f"cannot write {path}: {error.strerror or error}") from None
    try:
        write(temporary)
        os.chmod(temporary, 0o666 & ~_umask())
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise UnspiralError(f"cannot write {path}: {error.strerror or error}; nothing was left there") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
