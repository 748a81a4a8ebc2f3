"""Named tensors in one safetensors file: written whole or not at all, mapped into memory when read."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from engine.errors import UnspiralError
from engine.files.making import made
from engine.files.opening import Unreadable, opened, reason
from engine.files.room import check_disk, said
from engine.runs.checksums import PIECE, Mapped, Summing, parsed, pieces, sound

CHECKED = 32 << 20
"""Bytes: a file up to this size is read and verified when opened, 20 ms at most. Of a larger one, which is mapped, the
head is verified when opened and each piece when it is first read."""
HEADER = 4 << 20
"""Bytes that the header of a run may take, besides its checksums: for thousands of tensors."""

_NAMES = {"<f2": "F16", "<f4": "F32", "<f8": "F64", "<i4": "I32", "<i8": "I64", "|u1": "U8", "|b1": "BOOL"}
DTYPES = {name: np.dtype(code) for code, name in _NAMES.items()}
_PART = 16 << 20  # bytes gathered at a time from arrays that lie scattered
_PADDING = b" " * 64  # ends our headers; other writers leave 7 at most, which tells our files from rewritten ones
_NO_SUM = "0" * 64


class Opened(NamedTuple):
    """A file's description and its tensors, read-only views of its content."""

    about: str
    tensors: dict[str, NDArray]
    content: Mapped | bytes
    """The mapped file; of a small one, which nobody can change or cut off any more, its bytes."""
    checksum: str
    """sha256 of the whole file, or of its head with the checksums of its pieces; empty where it carries none."""


def save(path: Path, about: str, tensors: Mapping[str, NDArray], forget: Callable[[], object] = lambda: None) -> None:
    """Write tensors and a description as one safetensors file, whole or not at all; equal contents, equal bytes.

    Arrays may lie scattered in a mapped file of any size: they are gathered a part at a time, checked as they are
    read, and `forget` is called after each to give back the memory that it took.
    """
    stored = {name: array.astype(array.dtype.newbyteorder("<"), copy=False) for name, array in tensors.items()}
    names = sorted(stored, key=lambda name: (-stored[name].dtype.itemsize, name))  # so every tensor is aligned
    header: dict[str, object] = {}
    end = 0
    for name in names:
        array = stored[name]
        begin, end = end, end + array.nbytes
        header[name] = {"dtype": _NAMES[array.dtype.str], "shape": array.shape, "data_offsets": (begin, end)}
    head = _head(about, header, "")
    whole = len(head) + end <= CHECKED
    if not whole:
        head = _head(about, header, "0" * 8 * pieces(end))
    check_disk(path.parent, len(head) + end, f"the run {path.name[:80]}", "make room, or name another folder")
    with made(path) as unfinished, unfinished.open("wb") as file:
        file.write(head)
        digest, summing = hashlib.sha256(head), Summing()
        for name in names:
            for part in parts(stored[name]):
                file.write(part)
                if whole:
                    digest.update(part)
                else:
                    summing.add(part)
                forget()
        if not whole:
            head = head.replace(b'"crc32":"' + b"0" * 8 * pieces(end), f'"crc32":"{summing.text()}'.encode(), 1)
            digest = hashlib.sha256(head)
        file.seek(0)
        file.write(head.replace(_NO_SUM.encode(), digest.hexdigest().encode(), 1))


def _head(about: str, tensors: Mapping[str, object], sums: str) -> bytes:
    """What a file begins with; its own checksum is still blank."""
    metadata = {"sha256": _NO_SUM, **({"crc32": sums} if sums else {}), "unspiral": about}
    text = json.dumps({"__metadata__": metadata, **tensors}, separators=(",", ":")).encode() + _PADDING
    text += b" " * (-(8 + len(text)) % 64)
    return len(text).to_bytes(8, "little") + text


def parts(array: NDArray) -> Iterator[memoryview]:
    """An array's bytes in order, a bounded part at a time, wherever they lie, checked as they are read."""
    if not array.size:
        return
    rows = max(1, _PART * len(array) // array.nbytes) if array.ndim else 1
    for i in range(0, len(array), rows) if array.ndim else (...,):
        part = array[i : i + rows] if isinstance(i, int) else array
        yield np.ascontiguousarray(sound(part)).reshape(-1).view(np.uint8).data


class Replaced(Unreadable):
    """A file that another process replaced while it was being opened."""


def load(path: Path) -> Opened:
    """Open a safetensors file. A small one is read and verified; of a large one, which is mapped, the head is.

    UnspiralError says in one line what is wrong; whatever the bytes are, nothing is executed or allocated for them.
    """
    with opened(path) as file:
        content = read_or_map(file, path)
        start = 8 + int.from_bytes(content[:8], "little")
        if content[8:9] not in (b"{", b""):  # where its header would begin
            raise UnspiralError("no safetensors file, and so no run")
        if len(content) < start:
            raise UnspiralError("not a complete safetensors file; was it cut off while copying?")
        if start > HEADER + len(content) // (PIECE // 16):
            raise UnspiralError(f"its header takes {said(start)}; at most {said(HEADER)} are read of a run's")
        metadata, shapes = _listed(path)
        if not os.path.samestat(os.fstat(file.fileno()), path.stat()) or len(content) != path.stat().st_size:
            raise Replaced("is being replaced just now; open it again")
    if "unspiral" not in metadata:
        raise UnspiralError("a safetensors file, but not a run: it was not written by unspiral")
    checksum = _verified(content, start, metadata)
    tensors = {}
    offset = start
    for name, (dtype, shape) in shapes.items():
        if dtype not in DTYPES:
            raise UnspiralError(f"tensor {name[:60]!r} has the number type {dtype}, which runs do not use")
        try:
            tensors[name] = np.ndarray(shape, DTYPES[dtype], content, offset)
        except (ValueError, OverflowError):
            raise UnspiralError(f"tensor {name[:60]!r} has a shape that no array can have") from None
        offset += tensors[name].nbytes
    return Opened(metadata["unspiral"], tensors, content, checksum)


def read_or_map(file: BinaryIO, path: Path) -> Mapped | bytes:
    """A small file's bytes; a large one mapped."""
    return Mapped.of(file, path) if os.fstat(file.fileno()).st_size > CHECKED else file.read(CHECKED + 1)


def _listed(path: Path) -> tuple[dict[str, str], dict[str, tuple[str, list[int]]]]:
    """A file's metadata, and its tensors' types and shapes in their order, checked against the file's size."""
    try:
        with safe_open(path, "numpy") as file:
            shapes = {
                name: ((part := file.get_slice(name)).get_dtype(), part.get_shape()) for name in file.offset_keys()
            }
            return file.metadata() or {}, shapes
    except OSError as error:
        raise Unreadable(f"cannot be read: {reason(error)}") from None
    except (SafetensorError, ValueError, OverflowError) as error:
        short = " ".join(str(error).split(": ")[-1].split())[:120]
        raise UnspiralError(f"not a complete safetensors file ({short}); was it cut off while copying?") from None


def _verified(content: Mapped | bytes, start: int, metadata: Mapping[str, str]) -> str:
    """The checksum of a file as we wrote it, which a mapped one's pieces have too; another tool's carries none."""
    head, claimed = bytes(content[:start]), metadata.get("sha256", "")
    if head[-64:].count(b" ") < 32:  # not the padding that we leave, even with some bytes of it damaged
        return ""
    large = not isinstance(content, bytes)
    if large and not claimed.strip("0"):  # written before large files carried checksums
        return ""
    digest = hashlib.sha256(head.replace(claimed.encode(), _NO_SUM.encode(), 1) if len(claimed) == 64 else head)
    if not large:
        with memoryview(content) as view:
            digest.update(view[start:])
    if digest.hexdigest() != claimed:
        raise UnspiralError("its bytes do not match its checksum: it was damaged; copy or record it again")
    if not isinstance(content, bytes):
        content.carry(start, parsed(metadata.get("crc32", ""), len(content) - start))
    return claimed
