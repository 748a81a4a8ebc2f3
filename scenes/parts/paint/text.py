"""Text for pictures, set with FreeType from the project's own fonts and painted as masks."""

from functools import lru_cache
from typing import Any, Literal, NamedTuple

import cairo
import numpy as np
from PIL import Image, ImageDraw, ImageFont, features

from scenes.parts.paint.canvas import Canvas, tell
from scenes.parts.paint.scripts import Face, Run, runs
from scenes.parts.paint.theme import RGB, TEXT, Fonts, Weight

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
def _font(face: Face, size: int, backwards: bool = False) -> ImageFont.FreeTypeFont:
    plain = face.plain and not backwards
    layout = ImageFont.Layout.BASIC if plain or not features.check("raqm") else ImageFont.Layout.RAQM
    return ImageFont.truetype(str(face.path), face.strike or max(1, size), face.number, layout_engine=layout)


@lru_cache(maxsize=4096)
def _mask(run: Run, size: int, halo: int) -> _Mask:
    if run.face.coloured:
        return _coloured(run, size)
    font, how = _font(run.face, size, run.backwards), _direction(run)
    left, top, right, bottom = font.getbbox(run.text, anchor="ls", stroke_width=halo, **how)
    width, height = max(1, int(right - left)), max(1, int(bottom - top))
    stride = cairo.ImageSurface.format_stride_for_width(cairo.FORMAT_A8, width)
    image = Image.new("L", (stride, height))
    draw = ImageDraw.Draw(image)
    draw.text((-left, -top), run.text, fill=255, font=font, anchor="ls", stroke_width=halo, **how)
    surface = cairo.ImageSurface.create_for_data(bytearray(image.tobytes()), cairo.FORMAT_A8, width, height, stride)
    return _Mask(surface, int(left), int(top), font.getlength(run.text, **how))


def _coloured(run: Run, size: int) -> _Mask:
    """Letters that have colours of their own; fonts of bitmaps are scaled from their one size."""
    font = _font(run.face, size)
    scale = size / font.size
    left, top, right, bottom = font.getbbox(run.text, anchor="ls")
    drawn = Image.new("RGBA", (max(1, int(right - left)), max(1, int(bottom - top))))
    ImageDraw.Draw(drawn).text((-left, -top), run.text, font=font, anchor="ls", embedded_color=True)
    width, height = (max(1, round(scale * side)) for side in drawn.size)
    pixels = np.array(drawn.convert("RGBa").resize((width, height), Image.Resampling.LANCZOS))  # premultiplied
    surface = cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, width, height)
    return _Mask(surface, round(scale * left), round(scale * top), scale * font.getlength(run.text))


def _direction(run: Run) -> dict[str, Any]:
    """What Pillow is to be told of the run's direction, where it can set more than letter after letter."""
    raqm = _font(run.face, 16, run.backwards).layout_engine == ImageFont.Layout.RAQM
    return {"direction": "rtl" if run.backwards else "ltr"} if raqm else {}


UNLIKE = 0.3
"""In grey: text that is as dark as the halos stands on something bright already."""


def _grey(colour: RGB) -> float:
    return 0.3 * colour[0] + 0.6 * colour[1] + 0.1 * colour[2]


def paint_text(
    canvas: Canvas,
    text: str,
    at: tuple[float, float],
    size: float,
    colour: RGB,
    *,
    font: Weight = TEXT,
    anchor: Anchor = "left",
    alpha: float = 1.0,
    halo: RGB | None = None,
) -> float:
    """Paint one line, its baseline starting (or centred, or ending) at pixel `at`; returns the advance in pixels.

    `size` in pixels; `halo` is the colour of a rim that keeps the text readable over lines and points.
    """
    if not text:
        return 0.0
    parts = _parts(canvas.fonts, text, font)
    masks = [_mask(part, round(size), 0) for part in parts]
    advance = sum(mask.advance for mask in masks)
    begin = at[0] - advance * {"left": 0, "middle": 0.5, "right": 1}[anchor]
    y, places = round(at[1]), []
    tell(
        canvas.context, "text", text=text, left=begin, advance=advance, baseline=at[1], size=size,
        colour=canvas.colour(colour, alpha), font=getattr(canvas.fonts, font), anchor=anchor,
    )  # fmt: skip
    for mask in masks:
        places.append(round(begin))
        begin += mask.advance
    if halo is None and canvas.halo is not None and abs(_grey(colour) - _grey(canvas.halo)) > UNLIKE:
        halo = canvas.halo
    if halo is not None:
        canvas.context.set_source_rgba(*canvas.colour(halo, alpha))
        for part, x in zip(parts, places):
            if part.face.coloured:
                continue
            rim = _mask(part, round(size), min(6, max(2, round(size / 9))))
            canvas.context.mask_surface(rim.surface, x + rim.left, y + rim.top)
    canvas.context.set_source_rgba(*canvas.colour(colour, alpha))
    for part, mask, x in zip(parts, masks, places):
        if part.face.coloured:
            _paint_coloured(canvas, mask, x + mask.left, y + mask.top, alpha)
        else:
            canvas.context.mask_surface(mask.surface, x + mask.left, y + mask.top)
    return advance


def _paint_coloured(canvas: Canvas, mask: _Mask, x: float, y: float, alpha: float) -> None:
    canvas.context.save()
    canvas.context.set_source_surface(mask.surface, x, y)
    canvas.context.paint_with_alpha(alpha)
    canvas.context.restore()


def _parts(fonts: Fonts, text: str, font: Weight) -> tuple[Run, ...]:
    """A number by its digits, which are set once for all numbers; other texts whole, as far as one font has them."""
    path = fonts.strong if font == "strong" else fonts.text
    if NUMERAL.issuperset(text):
        return tuple(Run(digit, Face(path, plain=True)) for digit in text)
    return runs(text, path, fonts.fallback)


def fitted_text(fonts: Fonts, text: str, size: float, room: float, font: Weight = TEXT) -> tuple[str, float]:
    """The text and the size at which it is no wider than `room` pixels: smaller by up to a third, then cut short."""
    smallest = round(2 / 3 * size)
    for fits in range(round(size), smallest - 1, -1):
        if text_width(fonts, text, fits, font) <= room:
            return text, fits
    kept = max(
        (n for n in range(len(text)) if text_width(fonts, text[:n].rstrip() + "…", smallest, font) <= room), default=0
    )
    return text[:kept].rstrip() + "…", smallest


def text_width(fonts: Fonts, text: str, size: float, font: Weight = TEXT) -> float:
    """Advance of one line in pixels."""
    return float(np.ceil(sum(_advance(part, round(size)) for part in _parts(fonts, text, font))))


@lru_cache(maxsize=4096)
def _advance(run: Run, size: int) -> float:
    if run.face.coloured:
        return _mask(run, size, 0).advance
    return _font(run.face, size, run.backwards).getlength(run.text, **_direction(run))


def subscript(number: int) -> str:
    """A number as it stands below a letter: ₁₂."""
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
