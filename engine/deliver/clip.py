"""What Manim rendered of a scene: its sections, and the words that belong to them."""

import ast
import json
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import srt

from engine.errors import UnspiralError

UNNAMED = "autocreated"
"""Manim's name for the section of a scene that names none."""


class Line(NamedTuple):
    """Words on the screen or in the notes, from `start` to `end` in seconds of the clip."""

    start: float
    end: float
    text: str


@dataclass(frozen=True)
class Section:
    """A part of a clip that is a slide of its own."""

    name: str
    video: Path
    """What Manim rendered of it."""
    first: int
    """Its first frame's number in the clip."""
    frames: int
    loops: bool
    """Whether a slide shows it over and over; it holds its last frame otherwise."""
    words: tuple[Line, ...] = ()
    shared: int = 0
    """How many of its last frames the next section begins with; the clip shows them once."""

    @property
    def notes(self) -> str:
        """All its words, a line each."""
        return "\n".join(line.text for line in self.words)


@dataclass(frozen=True)
class Clip:
    """A rendered scene. Its frames are those of its sections, one after the other, shared ones once."""

    name: str
    """The scene's class."""
    title: str
    """The first line of the scene file's docstring."""
    video: Path
    """What Manim rendered of all of it."""
    width: int
    height: int
    rate: Fraction
    """Frames a second."""
    sections: tuple[Section, ...]

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return sum(section.frames - section.shared for section in self.sections)

    @property
    def duration(self) -> Fraction:
        """Seconds."""
        return self.frames / self.rate

    @property
    def words(self) -> tuple[Line, ...]:
        """What is said over the whole clip."""
        return tuple(line for section in self.sections for line in section.words)


def read_clip(index: Path, scene: Path) -> Clip:
    """The clip that Manim listed in `index`, the JSON file beside its sections; words come from its captions.

    A section without captions speaks by the comment beside its `next_section` in the scene file.
    """
    listed = json.loads(index.read_text())
    if not listed:
        raise UnspiralError(f"{scene.name} has nothing to deliver: it plays nothing")
    name, source = index.stem, scene.read_text(encoding="utf-8")
    captions = index.parent.parent / f"{name}.srt"
    fresh = captions.exists() and captions.stat().st_mtime >= index.stat().st_mtime  # Manim leaves old ones
    spoken = _captions(captions) if fresh else []
    beats = _beats(source)
    rate = Fraction(listed[0]["avg_frame_rate"])
    sections: list[Section] = []
    first = 0
    for number, entry in enumerate(listed):
        frames, shared = int(entry["nb_frames"]), int(entry.get("shared_frames", 0))
        start, end = float(first / rate), float((first + frames - shared) / rate)
        last = number == len(listed) - 1
        words = [line for line in spoken if start - 1e-6 <= line.start < (end - 1e-6 if not last else line.start + 1)]
        if not words and entry["name"] in beats:
            words = [Line(start, end, beats[entry["name"]])]
        sections.append(
            Section(
                name=name if entry["name"] == UNNAMED else entry["name"],
                video=index.parent / entry["video"],
                first=first,
                frames=frames,
                loops=str(entry["type"]).endswith("loop"),
                words=tuple(words),
                shared=shared,
            )
        )
        first += frames - shared
    title = (ast.get_docstring(ast.parse(source)) or name).splitlines()[0]
    video = (index.parent.parent / name).with_suffix(sections[0].video.suffix)
    return Clip(name, title, video, int(listed[0]["width"]), int(listed[0]["height"]), rate, tuple(sections))


def _captions(path: Path) -> list[Line]:
    entries = srt.sort_and_reindex(srt.parse(path.read_text(encoding="utf-8")))
    return [Line(e.start.total_seconds(), e.end.total_seconds(), e.content) for e in entries]


def _beats(source: str) -> dict[str, str]:
    """The comment beside each `next_section("name")`, as a sentence."""
    found = re.finditer(r"""next_section\(\s*(["'])(?P<name>.+?)\1[^#\n]*\)\s*#\s*(?P<said>\S.*)""", source)
    return {beat["name"]: _sentence(beat["said"].strip()) for beat in found}


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…:" else ".")


def slug(name: str) -> str:
    """A section's name as part of a file name."""
    return re.sub(r"[^\w]+", "-", name).strip("-_") or "section"
