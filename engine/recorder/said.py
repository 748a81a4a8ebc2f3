"""What a recorder says to the training that hosts it: once, and never so that the training ends."""

import sys
import warnings
from collections.abc import Collection
from pathlib import Path

from engine.errors import UnspiralError
from engine.runs.run import Diverged

_HERE = str(Path(__file__).parent)
_AROUND = (_HERE, "torch", "lightning", "pytorch_lightning", "contextlib.py")


class NotRecorded(UnspiralError, UserWarning):
    """Something was not recorded, or not as it was given; the training goes on.

    A training that is to end for it says so as Python has it: `warnings.simplefilter("error", NotRecorded)`, or
    `python -W error`.
    """


class NoLongerFinite(Diverged, NotRecorded):
    """The model no longer computes finite numbers, and nothing more is recorded; the training goes on."""


class Said:
    """Says each kind of thing once."""

    def __init__(self) -> None:
        self._kinds: set[str] = set()

    def __call__(self, kind: str, text: str | NotRecorded) -> None:
        """Warn of `text` if nothing of this kind was said before, in the name of the line that called the recorder."""
        if kind in self._kinds:
            return
        self._kinds.add(kind)
        message = text if isinstance(text, NotRecorded) else NotRecorded(text)
        try:
            warnings.warn(message, stacklevel=_level(_AROUND))
        except NotRecorded:
            self._kinds.discard(kind)  # who wants an error wants it every time
            raise


def _level(around: Collection[str]) -> int:
    """How many calls up the line is that is neither the recorder's nor a library's around it."""
    frame, level = sys._getframe(2), 2
    while frame is not None and any(
        part in Path(frame.f_code.co_filename).parts or frame.f_code.co_filename.startswith(part) for part in around
    ):
        frame, level = frame.f_back, level + 1
    return level
