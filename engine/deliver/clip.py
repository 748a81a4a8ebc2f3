"""What Manim rendered of a scene: its sections, and the words that belong to them."""

import ast
import json
import re
import tokenize
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import srt

from engine.deliver.captions import Line, beats, disjoint
from engine.deliver.sound import has_sound
from engine.errors import UnspiralError

UNNAMED = ("autocreated", "unnamed")
"""Manim's names for the sections of a scene that names none."""


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
    said: tuple[str, ...] = ()
    """Its words in the order in which they are said, where captions show several of them at a time."""

    @property
    def notes(self) -> str:
        """All its words, a line each."""
        return "\n".join(self.said or (line.text for line in self.words))


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
    sounds: bool = False
    """Whether the scene adds sound; then it is in the video."""

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


def read_clip(index: Path, scene: Path, video: Path) -> Clip:
    """The clip `video`, rendered of the file `scene`, whose sections Manim listed in the JSON file `index`.

    A film's scene lists its words there; of Manim's own scenes they come from the captions beside the clip. A section
    without words speaks by the comment beside its `next_section`.
    """
    listed = json.loads(index.read_text(encoding="utf-8"))
    if not listed:
        raise UnspiralError(f"{scene.name} has nothing to deliver: it plays nothing; end it with self.wait(1)")
    name, source = index.name.removesuffix(".json"), read_source(scene)
    rate = Fraction(listed[0]["avg_frame_rate"])
    spoken = _Spoken(video.with_name(f"{video.name.removesuffix(video.suffix)}.srt"), index, listed, source)
    sections: list[Section] = []
    first = 0
    for entry in listed:
        frames, shared = int(entry["nb_frames"]), int(entry.get("shared_frames", 0))
        said = spoken.between(entry, float(first / rate), float((first + frames - shared) / rate))
        sections.append(
            Section(
                name=name if entry["name"] in UNNAMED else entry["name"],
                video=index.parent / entry["video"],
                first=first,
                frames=frames,
                loops=str(entry["type"]).endswith("loop"),
                words=said,
                shared=shared,
                said=tuple(entry.get("notes", ())),
            )
        )
        first += frames - shared
    title = ((ast.get_docstring(ast.parse(source)) or "").strip() or name).splitlines()[0]
    size = int(listed[0]["width"]), int(listed[0]["height"])
    return Clip(name, title, video, *size, rate, tuple(sections), has_sound(video))


def read_source(scene: Path) -> str:
    """A scene file's text as Python reads it: with a byte order mark or a coding line, or without."""
    try:
        with tokenize.open(scene) as file:
            return file.read()
    except (SyntaxError, UnicodeDecodeError) as error:
        raise UnspiralError(f"{scene.name} is no Python file that can be read: {error}") from None


class _Spoken:
    """Who says what in a clip."""

    def __init__(self, captions: Path, index: Path, listed: list[dict[str, Any]], source: str) -> None:
        self.captions: list[Line] = []
        self.beats: dict[str, str] = {}
        if all("words" in entry for entry in listed):
            return
        if captions.exists() and captions.stat().st_mtime >= index.stat().st_mtime:  # Manim leaves old ones
            entries = srt.sort_and_reindex(srt.parse(captions.read_text(encoding="utf-8")))
            said = [Line(e.start.total_seconds(), e.end.total_seconds(), e.content) for e in entries]
            rate = Fraction(listed[0]["avg_frame_rate"])
            self.captions = disjoint(said, float(sum(int(entry["nb_frames"]) for entry in listed) / rate))
        once = [entry["name"] for entry in listed]
        self.beats = {name: said for name, said in beats(source).items() if once.count(name) == 1}

    def between(self, entry: dict[str, Any], start: float, end: float) -> tuple[Line, ...]:
        """What a section says, that lasts from `start` to `end` in seconds of the clip."""
        if "words" in entry:
            return tuple(Line(float(begun), float(ended), str(text)) for begun, ended, text in entry["words"])
        words = tuple(line for line in self.captions if start - 1e-6 <= line.start < end - 1e-6)
        return words or tuple(Line(start, end, said) for said in [self.beats.get(entry["name"], "")] if said)


def slug(name: str) -> str:
    """A section's name as part of a file name, of 80 bytes at most: file systems take 255 for all of it."""
    plain = re.sub(r"[^\w]+", "-", name).strip("-_")
    return plain.encode()[:80].decode(errors="ignore").rstrip("-_") or "section"
