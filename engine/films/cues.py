"""Cues: a playhead for moments of a recording, so that a film is where the lecturer says it is."""

import csv
import math
import re
import reprlib
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from engine.errors import UnspiralError
from engine.files import opening
from engine.films.film import Film

CUES = 1_000_000
"""Bytes that a file of cues may have."""
LONGEST = 36_000.0
"""Seconds: no recording lasts longer."""
KINDS = {".txt": "Audacity's label track", ".csv": "CSV", ".srt": "SRT"}


class Stretch(NamedTuple):
    """A section of a film along cues: its name, what is said in it, its first frame and the one after its last."""

    name: str
    says: str
    first: int
    end: int


@dataclass(frozen=True)
class Cues:
    """Playheads at times; between them the playhead moves monotonically, and holds where it repeats."""

    times: tuple[float, ...]
    """Seconds from the recording's beginning, increasing."""
    playheads: tuple[float, ...]
    duration: float
    """Seconds; after the last cue the playhead holds."""
    said: tuple[tuple[float, str], ...] = ()
    """What each cue says, and when."""

    def lasting(self, seconds: float) -> "Cues":
        """The same cues along a recording of so many seconds. UnspiralError if one comes after its end."""
        if self.times[-1] > seconds:
            raise UnspiralError(f"the last cue is at {self.times[-1]:g} s, the recording only {seconds:.4g} s long")
        return replace(self, duration=seconds)

    def sections(self, rate: float) -> list[Stretch]:
        """A section for each cue, up to the next. The first begins with the recording; cues on one frame share one."""
        begun = {math.floor(time * rate + 1e-6): text for time, text in reversed(self.said)}
        starts = sorted(number for number in begun if number < self.frames(rate)) or [0]
        ends = [*starts[1:], self.frames(rate)]
        called = [begun.get(n, "") or f"epoch {self(min(n + 1, end) / rate):.0f}" for n, end in zip(starts, ends)]
        return [
            Stretch(name, begun.get(n, ""), n if k else 0, end)
            for k, (name, n, end) in enumerate(zip(called, starts, ends))
        ]

    def __call__(self, seconds: float) -> float:
        """The playhead at a time: exact at cues, monotone between (PCHIP), held before the first and after the last."""
        return _interpolated(self.times, self.playheads)(seconds)

    def frames(self, rate: float) -> int:
        """How many frames the recording lasts, at `rate` frames a second."""
        return max(1, round(self.duration * rate))

    def on_frames(self, rate: float) -> "Cues":
        """The same cues on frames: each at the beginning of the frame that is seen at its time.

        UnspiralError if two of them share a frame and not their playhead.
        """
        last = self.frames(rate) - 1
        numbers = [min(math.floor(time * rate + 1e-6), last) for time in self.times]
        kept: dict[int, float] = {}
        for number, time, playhead in zip(numbers, self.times, self.playheads):
            if kept.setdefault(number, playhead) != playhead:
                raise UnspiralError(
                    f"at {time:g} s the playhead would jump from {kept[number]:g} to {playhead:g} within one frame"
                )
        return replace(self, times=tuple(number / rate for number in kept), playheads=tuple(kept.values()))

    def within(self, film: Film[Any]) -> "Cues":
        """These cues; UnspiralError where one asks for more than the film has."""
        for time, playhead in zip(self.times, self.playheads):
            if not film.first <= playhead <= film.last:
                raise UnspiralError(
                    f"the cue at {time:g} s asks for {playhead:g}; the film goes from {film.first:g} to {film.last:g}"
                )
        return self


@lru_cache(maxsize=16)
def _interpolated(times: tuple[float, ...], playheads: tuple[float, ...]) -> Callable[[float], float]:
    if len(times) == 1:
        return lambda seconds: playheads[0]
    from scipy.interpolate import PchipInterpolator  # a tenth of a second, which scenes without cues need not wait

    curve = PchipInterpolator(times, playheads)

    def playhead(seconds: float) -> float:
        after = bisect_right(times, seconds)
        if after == 0 or after == len(times) or times[after - 1] == seconds:
            return playheads[max(after - 1, 0)]
        low, high = sorted(playheads[after - 1 : after + 1])
        return min(max(float(curve(seconds)), low), high)

    return playhead


def read_cues(path: str | Path) -> Cues:
    """Cues from a small text file: Audacity's exported labels (.txt), CSV (time, playhead) or SRT.

    A time is seconds, m:ss or h:mm:ss; a playhead is the first number of its text, so that "epoch 250" is 250. An
    Audacity label over a stretch holds its playhead to the stretch's end; a caption's end in SRT counts for the last
    one only, as captions follow each other. UnspiralError names the line.
    """
    path = Path(path)
    if path.suffix.lower() not in KINDS:
        kinds = ", ".join(f"{suffix} ({kind})" for suffix, kind in KINDS.items())
        raise UnspiralError(f"{path.name}: cues come as {kinds}")
    try:
        text = opening.text(path, CUES)
    except UnspiralError as error:
        if str(error) == opening.MISSING:
            raise UnspiralError(f"there is no cue file {path}") from None
        raise UnspiralError(f"{path.name}: {error}") from None
    read = {".txt": _labels, ".csv": _table, ".srt": _subtitles}[path.suffix.lower()]
    entries = read(text, path.name)
    if not entries:
        raise UnspiralError(f"{path.name} holds no cues")
    times: list[float] = []
    playheads: list[float] = []
    for entry in entries:
        if max(entry.start, entry.end) >= LONGEST:
            raise UnspiralError(f"{entry.where}: {max(entry.start, entry.end):g} s; recordings last up to ten hours")
        if abs(entry.playhead) > 1e15:
            raise UnspiralError(f"{entry.where}: {entry.playhead:g} is no playhead that a film has")
        for time in (entry.start, entry.end) if entry.holds else (entry.start,):
            if times and time < times[-1]:
                raise UnspiralError(f"{entry.where}: {time:g} s comes after {times[-1]:g} s; cues go forward in time")
            if times and time == times[-1]:
                if playheads[-1] != entry.playhead:
                    raise UnspiralError(f"{entry.where}: at {time:g} s there is a cue already, {playheads[-1]:g}")
                continue
            times.append(time)
            playheads.append(entry.playhead)
    said = tuple((entry.start, entry.text) for entry in entries)
    return Cues(tuple(times), tuple(playheads), max(times[-1], entries[-1].end), said)


_TIMED = re.compile(r"(\d{1,9}:\d{1,9}:\d{1,9}(?:[.,]\d{1,9})?)\s?-->\s?(\d{1,9}:\d{1,9}:\d{1,9}(?:[.,]\d{1,9})?)")


@dataclass(frozen=True)
class _Entry:
    where: str
    start: float
    end: float
    playhead: float
    holds: bool = False
    text: str = ""


def _labels(text: str, name: str) -> list[_Entry]:
    entries = []
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{name} line {number}"
        if not line.strip() or line.startswith("\\"):  # a line of frequencies, which Audacity writes for some labels
            continue
        columns = line.split("\t")
        if len(columns) < 3:
            raise UnspiralError(f"{where}: {_shortened(line)} is not start, end and label with tabs between them")
        start, end = (_seconds(column.replace(",", "."), where) for column in columns[:2])
        entries.append(
            _Entry(where, start, max(start, end), _playhead(columns[2], where), end > start, _plain(columns[2]))
        )
    for number, (label, following) in enumerate(zip(entries, entries[1:])):
        if label.end >= following.start:  # a stretch that reaches into the next label holds no further
            entries[number] = replace(label, holds=False)
    return entries


def _table(text: str, name: str) -> list[_Entry]:
    """Two columns, with or without a head; a file with semicolons may have decimal commas."""
    separator = next((mark for mark in ";\t" if mark in text), ",")
    entries = []
    columns = 2
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=separator))
    except csv.Error as error:
        raise UnspiralError(f"{name} cannot be read as CSV: {error}") from None
    for number, row in enumerate(rows, 1):
        where = f"{name} line {number}"
        if separator == ";" and any(re.fullmatch(r"\s*[1-9]\d{0,2}([.,]\d{3})+\s*", cell) for cell in row[1:2]):
            raise UnspiralError(f"{where}: {row[1].strip()} can be read in two ways; write it as 1500 or 1.5")
        cells = [cell.strip().replace(",", ".") if separator == ";" else cell.strip() for cell in row]
        if not any(cells):
            continue
        if not entries and number == 1 and not any(c.isdigit() for c in cells[0]):
            columns = max(columns, len(cells))
            continue
        if sum(bool(re.fullmatch(r"[-+]?[\d.:]+", cell)) for cell in cells) > columns:
            raise UnspiralError(f"{where}: {_shortened(','.join(cells))} holds more numbers than a time and a playhead")
        if len(cells) < 2:
            raise UnspiralError(f"{where}: {_shortened(cells[0])} is not a time and a playhead")
        time = _seconds(cells[0], where)
        entries.append(_Entry(where, time, time, _playhead(cells[1], where, exact=True)))
    return entries


def _subtitles(text: str, name: str) -> list[_Entry]:
    """Captions, line by line: srt.parse takes 5 s for a line of a thousand digits."""
    lines = [line.strip() for line in text.splitlines()]
    timed = [(number, match) for number, line in enumerate(lines) if (match := _TIMED.match(line))]
    if not timed and any(lines):
        raise UnspiralError(f"{name} cannot be read as SRT")
    entries = []
    for place, (number, match) in enumerate(timed):
        index = lines[number - 1] if number and lines[number - 1].isdecimal() else str(place + 1)
        where = f"{name} caption {index[:20]}"
        following = timed[place + 1][0] if place + 1 < len(timed) else len(lines)
        said = lines[number + 1 : following]
        if following < len(lines) and said and said[-1].isdecimal():
            del said[-1]  # the next one's number
        start, end = (_seconds(one.replace(",", "."), where) for one in match.groups())
        text = " ".join(said).strip()
        entries.append(_Entry(where, start, max(start, end), _playhead(text, where), text=_plain(text)))
    return entries


def _shortened(text: str) -> str:
    """Foreign text in quotes, its middle left out where it is long."""
    return reprlib.repr(text.strip())


def _seconds(text: str, where: str) -> float:
    """Seconds from 83.5, 1:23.5 or 0:01:23.5."""
    try:
        parts = [float(part) for part in text.strip().split(":")]
    except ValueError:
        parts = []
    if not 1 <= len(parts) <= 3 or not all(math.isfinite(part) and part >= 0 for part in parts):
        raise UnspiralError(f"{where}: {_shortened(text)} is no time such as 83.5 or 1:23.5")
    return sum(part * 60**power for power, part in enumerate(reversed(parts)))


_MARKUP = re.compile(r"\{\\[^}]*\}|</?[a-zA-Z][^<>]*>")
"""What players take as looks: {\an8}, <i>."""


def _plain(text: str) -> str:
    """What a label says, without looks; nothing where it is but a number."""
    plain = " ".join(_MARKUP.sub("", text).split())
    return plain if any(c.isalpha() for c in plain) else ""


_APART = ",'’_\u00a0\u2009\u202f"
"""What may stand between thousands."""
_NUMBER = rf"(?:(?<![\w.{_APART}])[-+−])?(?:\d[\d.{_APART}]*|(?<!\d)\.\d+)(?:[eE][-+]?\d+)?"
_ALONE = re.compile(rf"(?<![^\W_])(?P<number>{_NUMBER})(?:st|nd|rd|th)?(?P<after>\s*[%‰]|.?)")
_NAMED = re.compile(
    rf"(?:epochs?|epochen?|époques?|épocas?|steps?|playhead)(?:\s*[:=#_]\s*|\s*[-–—]\s+|[-–—]|\s*)(?P<number>{_NUMBER})"
    rf"(?:st|nd|rd|th)?(?P<after>(?:\s*(?:to|bis|of|von|[-–—/…]|\.\.+))?\s*\d|[^\w\s]\d|\s*[%‰]|.?)",
    re.IGNORECASE,
)


def _playhead(text: str, where: str, exact: bool = False) -> float:
    """The one number of a text, or the one that is called epoch in it. UnspiralError where that is not certain.

    `exact` says that a program wrote it: its dot is a decimal one, whatever follows.
    """
    if len(text) > 2000:
        raise UnspiralError(f"{where}: a label of {len(text):,} characters is no playhead")
    plain = _MARKUP.sub(" ", text)
    said = " ".join(plain.split())[:80]
    found = [*_NAMED.finditer(plain)] or [*_ALONE.finditer(plain)]
    if not found:
        raise UnspiralError(f"{where}: {said!r} holds no number for the playhead")
    numbers = {_read(match["number"], match["after"], exact) for match in found}
    if len(numbers) > 1:
        raise UnspiralError(f"{where}: which of the numbers in {said!r} is the playhead? Write it as epoch 250")
    (number,) = numbers
    if number is None:
        raise UnspiralError(f"{where}: which playhead {said!r} means is not certain; write it as epoch 1500 or 1.5")
    return number


def _read(text: str, after: str, exact: bool) -> float | None:
    """A number as it is written, thousands apart or not; None where nobody could be certain of it."""
    if after.isalnum() or after.strip() in ("%", "‰") or after[-1:].isdigit():
        return None
    text = text.rstrip("." + _APART).replace("−", "-")
    digits = text.lstrip("+-")
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits) and not exact:
        return None  # a thousand and a half in some countries
    if re.fullmatch(rf"[1-9]\d{{0,2}}([{_APART}])\d{{3}}(?:\1\d{{3}})*(?:\.\d+)?", digits):
        text = re.sub(f"[{_APART}]", "", text)
    try:
        number = float(text) if "_" not in text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
