"""Letters that a theme's own font lacks: which other fonts set them, in pages and decks."""

import json
import logging
import subprocess
import tempfile
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from engine.errors import UnspiralError, printable
from engine.page.look import woff
from engine.render.child import run_module

LETTERS = "scenes.parts.paint.letters"
"""What sets the clips' texts, by name: the engine imports no scene."""
RESTRICTED = 2
"""Of OS/2's fsType: a font that may not be embedded."""


class Other(NamedTuple):
    """A font, and the letters that it sets and a text's own font lacks: digits between them are that one's."""

    path: Path
    number: int
    """Which font of a collection."""
    coloured: bool
    letters: str

    @property
    def family(self) -> str:
        """What the font is called."""
        from fontTools.ttLib import TTFont

        with TTFont(self.path, fontNumber=self.number, lazy=True) as opened:
            return str(opened["name"].getBestFamilyName() or self.path.stem)


class Others(NamedTuple):
    """The fonts that a text takes besides its own, and the sentence about letters that no font here has."""

    fonts: tuple[Other, ...] = ()
    missing: str = ""


@lru_cache(maxsize=64)
def others(own: Path, theme: str, text: str) -> Others:
    """What sets the letters of `text` that the font `own` lacks: the theme's fallback, else this computer's fonts."""
    if text.isascii():
        return Others()
    from fontTools.ttLib import TTFont

    with TTFont(own, lazy=True) as opened:
        known = opened.getBestCmap() or {}
    lines = [line for line in text.splitlines() if any(ord(letter) not in known for letter in line)]
    if not lines:
        return Others()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lines.txt"
        file.write_text("\n".join(lines), encoding="utf-8")
        done = run_module(LETTERS, [theme, file], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UnspiralError(printable(said[-1]) if said else "the theme could not be read")
    given = json.loads(done.stdout)
    fonts = [
        Other(Path(path), number, coloured, "".join(letter for letter in letters if ord(letter) not in known))
        for path, number, coloured, letters in (font.values() for font in given["fonts"])
    ]
    return Others(tuple(fonts), given["missing"])


def faces(fonts: Sequence[Other], family: str, weights: Sequence[int] = (400,)) -> str:
    """CSS by which a family has the letters of other fonts too, each font cut to them. Emoji are the browser's."""
    rules = []
    for font in fonts:
        carried = None if font.coloured else _carried(font)
        if carried is not None:
            places = ",".join(f"U+{ord(letter):X}" for letter in font.letters)
            rules += [
                f'@font-face{{font-family:"{family}";font-weight:{weight};unicode-range:{places};'
                f'src:url("data:font/woff;base64,{carried}")}}'
                for weight in weights  # a rule joins others of its very weight alone
            ]
    return "".join(rules)


def _carried(font: Other) -> str | None:
    """The font with its letters alone, and what joins them, as WOFF in base64; None if it may not be carried."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools.subset").setLevel(logging.ERROR)  # it tells of tables that it leaves out
    options = subset.Options(layout_features=["*"], hinting=False, notdef_outline=True, name_IDs=[])
    with TTFont(font.path, fontNumber=font.number, lazy=True) as opened:
        about: Any = opened.get("OS/2")
        if about is None or about.fsType & 0xF == RESTRICTED:
            return None
        return woff(opened, font.letters + "\u200c\u200d", options)


def from_the_right(text: str) -> bool:
    """Whether a text is read from right to left: its first letter says so."""
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind != "L" for kind in kinds if kind in ("L", "R", "AL")), False)
