"""Labelled point sets: what a network is to learn."""

import math
import os
import reprlib
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import UnspiralError
from engine.files.opening import opened, text
from engine.files.room import check_memory, said

TABLE = 500_000_000
"""Bytes of text that are read of a .csv."""


class Labelled(NamedTuple):
    """Points and their classes: x (N, n) float, y (N,) int, 0 … K − 1."""

    x: NDArray[np.floating]
    y: NDArray[np.int64]

    def exact(self) -> "Labelled":
        """The same in float64, as films compute; the points themselves where they are."""
        return Labelled(self.x.astype(float, copy=False), self.y)


def labelled(x: ArrayLike, y: ArrayLike, classes: int | None = None) -> Labelled:
    """Your own arrays, checked. x (N, n), y (N,) whole numbers below `classes`; UnspiralError says what is wrong."""
    try:
        points = np.asarray(x)
        check_memory(2 * 8 * points.size, f"x {points.shape}"[:80], "give fewer points")
        if points.dtype.kind not in "biuf":
            raise UnspiralError(f"x is of type {points.dtype}; it must hold real numbers, a row per point")
        points = points.astype(float, copy=False)
        labels = np.asarray(y)
    except (TypeError, ValueError) as error:
        if isinstance(error, UnspiralError):
            raise
        raise UnspiralError("rows of different lengths; x needs as many numbers for each point, y one label") from None
    if points.ndim != 2 or points.shape[1] < 1:
        raise UnspiralError(f"x has shape {points.shape}; it needs one row per point: (N, n)")
    if labels.ndim != 1 or len(labels) != len(points):
        raise UnspiralError(f"x has {len(points)} rows and y has shape {labels.shape}; every point needs one label")
    if not len(points):
        raise UnspiralError("x and y are empty; at least one point is needed")
    if labels.dtype.kind == "b":
        labels = labels.astype(np.int64)
    if labels.dtype.kind == "f" and np.isfinite(labels).all() and (labels == np.round(labels)).all():
        labels = labels.clip(-(2.0**62), 2.0**62).astype(np.int64)
    if labels.dtype.kind not in "iu":
        given = "not whole" if labels.dtype.kind == "f" else f"of type {labels.dtype}"
        raise UnspiralError(f"labels are {given}; they must be whole numbers 0, 1, 2 …, one per class")
    bad = ~np.isfinite(points).all(axis=1)
    if bad.any():
        row = int(bad.argmax())
        raise UnspiralError(
            f"x holds NaN or infinity in {bad.sum()} of {len(points)} rows, first in row {row}; remove them"
        )
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= (max(len(points), 100) if classes is None else classes):  # more classes than points: years
        expected = "0, 1, 2 …, a number for each class" if classes is None else f"0 … {classes - 1}"
        raise UnspiralError(f"labels run from {low} to {high}; expected {expected}")
    return Labelled(points, labels.astype(np.int64))


def spirals(
    seed: int, *, classes: int = 5, points: int = 1000, twist: float = 2.0, inner: float = 0.0, noise: float = 0.2
) -> Labelled:
    """Interleaved spiral arms, `points` on each; `twist` in arms' widths, `noise` in radians.

    x = a (sin φ, cos φ) with a = inner + (1 − inner) t. `inner` 0 is the lecture's form (arms meet at the origin),
    0.2 that of the lecturer's notebook (NYU-DLSP21, 04-spiral_classification).
    """
    random = np.random.default_rng(seed)
    t = np.linspace(0, 1, points)
    arms = []
    for c in range(classes):
        angle = 2 * np.pi / classes * (c + twist * t) + noise * random.standard_normal(points)
        arms.append((inner + (1 - inner) * t)[:, None] * np.stack([np.sin(angle), np.cos(angle)], 1))
    return Labelled(np.concatenate(arms), np.repeat(np.arange(classes), points))


def rings(seed: int, *, classes: int = 2, points: int = 1000, noise: float = 0.05) -> Labelled:
    """A disc at the origin and `classes` − 1 rings around it: no line separates them."""
    random = np.random.default_rng(seed)
    angle = random.uniform(0, 2 * np.pi, (classes, points))
    radius = np.arange(classes)[:, None] / max(classes - 1, 1) + noise * random.standard_normal((classes, points))
    radius[0] = 0.35 / max(classes - 1, 1) * np.sqrt(random.uniform(0, 1, points))
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], -1)
    return Labelled(x.reshape(-1, 2), np.repeat(np.arange(classes), points))


def moons(seed: int, *, points: int = 1000, noise: float = 0.08) -> Labelled:
    """Two interleaved half circles, `points` on each."""
    random = np.random.default_rng(seed)
    angle = np.linspace(0, np.pi, points)
    upper = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], 1)
    x = np.concatenate([upper, -upper]) / 1.5
    return Labelled(x + noise * random.standard_normal(x.shape), np.repeat([0, 1], points))


def blobs(seed: int, *, classes: int = 3, points: int = 1000, spread: float = 0.2, dimensions: int = 2) -> Labelled:
    """Gaussian clouds around centres evenly spaced on the unit circle, beyond the plane random on the unit sphere."""
    random = np.random.default_rng(seed)
    if dimensions == 2:
        angle = 2 * np.pi * np.arange(classes) / classes
        centres = np.stack([np.sin(angle), np.cos(angle)], 1)
    else:
        centres = random.standard_normal((classes, dimensions))
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    x = np.repeat(centres, points, axis=0)
    return Labelled(x + spread * random.standard_normal(x.shape), np.repeat(np.arange(classes), points))


def digits() -> Labelled:
    """The 1,797 handwritten digits that come with scikit-learn: x (1797, 64), rows of 8 × 8 greys from 0 to 1."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise UnspiralError("the digits come with scikit-learn; install it: uv pip install -e '.[examples]'") from None
    x, y = load_digits(return_X_y=True)
    return labelled(x / 16, y)


DATASETS: dict[str, Callable[..., Labelled]] = {f.__name__: f for f in (spirals, rings, moons, blobs)}
"""Every named data set: a function of a seed and its own parameters. Add one and recipes can name it."""


def read_points(path: str | Path) -> Labelled:
    """Points from a file: .npz with x and y, or .csv with numbers and the label in the last column."""
    path = Path(path)
    readers = {".npz": _read_npz, ".csv": _read_csv}
    if path.suffix not in readers:
        raise UnspiralError(f"{path} is neither .npz (arrays x, y) nor .csv (numbers, the label last)")
    try:
        return readers[path.suffix](path)
    except OSError as error:
        raise UnspiralError(f"cannot read {path}: {error.strerror or error}") from None
    except UnspiralError as error:
        raise UnspiralError(f"{path}: {error}") from None


def _read_npz(path: Path) -> Labelled:
    try:
        with opened(path) as file, np.load(file, allow_pickle=False) as arrays:
            if not {"x", "y"} <= set(arrays.files):
                raise UnspiralError("it must hold two arrays named x and y")
            for name in ("x", "y"):
                _check_packed(arrays.zip, name, path.stat().st_size)
            x, y = arrays["x"], arrays["y"]
    except (AttributeError, TypeError):  # one array alone, as numpy.save writes it
        raise UnspiralError("it must hold two arrays named x and y") from None
    except UnspiralError:
        raise
    except (ValueError, KeyError, EOFError, OverflowError, RuntimeError, BadZipFile, zlib.error) as error:
        short = " ".join(str(error).split())[:100]
        raise UnspiralError(f"it is not a file of arrays as numpy.savez writes it ({short})") from None
    return labelled(x, y)


def _check_packed(packed: ZipFile, name: str, size: int) -> None:
    """UnspiralError if an array would not fit into memory, or is a few bytes that unpack to hundreds of megabytes."""
    member = packed.getinfo(f"{name}.npy" if f"{name}.npy" in packed.namelist() else name)
    with packed.open(member) as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(file)
    needed = math.prod(shape) * max(8, dtype.itemsize)
    check_memory(3 * needed, f"its array {name} {tuple(shape)}"[:80], "give fewer points")
    if needed > 256 << 20 and needed > 100 * size:
        raise UnspiralError(
            f"its array {name} takes {said(needed)} of memory, unpacked from {said(size)}: save it with numpy.savez, "
            "not packed, if it is meant"
        )


def _read_csv(path: Path) -> Labelled:
    with opened(path, TABLE) as file:  # a cell of two characters becomes a text of 50 bytes and a number of 8
        check_memory(30 * os.fstat(file.fileno()).st_size, "its text", "save the points as .npz")
    lines = text(path, TABLE).splitlines()  # Excel puts a mark before it that is not a number
    rows = [(number, line.split(",")) for number, line in enumerate(lines, 1) if line.strip()]
    if rows and not any(map(_is_number, rows[0][1])):
        del rows[0]  # a header
    if not rows:
        raise UnspiralError("it holds no points")
    columns = len(rows[0][1])
    if columns < 2:
        raise UnspiralError(f"line {rows[0][0]} has one column; the numbers and the label are separated by commas")
    for number, cells in rows:
        if len(cells) != columns:
            raise UnspiralError(f"line {number} has {len(cells)} columns, those before it {columns}")
        wrong = next((cell for cell in cells if not _is_number(cell)), None)
        if wrong is not None:
            raise UnspiralError(f"line {number} holds {reprlib.repr(wrong.strip())}, which is not a number")
    table = np.array([[float(cell) for cell in cells] for _, cells in rows])
    return labelled(table[:, :-1], table[:, -1])


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def hold_out(data: Labelled, share: float, seed: int) -> NDArray[np.bool_]:
    """Mask (N,) of the points kept from training: `share` of each class, at least one and never all, by `seed`."""
    random = np.random.default_rng(seed)
    mask = np.zeros(len(data.y), dtype=bool)
    if share:
        for c in np.unique(data.y):
            members = random.permutation(np.flatnonzero(data.y == c))
            mask[members[: min(max(1, round(share * len(members))), len(members) - 1)]] = True
    return mask
