"""Panels of series: every cell, image and curve lies where its array puts it."""

import cairo
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.films.curves import Drawn
from engine.films.film import Curve
from engine.films.images import Sheet
from engine.films.matrix import Cells, Rows
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.plane import Place
from scenes.parts.paint.theme import DARK, LIGHT, Theme, rgb
from scenes.parts.pictures.curves import paint_curves
from scenes.parts.pictures.images import paint_images
from scenes.parts.pictures.matrix import DIM, paint_matrix, shades
from tests.scenes.listening import Disc, Line, Listening, Text

WIDTH, HEIGHT = 640, 480
PLACE = Place((0, 0), 1)
EMPTY = {"playhead": 2.0, "readings": {"epoch": 2.0}}


def painted(paint, frame, theme: Theme = DARK) -> NDArray[np.float64]:
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    surface = cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, WIDTH, HEIGHT)
    paint(Canvas(cairo.Context(surface), WIDTH, HEIGHT), PLACE, frame, theme)
    surface.flush()
    return pixels[..., :3] / 255


def box_of(seen: NDArray[np.float64]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what was painted and is not text: rows and columns that are mostly full."""
    full = seen.sum(2) > 0
    columns, rows = np.flatnonzero(full.mean(0) > 0.4), np.flatnonzero(full.mean(1) > 0.3)
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("low", [0.0, -1.0])
def test_every_cell_has_the_shade_of_its_value(theme: Theme, low: float) -> None:
    values = np.random.default_rng(1).uniform(low, 1, (5, 7))
    seen = painted(paint_matrix, Cells(**EMPTY, values=values, low=low, high=1.0), theme)
    left, top, right, bottom = box_of(seen)
    side = (right - left) / 7
    bottom = min(bottom, round(top + 5 * side))
    expected = shades(values, low, 1.0, theme)
    for row in range(5):
        for column in range(7):
            at = seen[round(top + (row + 0.5) * side), round(left + (column + 0.5) * side)]
            assert at == pytest.approx(expected[row, column], abs=0.01), (row, column)


def test_the_row_that_is_spoken_of_keeps_its_shades_and_the_others_are_dimmed() -> None:
    values = np.random.default_rng(1).uniform(0.3, 1, (4, 6))
    cells = Cells(**EMPTY, values=values, low=0.0, high=1.0)
    film = Rows(cells)
    assert film.last == 3 and [film(at).row for at in (0, 1.5)] == [0, 1.5]
    plain, spoken = painted(paint_matrix, cells), painted(paint_matrix, film(1))
    left, top, right, _ = box_of(plain)
    side = (right - left) / 6
    for row in range(4):
        at = round(top + (row + 0.5) * side), round(left + 2.5 * side)
        share = 1 if row == 1 else DIM
        assert spoken[at] == pytest.approx(share * plain[at] + (1 - share) * np.array(rgb(DARK.ground)), abs=0.01)


def test_shades_go_one_way_and_0_is_the_grounds_own_in_both_scales() -> None:
    for low in (0.0, -1.0):
        ramp = shades(np.linspace(low, 1, 21)[None], low, 1.0, DARK)[0] @ (0.3, 0.6, 0.1)
        assert (np.diff(ramp[20 * (low < 0) // 2 :]) > 0).all()
    assert shades(np.zeros((1, 1)), 0, 1, DARK) == pytest.approx(shades(np.zeros((1, 1)), -1, 1, DARK))


def test_images_stand_in_their_order_upright() -> None:
    images = np.random.default_rng(2).uniform(size=(6, 4, 3, 3))
    seen = painted(paint_images, Sheet(**EMPTY, images=images, low=0.0, high=1.0))
    full = seen.sum(2) > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], full.any(0).astype(int), [0]])))
    columns = [(a, b) for a, b in zip(edges[::2], edges[1::2]) if b - a > 20]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], full.any(1).astype(int), [0]])))
    rows = [(a, b) for a, b in zip(edges[::2], edges[1::2]) if b - a > 20]
    assert len(columns) * len(rows) >= 6
    for number, image in enumerate(images):
        (left, right), (top, bottom) = columns[number % len(columns)], rows[number // len(columns)]
        for y in range(4):
            for x in range(3):
                at = round(top + (y + 0.5) * (bottom - top) / 4), round(left + (x + 0.5) * (right - left) / 3)
                assert seen[at] == pytest.approx(image[y, x], abs=0.02), (number, y, x)


@pytest.mark.parametrize("logarithmic", [False, True])
def test_a_curve_goes_through_its_values_and_ends_in_a_dot(logarithmic: bool) -> None:
    at, value = np.array([0.0, 1.0, 2.0]), np.array([0.8, 0.2, 0.5])
    frame = Drawn(
        **EMPTY, curves=(Curve(at, value),), names=("loss",), span=(0.0, 4.0), low=0.1 if logarithmic else 0.0,
        high=1.0, logarithmic=logarithmic,
    )  # fmt: skip
    surface = cairo.ImageSurface(cairo.FORMAT_ARGB32, WIDTH, HEIGHT)
    context = Listening(surface)
    paint_curves(Canvas(context, WIDTH, HEIGHT), PLACE, frame, DARK)
    axes, line = [mark for mark in context.marks if isinstance(mark, Line)]
    (left, top), (_, bottom), (right, _) = axes.points.tolist()
    share = (np.log(value) - np.log(0.1)) / -np.log(0.1) if logarithmic else value
    assert line.points[:, 0] == pytest.approx(left + at / 4 * (right - left))
    assert line.points[:, 1] == pytest.approx(bottom - share * (bottom - top))
    (dot,) = [mark for mark in context.marks if isinstance(mark, Disc)]
    assert dot.centre == pytest.approx(line.points[-1], abs=0.01)
    assert dot.colour == pytest.approx(rgb(DARK.ink), abs=0.01)
    texts = {mark.text: mark for mark in context.marks if isinstance(mark, Text)}
    low, high = ("0.100", "1.00") if logarithmic else ("0", "1.00")
    assert texts[high].baseline < texts[low].baseline and texts["0"].left < texts["4"].left
    assert texts["loss"].left > line.points[-1, 0]
    assert ("logarithmic" in texts) == logarithmic  # at the axis that is
    assert not logarithmic or (texts["logarithmic"].baseline < top and texts["logarithmic"].left < left)
