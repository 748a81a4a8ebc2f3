"""Themes can be read: contrast on every ground, colours that colour-blind eyes tell apart, mistakes said in a line."""

from dataclasses import fields, replace
from itertools import combinations
from pathlib import Path

import pytest
from coloraide import Color

from engine import UnspiralError
from scenes.parts.paint.theme import DARK, GREYS, LIGHT, Theme, checks, read_theme, rgb

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
EYES = (None, "protan", "deutan", "tritan")


def distance(a: Color, b: Color, eye: str | None) -> float:
    return a.delta_e(b, method="2000") if eye is None else a.filter(eye).delta_e(b.filter(eye), method="2000")


@BOTH
@pytest.mark.parametrize("classes", range(2, 13))
def test_text_can_be_read_on_the_ground_and_on_every_region(theme: Theme, classes: int) -> None:
    grounds = [Color(theme.ground), *(Color("srgb", region) for region in theme.region_colours(classes))]
    for ground in grounds:
        assert Color(theme.ink).contrast(ground) >= 4.5 and Color(theme.quiet).contrast(ground) >= 4.5
    assert Color(theme.gradient).contrast(Color(theme.ground)) >= 4.5  # formulas and numbers have it


@BOTH
@pytest.mark.parametrize("classes", range(2, 13))
def test_class_colours_can_be_read_and_told_apart(theme: Theme, classes: int) -> None:
    colours = [Color("srgb", colour) for colour in theme.class_colours(classes)]
    for colour in colours:  # names of class vectors have a rim of this colour
        assert colour.contrast(Color(theme.rim)) >= 4.5 and colour.contrast(Color(theme.ground)) >= 4.5
    for eye in EYES:
        apart = min(distance(a, b, eye) for a, b in combinations(colours, 2))
        assert apart >= (20 if eye is None else 10)


@BOTH
def test_pieces_of_the_plane_are_greys_that_no_class_has_and_points_stand_out_on_all(theme: Theme) -> None:
    tones = [Color("srgb", colour) for colour in theme.piece_colours(8)]
    assert max(tone.convert("oklch")["chroma"] for tone in tones) < 0.03
    lightness = [tone.convert("lab-d65")["lightness"] for tone in tones]
    assert min(abs(a - b) for a, b in zip(lightness, lightness[1:])) > 2
    points = [Color("srgb", colour) for classes in (3, 5) for colour in theme.class_colours(classes)]
    assert min(distance(point, tone, eye) for point in points for tone in tones for eye in EYES) >= 20


@BOTH
@pytest.mark.parametrize("classes", range(2, 13))
def test_a_class_looks_like_itself_as_a_point_and_as_a_region(theme: Theme, classes: int) -> None:
    colours, regions = (
        [Color("srgb", colour).convert("oklch") for colour in some]
        for some in (theme.class_colours(classes), theme.region_colours(classes))
    )
    assert min(colour["chroma"] for colour in colours) >= 0.08
    own = max(turn(colour, region) for colour, region in zip(colours, regions))
    assert own < min(turn(a, b) for a, b in combinations(colours, 2))
    assert min(a.delta_e(b, method="2000") for a, b in combinations(regions, 2)) >= (15 if classes <= 5 else 4)


@BOTH
@pytest.mark.parametrize("classes", range(2, 6))
def test_a_handout_in_greys_still_tells_five_coloursapart(theme: Theme, classes: int) -> None:
    greys = [Color("srgb", colour).convert("lab-d65")["lightness"] for colour in theme.class_colours(classes)]
    assert min(abs(a - b) for a, b in combinations(greys, 2)) >= 4.5


@pytest.mark.parametrize("classes", range(2, 13))
def test_a_theme_of_greys_tells_coloursapart_without_any_colour(classes: int) -> None:
    colours, regions = GREYS.class_colours(classes), GREYS.region_colours(classes)
    greys = [Color("srgb", colour).convert("lab-d65")["lightness"] for colour in colours]
    assert all(max(colour) - min(colour) < 1e-6 for colour in (*colours, *regions))
    discs = GREYS.round_classes(classes)
    for alike in (greys[:discs], greys[discs:]):
        assert all(abs(a - b) >= 12 for a, b in combinations(alike, 2))
    assert all(abs(a - b) >= 6 for a, b in combinations(greys, 2))
    for region in regions:  # names of classes are in ink
        for text in (GREYS.written(colours[-1]), rgb(GREYS.quiet)):
            assert Color("srgb", text).contrast(Color("srgb", region)) >= 4.5


@BOTH
def test_the_region_of_a_grey_class_is_grey(theme: Theme) -> None:
    own = replace(theme, classes=("#000000", "#8c8c8c", "#ffffff"))
    assert all(max(region) == pytest.approx(min(region)) for region in own.region_colours(3))


def turn(a: Color, b: Color) -> float:
    """Degrees from one hue to the other."""
    apart = abs(a["hue"] - b["hue"]) % 360
    return min(apart, 360 - apart)


def test_every_key_of_a_theme_says_what_may_stand_there() -> None:
    assert set(checks()) == {field.name for field in fields(Theme)}
    for key, check in checks().items():  # whatever the key, a table is none of it
        with pytest.raises(UnspiralError, match=f"mine: {key} is no"):
            check(f"mine: {key}", {}, Path())


def test_a_lecturers_own_theme_says_only_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "light"\nground = "#FDF6E3"\nnames = ["rest", "walk"]\npoints = 1.5\n')
    theme = read_theme(str(path))
    assert (theme.ground, theme.names, theme.points, theme.ink) == ("#fdf6e3", ("rest", "walk"), 1.5, LIGHT.ink)
    assert theme.light and theme.name(1) == "walk" and theme.name(2) == "3"


@pytest.mark.parametrize(
    "text, said",
    [
        ('grund = "#ffffff"', "did you mean ground"),
        ('ground = "white"', "no colour like"),
        ("points = 40", "0.2 to 5"),
        ('classes = "#ffffff"', "no list"),
        ('base = "blue"', "dark, light or greys"),
        ('ink = "#333333"', "4.5 : 1"),
        ('text = "none.ttf"', "no font file"),
        ("ground = ", "cannot be read"),
    ],
)
def test_a_mistake_in_a_theme_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(UnspiralError, match=said) as caught:
        read_theme(str(path))
    assert "\n" not in str(caught.value)
    with pytest.raises(UnspiralError, match=r"No such file.*; (did you mean|there are: dark)"):
        read_theme("dim")
