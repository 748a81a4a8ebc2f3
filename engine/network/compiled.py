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
def region(k, weight, bias, rectangle):
    """Corners (V, 2) of the part of a rectangle (4, 2) where class k has the highest score: `argmax_regions` for one.

    weight (K, 2) and bias (K,) in float64. Every step is the one that `engine.network.regions` takes, in its order.
    """
    count = len(weight)
    polygon, kept_, heights = np.empty((count + 8, 2)), np.empty((count + 8, 2)), np.empty(count + 8)
    polygon[:4] = rectangle
    corners = 4
    for j in range(count):
        nx, ny, c = weight[k, 0] - weight[j, 0], weight[k, 1] - weight[j, 1], bias[k] - bias[j]
        if j < k and nx == 0 and ny == 0 and c == 0:
            return polygon[:0].copy()
        whole = True
        for i in range(corners):
            heights[i] = nx * polygon[i, 0] + ny * polygon[i, 1] + c
            whole = whole and heights[i] >= 0
        if whole:
            continue
        found = 0
        for i in range(corners):
            last = i - 1 if i else corners - 1
            before, here = heights[last], heights[i]
            if before * here < 0:
                s = before / (before - here)
                kept_[found, 0] = (1 - s) * polygon[last, 0] + s * polygon[i, 0]
                kept_[found, 1] = (1 - s) * polygon[last, 1] + s * polygon[i, 1]
                found += 1
            if here >= 0:
                kept_[found] = polygon[i]
                found += 1
        if found < 3:
            return polygon[:0].copy()
        polygon, kept_, corners = kept_, polygon, found
    return polygon[:corners].copy()
