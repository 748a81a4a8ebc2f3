"""Words of a scene's own over a picture: in the theme's font, with a halo, so that they can be read on anything."""

from typing import Any

from manim import ManimColor, Text

from scenes.parts.paint.theme import TEXT_FAMILY, THEME, Theme


def label(text: str, size: float = 28, colour: str | None = None, theme: Theme = THEME, **kwargs: Any) -> Text:
    """A line of text to lay over a picture: `label("a mistake").next_to(picture.point(3), UP)`.

    `size` is Manim's font size; `colour` "#rrggbb", the theme's ink if None. Further arguments are those of Manim's
    Text.
    """
    words = Text(text, font=TEXT_FAMILY, font_size=size, color=ManimColor(colour or theme.ink), **kwargs)
    words.set_stroke(ManimColor(theme.rim), width=size / 5, opacity=1, background=True)
    return words
