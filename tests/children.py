"""Processes that tests fork."""

import gc
import os


def fork() -> int:
    """As os.fork. The child never frees what its parent made: decoders without their threads would crash it."""
    child = os.fork()
    if not child:
        gc.freeze()
    return child
