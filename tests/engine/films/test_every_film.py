"""Every film of every data set, kind of activation, shape of network and number of classes: right, or refused truly."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pytest

from engine import Frame, Labelled, Linear, Recipe, Run, UnspiralError, circling, class_vectors, training, warping
from engine import unfolding as unfolded
from engine.films.descent import descent
from engine.films.energy import energy
from engine.films.feature_tour import touring
from engine.films.folds import carrying, folding, zooming
from engine.films.input_plane import input_plane
from engine.films.linear_classifier import cutting
from engine.films.network import assembling, flowing
from engine.films.pulling import pulling
from engine.films.scores import scoring
from engine.films.softargmax import softening
from engine.films.space import space
from engine.network.activations import KINDS
from engine.network.layers import Layer, classifier, embedding, logits, mapped, mistaken
from engine.recipes.data import DATASETS

SHAPES: dict[str, tuple[tuple[int, ...], int | None]] = {
    "wide": ((7,), 2),
    "narrow": ((2, 2), 2),
    "in space": ((5,), 3),
    "on a line": ((5,), 1),
    "features read": ((5,), None),
    "no features": ((), None),
    "one linear layer": ((), 2),
}


SLOW = ("unfolding", "feature_tour", "energy")
"""Films whose views are worked out beforehand, or whose every frame takes long: of them some pairs are tried."""


class Case(NamedTuple):
    """A run and what is to be known of it."""

    run: Run
    inputs: int
    width: int
    """Of what the classifier reads."""
    classes: int
    hidden: tuple[int, ...]
    embedding: int | None
    curved: str
    """What is said of it in a caption; empty if it is straight between kinks, or there is none."""


def data_of(name: str, classes: int, dimensions: int) -> Labelled:
    given: dict[str, Any] = {"points": 5, "classes": classes, "dimensions": dimensions}
    made = DATASETS[name]
    return made(1, **{key: value for key, value in given.items() if key in (made.__kwdefaults__ or {})})


def case(data: Labelled, kind: str, shape: str) -> Case:
    """A run of random networks at three epochs, nothing trained."""
    hidden, width = SHAPES[shape]
    random, classes = np.random.default_rng(len(data.y)), int(data.y.max()) + 1

    def linear(inputs: int, outputs: int, bias: float = 0.3) -> Linear:
        sizes = np.array([0.5, 1.0, 1.5])[:, None, None]
        weight = sizes * random.standard_normal((3, outputs, inputs)) / inputs**0.5
        return Linear(weight, bias * random.standard_normal((3, outputs)))

    layers: list[Layer] = []
    widths = [data.x.shape[1], *hidden]
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [linear(inputs, outputs), KINDS[kind]()]
    if width is not None:
        layers.append(linear(widths[-1], width))
        widths.append(width)
    layers.append(linear(widths[-1], classes, bias=0.3 * bool(hidden)))
    recipe = Recipe(data, activation=kind, hidden=hidden, embedding=width, epochs=2, upright=None)
    points = Labelled(data.x.astype(np.float32), data.y)
    network = mapped(lambda array: array.astype(np.float32), tuple(layers))
    run = Run(recipe, points, np.zeros(len(data.y), bool), np.arange(3.0), network)
    bend = KINDS[kind]()
    curved = bend.caption if hidden and bend.kinks is None else ""
    return Case(run, data.x.shape[1], widths[-1], classes, hidden, width, curved)


def no_plane(c: Case) -> str:
    many = "s" if c.inputs > 1 else ""
    return "" if c.inputs == 2 else f"the input has {c.inputs} dimension{many}; this film starts from 2"


def no_embedding(c: Case) -> str:
    many = "s" if c.width > 1 else ""
    return "" if c.width == 2 else f"the embedding has {c.width} dimension{many}; films show 2"


def no_pieces(c: Case) -> str:
    return f"{c.curved} is curved, and a curved network has no linear pieces" if c.curved else ""


def no_steps(c: Case) -> str:
    widths = [c.inputs, *c.hidden, *([c.embedding] if c.embedding else [])]
    layers = [(2 * number, out, in_) for number, (in_, out) in enumerate(zip(widths, widths[1:]))]
    said = [f"layer {k} is {out} × {in_}; unfolding needs 2 × 2 layers" for k, *of in layers for out, in_ in [of]]
    wrong = next((words for words, (_, out, in_) in zip(said, layers) if (out, in_) != (2, 2)), "")
    return no_plane(c) or wrong or ("" if layers else "this network is its classifier alone")


def no_tour(c: Case) -> str:
    if not c.hidden or c.embedding != 2:
        return no_plane(c) or "a tour needs features, a linear layer to a 2-D embedding, and a classifier"
    return no_plane(c) or ("" if c.hidden[-1] > 2 else "two dimensions leave no room for a tour")


def no_pull(c: Case) -> str:
    alone = "" if c.hidden or c.embedding else "this network is its classifier alone"
    return no_plane(c) or alone or no_embedding(c)


def linear_in_the_plane(c: Case) -> str:
    return (
        "" if not c.hidden and c.embedding is None and c.inputs == 2 else "use a recipe with hidden=(), embedding=None"
    )


def last(c: Case) -> Any:
    return c.run.at(2)


FILMS: dict[str, tuple[Callable[[Case], Any], Callable[[Case], str]]] = {
    "training": (lambda c: training(c.run), lambda c: ""),
    "warping": (lambda c: warping(last(c), c.run.data), lambda c: no_plane(c) or no_embedding(c)),
    "unfolding": (lambda c: unfolded(last(c), c.run.data), no_steps),
    "class_vectors": (lambda c: class_vectors(c.run), no_embedding),
    "circling": (lambda c: circling(last(c)), no_embedding),
    "energy": (lambda c: energy(c.run), no_plane),
    "softargmax": (lambda c: softening(c.run, cells=4), no_plane),
    "folds": (lambda c: folding(last(c), c.run.data), lambda c: no_plane(c) or no_pieces(c)),
    "folds, near": (lambda c: zooming(last(c), c.run.data), lambda c: no_plane(c) or no_pieces(c)),
    "folds, carried": (
        lambda c: carrying(last(c), c.run.data),
        lambda c: no_plane(c) or no_embedding(c) or no_pieces(c),
    ),
    "feature_tour": (lambda c: touring(c.run), no_tour),
    "linear_classifier": (lambda c: cutting(c.run), linear_in_the_plane),
    "scores": (lambda c: scoring(c.run, 0).vary("rows", 0, 2), linear_in_the_plane),
    "network": (lambda c: flowing(last(c), c.run.data.x[0], int(c.run.data.y[0])), lambda c: ""),
    "network, assembled": (lambda c: assembling(c.run.recipe).vary("shown", 0, 3), lambda c: ""),  # type: ignore[arg-type]
    "pulling": (lambda c: pulling(last(c), c.run.data, 0, most=9, until=1e-9), no_pull),
    "descent": (
        lambda c: descent(c.run.data, samples=12).vary("samples", 0, 6, methods=("stochastic",)),
        lambda c: "" if c.classes == 2 and c.inputs == 2 else "give it two classes of points in the plane",
    ),
}


def arrays(value: Any) -> Iterator[np.ndarray]:
    """Every array of numbers in a frame, however deep, and its numbers besides."""
    if isinstance(value, np.ndarray | float):
        yield np.asarray(value)
    elif is_dataclass(value):
        yield from (array for field in fields(value) for array in arrays(getattr(value, field.name)))
    elif isinstance(value, dict | tuple):
        yield from (array for part in (value.values() if isinstance(value, dict) else value) for array in arrays(part))


def check_frame(name: str, frame: Any, c: Case, playhead: float, smaller: float) -> None:
    """What holds of every frame: numbers are finite, shapes fit, and the answers are the network's own."""
    assert all(np.isfinite(array).all() for array in arrays(frame) if array.dtype.kind == "f"), name
    if not isinstance(frame, Frame):
        return
    assert frame.points.shape == (len(frame.labels), 2) == (len(frame.wrong), 2)
    assert frame.lines.vertices.shape[1:] == (2,) and frame.lines.starts[-1] == len(frame.lines.vertices)
    assert len(frame.class_vectors) in (0, c.classes) and len(frame.regions) in (0, c.classes)
    if name == "training":
        network = c.run.at(playhead)
        assert (frame.wrong == mistaken(logits(network, c.run.data.x), c.run.data.y)).all()
        if c.width == 2:
            np.testing.assert_allclose(frame.points, embedding(network, c.run.data.x), atol=1e-5)
            np.testing.assert_allclose(smaller * frame.class_vectors, classifier(network).weight, atol=1e-6)


def check(name: str, c: Case) -> bool:
    """Whether the film is right; else that it was refused, and why."""
    make, refused = FILMS[name]
    why = refused(c)
    if why:
        with pytest.raises(UnspiralError) as caught:
            make(c)
        said = str(caught.value)
        assert why in said and "\n" not in said and len(said) < 300, said
        return False
    film = make(c)
    for playhead in (film.first, 0.63 * film.first + 0.37 * film.last, film.last):
        check_frame(name, film(playhead), c, float(playhead), getattr(film, "shrink", 1.0))
    return True


def some(name: str) -> Iterator[Case]:
    """Every shape with straight and curved kinds, every kind, data set and number of classes from 2 to 12."""
    kinds, shapes = list(KINDS), list(SHAPES)
    slow = name in SLOW
    for number, classes in enumerate((2, 4, 7, 12) if name in SLOW else range(2, 13)):
        for place, data in enumerate(DATASETS):
            for dimensions in (1, 2, 3) if data == "blobs" else (2,):
                turn = number + 3 * place + dimensions
                for shape in shapes if not slow else [shapes[turn % 2], shapes[turn % len(shapes)]]:
                    yield case(
                        data_of(data, classes, dimensions), kinds[(turn + shapes.index(shape)) % len(kinds)], shape
                    )


@pytest.mark.parametrize("name", FILMS)
def test_a_film_is_right_or_refused_in_one_true_sentence(name: str) -> None:
    shown = [check(name, c) for c in some(name)]
    assert any(shown) and (all(shown) == (name in ("training", "network", "network, assembled")))


def test_every_pair_of_a_data_set_and_a_kind_is_among_them() -> None:
    pairs = {(c.run.recipe.activation, c.inputs, c.classes) for c in some("training") if c.run.recipe}
    assert {kind for kind, _, _ in pairs} == set(KINDS)
    assert {(inputs, classes) for _, inputs, classes in pairs} >= {(n, k) for n in (1, 2, 3) for k in range(2, 13)}


def test_the_digits_are_shown_by_every_film_that_does_not_need_a_plane() -> None:
    pytest.importorskip("sklearn")
    from engine import digits

    data = digits()
    c = case(Labelled(data.x[:40], data.y[:40]), "gelu", "wide")
    assert [name for name in FILMS if check(name, c)] == [
        *("training", "class_vectors", "circling", "network", "network, assembled"),
    ]


@pytest.mark.parametrize("shape", ["wide", "in space", "no features"])
def test_every_film_of_a_run_calls_its_classes_as_the_run_does(shape: str) -> None:
    named = ("barley", "oats", "rye")
    made = case(data_of("spirals", 3, 2), "positive_part", shape)
    run = replace(made.run, names={"y": named})
    shown = [input_plane(run), *([space(run)] if shape == "in space" else [])]
    of_a_run = ("training", "class_vectors", "energy", "softargmax", "feature_tour", "linear_classifier", "scores")
    shown += [FILMS[name][0](made._replace(run=run)) for name in of_a_run if not FILMS[name][1](made)]
    for film in shown:
        assert film(film.first).class_names == named, film
