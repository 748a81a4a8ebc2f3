"""Descent: level lines, paths, arrows and numbers are those of the loss over the plane of two weights."""

import math

import numpy as np
import pytest

from engine.films.descent import METHODS, descent, sample_losses, two_clouds
from engine.numbers import decimal
from scenes.parts.paint.theme import DARK, LIGHT, Theme, rgb
from scenes.parts.pictures.descent import SHORT, Valley, Walkers
from tests.scenes import states
from tests.scenes.claims import arrow_to, near, plane_of, same_colour
from tests.scenes.drawn import SHAPES, Drawing, Image, drawn
from tests.scenes.states import LOOKS

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
ALL = ("gradient descent", "mini-batch", "stochastic")


def board(shape: str = "wide", theme: Theme = DARK, **settings) -> tuple:
    valley, walkers = states.descended(theme=theme, **settings).painted
    drawing = drawn(valley, walkers, shape=shape)
    return walkers.frame, drawing, plane_of(drawing, 1.0)


@LOOKS
def test_shades_and_level_lines_are_the_average_loss(shape: str, theme: Theme) -> None:
    film = states.descent_film()
    drawing = drawn(Valley(film.data, film.view, theme), shape=shape)
    plane = plane_of(drawing, 1.0)
    short = [x for x in drawing.lines if len(x.points) == 2 and math.dist(*x.points) < 40 and x.width == 2]
    at = np.array([x.points.mean(0) for x in short if x.alpha == 1])
    weights = (at - plane.origin) / (plane.scale, -plane.scale)
    losses = sample_losses(weights, film.data).mean(-1)
    off = np.abs(losses[:, None] - film.levels) / np.asarray(film.levels)
    assert len(at) > 1000 and np.quantile(off.min(1), 0.99) < 0.02
    assert set(off.argmin(1)) >= set(range(1, 10))  # all levels that the plane reaches
    (shades,) = drawing.of(Image)
    places = plane(film.view.half * np.random.default_rng(0).uniform(-0.9, 0.9, (400, 2)) + film.view.centre)
    inside = places[(places > shades.corner).all(1)]
    seen = np.linalg.norm(shades.at(inside) - rgb(theme.ground), axis=1)
    heights = sample_losses((inside - plane.origin) / (plane.scale, -plane.scale), film.data).mean(-1)
    ranks = [np.argsort(np.argsort(v)) for v in (seen, heights)]
    assert np.corrcoef(*ranks)[0, 1] > 0.99  # the higher the loss, the farther from the ground's colour


@pytest.mark.parametrize(
    ("shape", "stretch", "start", "rate"), [("wide", 1.0, (1.5, -1.0), 0.12), ("tall", 0.2, (12.0, -5.0), 1.0)]
)
def test_values_stand_on_their_level_lines_and_paths_in_the_plane(shape: str, stretch, start, rate) -> None:
    data = two_clouds()
    film = descent(data._replace(x=stretch * data.x), start, rate)
    drawing = drawn(Valley(film.data, film.view), shape=shape)
    one = next(float(t.text) for t in drawing.texts if t.text.isdigit())
    plane = plane_of(drawing, one)
    values = [t for t in drawing.texts if t.text.removeprefix("average loss ") in map("{:g}".format, film.levels)]
    values = [t for t in values if t.size < 30 * min(SHAPES[shape]) / 1080]  # not those at ticks
    assert len(values) > 3 and sum("average loss" in t.text for t in values) == 1
    for text in values:
        middle = ((text.left + text.right) / 2, text.baseline - 10 * min(SHAPES[shape]) / 1080)
        weights = (np.array(middle) - plane.origin) / (plane.scale, -plane.scale)
        level = float(text.text.removeprefix("average loss "))
        assert sample_losses(weights, film.data).mean() == pytest.approx(level, rel=0.03)
    (shades,) = drawing.of(Image)
    right, bottom = shades.corner + np.subtract(shades.pixels.shape[1::-1], 1) * shades.step
    for path in film.paths.values():
        assert (plane(path) > 0).all() and (plane(path) < (right, bottom)).all()


@LOOKS
def test_axes_are_named_and_ones_stand_at_the_ticks_of_one(shape: str, theme: Theme) -> None:
    film = states.descent_film()
    drawing = drawn(Valley(film.data, film.view, theme), shape=shape)
    plane = plane_of(drawing, 1.0)
    ones = [t.middle for t in drawing.texts if t.text == "1"]
    assert len(ones) == 2
    across, up = plane([[1, 0], [0, 1]])
    assert abs(ones[0][0] - across[0]) < 3 and 0 < ones[0][1] - across[1] < 60
    assert abs(ones[1][1] - up[1]) < 6 and 0 < up[0] - ones[1][0] < 40
    right, top = drawing.text("w₁"), drawing.text("w₂")
    assert right.left > across[0] and abs(right.baseline - plane.origin[1]) < 40
    assert top.baseline < up[1] and 0 < top.left - plane.origin[0] < 40


@LOOKS
def test_each_path_goes_from_step_to_step_in_its_methods_colour(shape: str, theme: Theme) -> None:
    film = states.descent_film()
    frame, drawing, plane = board(shape, theme, samples=700.5, methods=ALL)
    colours = dict(zip(METHODS, theme.class_colours(3)))
    for method, track in zip(frame.methods, frame.tracks):
        path = film.paths[method]
        assert np.array_equal(track[:-1], path[: len(track) - 1])
        lines = [x for x in drawing.lines if near(x.points, plane(track))]
        assert [same_colour(x.colour, c) for x, c in zip(lines, (rgb(theme.rim), colours[method]))] == [True, True]
        assert lines[0].width > lines[1].width
        discs = [d for d in drawing.discs if near(d.centre, plane(track[-1]), 0.1)]
        assert same_colour(discs[-1].colour, colours[method]) and len(discs) >= 3


@pytest.mark.parametrize("shape", SHAPES)
def test_steps_samples_and_losses_stand_under_their_method(shape: str) -> None:
    film = states.descent_film()
    _, drawing, _ = board(shape, samples=700.5, methods=ALL)
    assert drawing.reading("samples seen") == "700"
    for method in ALL:
        head = drawing.text(method)
        assert same_colour(head.colour, dict(zip(METHODS, DARK.class_colours(3)))[method])
        mine = [t for t in drawing.texts if 0 < t.baseline - head.baseline < 130 and abs(t.left - head.left) < 5]
        assert [t.text for t in mine] == ["steps", "average loss"]
        batch = METHODS[method] or 60
        whole, part = divmod(700.5 / batch, 1)
        path = film.paths[method]
        here = (1 - part) * path[int(whole)] + part * path[int(whole) + 1]
        loss = float(sample_losses(here, film.data).mean())
        beside = [next(t for t in drawing.texts if abs(t.baseline - m.baseline) < 1 and t.left > m.right) for m in mine]
        assert [t.text for t in beside] == [f"{int(whole):,}", decimal(float(loss), 3)]


@BOTH
@pytest.mark.parametrize("shown", [0.5, 1.0])
def test_arrows_go_against_each_samples_gradient_and_their_mean(shown: float, theme: Theme) -> None:
    film = states.descent_film()
    frame, drawing, plane = board(theme=theme, arrows=shown, methods=("gradient descent",))
    at, x, side = frame.tracks[0][-1], film.data.x, 1 - 2 * film.data.y
    z = x @ at * side
    down = (2 * side / (1 + np.exp(2 * z)))[:, None] * x  # −∂/∂w log(1 + exp(−2 side wᵀx))
    arrow_to(drawing, plane(at), plane(at + shown * SHORT * down.mean(0)), dict(zip(METHODS, theme.class_colours(3)))[
        "gradient descent"])  # fmt: skip
    heads = [a.tip for a in drawing.arrows]
    for tip in plane(at + shown * SHORT * down):
        assert min(math.dist(tip, head) for head in heads) < 0.1, "a sample's arrow points elsewhere"
    said = drawing.text(f"drawn at {SHORT:g} of their length")
    assert said.alpha == pytest.approx(shown)


@BOTH
@pytest.mark.parametrize("number", [0, 2, 31])
def test_one_samples_level_lines_lie_where_its_loss_has_the_levels(number: int, theme: Theme) -> None:
    film = states.descent_film()
    frame, drawing, plane = board(theme=theme, ghost=number + 0.5)
    assert np.array_equal(frame.sample.x[0], film.data.x[number])
    ghosts = [x for x in drawing.lines if x.width == 3 and same_colour(x.colour, rgb(theme.ink))]
    weights = [(x.points.mean(0) - plane.origin) / (plane.scale, -plane.scale) for x in ghosts]
    losses = [float(sample_losses(w, frame.sample)[0]) for w in weights]
    assert np.allclose(np.sort(losses), film.levels, rtol=0.02)
    for line in ghosts:
        assert abs(np.diff(line.points * (1, -1), axis=0)[0] @ frame.sample.x[0]) < 1e-3 * math.dist(*line.points) * 9


def test_the_ghost_follows_the_sample_that_stochastic_descent_sees_now() -> None:
    film = states.descent_film()
    frame, _, _ = board(samples=12.5, methods=("stochastic",), follow=True)
    assert np.array_equal(frame.sample.x[0], film.data.x[film.order[12]])
    before, after = film.paths["stochastic"][12:14]
    z = frame.sample.x[0] @ before * (1 - 2 * frame.sample.y[0])
    pull = 2 * (1 - 2 * frame.sample.y[0]) / (1 + np.exp(2 * z)) * frame.sample.x[0]
    assert np.allclose(after - before, film.rate * pull)


def test_nothing_moves_outside_the_plane() -> None:
    walkers = Walkers(states.descended(arrows=1.0, methods=("gradient descent",)).painted[1].frame)
    drawing: Drawing = drawn(walkers)
    assert all(mark.clip[2] <= 1240 for mark in drawing.marks if type(mark).__name__ in ("Line", "Disc"))
