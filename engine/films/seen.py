"""How films and their frames show themselves: in one line, and in notebooks as pictures."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from typing import Any

import numpy as np

from engine.errors import UnspiralError, printable

Draw = Callable[[Sequence[Any], int, str], list[bytes]]
"""Frames, a width in pixels, and a format (png, webp), to what files of it hold."""
_DRAWN_BY: list[Draw] = []


def frames_drawn_by(draw: Draw) -> None:
    """Let notebooks show frames as `draw` draws them: what draws stands above what is drawn, so it says so itself."""
    _DRAWN_BY[:] = [draw]


def drawn(frames: Sequence[Any], width: int, form: str = "png") -> list[bytes]:
    """Pictures of frames as files hold them."""
    if not _DRAWN_BY:
        raise UnspiralError("nothing that draws is loaded: import engine, or scenes.parts")
    return _DRAWN_BY[0](frames, width, form)


class Brief:
    """Says in one line what it is: its arrays would fill pages."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__repr__" not in vars(cls):  # or a dataclass would write its own
            cls.__repr__ = Brief.__repr__

    def __repr__(self) -> str:
        told = []
        with suppress(AttributeError, ValueError):  # films of nothing have no ends
            film: Any = self
            told.append(f"from {film.first:g} to {film.last:g}")
        for field in fields(self) if not told else ():  # type: ignore[arg-type]
            value = getattr(self, field.name, None)
            if isinstance(value, np.ndarray):
                told.append(f"{field.name} {value.shape}")
            elif isinstance(value, int | float) or (isinstance(value, str) and value):
                told.append(f"{field.name} {value:g}" if isinstance(value, float) else f"{field.name} {value}")
        kind = re.sub(r"(?<!^)(?=[A-Z])", " ", type(self).__name__)
        return printable(f"<{kind}: {', '.join(told)}>", 160)


class Seen(Brief):
    """A frame: a notebook shows the picture of it."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        (png,) = drawn([self], 1280)
        return png, {"width": 640}
