"""Text in scripts that the project's fonts lack: which font sets it, in which order, and what is said without one."""

from pathlib import Path

import cairo
import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from numpy.typing import NDArray

from engine import UnspiralError
from scenes.parts.paint import scripts
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.scripts import runs
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import DARK, read_theme

LETTERS = {"א": 200, "ב": 500, "中": 900, "文": 300, "ก": 400, "न": 350, "★": 600, "😀": 800}
"""Heights in thousandths of the size: each letter is a bar of its own height, 400 wide in a room of 500."""


def font(path: Path, letters: dict[str, int]) -> Path:
    """A font file of bars."""
    names = [".notdef", *(f"bar{k}" for k in range(len(letters)))]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(dict(zip(map(ord, letters), names[1:])))
    glyphs = {}
    for name, height in zip(names, (0, *letters.values())):
        pen = TTGlyphPen(None)
        if height:
            pen.moveTo((50, 0))
            for corner in ((50, height), (450, height), (450, 0)):
                pen.lineTo(corner)
            pen.closePath()
        glyphs[name] = pen.glyph()
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (500, 0) for name in names})
    builder.setupHorizontalHeader(ascent=1000, descent=-200)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only font that the computer has."""
    path = font(tmp_path / "Bars.ttf", LETTERS)
    monkeypatch.setattr(scripts, "_installed", lambda: (path,))
    for cached in (scripts.runs, scripts.has):
        cached.cache_clear()
    return path


def painted(text: str, size: int = 100) -> tuple[NDArray[np.uint8], float]:
    pixels = np.zeros((200, 1200, 4), np.uint8)
    surface = cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, 1200, 200)
    advance = paint_text(Canvas(cairo.Context(surface), 1200, 200), text, (100, 150), size, (1.0, 1.0, 1.0))
    return pixels[..., 3], advance


def bars(text: str) -> list[int]:
    """Heights of what is painted, from left to right, in thousandths of the size."""
    pixels, _ = painted(text)
    return [int((pixels[:, x] > 127).sum()) * 10 for x in range(125, 1100, 50) if pixels[:, x].any()]


@pytest.mark.parametrize(
    "text, shown",
    [
        ("中文", [900, 300]),
        ("אב", [500, 200]),  # from right to left
        ("אב中", [900, 500, 200]),
        ("中אב文", [900, 500, 200, 300]),
        ("ก", [400]),
        ("नन", [350, 350]),
        ("😀\ufe0f", [800]),
        ("\u202eא\u200fב\u0000", [500, 200]),  # what would turn the order of letters does not
    ],
)
def test_letters_come_from_a_font_that_has_them_in_their_order(text: str, shown: list[int]) -> None:
    assert bars(text) == shown


def test_numbers_in_a_line_from_right_to_left_are_read_from_left_to_right() -> None:
    line = runs("א 12 (b) ב", DARK.text)
    assert [run.text.strip() for run in line if run.text.strip()] == ["ב", ")", "b", "(", "12", "א"]
    assert [run.backwards for run in line if run.text.strip() in ("12", "b", "א")] == [False, False, True]


def test_our_own_font_sets_what_it_has_as_ever() -> None:
    for text in ("epoch 250", "Łódź × ° – ₁₂ ỹ", "данные", "Ελληνικά"):
        (run,) = runs(text, DARK.text)
        assert run.text == text and run.face.path == DARK.text


def test_a_text_is_as_wide_as_it_is_painted() -> None:
    for text in ("中文", "a中b", "אב 12", "★😀"):
        _, advance = painted(text)
        assert text_width(DARK.fonts, text, 100) == pytest.approx(advance, abs=1)
    cut, size = fitted_text(DARK.fonts, "中" * 30, 100, 1000)
    assert cut.endswith("…") and text_width(DARK.fonts, cut, size) <= 1000


@pytest.mark.parametrize("text, said", [("日本", "CJK"), ("عربي", "Arabic"), ("🐱", "emoji"), ("한", "Hangul")])
def test_letters_that_no_font_has_are_said(text: str, said: str) -> None:
    with pytest.raises(UnspiralError, match=rf"no font of this computer has .*{text[0]}.*{said}.*fallback") as caught:
        runs(text, DARK.text)
    assert len(str(caught.value)) < 300


def test_a_theme_names_fonts_that_are_asked_first(tmp_path: Path, installed: Path) -> None:
    own = font(tmp_path / "own.ttf", {"中": 700, "日": 600})
    (tmp_path / "mine.toml").write_text('fallback = ["own.ttf"]\n')
    theme = read_theme(str(tmp_path / "mine.toml"))
    assert theme.fallback == (own,)
    assert [run.face.path for run in runs("日文中", DARK.text, theme.fallback)] == [own, installed, own]
    for wrong in ('fallback = "own.ttf"', 'fallback = ["none.ttf"]'):
        (tmp_path / "mine.toml").write_text(wrong)
        with pytest.raises(UnspiralError, match="fallback"):
            read_theme(str(tmp_path / "mine.toml"))


def test_every_installed_font_can_be_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    (tmp_path / "share/fonts/sub").mkdir(parents=True)
    font(tmp_path / "share/fonts/sub/A.TTF", LETTERS)
    (tmp_path / "share/fonts/broken.ttf").write_bytes(b"no font")
    monkeypatch.setenv("XDG_DATA_DIRS", f"{tmp_path / 'share'}:relative")
    monkeypatch.setattr(scripts.sys, "platform", "linux")
    scripts._installed.cache_clear()
    try:
        assert {path.name for path in scripts._installed()} >= {"A.TTF", "broken.ttf"}
        assert runs("中", DARK.text)[0].face.path.exists()
    finally:
        scripts._installed.cache_clear()
