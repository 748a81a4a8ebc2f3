"""Pictures in states worth seeing, small enough to be made in a moment and the same on every machine.

Nothing is trained here: the weights lie beside the stills, or are written down below. `STATES` names each by its
picture and what is to be seen of it; a new picture gets its entries here, its stills and its claims follow.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from manim import tempconfig

from engine import (
    Labelled,
    Linear,
    Run,
    circling,
    class_vectors,
    distributions,
    fit,
    flow,
    metric,
    sequence,
    training,
    unfolding,
    warping,
    words,
)
from engine.films.descent import descent, two_clouds
from engine.films.energy import energy
from engine.films.feature_tour import touring
from engine.films.folds import carrying, folding, zooming
from engine.films.lifting import Lifting, lifted
from engine.films.linear_classifier import cutting
from engine.films.network import assembling, flowing
from engine.films.pulling import pulling
from engine.films.scores import scoring
from engine.films.softargmax import softening
from engine.films.together import Samples
from engine.films.trails import trailing
from engine.recipes.data import rings
from engine.recipes.named import FIVE_SPIRALS, THREE_SPIRALS_NARROW
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.plane import paint_ground
from scenes.parts.paint.theme import DARK, LIGHT, Theme
from scenes.parts.pictures.beside import beside
from scenes.parts.pictures.chart import Chart
from scenes.parts.pictures.circling import CirclePicture
from scenes.parts.pictures.class_vectors import SpreadPicture
from scenes.parts.pictures.descent import Valley, Walkers
from scenes.parts.pictures.energy import Landscape
from scenes.parts.pictures.feature_tour import TourPicture
from scenes.parts.pictures.folds import paint_patchwork
from scenes.parts.pictures.lifting import SpacePicture
from scenes.parts.pictures.network import DiagramOfModules
from scenes.parts.pictures.panels import Panels
from scenes.parts.pictures.picture import Picture
from scenes.parts.pictures.pulling import Pullboard
from scenes.parts.pictures.scores import Scoreboard
from scenes.parts.pictures.softargmax import Surfaces
from scenes.parts.pictures.unfolding import Unfolder
from scenes.parts.pictures.units import DiagramOfUnits
from scenes.parts.stage.painted import Painted
from tests.scenes.recorded import recorded

HERE = Path(__file__).parents[1] / "stills"
PIXELS = {"wide": (480, 270), "square": (270, 270), "tall": (270, 480)}
NAMED = replace(LIGHT, names=("walking", "running uphill", "standing still on one leg", "sit", "lie"))
"""A light theme, in which classes have names."""


LOOKS = pytest.mark.parametrize(
    "shape, theme", [("wide", DARK), ("square", LIGHT), ("tall", DARK)], ids=["wide", "square-light", "tall"]
)
"""Of claims that hold in frames of every shape and in both themes."""


class State(NamedTuple):
    """What is painted, one over the other, in a frame of that shape."""

    painted: tuple[Any, ...]
    shape: str = "wide"


@cache
def five_spirals() -> Run:
    """FIVE_SPIRALS, every tenth of its points at twenty of its epochs."""
    return Run.load(HERE / "five_spirals.safetensors")


def trained(epoch: float = 2000) -> Any:
    return five_spirals().at(epoch)


@cache
def narrow() -> tuple[Any, Labelled]:
    """The lecture's narrow network, and an eighth of its points."""
    run = Run.load(HERE.parents[1] / "assets" / "runs" / "three_spirals_narrow.safetensors")
    return run.at(run.epochs[-1]), Labelled(run.data.x[::8], run.data.y[::8])


def given(weights: Any, biases: Any, data: Labelled, **metrics: Any) -> Run:
    """A run of a linear classifier alone, at an epoch 0, 100, 200 … for each of its weights."""
    weights, biases = np.asarray(weights, float), np.asarray(biases, float)
    epochs = 100.0 * np.arange(len(weights))
    curves = {name: np.asarray(curve, float) for name, curve in metrics.items()}
    return Run(None, data, np.zeros(len(data.y), bool), epochs, (Linear(weights, biases),), curves)


@cache
def blobs_run() -> Run:
    """Five clouds of features, one in the direction of each class vector, and their classifier without bias."""
    angles, lengths = np.array([0.3, 1.5, 2.5, 4.1, 5.2]), np.array([2.4, 3.1, 2.0, 2.7, 3.4])
    vectors = lengths[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
    spread = np.random.default_rng(0).standard_normal((5, 20, 2)) * 0.35
    data = Labelled((0.9 * vectors[:, None] + spread).reshape(-1, 2), np.repeat(np.arange(5), 20))
    return given([0.1 * vectors, vectors], np.zeros((2, 5)), data)


@cache
def cutting_run() -> Run:
    data = five_spirals().data
    data = Labelled(data.x[data.y < 3], data.y[data.y < 3])
    last = np.array([[1.4, 0.9], [-1.7, 0.6], [0.2, -1.6]])
    return given([0.1 * last, last], [[0, 0, 0], [0.1, -0.2, 0.3]], data, loss=[1.09, 0.97], accuracy=[0.4, 0.5])


@cache
def lifting_film() -> Lifting:
    data = rings(0, points=60, noise=0.07)
    flat = given([[[0.5, -0.9], [-0.5, 0.9]]], [[0.2, -0.1]], data)
    high = given([[[-0.3, 0.2, -2.5], [0.3, -0.2, 2.5]]], [[1.1, -1.0]], Labelled(lifted(data.x), data.y))
    return Lifting(flat, high)


@cache
def pulling_film(width: int = 100) -> Any:
    """Fifty steps for a point that is wrong at epoch 500, all features learning or the first few."""
    network = trained(400)
    if width < 100:
        first, bend, second, last = network
        few = Linear(first.weight[:width], first.bias[:width])
        network = (few, bend, Linear(2 * second.weight[:, :width], second.bias), last)
    return pulling(network, five_spirals().data, point=99, rate=0.002, most=50)


@cache
def training_film() -> Any:
    return training(five_spirals())


@cache
def warping_film() -> Any:
    return warping(trained(), five_spirals().data)


@cache
def unfolding_film() -> Any:
    network, data = narrow()
    return unfolding(network, data, "lecture")


@cache
def flow_film() -> Any:
    return flowing(trained(400), five_spirals().data.x[479], 4, rate=0.02)


@cache
def narrow_flow_film() -> Any:
    network, data = narrow()
    return flowing(network, data.x[200], int(data.y[200]), rate=0.01)


@cache
def descent_film() -> Any:
    return descent(two_clouds())


@cache
def energy_film() -> Any:
    return energy(five_spirals())


@cache
def softening_film() -> Any:
    return softening(five_spirals())


@cache
def scoring_film() -> Any:
    return scoring(blobs_run(), point=55)


@cache
def tour_film() -> Any:
    return touring(five_spirals())


@cache
def folds_films() -> Any:
    network, data = narrow()
    return folding(network, data), zooming(network, data), carrying(network, data, every=2)


VALUES = np.array([[0.57, 0.49, 0.62], [0.83, 0.94, 0.9], [0.985, 0.997, 0.99]])
SPREAD = Samples(("2", "8", "32"), VALUES, ("width of f", "accuracy"), {"epoch": 1234.0}, floor=0.2)


def at(film: Any, **settings: Any) -> Any:
    """The frame of a film with these settings."""
    (name, value), *others = settings.items()
    return film.vary(name, value, value, **dict(others))(value)


def picture(epoch: float, shape: str = "wide", theme: Theme = DARK) -> State:
    return State((Picture(training_film()(epoch), theme),), shape)


def warped(playhead: float, shape: str = "wide", theme: Theme = DARK) -> State:
    return State((Picture(warping_film()(playhead), theme),), shape)


def moving() -> State:
    return State((Picture(trailing(training_film(), [340, 370, 400, 430, 460]), DARK),), "wide")


def straight(epoch: float, only_mistakes: bool) -> State:
    return State((Picture(cutting(cutting_run(), only_mistakes)(epoch)),))


def spread(epoch: float, shape: str = "wide", theme: Theme = DARK) -> State:
    return State((SpreadPicture(class_vectors(five_spirals())(epoch), theme),), shape)


def circle(playhead: float, shape: str = "wide", theme: Theme = DARK) -> State:
    return State((CirclePicture(circling(trained())(playhead), theme),), shape)


def unfolded(playhead: float, shape: str = "wide", theme: Theme = DARK) -> State:
    film = unfolding_film()
    return State((Unfolder(film(playhead), film.steps, theme),), shape)


def units(film: Callable[[], Any], playhead: float, shape: str = "wide", theme: Theme = DARK) -> State:
    return State((Board(theme), DiagramOfUnits(film()(playhead), theme)), shape)


def modules(shape: str = "wide", theme: Theme = DARK, recipe: Any = FIVE_SPIRALS, **settings: float) -> State:
    frame = at(assembling(recipe), **{"shown": 9.0, **settings})
    return State((Board(theme), DiagramOfModules(frame, theme)), shape)


class Board(Painted):
    """The ground under a picture that does not cover it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme=theme)

    def paint(self, canvas: Canvas) -> None:
        paint_ground(canvas, self.theme)


def scored(shape: str = "wide", theme: Theme = DARK, **settings: float) -> State:
    return State((Scoreboard(at(scoring_film(), **settings), theme),), shape)


def pulled(playhead: float, shape: str = "wide", theme: Theme = DARK, count: int = 2, slopes: bool = True) -> State:
    frames = [pulling_film(width)(playhead) for width in (30, 100)[2 - count :]]
    return State((Pullboard(frames, slopes, theme),), shape)


def descended(shape: str = "wide", theme: Theme = DARK, **settings: Any) -> State:
    film = descent_film()
    return State((Valley(film.data, film.view, theme), Walkers(at(film, **settings), theme)), shape)


def landscape(epoch: float, shape: str = "wide", theme: Theme = DARK) -> State:
    return State((Landscape(energy_film()(epoch), theme),), shape)


def surfaces(shape: str = "wide", theme: Theme = DARK, **settings: float) -> State:
    return State((Surfaces(at(softening_film(), **settings), theme),), shape)


def space(playhead: float, shape: str = "wide", theme: Theme = DARK) -> State:
    return State((SpacePicture(lifting_film()(playhead), theme),), shape)


def tour(playhead: float, shape: str = "wide", theme: Theme = DARK) -> State:
    return State((TourPicture(tour_film()(playhead), theme),), shape)


def boards(frames: Any, titles: Any, shape: str = "wide", **look: Any) -> State:
    with tempconfig(dict(zip(("pixel_width", "pixel_height"), PIXELS[shape]))):
        made = Panels(frames, titles, **look)
    return State((made.header, *made.panels), shape)


def panels(shape: str = "wide", theme: Theme = DARK, count: int = 3) -> State:
    frames = [training_film()(epoch) for epoch in (250, 500, 2000)[:count]]
    return boards(frames, ["early", "half way", "trained"][:count], shape, below=("loss", "accuracy"), theme=theme)


def folds(number: int, playhead: float, theme: Theme = DARK) -> State:
    below = (("folds", "pieces"), ("pieces", "magnified"), ("pieces", "accuracy"))[number]
    key = ("point", "piece") if number == 0 else ("point", "region", "piece")
    frame = folds_films()[number](playhead)
    return boards([frame], ["narrow"], below=below, key=key, theme=theme, paint_plane=paint_patchwork)


def besides(*films: Any, epoch: float = 3.0, theme: Theme = DARK) -> State:
    """Panels of films of series at an epoch."""
    with tempconfig(dict(zip(("pixel_width", "pixel_height"), PIXELS["wide"]))):
        made = beside([film(epoch) for film in films], ["one", "another"][: len(films)], theme)
    return State((made.header, *made.panels))


STATES: dict[str, Callable[[], State]] = {
    "picture": lambda: picture(500),
    "picture-between": lambda: picture(731.5),
    "picture-origin": lambda: picture(0),
    "picture-square-named": lambda: picture(2000, "square", NAMED),
    "picture-tall": lambda: picture(1000, "tall"),
    "picture-focus": lambda: State((Picture(training_film()(2000), DARK, focus=[1]),), "wide"),
    "picture-trails": lambda: moving(),
    "linear_classifier": lambda: straight(100, False),
    "linear_classifier-mistakes": lambda: straight(100, True),
    "warping-half": lambda: warped(0.5),
    "warping-answer-light": lambda: warped(1.6, "square", LIGHT),
    "class_vectors": lambda: spread(2000),
    "class_vectors-tall-named": lambda: spread(300, "tall", NAMED),
    "circling": lambda: circle(0.3),
    "circling-soft-square-named": lambda: circle(1.7, "square", NAMED),
    "circling-tall": lambda: circle(2.6, "tall"),
    "unfolding-turn": lambda: unfolded(0.4),
    "unfolding-fold": lambda: unfolded(5.7),
    "unfolding-head-light": lambda: unfolded(unfolding_film().last, theme=LIGHT),
    "unfolding-tall": lambda: unfolded(9.5, "tall"),
    "units-forward": lambda: units(flow_film, 1.6),
    "units-loss": lambda: units(flow_film, 5),
    "units-backward-named": lambda: units(flow_film, 6.7, theme=NAMED),
    "units-step-square": lambda: units(flow_film, 10.6, "square"),
    "units-narrow": lambda: units(narrow_flow_film, 9.4),
    "network": lambda: modules(),
    "network-part-deep": lambda: modules(recipe=THREE_SPIRALS_NARROW, shown=5.4),
    "network-collapsing": lambda: modules(collapsed=0.6),
    "network-lifted-tall-light": lambda: modules("tall", LIGHT, lifted=1.0),
    "scores-rows": lambda: scored(rows=2.7, form=0.0),
    "scores-angles-light": lambda: scored(theme=LIGHT, form=1.0),
    "scores-soft-named": lambda: scored(theme=NAMED, soft=1.0, answered=1.0, temperature=2.0),
    "scores-square": lambda: scored("square", soft=1.0, answered=1.0),
    "scores-tall": lambda: scored("tall", soft=1.0, answered=1.0, turn=2.0),
    "pulling": lambda: pulled(0.6),
    "pulling-start": lambda: pulled(0.0, count=1),
    "pulling-tall-named": lambda: pulled(1.0, "tall", NAMED),
    "descent-arrows": lambda: descended(arrows=1.0, methods=("gradient descent",)),
    "descent-ghost-light": lambda: descended(theme=LIGHT, ghost=2.4),
    "descent-together": lambda: descended(samples=700.5, methods=("gradient descent", "mini-batch", "stochastic")),
    "descent-square": lambda: descended("square", samples=12.5, methods=("stochastic",), follow=True),
    "energy": lambda: landscape(2000),
    "energy-square-named": lambda: landscape(450, "square", NAMED),
    "energy-tall": lambda: landscape(300, "tall"),
    "softargmax-above": lambda: surfaces(epoch=2000),
    "softargmax-side": lambda: surfaces(turned=1.0),
    "softargmax-early-light": lambda: surfaces(theme=NAMED, epoch=300.0, turned=0.8, azimuth=1.3),
    "lifting-line": lambda: space(1),
    "lifting-cut": lambda: space(2.8),
    "lifting-orbit-light": lambda: space(3.7, theme=LIGHT),
    "lifting-back-tall": lambda: space(5, "tall"),
    "feature_tour": lambda: tour(2.0),
    "feature_tour-embedding": lambda: tour(5.6),
    "panels": lambda: panels(),
    "panels-tall-named": lambda: panels("tall", NAMED, count=2),
    "folds": lambda: folds(0, 5),
    "folds-zoom": lambda: folds(1, 0.4),
    "folds-carry-light": lambda: folds(2, 0.6, LIGHT),
    "fit_surface": lambda: besides(
        fit(recorded(), "hills", data=([[0.3, -1], [1, 1.5], [-1, 0]], [0.5, -0.2, 0.4]), surface=True, turn=0.5)
    ),
    "fit": lambda: besides(fit(recorded(), "fan"), fit(recorded(), "hills", data=([[0.3, -1], [1, 1.5]], [0.5, -0.2]))),
    "distributions": lambda: besides(
        distributions(recorded(), "losses", chosen=[4, 9]),
        distributions(recorded(), "fan", kind="violins"),
        theme=LIGHT,
    ),
    "flow": lambda: besides(
        flow(recorded(), "paths", grid="bent", field="pull"),
        flow(recorded(), "paths", ways=30).carrying(4.0),
        epoch=0.8,
    ),
    "words": lambda: besides(words(recorded(), [3, 8]), epoch=2.25),
    "sequence": lambda: besides(sequence(recorded(), "states"), sequence(recorded(), "states", colour="token")),
    "metric": lambda: besides(metric(recorded(), "round"), metric(recorded(), "space")),
    "chart": lambda: State((Chart(SPREAD),)),
    "chart-light-square": lambda: State((Chart(SPREAD, LIGHT),), "square"),
}
