"""A theme is a value: pictures and scenes of several can be drawn in one process, each in its own."""

import ast
import importlib
import inspect
import pkgutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from manim import Scene, tempconfig

import scenes
from engine import Frame
from scenes import parts
from scenes.parts import DARK, LIGHT, FilmScene, Picture, Theme, chosen_theme, label
from scenes.parts.paint.theme import FONTS, RGB, rgb
from scenes.parts.pictures.contact_sheet import painted
from scenes.parts.pictures.panels import Panels
from tests.scenes.claims import same_colour
from tests.scenes.drawn import drawn
from tests.scenes.listening import Points

WIDE = replace(LIGHT, text=FONTS / "STIXTwoMath-Regular.ttf", strong=FONTS / "SourceSans3-Regular.ttf")
FRAME = Frame(points=np.array([[0.5, 0.5], [-0.5, 0.25]]), labels=np.array([0, 1]), readings={"epoch": 3, "loss": 0.5})
SCENE_FILES = [path for path in sorted(Path(scenes.__path__[0]).glob("*.py")) if path.name != "__init__.py"]
SHOWN = {
    name: made
    for folder in ("pictures", "stage")
    for module in pkgutil.iter_modules([str(Path(parts.__path__[0]) / folder)])
    for name, made in vars(importlib.import_module(f"scenes.parts.{folder}.{module.name}")).items()
    if callable(made) and getattr(made, "__module__", "") == f"scenes.parts.{folder}.{module.name}"
}
"""Whatever a scene may show."""


def of(colour: RGB) -> list[int]:
    return [round(255 * part) for part in colour]


@pytest.mark.parametrize("theme", [DARK, WIDE], ids=["dark", "light"])
def test_every_colour_and_font_of_a_picture_is_its_own_themes(theme: Theme) -> None:
    for _ in range(2):  # whatever was drawn before
        for other in (DARK, WIDE):
            painted(Picture(FRAME, other), 640, 360)
        drawing = drawn(Picture(FRAME, theme))
        assert drawing.pixels[2, 2, :3].tolist() == of(rgb(theme.ground))
        assert {text.font for text in drawing.texts} == {theme.text.name, theme.strong.name}
        assert any(same_colour(text.colour, rgb(theme.ink)) for text in drawing.texts)
        colours = np.concatenate([some.colours for some in drawing.marks if isinstance(some, Points)])
        assert same_colour(colours, theme.class_colours(2))


def test_a_scene_draws_pictures_of_two_themes_beside_one_another_on_its_own_ground() -> None:
    class Both(FilmScene):
        def construct(self) -> None:
            for place, theme in (("LEFT", DARK), ("RIGHT", WIDE)):
                self.add(Picture(FRAME, theme).scale(0.4).shift((-3.5 if place == "LEFT" else 3.5, 0, 0)))

    with tempconfig({"pixel_width": 480, "pixel_height": 270, "save_last_frame": True, "write_to_movie": False}):
        scene: Scene = Both(theme=replace(DARK, ground="#203040"))
        scene.render()
        seen = scene.renderer.camera.pixel_array  # type: ignore[union-attr]
    assert seen[3, 3, :3].tolist() == [0x20, 0x30, 0x40]
    left, right = seen[84, 30, :3].tolist(), seen[84, 450, :3].tolist()
    assert left == of(rgb(DARK.ground)) and right == of(rgb(LIGHT.ground))


def test_the_theme_that_nobody_gives_is_the_environments_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNSPIRAL_THEME", raising=False)
    before = Picture(FRAME)
    assert before.theme == chosen_theme() == DARK
    monkeypatch.setenv("UNSPIRAL_THEME", "light")
    assert Picture(FRAME).theme == Panels([FRAME], [""])[0].theme == LIGHT and before.theme == DARK
    assert label("a").get_fill_color().to_hex().lower() == LIGHT.ink
    assert label("a", theme=DARK).get_fill_color().to_hex().lower() == DARK.ink


def test_every_scene_hands_its_theme_to_all_that_it_shows() -> None:
    for path in SCENE_FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node) in SHOWN]
        shown = [call for call in calls if "theme" in inspect.signature(SHOWN[name_of(call)]).parameters]
        looks = {  # what several panels have in common: a dictionary with the theme in it
            ast.unparse(node.targets[0])
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and "'theme': self.theme" in ast.unparse(node)
        }
        for call in shown:
            given = {ast.unparse(value) for value in (*call.args, *(word.value for word in call.keywords))}
            themed = any("self.theme" in text for text in given) or given & looks
            assert themed, f"{path.name}: {ast.unparse(call)}"
        assert shown, path.name


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]
