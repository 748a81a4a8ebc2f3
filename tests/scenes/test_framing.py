"""Wide, square and tall frames: text lies inside them and none over another, classes' names included."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from manim import tempconfig

from engine import THREE_SPIRALS_NARROW, Linear, Run, circling, class_vectors, record, training, unfolding
from engine.films.descent import descent, two_clouds
from engine.films.energy import energy
from engine.films.lifting import lifting
from engine.films.network import assembling, flowing
from engine.films.pulling import pulling
from engine.films.scores import scoring
from engine.films.softargmax import softening
from engine.recipes.named import FIVE_BLOBS
from scenes.parts.paint.theme import DARK, LIGHT, Theme
from scenes.parts.pictures.circling import CirclePicture
from scenes.parts.pictures.class_vectors import SpreadPicture
from scenes.parts.pictures.descent import Valley, Walkers
from scenes.parts.pictures.energy import Landscape
from scenes.parts.pictures.lifting import SpacePicture
from scenes.parts.pictures.network import DiagramOfModules
from scenes.parts.pictures.panels import Panels
from scenes.parts.pictures.picture import Picture
from scenes.parts.pictures.pulling import Pullboard
from scenes.parts.pictures.scores import Scoreboard
from scenes.parts.pictures.softargmax import Surfaces
from scenes.parts.pictures.unfolding import Unfolder
from scenes.parts.pictures.units import DiagramOfUnits
from scenes.parts.stage.formula import formula, seat
from scenes.parts.stage.painted import Painted
from tests.conftest import SMALL
from tests.scenes.drawn import Drawing, Text, drawn

SHAPES = {"wide": (960, 540), "square": (540, 540), "tall": (540, 960)}
NAMES = ("walking", "running uphill", "standing still on one leg", "sit", "Treppensteigen", "lie", "cycle")
NAMES = (*NAMES, "swimming in very cold water", "jump")
"""Of nine classes; some of them are long."""


def paint(shape: str, *painted: Painted) -> Drawing:
    """They, in a frame of that shape."""
    return drawn(*painted, shape=SHAPES[shape])


def meet(one: Text, other: Text) -> bool:
    """Whether one lies over the other, by more than a pixel."""
    (left, top, right, bottom), others = one.box, other.box
    across = min(right, others[2]) - max(left, others[0])
    return across > 1 and min(bottom, others[3]) - max(top, others[1]) > 1


def run_of(classes: int) -> Run:
    return record(replace(SMALL, parameters={"points": 30, "classes": classes}, upright=None))


def scoreboard(classes: int, theme: Theme) -> tuple[Painted, ...]:
    film = scoring(record(replace(FIVE_BLOBS, parameters={"classes": classes, "points": 20}, epochs=50)), point=5)
    return (Scoreboard(film.vary("soft", 0, 1, answered=1)(1), theme),)


def sums(classes: int, theme: Theme) -> tuple[Painted, ...]:
    film = scoring(record(replace(FIVE_BLOBS, parameters={"classes": classes, "points": 20}, epochs=50)), point=5)
    return (Scoreboard(film.vary("rows", 0, classes, form=0)(classes), theme),)


def circle(classes: int, theme: Theme) -> tuple[Painted, ...]:
    return (CirclePicture(circling(run_of(classes).at(30))(1.6), theme),)


def units(classes: int, theme: Theme) -> tuple[Painted, ...]:
    run = run_of(classes)
    film = flowing(run.at(30), run.data.x[3], run.data.y[3], rate=0.02)
    return DiagramOfModules(assembling(run.recipe).vary("lifted", 0, 1)(1), theme), DiagramOfUnits(film(3), theme)


def pullboard(classes: int, theme: Theme) -> tuple[Painted, ...]:
    run = run_of(classes)
    film = pulling(run.at(30), run.data, point=int(np.flatnonzero(run.data.y == 1)[-1]))
    return (Pullboard([film(film.last)] * 2, theme=theme),)


def panels(classes: int, theme: Theme) -> tuple[Painted, ...]:
    made = Panels([training(run_of(classes))(30)] * 2, ["one", "another"], below=("loss", "accuracy"), theme=theme)
    return made.header, *made.panels


def landscape(classes: int, theme: Theme) -> tuple[Painted, ...]:
    return (Landscape(energy(run_of(classes))(30), theme),)


def surfaces(classes: int, theme: Theme) -> tuple[Painted, ...]:
    return (Surfaces(softening(run_of(classes)).vary("turned", 0, 1)(1), theme),)


def picture(classes: int, theme: Theme) -> tuple[Painted, ...]:
    return (Picture(training(run_of(classes))(30), theme),)


def arrows(classes: int, theme: Theme) -> tuple[Painted, ...]:
    return (SpreadPicture(class_vectors(run_of(classes))(30), theme),)


Board = Callable[[int, Theme], tuple[Painted, ...]]
NAMED: dict[str, Board] = {
    made.__name__: made
    for made in (scoreboard, sums, circle, units, pullboard, panels, landscape, surfaces, picture, arrows)
}


def on_the_plane(text: str) -> bool:
    """Names of axes, class vectors and angles lie where those are."""
    return (text[:1] in "wefx" and not text[1:].strip("₀₁₂₃₄₅₆₇₈₉")) or text.endswith("°")


def assert_readable(texts: list[Text], shape: str) -> None:
    width, height = SHAPES[shape]
    beside = [text for text in texts if not on_the_plane(text.text)]
    assert beside
    for one in beside:
        left, top, right, bottom = one.box
        assert left >= -1 and top >= -1 and right <= width + 1 and bottom <= height + 1, one
        assert bottom - top > 0.9 * 17 * min(width, height) / 1080, f"{one} is too small"
    for one, other in combinations(beside, 2):
        assert not meet(one, other), (one, other)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("classes", [5, 9])
@pytest.mark.parametrize("board", NAMED)
def test_classes_are_called_what_the_theme_calls_them(board: str, classes: int, shape: str) -> None:
    theme = replace(LIGHT if classes == 9 else DARK, names=NAMES[:classes])
    with tempconfig(dict(zip(("pixel_width", "pixel_height"), SHAPES[shape]))):
        said = paint(shape, *NAMED[board](classes, theme)).texts
    for name in theme.names:
        begun = [text for text in said if text.text.removesuffix("…").rstrip() and name in text.text]
        begun += [t for t in said if t.text.endswith("…") and len(t.text) > 8 and name.startswith(t.text[:-1])]
        assert begun, f"{name} is nowhere"
    assert_readable(said, shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_network_taken_apart_fits_into_every_frame(shape: str) -> None:
    run = record(replace(THREE_SPIRALS_NARROW, parameters={"classes": 3, "points": 20}))
    film = unfolding(run.at(run.epochs[-1]), run.data, "lecture")
    for playhead in (0.5, 6.5, film.last):
        said = paint(shape, Unfolder(film(playhead), film.steps)).texts
        assert_readable(said, shape)
        strip = [text for text in said if text.text in ("1", "2", "3", "4", "5", "W")]
        assert len({round(text.baseline) for text in strip[:6]}) == 1


@pytest.mark.parametrize("shape", SHAPES)
def test_three_paths_and_a_lifted_board_fit_into_every_frame(shape: str) -> None:
    film = descent(two_clouds())
    frame = film.vary("samples", 0, 900, methods=("gradient descent", "stochastic", "mini-batch"))(900)
    said = paint(shape, Valley(film.data, film.view), Walkers(frame)).texts
    assert_readable([text for text in said if text.text != "1"], shape)  # the ones are at ticks
    assert {"gradient descent", "stochastic", "mini-batch"} <= {text.text for text in said}
    space = lifting()
    drawing = paint(shape, SpacePicture(space(3)))
    assert_readable(drawing.texts, shape)
    pixels = drawing.pixels
    edges = (pixels[:, 0], pixels[:, -1], pixels[0], pixels[-1])
    assert all((edge == edge[0]).all() for edge in edges)  # nothing of it leaves the frame


@pytest.mark.parametrize("shape", SHAPES)
def test_a_formula_is_as_large_in_every_frame_and_sits_in_it(shape: str) -> None:
    width, height = SHAPES[shape]
    with tempconfig({"pixel_width": width, "pixel_height": height}):
        made = formula("s = W f", size=40)
        pixels = made.width * width / 14.222
        x, y, _ = seat(wide=(100, -80), tall=(-100, 80))
    assert pixels == pytest.approx(174 / 2, rel=0.2)
    unit = min(width, height) / 1080
    at = (width / 2 + x * width / 14.222, height / 2 - y * width / 14.222)
    assert at == pytest.approx((100 * unit, height - 80 * unit) if shape == "wide" else (width - 50, 40), abs=0.1)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("board", ["picture", "panels", "landscape", "surfaces"])
def test_forty_classes_share_colours_and_it_is_said(board: str, shape: str) -> None:
    with tempconfig(dict(zip(("pixel_width", "pixel_height"), SHAPES[shape]))):
        said = [text.text for text in paint(shape, *NAMED[board](40, DARK)).texts]
    colours = len(set(DARK.class_colours(40)))
    assert colours < 40 and any(f"40 classes, {colours} colours" in text for text in said)


@pytest.mark.parametrize("shape", SHAPES)
def test_ties_between_classes_are_said_in_the_key(shape: str) -> None:
    run = run_of(3)
    flat = tuple(v._replace(weight=0 * v.weight, bias=0 * v.bias) if isinstance(v, Linear) else v for v in run.layers)
    drawing = paint(shape, Picture(training(replace(run, layers=flat))(30)))
    assert any("ties: the first class" in text.text for text in drawing.texts)
    assert_readable(drawing.texts, shape)
