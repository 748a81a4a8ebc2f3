"""Formulas, their parts in the colours of the picture's."""

from collections.abc import Mapping
from typing import Any

from manim import ManimColor, MathTypst, config

from scenes.parts.paint.canvas import WIDE
from scenes.parts.paint.theme import FONTS, RGB, Theme, themed
from scenes.parts.stage.label import family


def formula(
    text: str,
    colours: Mapping[str, RGB | str] | None = None,
    size: float = 40,
    theme: Theme | None = None,
    **kwargs: Any,
) -> MathTypst:
    """A Typst formula in ink; a part written `{{ w_1 : name }}` takes the colour that `colours` gives that name.

    formula("{{ W : weight }} f", {"weight": "#f5ae4b"}). `size` is Manim's font size: 40 is 1/24 of the height, of
    the width in a tall frame.
    """
    theme = themed(theme)
    made = MathTypst(
        text,
        font_size=size * 135 * _unit() / _scale(),
        color=ManimColor(theme.ink),
        typst_preamble=f'#show math.equation: set text(font: "{family(theme.maths)}")',
        font_paths=sorted({FONTS, theme.maths.parent}),
        **kwargs,
    )
    for name, colour in (colours or {}).items():
        made.select(name).set_color(ManimColor(colour))
    return made


def seat(wide: tuple[float, float], tall: tuple[float, float]) -> tuple[float, float, float]:
    """Where a formula's middle goes: `wide` beside a plot, `tall` in square and tall frames.

    In 1/1080 of the frame's shorter side from its top left corner; negative from the right or from the bottom. Across
    `tall` frames positive x are shares: 540 is the middle of 4 : 3, too.
    """
    width, height = config.pixel_width / _unit(), config.pixel_height / _unit()
    x, y = wide if width >= WIDE * height else (tall[0] * (width / 1080 if tall[0] > 0 else 1), tall[1])
    x, y = x + width * (x < 0), y + height * (y < 0)
    return (x - width / 2) * _unit() / _scale(), (height / 2 - y) * _unit() / _scale(), 0.0


def _unit() -> float:
    """Pixels to 1/1080 of the frame's shorter side."""
    return min(config.pixel_width, config.pixel_height) / 1080


def _scale() -> float:
    """Pixels to one of Manim's units, of which every frame is as wide as 16 : 9 is."""
    return config.pixel_width / config.frame_width
