"""How pictures look: colours, fonts, sizes. Point colour is the truth, region colour is the answer."""

import os
import reprlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_type_hints

import numpy as np
from coloraide import Color
from PIL import ImageFont

from engine import UnspiralError
from engine.errors import given, nearest, printable
from engine.files import opening
from engine.themes import THEMES, check_theme

ROUND = 8
"""Classes that colour alone tells apart; points of further ones are squares, for eyes that mix colours up."""
GREY = 0.02
"""Chroma in OKLCH below which a colour is a grey."""
FONTS = Path(__file__).parents[3] / "assets" / "fonts"
READABLE = 4.5
"""Contrast that text needs, WCAG 2 level AA."""

RGB = tuple[float, float, float]

PIECES = 0.03, 0.26
"""How much secondary text's colour is in the tones of pieces, from the first to the last."""

Weight = Literal["text", "strong"]
TEXT: Weight = "text"
STRONG: Weight = "strong"
"""Which of a theme's fonts: a painter says one of these, and the canvas knows the font."""


class Fonts(NamedTuple):
    """What a theme sets text in."""

    text: Path
    strong: Path
    fallback: tuple[Path, ...] = ()
    """Asked for letters that these do not have."""


@dataclass(frozen=True)
class Scale:
    """One scale for all pictures, in 1/1080 of the frame's shorter side: what is alike is as large everywhere."""

    number: float = 112
    """The one number that counts: an epoch."""
    head: float = 60
    """Numbers over several panels, answers, titles."""
    caption: float = 44
    """The line under the plot, and names of columns and layers."""
    body: float = 40
    """What stands before numbers; names of regions and bars."""
    label: float = 36
    """Rows of readings; names of axes and arrows."""
    note: float = 32
    """Keys and remarks: the least that the last row reads."""
    hair: float = 1.5
    line: float = 2.5
    bold: float = 4.5
    """Weights of lines: of grids and axes, of what is drawn, of what it is about."""
    edge: float = 44
    """From the frame's edge to the nearest text or mark: more than 2 % of its longer side."""


SIZES = Scale()

# Found by annealing in OKLCH: contrast ≥ 4.5 on the ground, chroma ≥ 0.08, no two of a hue, as far apart as can be
# (ΔE 2000) for normal sight and simulated protanopia, deuteranopia and tritanopia at once; up to five also in greys.
# Classes that follow each other differ most; tests/scenes/test_theme.py measures all of it.
_ON_DARK = (
    ("#ffe100", "#1cc6ff", "#f5587f"),
    ("#ffd203", "#24d6fb", "#ff7796", "#8e82ff", "#afffb8"),
    ("#ffc481", "#0c78ff", "#05fed6", "#e315b1", "#f5fa02", "#f28287", "#70a805", "#c8a0ff"),
    (
        *("#f7a147", "#bd45fb", "#14f2ff", "#a9ff09", "#d87463", "#707cb3"),
        *("#7d8b03", "#069e96", "#f50083", "#ffea9e", "#21b8ff", "#96c593"),
    ),
)
_ON_LIGHT = (
    ("#a06b00", "#00629c", "#560038"),
    ("#816000", "#0172cf", "#720001", "#6100a1", "#005d40"),
    ("#a35e01", "#02008b", "#018663", "#e7065f", "#933af8", "#570032", "#01568f", "#940103"),
    (
        *("#7a6500", "#7811db", "#e61c2b", "#0c7877", "#400b13", "#b251a0"),
        *("#000072", "#5a7f47", "#6b3104", "#a30e46", "#004993", "#5a3761"),
    ),
)


Palette = Literal["colours", "greys"]
Check = Callable[[str, Any, Path], Any]
"""What a key's value in a theme file becomes: from how the key was written, the value, and the file's folder."""


def _colour(wanted: str, value: Any, folder: Path) -> str:
    text = _words(wanted, value, folder)
    if len(text) != 7 or text[0] != "#" or not set(text[1:].lower()) <= set("0123456789abcdef"):
        raise UnspiralError(f"{wanted} is no colour like #f5ae4b")
    return text.lower()


def _words(wanted: str, value: Any, folder: Path) -> str:
    if not isinstance(value, str):
        raise UnspiralError(f"{wanted} is no text in quotes")
    return value


def _font(wanted: str, value: Any, folder: Path) -> Path:
    path = folder / _words(wanted, value, folder)
    try:
        opening.regular(path)
        ImageFont.truetype(str(path))
    except UnspiralError as error:
        raise UnspiralError(f"{wanted}: {path} is no font file that can be read ({error})") from None
    except OSError as error:
        if "invalid pixel size" not in str(error):  # a font of bitmaps, as those of emoji are
            raise UnspiralError(f"{wanted}: {path} is no font file that can be read") from None
    return path.resolve()


def _name(wanted: str, value: Any, folder: Path) -> str:
    return printable(_words(wanted, value, folder))


def _each(check: Check, kind: str) -> Check:
    """A list of what `check` takes."""

    def checked(wanted: str, value: Any, folder: Path) -> tuple[Any, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise UnspiralError(f"{wanted} is no list of {kind}")
        return tuple(check(wanted, item, folder) for item in value)

    return checked


def _within(low: float, high: float) -> Check:
    def checked(wanted: str, value: Any, folder: Path) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise UnspiralError(f"{wanted} is no number from {low:g} to {high:g}")
        return float(value)

    return checked


def _one_of(*choices: str) -> Check:
    def checked(wanted: str, value: Any, folder: Path) -> str:
        if value not in choices:
            raise UnspiralError(f"{wanted} is no {' or '.join(choices)}")
        return value

    return checked


Colour = Annotated[str, _colour]
Words = Annotated[str, _words]
Font = Annotated[Path, _font]


@dataclass(frozen=True)
class Theme:
    """Colours as #rrggbb. `classes` replaces the palettes that are chosen by the number of classes.

    A field is a key of theme files; its annotation says what may stand there.
    """

    ground: Colour = "#0d1117"
    ink: Colour = "#f3f5f8"
    quiet: Colour = "#bcc5d1"
    """Secondary text and axes."""
    rim: Colour = "#07090d"
    """Around points and arrows, so that they stand out from what is under them."""
    gradient: Colour = "#ff9233"
    """Of everything that runs backwards; no class has its hue."""
    classes: Annotated[tuple[str, ...], _each(_colour, "texts")] = ()
    palette: Annotated[Palette, _one_of("colours", "greys")] = "colours"
    """What classes have where `classes` does not say; greys are helped by squares, and by names on regions."""
    names: Annotated[tuple[str, ...], _each(_name, "texts")] = ()
    """What the classes are called, in a legend and under bars."""
    points: Annotated[float, _within(0.2, 5)] = 1.0
    """Size of points, as a multiple of what suits their number."""
    overlay: Annotated[float, _within(0, 1)] = 0.5
    """Opacity of the regions where the ground is transparent."""
    title: Words = ""
    """On a card before every clip, where a scene says nothing else; no card without one."""
    end: Words = ""
    """On a card after every clip."""
    text: Font = FONTS / "SourceSans3-Regular.ttf"
    strong: Font = FONTS / "SourceSans3-SemiBold.ttf"
    maths: Font = FONTS / "STIXTwoMath-Regular.ttf"
    fallback: Annotated[tuple[Path, ...], _each(_font, "font files")] = ()
    """Fonts for letters that these do not have, asked before those of the system."""

    @property
    def fonts(self) -> Fonts:
        """What its texts are set in."""
        return Fonts(self.text, self.strong, self.fallback)

    @property
    def light(self) -> bool:
        """Whether the ground is bright."""
        return _bright(self.ground)

    def naming(self, classes: tuple[str, ...]) -> "Theme":
        """The theme that calls classes so, unless it has names for them."""
        return replace(self, names=classes) if classes and not self.names else self

    def class_colours(self, count: int) -> list[RGB]:
        """One colour a class, for points, arrows and bars; twelve at most, then they come again."""
        if self.palette == "greys" and not self.classes:
            return _greys(count, self.round_classes(count), self.light)
        palettes = _ON_LIGHT if self.light else _ON_DARK
        own = (self.classes,) if self.classes else ()
        palette = next((p for p in (*own, *palettes) if len(p) >= count), palettes[-1])
        return [rgb(palette[k % len(palette)]) for k in range(count)]

    def round_classes(self, count: int) -> int:
        """How many of so many classes have round points; those of further ones are squares."""
        return -(-count // 2) if self.palette == "greys" and count > 3 else ROUND

    def written(self, colour: RGB) -> RGB:
        """The colour of a class's name: its own; ink where classes are greys, of which many are too pale to read."""
        return rgb(self.ink) if self.palette == "greys" else colour

    def region_colours(self, count: int) -> list[RGB]:
        """One colour a class for the regions of the plane: its hue, far enough from points and text to read them."""
        return [_region(colour, self.light) for colour in self.class_colours(count)]

    def piece_colours(self, count: int) -> list[RGB]:
        """Tones that tell pieces of the plane apart and are no class's: all of the ground's hue, in lightness steps."""
        return [mix(rgb(self.ground), rgb(self.quiet), share) for share in np.linspace(*PIECES, count).tolist()]

    def name(self, number: int) -> str:
        """What class `number` is called; the number itself, counted from 1, where it has no name."""
        return self.names[number] if number < len(self.names) else str(number + 1)


DARK = Theme()
LIGHT = Theme(ground="#ffffff", ink="#12161c", quiet="#414b58", rim="#ffffff", gradient="#c2410c")
GREYS = replace(LIGHT, palette="greys")
_BASES = dict(zip(THEMES, (DARK, LIGHT, GREYS), strict=True))


def read_theme(name: str) -> Theme:
    """A theme by name, one of `THEMES`, or a lecturer's own from a TOML file, whose fonts are named relative to it.

    UnspiralError for what cannot be read, and for text that nobody could read.
    """
    if name in _BASES:
        return _BASES[name]
    check_theme(name)
    path = Path(name)
    try:
        given = opening.toml(path)
    except UnspiralError as error:
        raise UnspiralError(f"{name} cannot be read: {error}") from None
    base = given.pop("base", "dark")
    if base not in THEMES:
        raise UnspiralError(f"{name}: base {reprlib.repr(base)}; it is {', '.join(THEMES[:-1])} or {THEMES[-1]}")
    known = checks()
    for key in given:
        if key not in known:
            raise UnspiralError(f"{name}: unknown key {reprlib.repr(key)}; {nearest(key, ['base', *known])}")
    changed = {
        key: known[key](f"{name}: {key} = {reprlib.repr(value)}", value, path.parent) for key, value in given.items()
    }
    theme = replace(_BASES[base], **changed)
    for key in ("ink", "quiet", "gradient"):
        contrast = Color(getattr(theme, key)).contrast(Color(theme.ground))
        if contrast < READABLE:
            raise UnspiralError(f"{name}: {key} on the ground has a contrast of {contrast:.1f} : 1; text needs 4.5 : 1")
    return theme


def checks() -> dict[str, Check]:
    """The keys of theme files, and what each may hold."""
    return {key: hint.__metadata__[0] for key, hint in get_type_hints(Theme, include_extras=True).items()}


def chosen_theme() -> Theme:
    """What pictures and scenes look like where nobody says otherwise: the theme that UNSPIRAL_THEME names now, or dark.

    UnspiralError for what `read_theme` refuses.
    """
    return read_theme(os.environ.get("UNSPIRAL_THEME") or "dark")


def themed(theme: "Theme | None") -> Theme:
    """The theme that somebody gave, or the chosen one. UnspiralError for what is no Theme."""
    if theme is not None and not isinstance(theme, Theme):
        raise UnspiralError(f"the theme is {given(theme)}; it must be a Theme, such as LIGHT or read_theme('light')")
    return theme or chosen_theme()


@cache
def _bright(colour: str) -> bool:
    return Color(colour).luminance() > 0.18


@cache
def rgb(colour: str) -> RGB:
    """#rrggbb as three numbers from 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def mix(a: Sequence[float], b: Sequence[float], share: float) -> RGB:
    """`share` of b in a."""
    red, green, blue = ((1 - share) * p + share * q for p, q in zip(a, b))
    return red, green, blue


@cache
def _greys(count: int, discs: int, light: bool) -> list[RGB]:
    """Greys for so many classes: `discs` have every other one, squares those between; neighbours are far apart."""
    levels = np.linspace(*((0, 68) if light else (100, 32)), max(count, 2)).tolist()
    parts = [range(0, count, 2), range(1, count, 2)] if discs < count else [range(count)]
    order = [step for part in parts for step in _far_apart(part)]
    shades = [Color("lab-d65", [levels[k], 0, 0]).convert("srgb").clip().coords() for k in order]
    return [(red, green, blue) for red, green, blue in shades]


def _far_apart(steps: Sequence[int]) -> list[int]:
    """The same steps, those that follow each other half of all apart."""
    half = (len(steps) + 1) // 2
    return [steps[k // 2 + half * (k % 2)] for k in range(len(steps))]


@cache
def _region(colour: RGB, light: bool) -> RGB:
    """The same hue in OKLCH, deep or pale, and quiet: points and text stand out on it, and it says whose it is."""
    lightness, own, hue = Color("srgb", colour).convert("oklch").coords()
    if own < GREY:  # a grey's hue says nothing
        return mix((1.0, 1.0, 1.0) if light else (0.0, 0.0, 0.0), colour, 0.22)
    if light:
        lightness, chroma = 0.85 + 0.08 * min(max((lightness - 0.28) / 0.3, 0), 1), 0.075
    else:
        lightness, chroma = 0.255 + 0.065 * min(max((lightness - 0.62) / 0.31, 0), 1), 0.085
    shades = (Color("oklch", [lightness, share * chroma, hue]) for share in np.linspace(1, 0, 86))
    region = next(shade for shade in shades if shade.in_gamut("srgb"))  # coloraide's own fit would turn the hue
    red, green, blue = region.convert("srgb").clip().coords()
    return round(red * 255) / 255, round(green * 255) / 255, round(blue * 255) / 255
