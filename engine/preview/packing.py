"""Pictures on their way to the page: runs of equal pixels, where that is shorter. Nothing is lost."""

import numpy as np
from numpy.typing import NDArray


def packed(pixels: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Pixels (height, width, 4) as they are, or how long each run of equal ones is, and after that which pixel each is.

    The page tells by the length which of both it is given: runs are sent where they are shorter.
    """
    flat = np.ascontiguousarray(pixels).reshape(-1).view(np.uint32)
    begins = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    if 2 * (len(begins) + 1) >= len(flat):
        return flat
    runs = np.empty((2, len(begins) + 1), np.uint32)
    runs[0] = np.diff(begins, prepend=0, append=len(flat))
    runs[1, 0] = flat[0]
    np.take(flat, begins, out=runs[1, 1:])
    return runs.reshape(-1)
