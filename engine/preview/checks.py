"""What an audience could not read in a scene: cut off, too small, on top of each other, too pale, too fast."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.numbers import decimal
from engine.preview.shape import Shape, written

SMALLEST = 1 / 40
"""Of the frame's shorter side: the size of letters."""
LINE = 1.25
"""Lines to the size of their letters: what pictures set smaller, to fit a cell or a panel, is held to its line."""
CONTRAST = 4.5
"""WCAG 2.2, 1.4.3."""
READING = 22.0
"""Characters a second that an audience reads beside a picture; subtitles have 17 to 20."""
SPEAKING = 3.2
"""Words a second: a fast lecturer's."""
TOUCHING = 0.2
"""Of the smaller text's letters, hidden by another."""


class Text(NamedTuple):
    """A line of text on a frame."""

    text: str
    box: tuple[float, float, float, float]
    """Left, top, right, bottom of its letters, in pixels."""
    size: float
    """Of its letters, in pixels: the em."""
    colour: tuple[float, float, float]
    alpha: float
    fades: bool = False
    """Whether it is paler than its picture paints it where it is fully there: on its way in or out."""
    fitted: bool = False
    """Whether a picture sets it, as large as there is room."""


class Sighting(NamedTuple):
    """What can be read on a frame."""

    frame: int
    texts: tuple[Text, ...]
    outside: int
    """Points that lie outside what is shown."""
    view: float
    """How far what is shown of the plane reaches up and down, in data units; 0 without a plane."""
    pixels: NDArray[np.uint8]
    """(height, width, 3)."""


@dataclass(frozen=True)
class Finding:
    """Something to be mended, and when it is seen."""

    frame: int
    moment: str
    said: str

    def as_json(self) -> dict[str, Any]:
        """What the page is told."""
        return asdict(self)


def looked_at(shape: Shape) -> list[int]:
    """The frames on which texts are looked at: the middle and the last of each play and each pause, else the end."""
    ends = {frame for play in shape.plays for frame in (play.first + play.frames // 2, play.first + play.frames - 1)}
    return sorted(ends) or [0]


def still(shape: Shape, frame: int) -> bool:
    """Whether nothing fades in or out on a frame: in a pause, or at the end of a section."""
    ends = any(part.first + part.frames - 1 == frame for part in shape.sections)
    return (
        not shape.plays
        or ends
        or any(play.first <= frame < play.first + play.frames and play.what == "wait" for play in shape.plays)
    )


def found(shape: Shape, sightings: Iterable[Sighting]) -> list[Finding]:
    """Everything to be mended, each once, where it is seen first."""
    first: dict[str, Finding] = {}
    said = [(part, sentence) for part, sentence in _too_fast(shape)]
    for frame, sentence in said:
        first.setdefault(sentence, Finding(frame, written(shape, frame), sentence))
    seen_all = list(sightings)
    texts = _Texts.over(seen_all)
    widest = max((seen.view for seen in seen_all), default=0.0)
    for seen in seen_all:
        zoomed = seen.view < 0.99 * widest  # points are outside because somebody looks more closely
        for sentence in _on(seen, still(shape, seen.frame), zoomed, texts):
            first.setdefault(sentence, Finding(seen.frame, written(shape, seen.frame), sentence))
    return sorted(first.values(), key=lambda finding: finding.frame)


class _Texts(NamedTuple):
    """What is known of the texts of a whole scene."""

    tallest: dict[str, float]
    """How large each becomes: one that grows is small on its way only."""
    places: Counter[tuple[str, tuple[float, ...]]]
    """How often each is seen in a place: one that comes in from outside is cut off on its way only."""

    @classmethod
    def over(cls, sightings: Iterable[Sighting]) -> "_Texts":
        tallest: dict[str, float] = {}
        places: Counter[tuple[str, tuple[float, ...]]] = Counter()
        for text in (text for seen in sightings for text in seen.texts):
            tallest[text.text] = max(text.size, tallest.get(text.text, 0.0))
            places[text.text, tuple(map(round, text.box))] += 1
        return cls(tallest, places)


def _on(seen: Sighting, rests: bool, zoomed: bool, all_texts: _Texts) -> Iterator[str]:
    """What is wrong on one frame."""
    height, width = seen.pixels.shape[:2]
    texts = [text for text in seen.texts if text.text.strip() and text.alpha > 0.02 and _within(text, width, height)]
    for text in texts:
        left, top, right, bottom = text.box
        edges = {"left": left < -1, "right": right > width + 1, "upper": top < -1, "lower": bottom > height + 1}
        settled = rests or all_texts.places[text.text, tuple(map(round, text.box))] > 1
        for edge in (name for name, beyond in edges.items() if beyond and settled):
            yield f"{_named(text)} is cut off at the {edge} edge"
        if text.fitted and text.text.endswith("…") and not text.text.endswith(" …"):  # as `fitted_text` leaves it
            yield f"{_named(text)} had no room and was cut short"
        least = SMALLEST * min(width, height)
        tall = (LINE if text.fitted else 1) * all_texts.tallest[text.text]
        if tall < 0.98 * least:
            share = min(width, height) / tall
            yield f"{_named(text)} is 1/{share:.3g} of the picture's height; from the last row, 1/40 can be read"
        if rests and not text.fades and (contrast := _contrast(text, seen.pixels)) is not None and contrast < CONTRAST:
            yield f"{_named(text)} has a contrast of {decimal(contrast)} to what is behind it; 4.5 can be read"
    if rests:
        for a, b in combinations([text for text in texts if text.alpha > 0.5], 2):
            if _overlap(a, b) > TOUCHING and a.text != b.text:
                yield f"{_named(a)} and {_named(b)} lie on each other"
    if rests and seen.outside and not zoomed:
        yield f"{seen.outside:,} points lie outside the view"


def _too_fast(shape: Shape) -> Iterator[tuple[int, str]]:
    """Captions that stay too shortly, and sentences that take longer than they have."""
    for part in shape.sections:
        end = part.first + part.frames
        lines = [(max(s.first, part.first), min(s.end, end), s.text) for s in shape.said if part.first <= s.first < end]
        for first, last, text in lines or ([(part.first, end, part.beat)] if part.beat else []):
            seconds = (last - first) / shape.rate
            name = f"section {part.name!r}" if part.name else "the section"
            takes = sum(any(map(str.isalnum, word)) for word in text.split()) / SPEAKING
            if len(text) > READING * seconds:
                pace = len(text) / seconds
                yield (
                    first,
                    f"{name} shows its caption for {seconds:.3g} s: {pace:.0f} characters a second; 22 are read",
                )
            if takes > seconds:
                yield first, f"{name} has {seconds:.3g} s for a sentence that takes {takes:.1f} s to say"


def _named(text: Text) -> str:
    said = " ".join(text.text.split())
    return f"“{said[:40]}{'…' if len(said) > 40 else ''}”"


def _within(text: Text, width: int, height: int) -> bool:
    """Whether any of it is to be seen."""
    left, top, right, bottom = text.box
    return left < width and right > 0 and top < height and bottom > 0


def _overlap(a: Text, b: Text) -> float:
    """The share of the smaller one's letters that the other's cover."""
    width = min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])
    height = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    areas = [(t.box[2] - t.box[0]) * (t.box[3] - t.box[1]) for t in (a, b)]
    return max(0.0, width) * max(0.0, height) / max(1e-6, min(areas))


def _contrast(text: Text, pixels: NDArray[np.uint8]) -> float | None:
    """Of the text's colour to what is next to its letters, which may be a halo; None where the letters are not seen."""
    height, width = pixels.shape[:2]
    left, top, right, bottom = (round(edge) for edge in text.box)
    inside = pixels[max(0, top - 3) : min(height, bottom + 3), max(0, left - 3) : min(width, right + 3)] / 255
    if inside.size < 300:
        return None
    ink = np.asarray(text.colour)
    away = np.abs(inside - ink).max(2)
    behind = np.median(inside[away >= np.quantile(away, 0.6)], axis=0)
    shown = text.alpha * ink + (1 - text.alpha) * behind
    letters = np.abs(inside - shown).max(2) < 0.06
    if letters.sum() < 4:  # covered
        return None
    beside = _grown(_grown(_grown(letters))) & ~_grown(letters) & (np.abs(inside - shown).max(2) > 0.02)
    if not beside.any():
        return 1.0
    own, around = float(_luminance(shown)), _luminance(inside[beside])
    contrasts = (np.maximum(own, around) + 0.05) / (np.minimum(own, around) + 0.05)
    return float(np.quantile(contrasts, 0.75))  # here and there something of the same colour may come close


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask and the pixels next to it."""
    wide = np.pad(mask, 1)
    return wide[1:-1, 1:-1] | wide[2:, 1:-1] | wide[:-2, 1:-1] | wide[1:-1, 2:] | wide[1:-1, :-2]


def _luminance(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])
