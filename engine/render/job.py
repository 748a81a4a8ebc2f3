"""What a process is asked to render, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

TRIES = 3
"""How often a task is begun before its worker's death is its own fault."""


@dataclass(frozen=True)
class Job:
    """One scene file to render, wherever: paths are absolute, flags are Manim's."""

    file: str
    flags: tuple[str, ...]
    folder: str
    """The working folder: assets are looked up in it."""
    environment: tuple[tuple[str, str], ...]
    scene: str = ""
    """Which of the file's scenes; empty if it holds one."""

    def told(self, more: Mapping[str, str]) -> "Job":
        """The same with more in its environment."""
        return replace(self, environment=(*self.environment, *more.items()))


class Segment(NamedTuple):
    """One play's file in Manim's cache."""

    play: int
    path: str
    frames: int


class Made(NamedTuple):
    """A finished clip."""

    path: str
    """Empty if the scene plays nothing."""
    sections: str = ""
    """The JSON file that lists its sections."""
    remarks: tuple[str, ...] = ()
    """What a lecturer should know about it, a line each."""


@dataclass(frozen=True)
class Plan:
    """What a scene consists of."""

    segments: tuple[Segment, ...] = ()
    """All that go into the clip; none if the scene cannot be rendered piecemeal."""
    made: Made | None = None
    """The clip, if nothing was missing and it has been joined already."""

    @property
    def missing(self) -> list[Segment]:
        """Segments that are not in the cache, each once."""
        return list({segment.path: segment for segment in self.segments if not Path(segment.path).exists()}.values())


class Failed(NamedTuple):
    """A task's answer if the scene is at fault."""

    reason: str
