"""Arrays as few bytes: whole steps, differences from snapshot to snapshot, deflated together."""

import json
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

FINE = 17
"""Bits below the largest number of an array: its steps are 8·10⁻⁶ of that."""


class Blob:
    """Arrays one after the other, and for each an entry that says where it lies and how it is read.

    An array is its largest number's 2⁻ᵇⁱᵗˢ times whole numbers. These are stored as differences along the first axis
    where that is time, signs last (0, −1, 1, −2 … are 0, 1, 2, 3 …), all lowest bytes first: what is alike lies
    together.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, array: NDArray, bits: int = FINE, *, over_time: bool = False) -> dict[str, Any]:
        """The entry of an array, which is stored now. Whole numbers are stored exactly."""
        step = 1.0
        if array.dtype.kind == "f":
            step = float(np.abs(array).max(initial=0.0)) * 2.0**-bits or 1.0
        whole = np.rint(np.asarray(array, float) / step).astype(np.int64)
        stored = np.diff(whole, axis=0, prepend=0) if over_time and len(whole) else whole
        signed = np.where(stored < 0, -2 * stored - 1, 2 * stored).ravel()
        planes = max(1, (int(signed.max(initial=0)).bit_length() + 7) // 8)
        at = self._size
        for plane in range(planes):
            self._parts.append((signed >> (8 * plane) & 255).astype(np.uint8).tobytes())
            self._size += signed.size
        return {"at": at, "shape": list(array.shape), "planes": planes, "step": step, "over_time": over_time}

    def packed(self, about: Any) -> bytes:
        """All of it with what it is about, deflated: four bytes that say how long the JSON is, the JSON, the arrays."""
        said = json.dumps(about, allow_nan=False, separators=(",", ":")).encode()
        return zlib.compress(b"".join([len(said).to_bytes(4, "little"), said, *self._parts]), 9)

    def read(self, entry: dict[str, Any]) -> NDArray[np.float64]:
        """An array as the page will read it."""
        return unpacked(b"".join(self._parts), entry)


def unpacked(content: bytes, entry: dict[str, Any]) -> NDArray[np.float64]:
    """The array of an entry, of the arrays' bytes."""
    count = int(np.prod(entry["shape"]))
    planes = np.frombuffer(content, np.uint8, entry["planes"] * count, entry["at"]).reshape(entry["planes"], count)
    signed = sum(plane.astype(np.int64) << (8 * k) for k, plane in enumerate(planes))
    whole = np.where(signed & 1, -((signed + 1) >> 1), np.asarray(signed) >> 1).reshape(entry["shape"])
    return (whole.cumsum(0) if entry["over_time"] else whole) * entry["step"]
