"""What decks of every kind are made of: slides, and the colours and font around the clips."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageFont

from engine.deliver.clip import Clip, Section
from engine.deliver.sound import Sounding, mixed
from engine.deliver.video import Encoder
from engine.errors import UnspiralError
from engine.files.opening import toml
from engine.page.letters import Others, others
from engine.themes import THEMES

ASSETS = Path(__file__).parents[2] / "assets"
FONT = ASSETS / "fonts" / "SourceSans3-Regular.ttf"
STRIP = 80 / 1160
"""The share of a slide's height that its title takes."""


@dataclass(frozen=True)
class Look:
    """Of a deck around its clips."""

    ground: str = "#0d1117"
    ink: str = "#f3f5f8"
    quiet: str = "#bcc5d1"
    font: Path = FONT
    theme: str = "dark"

    @property
    def family(self) -> str:
        """What the font is called."""
        return str(ImageFont.truetype(str(self.font)).getname()[0])

    @classmethod
    def of(cls, theme: str) -> "Look":
        """That of a theme: one of `THEMES` or a TOML file, whose font is named relative to it."""
        light = cls("#ffffff", "#12161c", "#414b58")
        if theme in ("", *THEMES):
            return cls() if theme in ("", "dark") else replace(light, theme=theme)
        try:
            given = toml(Path(theme))
        except UnspiralError as error:
            raise UnspiralError(f"theme {theme}: {error}") from None
        base = cls() if given.get("base", "dark") == "dark" else light
        colours = {name: str(given.get(name, getattr(base, name))) for name in ("ground", "ink", "quiet")}
        font = Path(theme).parent / str(given["text"]) if "text" in given else FONT
        return cls(**colours, font=font, theme=str(Path(theme).resolve()))


@dataclass(frozen=True)
class Slide:
    """A section of a clip, and which one it is."""

    clip: Clip
    section: Section
    number: str
    """Scene and section, 2.3; the section alone in a deck of one scene."""

    @property
    def notes(self) -> str:
        """What is said about it: its words, or what its clip is about."""
        return self.section.notes or self.clip.title

    @property
    def described(self) -> str:
        """In words for those who do not see it."""
        return f"{self.section.name}: {self.notes}"

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return float(self.section.frames / self.clip.rate)

    def heard(self, encoder: Encoder) -> Any:
        """The scene's sound in it, and how to code it; None where it adds none."""
        clip, first = self.clip, float(self.section.first / self.clip.rate)
        span = first, first + self.seconds
        return (mixed([Sounding(clip.video)], [span]), encoder.sound) if clip.sounds else None


@dataclass(frozen=True)
class Deck:
    """All of a deck, before it is written."""

    title: str
    slides: Sequence[Slide]
    look: Look
    language: str = "en"
    """Of its words, as browsers and screen readers know it: en, de, zh-Hans …"""
    live: Sequence[tuple[str, str]] = ()
    """Pages to touch, each a slide after the clips: what it is called, and its HTML."""

    @property
    def others(self) -> Others:
        """What sets the letters of its words that the look's font lacks."""
        texts = {text for slide in self.slides for text in (slide.section.name, slide.clip.title, slide.notes)}
        words = "\n".join(sorted(texts | {name for name, _ in self.live}))
        return others(self.look.font, self.look.theme, words)


def png(pixels: Any) -> bytes:
    """A picture as a PNG file."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()
