"""Decks as PDF: stills with notes."""

import json
import tempfile
from pathlib import Path

from engine.deliver.slides import FONT, Deck, png
from engine.deliver.video import frames_backwards
from engine.errors import UnspiralError
from engine.page.letters import from_the_right

# Typst sets the stills, one a page, with what is said about each under it.
_PDF = """
#let deck = json("deck.json")
#set document(title: deck.title)
#let read(words) = if words.backwards { text(dir: rtl, words.text) } else { words.text }
#set text(font: deck.families, size: 15pt, fill: rgb(deck.ink), lang: deck.language)
#for slide in deck.slides {
  page(width: 960pt, height: auto, margin: 24pt, fill: rgb(deck.ground))[
    #grid(columns: (auto, 1fr, auto), gutter: 14pt,
      text(size: 22pt, fill: rgb(deck.quiet), slide.number), align(left, text(size: 22pt, read(slide.name))),
      text(fill: rgb(deck.quiet), read(slide.title)))
    #image(slide.still, width: 100%, height: deck.height * 1pt, fit: "contain", alt: slide.described)
    #read(slide.notes)
  ]
}
"""


def write_pdf(deck: Deck, output: Path) -> None:
    """A page a section: the still it ends with, and its notes under it. UnspiralError for letters that no font has."""
    import typst

    slides, colours = deck.slides, deck.look
    first, others = slides[0].clip, deck.others
    if others.missing:
        raise UnspiralError(others.missing)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        described = []
        for number, slide in enumerate(slides):
            still = folder / f"{number}.png"
            still.write_bytes(png(next(frames_backwards(slide.section.video))))
            described.append(
                {
                    "number": slide.number,
                    "name": _read(slide.section.name),
                    "title": _read(slide.clip.title),
                    "notes": _read(slide.notes),
                    "described": slide.described,
                    "still": still.name,
                }
            )
        height = round(min(912 * first.height / first.width, 1200))
        shared = {
            "title": deck.title,
            "families": [colours.family, *dict.fromkeys(font.family for font in others.fonts)],
            "language": deck.language.split("-")[0].lower(),
            "ground": colours.ground,
            "ink": colours.ink,
            "quiet": colours.quiet,
            "height": height,
        }
        (folder / "deck.json").write_text(json.dumps({**shared, "slides": described}), encoding="utf-8")
        (folder / "deck.typ").write_text(_PDF, encoding="utf-8")
        fonts = [str(FONT.parent), str(colours.font.parent), *(str(font.path.parent) for font in others.fonts)]
        output.write_bytes(typst.compile(str(folder / "deck.typ"), font_paths=fonts, ignore_system_fonts=False))


def _read(text: str) -> dict[str, str | bool]:
    """A text, and from which side it is read."""
    return {"text": text, "backwards": from_the_right(text)}
