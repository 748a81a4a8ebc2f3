"""A title and an end: off unless somebody asks, then a card and a section each."""

from pathlib import Path

import numpy as np

from scenes.parts import FilmScene
from scenes.parts.paint.theme import DARK, read_theme, rgb
from scenes.parts.stage.card import Card
from tests.scenes.drawn import drawn
from tests.scenes.rendering import rendered


class Silent(FilmScene):
    def construct(self) -> None:
        self.next_section("middle")
        self.wait(0.5)


class Called(Silent):
    title = "Learning to unwind"
    end = "Questions?"


def test_a_clip_has_cards_only_where_somebody_asks(tmp_path: Path) -> None:
    assert list(rendered(Silent, tmp_path / "silent")) == ["middle"]
    sections = rendered(Called, tmp_path / "called")
    assert list(sections) == ["title", "middle", "end"]
    ink = np.array(rgb(DARK.ink)) * 255
    for name in ("title", "end"):
        assert (np.abs(sections[name][-1] - ink).max(-1) < 40).sum() > 100
    assert sections["middle"][-1].reshape(-1, 3).std(0).max() < 2


def test_a_card_says_its_title_and_all_of_its_remark_in_every_frame() -> None:
    remark = "A 2–100–2–5 network unwinds five spirals, seen in its embedding space, epoch after epoch."
    for shape in ("wide", "square", "tall"):
        first, *lines = drawn(Card("Learning the feature vector", remark), shape=shape).words
        assert first == "Learning the feature vector" and " ".join(lines) == remark


def test_a_theme_gives_every_scene_a_title_and_an_end(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('title = "Lecture 20"\nend = "Thank you"\n')
    theme = read_theme(str(path))
    assert (theme.title, theme.end) == ("Lecture 20", "Thank you")
