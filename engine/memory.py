"""How the C library keeps memory that is freed: neither asked for anew in every step nor kept for good."""

import ctypes
import sys
from contextlib import suppress

M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -3, -1
"""In glibc's malloc.h: pieces of memory from one size on go back to the system when freed, others beyond the other."""


def set_limits() -> None:
    """Have glibc keep 32 MB, and give back what is 5 MB and larger.

    By itself it may give back what is freed as often as it is made: points through a network of 100 units took six
    times as long, in a process that had freed nothing large before. And it would keep an encoder's 100 MB in pieces.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            libc = ctypes.CDLL(None)
            libc.mallopt(M_MMAP_THRESHOLD, 5 << 20)
            libc.mallopt(M_TRIM_THRESHOLD, 32 << 20)


def give_back() -> None:
    """Have glibc give back what is free in between, too: what one thread made and another freed it would keep."""
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
