"""Letters that a theme's own font lacks: pages and decks carry them, and say which no font has."""

import base64
import io
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from engine.deliver.slides import FONT
from engine.page.letters import faces, from_the_right, others
from tests.scenes.test_scripts import font

UNKNOWN = "\U0001e900"
"""Of Adlam, which few computers have a font for."""


def test_the_letters_of_other_fonts_are_carried_and_what_none_has_is_said(tmp_path: Path) -> None:
    own = font(tmp_path / "own.ttf", {"中": 700, "文": 300, "日": 600, "(": 500, "2": 500})
    (tmp_path / "mine.toml").write_text('fallback = ["own.ttf"]\n')
    found = others(FONT, str(tmp_path / "mine.toml"), f"ok\n中(2日)\nŷ\n{UNKNOWN}\n")
    (other,) = found.fonts
    assert (other.path, other.family, other.letters) == (own, "own", "中日")
    assert found.missing.startswith(f"no font of this computer has {UNKNOWN!r}: install one for Adlam")
    rules = faces(found.fonts, "Ours", (400, 600))
    assert re.findall(r'"Ours";font-weight:(\d+);unicode-range:([^;]*)', rules) == [
        ("400", "U+4E2D,U+65E5"),
        ("600", "U+4E2D,U+65E5"),
    ]
    carried = base64.b64decode(rules.split("base64,")[1].split('"')[0])
    with TTFont(io.BytesIO(carried)) as opened:
        assert {*opened.getBestCmap()} == {ord("中"), ord("日")}


@pytest.mark.parametrize(
    "text, backwards", [("2 אב!", True), ("(عربي)", True), ("a אב", False), ("猫!", False), ("", False)]
)
def test_a_text_is_read_from_where_its_first_letter_is(text: str, backwards: bool) -> None:
    assert from_the_right(text) == backwards
