"""Checksums by piece: of a file too large to be checked whole, what is read is checked when it is read."""

import mmap
import os
import sys
import zlib
from pathlib import Path
from typing import Any, BinaryIO
from weakref import WeakValueDictionary

import numpy as np
from numpy.lib.array_utils import byte_bounds
from numpy.typing import NDArray

from engine.errors import UnspiralError

PIECE = 256 << 10
"""Bytes that share a checksum. CRC-32 of one takes 0.06 ms; reading it from memory takes as long."""


class Mapped(mmap.mmap):
    """A mapped file that knows the CRC-32 of each of its pieces; a piece is compared once, when it is first read."""

    path: Path
    stamp: tuple[int, int, int]
    sums: NDArray[np.uint32] | None = None
    """Of the pieces from `start` on; None: the file carries none."""
    start = 0

    @classmethod
    def of(cls, file: BinaryIO, path: Path) -> "Mapped":
        """The whole of a file that is open; one that is mapped already is shared, however often it is opened.

        Each mapping keeps a file open below Python 3.13.
        """
        stamp = _stamp(os.fstat(file.fileno()))
        if (there := _LIVING.get((str(path), stamp))) is not None:
            return there
        alone: Any = {"trackfd": False} if sys.version_info >= (3, 13) else {}
        mapped = cls(file.fileno(), 0, access=mmap.ACCESS_READ, **alone)
        mapped.path, mapped.stamp = path, stamp
        _LIVING[str(path), stamp] = mapped
        return mapped

    def carry(self, start: int, sums: NDArray[np.uint32]) -> None:
        """From now on compare what is read from `start` on."""
        self.start, self.sums, self._sound = start, sums, np.zeros(len(sums), bool)
        self._begin = byte_bounds(np.frombuffer(self, np.uint8))[0] + start

    def check(self, array: NDArray) -> None:
        """UnspiralError if the bytes that `array`, a view of the file, covers are not those that were written."""
        self.check_unchanged()
        if self.sums is None or not array.size:
            return
        low, high = byte_bounds(array)
        first, last = (low - self._begin) // PIECE, (high - 1 - self._begin) // PIECE
        if not self._sound[first : last + 1].all():
            for number in range(first, last + 1):
                self._check_piece(number)

    def check_all(self) -> None:
        """Every piece."""
        self.check_unchanged()
        for number in range(0 if self.sums is None else len(self.sums)):
            self._check_piece(number)
            if number % 64 == 0:
                self.forget()

    def check_unchanged(self) -> None:
        """UnspiralError if the file was written to since it was opened; reading one that was cut off ends a process."""
        try:
            now = os.stat(self.path)
        except OSError:
            return  # it has lost its name, not its content
        if now.st_ino == self.stamp[2] and _stamp(now) != self.stamp:
            raise UnspiralError(f"{self.path} was changed while it was open; open it again")

    def forget(self) -> None:
        """Give back the memory that reading took; what is read again is mapped again."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self.madvise(mmap.MADV_DONTNEED)

    def _check_piece(self, number: int) -> None:
        if self._sound[number] or self.sums is None:
            return
        place = self.start + number * PIECE
        with memoryview(self) as view, view[place : place + PIECE] as piece:
            if zlib.crc32(piece) != self.sums[number]:
                raise UnspiralError(
                    f"its bytes {place:,} to {place + len(piece):,} do not match their checksum: it was damaged; copy "
                    "or record it again"
                )
        self._sound[number] = True


_LIVING: WeakValueDictionary[tuple[str, tuple[int, int, int]], Mapped] = WeakValueDictionary()
"""Mappings in use, by path and stamp."""


def sound(array: NDArray) -> NDArray:
    """The array, which is to be read now; UnspiralError if it is a view of a mapped file that is damaged there."""
    owner: object = array
    while isinstance(owner, np.ndarray):
        owner = owner.base
    if isinstance(owner, Mapped):
        owner.check(array)
    return array


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ino


class Summing:
    """Makes the checksums of what is written, a part after the other."""

    def __init__(self) -> None:
        self._sums: list[int] = []
        self._taken = self._sum = 0

    def add(self, part: memoryview) -> None:
        """The bytes that come next."""
        while len(part):
            some = part[: PIECE - self._taken]
            self._sum = zlib.crc32(some, self._sum)
            self._taken += len(some)
            part = part[len(some) :]
            if self._taken == PIECE:
                self._sums.append(self._sum)
                self._taken = self._sum = 0

    def text(self) -> str:
        """All checksums, eight hexadecimal digits each."""
        return "".join(f"{one:08x}" for one in (*self._sums, *([self._sum] if self._taken else [])))


def pieces(size: int) -> int:
    """How many pieces that many bytes are."""
    return -(-size // PIECE)


def parsed(text: str, size: int) -> NDArray[np.uint32]:
    """The checksums that `Summing.text` wrote of `size` bytes. UnspiralError if they are not."""
    try:
        sums = np.frombuffer(bytes.fromhex(text), ">u4").astype(np.uint32)
    except ValueError:
        sums = np.zeros(0, np.uint32)
    if len(text) != 8 * len(sums) or len(sums) != pieces(size):
        raise UnspiralError("its checksums are not those of a file of its size: it was damaged, or cut off")
    return sums
