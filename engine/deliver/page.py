"""Decks as one HTML page: reveal.js, the font, and each section's clip once, small enough to be carried."""

import base64
import html
import io
import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from engine.deliver.captions import as_vtt
from engine.deliver.slides import ASSETS, STRIP, Deck, Slide
from engine.deliver.targets import H264, within
from engine.deliver.video import Encoder, counting, frames, frames_backwards, join, some_frames
from engine.page.letters import faces
from engine.progress import duration

REVEAL = ASSETS / "reveal"
"""reveal.js 6.0.2: files of its npm package's dist folder, as they are."""
TOGETHER = 15
"""Frames from one key frame to the next: a player that goes backwards decodes half of them for each that it shows."""
BEST, WORST = 23, 30
"""x264's quality where there is room, and from where on a smaller picture is the better one."""
ROOM = 36e6
"""Bytes for all clips of a page: as text they take a third more."""
TRIED = 5
"""Of so many groups of frames one is encoded to find out what all would take."""
SMALL = 720
"""Lines of the smaller picture."""


def write_html(deck: Deck, output: Path, say: Callable[[str], None]) -> None:
    """One page with everything in it. Its clips are as good as fit into `ROOM`; `say` is told if they are smaller."""
    page = (Path(__file__).parent / "deck.html").read_text(encoding="utf-8")
    slides, look = deck.slides, deck.look
    first = slides[0].clip
    total = sum(slide.section.frames for slide in slides)
    with counting("how much its clips take", total // TRIED):
        room = Room(slides)
    strip = round(first.height * STRIP / (1 - STRIP))
    filled = {
        "title": html.escape(deck.title),
        "language": html.escape(deck.language),
        "reset": (REVEAL / "reset.css").read_text(encoding="utf-8"),
        "reveal": (REVEAL / "reveal.css").read_text(encoding="utf-8"),
        "font": base64.b64encode(look.font.read_bytes()).decode(),
        "others": faces(deck.others.fonts, "Source Sans 3"),
        "ground": html.escape(look.ground),
        "ink": html.escape(look.ink),
        "quiet": html.escape(look.quiet),
        "width": str(first.width),
        "height": str(first.height),
        "strip": str(strip),
        "page": str(first.height + strip),
        "script": (REVEAL / "reveal.js").read_text(encoding="utf-8"),
        "slides": "\n".join(
            [
                *(_slide(number, slide, deck.language) for number, slide in enumerate(slides)),
                *(_live(name, text) for name, text in deck.live),
            ]
        ),
    }
    with output.open("w", encoding="utf-8") as file, counting(deck.title, total):
        for piece in _pieces(page):
            if piece == "clips":
                for number, slide in enumerate(slides):
                    file.write(_clip(number, slide, room))
            else:
                file.write(filled.get(piece, piece))
    if (asked := max(slide.clip.height for slide in slides)) > room.lines:
        lasting = duration(sum(slide.seconds for slide in slides))
        say(f"its clips have {room.lines} lines instead of {asked}, so that {lasting} of them can be carried")


def _pieces(page: str) -> Iterator[str]:
    """The template's text, and between its parts the names in double braces."""
    text, *rest = page.split("{{")
    yield text
    for part in rest:
        name, text = part.split("}}", 1)
        yield name
        yield text


def _slide(number: int, slide: Slide, language: str) -> str:
    section, described = slide.section, html.escape(slide.described, quote=True)
    loops = " data-loop" if section.loops else ""
    muted = "" if slide.clip.sounds else " muted"
    return (
        f"<section{loops} data-rate='{float(slide.clip.rate)}' aria-label='{html.escape(slide.number)} "
        f"{html.escape(section.name, quote=True)}'><div class='strip'><span class='number'>{slide.number}</span>"
        f"<h2 class='name'>{html.escape(section.name)}</h2>"
        f"<span class='title'>{html.escape(slide.clip.title)}</span></div>"
        f"<div class='stage'><img class='poster' alt='{described}' src='{_poster(slide)}'>"
        f"<video class='forward' data-clip='clip-{number}'{muted} playsinline preload='auto' aria-label='{described}'>"
        f"{_track(slide, language)}</video></div>"
        f"<aside class='notes'>{html.escape(slide.notes)}</aside></section>"
    )


def _live(name: str, text: str) -> str:
    """A slide with a page in a frame that reaches nothing around it. Keys are the deck's until one enters."""
    called, inside = html.escape(name, quote=True), html.escape(text, quote=True)
    return (
        f"<section data-live aria-label='{called}'><div class='strip'><h2 class='name'>{called}</h2>"
        "<span class='title'>press inside to touch it, Esc to leave it</span></div><div class='stage'>"
        f"<iframe sandbox='allow-scripts' title='{called}' srcdoc='{inside}'></iframe></div></section>"
    )


def _track(slide: Slide, language: str) -> str:
    """What is said in the section, as captions from its own beginning."""
    said = within(slide.section, slide.clip.rate)
    if not said:
        return ""
    text = base64.b64encode(as_vtt(said).encode()).decode()
    return (
        f"<track kind='captions' label='Captions' srclang='{html.escape(language)}' src='data:text/vtt;base64,{text}'>"
    )


def _poster(slide: Slide, width: int = 960) -> str:
    """What the section arrives at, for the overview and on paper."""
    image = Image.fromarray(next(frames_backwards(slide.section.video)))
    image.thumbnail((width, width))
    stream = io.BytesIO()
    image.save(stream, "WEBP", quality=80)
    return f"data:image/webp;base64,{base64.b64encode(stream.getvalue()).decode()}"


def _clip(number: int, slide: Slide, room: "Room") -> str:
    """The section's clip, as base64 in a script that no browser runs."""
    encoder = room.encoder(number)
    with tempfile.TemporaryDirectory() as folder:
        silent, whole = (Path(folder) / f"{name}.mp4" for name in ("silent", "whole"))
        encoder.write(silent, frames(slide.section.video, room.lines), slide.clip.rate)
        join([silent], whole, slide.clip.rate, sound=slide.heard(encoder))
        room.took(number, encoder, whole.stat().st_size)
        encoded = base64.b64encode(whole.read_bytes()).decode()
    return f"<script type='text/plain' id='clip-{number}'>{encoded}</script>\n"


class Room:
    """How the clips of some slides are encoded to fit into `ROOM`.

    What they would take is found out by encoding one of `TRIED` groups of frames of each; what those before really took
    corrects it for those that follow.
    """

    def __init__(self, slides: Sequence[Slide]) -> None:
        trial = _at(BEST)
        trial = replace(trial, options={**trial.options, "preset": "veryfast"})
        self._needed = [_needed(slide, trial) for slide in slides]
        self.lines = max(slide.clip.height for slide in slides)
        """How many they have at most."""
        if BEST + _steps(sum(self._needed)) > WORST and self.lines > SMALL:
            self._needed = [size / (self.lines / SMALL) ** 1.4 for size in self._needed]
            self.lines = SMALL
        self._taken = self._expected = 0.0

    def encoder(self, number: int) -> Encoder:
        """For one of the clips, after those before it."""
        dearer = self._taken / self._expected if self._expected > ROOM / 50 else 1.0
        left = max(ROOM - self._taken, 1.0)
        return _at(min(BEST + _steps(dearer * sum(self._needed[number:]), left), 40))

    def took(self, number: int, encoder: Encoder, size: int) -> None:
        """A clip is as large as this."""
        self._taken += size
        self._expected += self._needed[number] / 2 ** ((float(encoder.options["crf"]) - BEST) / 6)


def _steps(needed: float, room: float | None = None) -> float:
    """By how much quality has to be less: six steps of x264's are half the size."""
    return 6 * math.log2(max(needed / (ROOM if room is None else room), 1))


def _at(quality: float) -> Encoder:
    options = {"preset": "medium", "crf": f"{quality:.1f}", "g": str(TOGETHER), "bf": "3"}
    return replace(H264, options=options)


def _needed(slide: Slide, encoder: Encoder) -> float:
    """Bytes that a section would take."""
    some = some_frames(slide.section.video, TOGETHER, TRIED)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some.mp4"
        count = encoder.write(path, some, slide.clip.rate)
        return path.stat().st_size * slide.section.frames / max(count, 1)
