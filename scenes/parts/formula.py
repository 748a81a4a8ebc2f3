"""Formulas, their parts in the colours of the picture's."""

from collections.abc import Mapping
from typing import Any

from manim import ManimColor, MathTypst

from scenes.parts.theme import FONTS, MATHS_FAMILY, RGB, THEME


def formula(text: str, colours: Mapping[str, RGB | str] | None = None, size: float = 40, **kwargs: Any) -> MathTypst:
    """A Typst formula in ink; a part written `{{ w_1 : name }}` takes the colour that `colours` gives that name.

    formula("{{ W : weight }} f", {"weight": "#f5ae4b"}). `size` is Manim's font size: 40 is 1/24 of the height.
    """
    made = MathTypst(
        text,
        font_size=size,
        color=ManimColor(THEME.ink),
        typst_preamble=f'#show math.equation: set text(font: "{MATHS_FAMILY}")',
        font_paths=[FONTS],
        **kwargs,
    )
    for name, colour in (colours or {}).items():
        made.select(name).set_color(ManimColor(colour))
    return made
