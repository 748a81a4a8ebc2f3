"""A moment of a scene, as a person names it: 250, 3.2s, 1:05, section:fan, section:fan+1.5s."""

import math
import os
import re
from collections.abc import Mapping
from typing import NamedTuple

from engine.errors import UnspiralError

MOMENT = "UNSPIRAL_MOMENT"
"""The variable in which a moment travels to the process that draws."""
_SECONDS = re.compile(r"(?:(\d+):)?(\d+(?:\.\d*)?|\.\d+)(s?)")


class Moment(NamedTuple):
    """Where in a scene: when a film is at a playhead, or so many seconds after a section's, or its own, beginning."""

    text: str
    """As it was named."""
    playhead: float | None = None
    section: str = ""
    """A section's name, or its number from 1; empty: the scene."""
    seconds: float = 0.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Moment | None":
        """The moment that this process is to draw; None: none."""
        text = environment.get(MOMENT, "")
        return parse_moment(text) if text else None


def parse_moment(text: str) -> Moment:
    """A moment from 250 (a playhead, such as an epoch), 3.2s, 1:05, section:NAME or section:NAME+1.5s.

    UnspiralError says what it may look like.
    """
    if text.startswith("section:"):
        name, plus, after = text.removeprefix("section:").rpartition("+")
        seconds = _seconds(after) if plus else None
        if seconds is None:  # a plus may be part of a name
            name, seconds = text.removeprefix("section:"), 0.0
        if name.strip():
            return Moment(text, section=name.strip(), seconds=seconds)
    elif (seconds := _seconds(text)) is not None:
        return Moment(text, seconds=seconds)
    else:
        try:
            playhead = float(text)
        except ValueError:
            playhead = math.nan
        if math.isfinite(playhead):
            return Moment(text, playhead)
    raise UnspiralError(
        f"moment {text[:60]!r}: say 250 (where a film's playhead is, such as an epoch), 3.2s, 1:05, section:NAME or "
        "section:NAME+1.5s"
    )


def _seconds(text: str) -> float | None:
    """Seconds from 1.5s or 1:05; None for what has no unit."""
    match = _SECONDS.fullmatch(text.strip())
    if match is None or not (match[1] or match[3]):
        return None
    return 60 * float(match[1] or 0) + float(match[2])
