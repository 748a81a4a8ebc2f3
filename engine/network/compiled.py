"""What Python is too slow for, compiled by numba. Importing it takes a while: only what needs it does."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
from numba import njit
from numba.core.caching import FunctionCache
from numba.core.runtime.nrt import rtsys


def kept(function: Callable[..., Any] | None = None, **how: Any) -> Any:
    """Njit of numba's, machine code kept on disk; where no folder can be written, each process compiles anew."""
    if function is None:
        return partial(kept, **how)
    compiled: Any = njit(**how)(function)
    with suppress(RuntimeError):  # "no locator available"
        compiled._cache = _Kept(function)
    return compiled


class _Kept(FunctionCache):
    """Machine code on disk, loaded without what only compiling needs: numba would import that first, for 0.1 s."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What was kept for arguments of these types; None: nothing."""
        rtsys.initialize(target_context)  # what machine code itself calls
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)


@kept(nogil=True)
def region(k, weight, bias, polygon, other, heights):
    """How many corners the part of a rectangle has where class k has the highest score: `argmax_regions` for one.

    weight (K, 2) and bias (K,) in float64; polygon (K + 8, 2) begins with the rectangle's corners, and ends with the
    region's; `other` and heights (K + 8,) are room. Every step is the one that `engine.network.regions` takes, in its
    order. Number by number: what numba would say of slices whose shapes differ takes it four seconds to compile.
    """
    corners, there, spare = 4, polygon, other
    for j in range(len(weight)):
        nx, ny, c = weight[k, 0] - weight[j, 0], weight[k, 1] - weight[j, 1], bias[k] - bias[j]
        if j < k and nx == 0 and ny == 0 and c == 0:
            return 0
        whole = True
        for i in range(corners):
            heights[i] = nx * there[i, 0] + ny * there[i, 1] + c
            whole = whole and heights[i] >= 0
        if whole:
            continue
        found = 0
        for i in range(corners):
            last = i - 1 if i else corners - 1
            before, here = heights[last], heights[i]
            if before * here < 0:
                s = before / (before - here)
                spare[found, 0] = (1 - s) * there[last, 0] + s * there[i, 0]
                spare[found, 1] = (1 - s) * there[last, 1] + s * there[i, 1]
                found += 1
            if here >= 0:
                spare[found, 0], spare[found, 1] = there[i, 0], there[i, 1]
                found += 1
        if found < 3:
            return 0
        there, spare, corners = spare, there, found
    for i in range(corners):
        polygon[i, 0], polygon[i, 1] = there[i, 0], there[i, 1]
    return corners


@kept(nogil=True, error_model="numpy")
def multiples(corners, starts, spacing, room, begins):
    """Segments along which functions of the plane are multiples of `spacing`: how many there are.

    corners (C, 4, 3): value, x and y at the corners of cells, each of them two triangles, (0, 1, 2) and (3, 1, 2), on
    which a function is straight. Cells from starts[k] up to starts[k + 1] are of function k, and so are the segments
    from begins[k] up to begins[k + 1] in `room` (S, 2, 2); those that it has no place for are only counted.
    """
    count = 0
    for k in range(len(starts) - 1):
        begins[k] = count
        for first in (0, 3):
            for cell in range(starts[k], starts[k + 1]):
                a, b, c = corners[cell, first, 0], corners[cell, 1, 0], corners[cell, 2, 0]
                low = np.ceil(min(a, b, c) / spacing)
                for nth in range(int(np.floor(max(a, b, c) / spacing) - low) + 1):
                    level, end = (low + nth) * spacing, 0
                    for i in range(3):
                        here, there = first if i == 0 else i, first if i == 2 else i + 1
                        before, after = corners[cell, here, 0] - level, corners[cell, there, 0] - level
                        if (before > 0) != (after > 0):
                            if count < len(room):
                                share = before / (before - after)
                                for axis in range(2):
                                    x = corners[cell, here, axis + 1]
                                    room[count, end, axis] = x + share * (corners[cell, there, axis + 1] - x)
                            end += 1
                    count += end // 2
    begins[len(starts) - 1] = count
    return count
