"""Words of a scene's own over a picture: in the theme's font, with a halo, so that they can be read on anything."""

from functools import cache
from pathlib import Path
from typing import Any

import manimpango
from manim import ManimColor, Text
from PIL import ImageFont

from scenes.parts.paint.theme import DARK, Theme, themed


@cache
def family(font: Path) -> str:
    """The name by which Manim's Text knows a font file; those asked for after the first Text, it never knows."""
    manimpango.register_font(str(font))
    return ImageFont.truetype(str(font)).getname()[0] or ""


for _font in (DARK.text, DARK.strong, DARK.maths):  # the project's own are there whenever a Text is made
    family(_font)


def label(text: str, size: float = 28, colour: str | None = None, theme: Theme | None = None, **kwargs: Any) -> Text:
    """A line of text to lay over a picture: `label("a mistake").next_to(picture.point(3), UP)`.

    `size` is Manim's font size; `colour` "#rrggbb", the theme's ink if None. Further arguments are those of Manim's
    Text.
    """
    theme = themed(theme)
    words = Text(text, font=family(theme.text), font_size=size, color=ManimColor(colour or theme.ink), **kwargs)
    words.set_stroke(ManimColor(theme.rim), width=size / 5, opacity=1, background=True)
    return words
