"""A scene as the page sees it: a timeline of sections, with what is said and played in them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from engine.errors import UnspiralError, unknown
from engine.render.moment import parse_moment


@dataclass(frozen=True)
class Said:
    """A sentence, from one frame up to another."""

    first: int
    end: int
    text: str


@dataclass(frozen=True)
class Part:
    """A section: its frames, and what its author says beside it."""

    name: str
    first: int
    frames: int
    loops: bool = False
    beat: str = ""
    """The comment beside it."""


@dataclass(frozen=True)
class Going:
    """A play: its frames, and what is played."""

    first: int
    frames: int
    what: str
    cues: tuple[int, ...] = ()
    """Frames after its first at which a cue lies, where it follows cues."""


@dataclass(frozen=True)
class Shape:
    """All that is known of a scene without drawing it."""

    name: str
    about: str
    rate: float
    width: int
    height: int
    frames: int
    sections: tuple[Part, ...]
    said: tuple[Said, ...] = ()
    plays: tuple[Going, ...] = ()
    sounds: bool = False

    def as_json(self) -> dict[str, Any]:
        """What the page is told."""
        return asdict(self)


def section_at(shape: Shape, frame: int) -> int:
    """Which section a frame belongs to."""
    return max((k for k, part in enumerate(shape.sections) if part.first <= frame), default=0)


def written(shape: Shape, frame: int) -> str:
    """A frame as `still --at` takes it: section:fan+1.5s, or 12.5s where a section's name is not its own."""
    here = section_at(shape, frame)
    names = [part.name for part in shape.sections]
    if not names or not names[here] or names.count(names[here]) > 1:
        return f"{_short(frame / shape.rate)}s"
    return f"section:{names[here]}+{_short((frame - shape.sections[here].first) / shape.rate)}s"


def frame_at(shape: Shape, moment: str) -> int:
    """The frame that `written` wrote, or any time or section that `still --at` takes.

    UnspiralError if there is no such section, or a film's playhead is named: where that is, only drawing tells.
    """
    there = parse_moment(moment)
    if there.playhead is not None:
        raise UnspiralError(f"a preview is opened at a time or a section: 3.2s or section:NAME; {moment} was given")
    after = round(there.seconds * shape.rate)
    if not there.section:
        return max(0, min(after, shape.frames - 1))
    for number, part in enumerate(shape.sections, 1):
        if there.section in (part.name, str(number)):
            return _within(part, after)
    raise unknown(
        "section", there.section, [*dict.fromkeys(part.name for part in shape.sections if part.name)] or ["none"]
    )


def same_moment(before: Shape | None, frame: int, after: Shape) -> int:
    """Where, in a scene that was changed, the moment lies that was shown: as long after its section's beginning."""
    if before is None or not before.sections:
        return max(0, min(frame, after.frames - 1))
    here = section_at(before, frame)
    part = before.sections[here]
    seconds = (frame - part.first) / before.rate
    which = sum(other.name == part.name for other in before.sections[:here])
    named: Sequence[Part] = [other for other in after.sections if other.name == part.name]
    if not named:
        return max(0, min(round(frame / before.rate * after.rate), after.frames - 1))
    return _within(named[min(which, len(named) - 1)], round(seconds * after.rate))


def _within(part: Part, frames: int) -> int:
    return part.first + max(0, min(frames, part.frames - 1))


def _short(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")
