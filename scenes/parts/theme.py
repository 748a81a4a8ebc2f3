"""How pictures look: colours, fonts, sizes. Point colour is the truth, region colour is the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import manimpango

FONTS = Path(__file__).parents[2] / "assets" / "fonts"
TEXT, STRONG, MATHS = (
    FONTS / f"{name}.ttf" for name in ("SourceSans3-Regular", "SourceSans3-SemiBold", "STIXTwoMath-Regular")
)
TEXT_FAMILY, MATHS_FAMILY = "Source Sans 3", "STIX Two Math"

for _font in (TEXT, STRONG, MATHS):  # before the first Text is made: later registrations silently fall back
    manimpango.register_font(str(_font))

RGB = tuple[float, float, float]

# Found by search in OKLCH: contrast ≥ 4.5 on the ground, as far apart as can be (ΔE 2000) for normal sight and
# simulated protanopia, deuteranopia and tritanopia at once.
_PALETTES = (
    ("#f1ed41", "#e63281", "#1bbbf0"),
    ("#f5ae4b", "#3792b5", "#eb3062", "#dec6ee", "#adf9c9"),
    ("#1d97a2", "#818c63", "#e2afab", "#b151e3", "#ed6e12", "#d9f283", "#8baaeb", "#b6f1f7"),
)


@dataclass(frozen=True)
class Theme:
    """Colours as #rrggbb. `classes` replaces the palettes that are chosen by the number of classes."""

    ground: str = "#0d1117"
    ink: str = "#f3f5f8"
    quiet: str = "#a9b3c1"
    """Secondary text and axes."""
    rim: str = "#07090d"
    """Around points and arrows, so that they stand out from what is under them."""
    classes: tuple[str, ...] = ()

    def class_colours(self, count: int) -> list[RGB]:
        """One colour a class, for points, arrows and bars."""
        fitting = [p for p in (self.classes, *_PALETTES) if len(p) >= count]
        palette = fitting[0] if fitting else _PALETTES[-1]
        return [rgb(palette[k % len(palette)]) for k in range(count)]

    def region_colours(self, count: int) -> list[RGB]:
        """One colour a class for the regions of the plane: its hue, dark enough for points and text to stand out."""
        return [_deep(colour) for colour in self.class_colours(count)]


DARK = Theme()


def rgb(colour: str) -> RGB:
    """#rrggbb as three numbers from 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def mix(a: Sequence[float], b: Sequence[float], share: float) -> RGB:
    """`share` of b in a."""
    red, green, blue = ((1 - share) * p + share * q for p, q in zip(a, b))
    return red, green, blue


@cache
def _deep(colour: RGB) -> RGB:
    """The same hue in OKLCH at lightness .26 to .46: kept apart for colour-blind eyes, text on it ≥ 4.5 : 1."""
    from coloraide import Color

    lightness, chroma, hue = Color("srgb", colour).convert("oklch").coords()
    deep = Color("oklch", [0.26 + 0.2 * (lightness - 0.6) / 0.35, min(max(0.8 * chroma, 0.05), 0.1), hue])
    red, green, blue = deep.fit("srgb").convert("srgb").coords()
    return round(red * 255) / 255, round(green * 255) / 255, round(blue * 255) / 255
