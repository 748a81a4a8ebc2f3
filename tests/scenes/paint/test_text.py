"""Text stands where it is told to, as large as it is told to, and is cut only where it does not fit."""

import cairo
import numpy as np
import pytest

from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.text import fitted_text, paint_text, subscript, text_width
from scenes.parts.paint.theme import DARK, STRONG, TEXT
from tests.scenes.listening import Listening, Text

FONTS = DARK.fonts
RED, GREEN = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)


def ink(text: str, at: tuple[float, float], size: float, **how) -> tuple[np.ndarray, float, Text | None]:
    pixels = np.zeros((200, 400, 4), np.uint8)
    context = Listening(cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, 400, 200))
    advance = paint_text(Canvas(context, 400, 200), text, at, size, RED, **how)
    return pixels, advance, context.marks[0] if context.marks else None


@pytest.mark.parametrize("text", ["epoch", "1,250.5 %", "softargmax"])
@pytest.mark.parametrize("anchor, share", [("left", 0.0), ("middle", 0.5), ("right", 1.0)])
def test_letters_lie_where_the_anchor_says_and_where_listeners_are_told(text: str, anchor, share: float) -> None:
    pixels, advance, said = ink(text, (200, 100), 40, anchor=anchor)
    rows, columns = (np.flatnonzero(pixels[..., 3].any(axis)) for axis in (1, 0))
    left = 200 - share * advance
    assert left - 2 <= columns[0] <= left + 6 and left + advance - 7 <= columns[-1] <= left + advance + 2
    assert rows[0] > 100 - 40 and 98 <= rows[-1] <= 112
    assert isinstance(said, Text) and (said.text, said.baseline) == (text, 100)
    assert abs(said.left - left) < 1e-6 and abs(said.right - left - advance) < 1e-6
    assert pixels[..., 0].max() == 255 and not pixels[..., 1:3].any()


def test_a_halo_is_a_rim_under_the_letters_and_alpha_fades_both() -> None:
    plain, _, _ = ink("W", (100, 100), 60)
    rimmed, _, _ = ink("W", (100, 100), 60, halo=GREEN)
    assert (rimmed[..., 1] > 200).sum() > 100 and not plain[..., 1].any()
    assert np.array_equal(rimmed[plain[..., 0] == 255, 0], np.full((plain[..., 0] == 255).sum(), 255))
    rows = [np.flatnonzero((p[..., 3] > 0).any(1)) for p in (plain, rimmed)]
    assert 2 <= rows[0][0] - rows[1][0] <= 7 and 2 <= rows[1][-1] - rows[0][-1] <= 8
    faint, _, _ = ink("W", (100, 100), 60, alpha=0.5)
    assert abs(int(faint[..., 3].max()) - 128) <= 1


@pytest.mark.parametrize("text", ["accuracy", "98.4 %", "ỹ₁"])
@pytest.mark.parametrize("font", [TEXT, STRONG])
def test_a_texts_width_is_its_advance(text: str, font) -> None:
    _, advance, _ = ink(text, (10, 100), 37, font=font)
    assert 0 <= text_width(FONTS, text, 37, font) - advance < 1
    assert 1.9 < text_width(FONTS, text, 74, font) / text_width(FONTS, text, 37, font) < 2.1


def test_a_name_that_does_not_fit_is_set_smaller_then_cut_short() -> None:
    name = "standing still on one leg"
    whole = text_width(FONTS, name, 30)
    assert fitted_text(FONTS, name, 30, whole) == (name, 30)
    said, size = fitted_text(FONTS, name, 30, 0.8 * whole)
    assert (
        said == name
        and 20 <= size < 30
        and text_width(FONTS, said, size) <= 0.8 * whole < text_width(FONTS, said, size + 1)
    )
    said, size = fitted_text(FONTS, name, 30, 0.3 * whole)
    assert size == 20 and said.endswith("…") and name.startswith(said[:-1].rstrip()) and len(said) > 5
    assert text_width(FONTS, said, size) <= 0.3 * whole


def test_digits_keep_their_places_when_a_number_changes_and_subscripts_are_numbers() -> None:
    assert len({text_width(FONTS, str(d), 40) for d in range(10)}) == 1
    assert [subscript(n) for n in (1, 12, 305)] == ["₁", "₁₂", "₃₀₅"]
