"""Text for pictures, set with FreeType from the project's own fonts and painted as masks."""

from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

import cairo
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scenes.parts.paint.canvas import Canvas, tell
from scenes.parts.paint.theme import RGB, TEXT

Anchor = Literal["left", "middle", "right"]


NUMERAL = frozenset("0123456789.,%° ")
"""Texts of nothing else change from frame to frame."""


class _Mask(NamedTuple):
    surface: cairo.ImageSurface
    left: int
    """Pixels from the text's origin, at its baseline, to the mask's left edge."""
    top: int
    advance: float


@lru_cache(maxsize=64)
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _mask(text: str, path: Path, size: int, halo: int) -> _Mask:
    font = _font(path, size)
    left, top, right, bottom = font.getbbox(text, anchor="ls", stroke_width=halo)
    width, height = max(1, int(right - left)), max(1, int(bottom - top))
    stride = cairo.ImageSurface.format_stride_for_width(cairo.FORMAT_A8, width)
    image = Image.new("L", (stride, height))
    ImageDraw.Draw(image).text((-left, -top), text, fill=255, font=font, anchor="ls", stroke_width=halo)
    surface = cairo.ImageSurface.create_for_data(bytearray(image.tobytes()), cairo.FORMAT_A8, width, height, stride)
    return _Mask(surface, int(left), int(top), font.getlength(text))


def paint_text(
    canvas: Canvas,
    text: str,
    at: tuple[float, float],
    size: float,
    colour: RGB,
    *,
    font: Path = TEXT,
    anchor: Anchor = "left",
    alpha: float = 1.0,
    halo: RGB | None = None,
) -> float:
    """Paint one line, its baseline starting (or centred, or ending) at pixel `at`; returns the advance in pixels.

    `size` in pixels; `halo` is the colour of a rim that keeps the text readable over lines and points.
    """
    if not text:
        return 0.0
    parts = _parts(text)
    masks = [_mask(part, font, round(size), 0) for part in parts]
    advance = sum(mask.advance for mask in masks)
    begin = at[0] - advance * {"left": 0, "middle": 0.5, "right": 1}[anchor]
    y, places = round(at[1]), []
    tell(
        canvas.context, "text", text=text, left=begin, advance=advance, baseline=at[1], size=size,
        colour=canvas.colour(colour, alpha), font=font, anchor=anchor,
    )  # fmt: skip
    for mask in masks:
        places.append(round(begin))
        begin += mask.advance
    if halo is not None:
        canvas.context.set_source_rgba(*canvas.colour(halo, alpha))
        for part, x in zip(parts, places):
            rim = _mask(part, font, round(size), min(4, max(2, round(size / 14))))
            canvas.context.mask_surface(rim.surface, x + rim.left, y + rim.top)
    canvas.context.set_source_rgba(*canvas.colour(colour, alpha))
    for mask, x in zip(masks, places):
        canvas.context.mask_surface(mask.surface, x + mask.left, y + mask.top)
    return advance


def _parts(text: str) -> tuple[str, ...]:
    """A number by its digits, which are set once for all numbers; other texts whole."""
    return tuple(text) if NUMERAL.issuperset(text) else (text,)


def fitted_text(text: str, size: float, room: float, font: Path = TEXT) -> tuple[str, float]:
    """The text and the size at which it is no wider than `room` pixels: smaller by up to a third, then cut short."""
    smallest = round(2 / 3 * size)
    for fits in range(round(size), smallest - 1, -1):
        if text_width(text, fits, font) <= room:
            return text, fits
    kept = max((n for n in range(len(text)) if text_width(text[:n].rstrip() + "…", smallest, font) <= room), default=0)
    return text[:kept].rstrip() + "…", smallest


def text_width(text: str, size: float, font: Path = TEXT) -> float:
    """Advance of one line in pixels."""
    return float(np.ceil(sum(_advance(part, round(size), font) for part in _parts(text))))


@lru_cache(maxsize=4096)
def _advance(text: str, size: int, font: Path) -> float:
    return _font(font, size).getlength(text)


def subscript(number: int) -> str:
    """A number as it stands below a letter: ₁₂."""
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
