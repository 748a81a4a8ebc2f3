from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from engine import Linear, Network, PositivePart, Tanh, UnspiralError, embedding, logits, softargmax
from engine.network.layers import BLOCK, UNITS, WIDE, Layer, apply, block_of, classifier, forward, mapped, mistaken
from engine.recorder.twins import twin

LAYERS: list[Layer] = [
    Linear(np.array([[1.5, -2.0], [0.25, 3.0], [0.0, 1.0]]), np.array([0.5, -1.0, 0.0])),
    *(kind() for kind in get_args(Layer) if kind is not Linear),
    PositivePart(0.01),
    PositivePart(1.0),
]


def network(seed: int = 0, dtype: str = "float64") -> Network:
    random = np.random.default_rng(seed)

    def linear(out: int, in_: int) -> Linear:
        return Linear(random.standard_normal((out, in_)).astype(dtype), random.standard_normal(out).astype(dtype))

    return linear(7, 2), PositivePart(0.1), linear(2, 7), linear(5, 2)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda v: type(v).__name__)
def test_a_layer_computes_what_torch_computes(layer: Layer) -> None:
    if isinstance(layer, Linear):
        module: nn.Module = nn.Linear(2, 3, dtype=torch.float64)
        module.load_state_dict({"weight": torch.tensor(layer.weight), "bias": torch.tensor(layer.bias)})
    else:
        module = twin(layer)
    x = np.random.default_rng(0).standard_normal((200, 2)) * 3
    x[:5] = [[0, 0], [-0.0, 1], [1, -1], [1e-300, -1e-300], [1e10, -1e10]]
    curved = not isinstance(layer, Linear) and layer.kinks is None  # two libraries round exp and erf in their own ways
    error = np.abs(apply(layer, x) - module(torch.tensor(x)).detach().numpy())
    assert (error <= 1e-14 * np.abs(x).max(1, keepdims=True) + 1e-15 * curved).all()


def test_logits_are_the_classifier_on_the_embedding() -> None:
    x = np.random.default_rng(1).standard_normal((30, 2))
    last = classifier(network())
    assert np.allclose(logits(network(), x), embedding(network(), x) @ last.weight.T + last.bias, rtol=1e-14)


def test_precision_of_the_weights_is_kept() -> None:
    assert logits(network(dtype="float32"), np.zeros((3, 2), np.float32)).dtype == np.float32


def test_the_layer_that_does_not_fit_is_named() -> None:
    first, *rest = network()
    with pytest.raises(UnspiralError, match="layer 0: a layer of shape 7 × 2 was given 3-dimensional points"):
        logits(network(), np.zeros((4, 3)))
    with pytest.raises(UnspiralError, match="layer 1: a layer of shape 7 × 2 was given 7-dimensional points"):
        forward((first, first, *rest), np.zeros((4, 2)))
    with pytest.raises(UnspiralError, match="ends in a linear classifier, not in Tanh"):
        classifier((first, Tanh()))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8), st.floats(1e-3, 100))
def test_softargmax_is_a_probability_whatever_the_scores(scores: list[float], temperature: float) -> None:
    p = softargmax(np.array(scores), temperature)
    expected = torch.softmax(torch.tensor(scores, dtype=torch.float64) / temperature, 0).numpy()
    assert np.isclose(p.sum(), 1) and (p >= 0).all() and np.allclose(p, expected, atol=1e-9)


def test_of_equal_scores_the_first_is_the_answer_as_in_numpy_and_torch() -> None:
    scores = np.array([[1.0, 0, 0], [0, 1, 1], [0, 1, 1], [0, 0, 0], [0, 0, 0], [2, 1, 3]])
    y = np.array([0, 1, 2, 2, 0, 2])
    assert mistaken(scores, y).tolist() == [False, False, True, True, False, False]
    drawn = np.random.default_rng(0).integers(0, 3, (2000, 4)).astype(np.float32)  # a tie in every second row
    labels = np.random.default_rng(1).integers(0, 4, 2000)
    assert (mistaken(drawn, labels) == (torch.tensor(drawn).argmax(1).numpy() != labels)).all()


def test_mapped_touches_arrays_and_nothing_else() -> None:
    doubled = mapped(lambda a: 2 * a, (Linear(np.ones((2, 2)), np.ones(2)), PositivePart(0.25), Tanh()))
    assert doubled[1:] == (PositivePart(0.25), Tanh())
    assert isinstance(doubled[0], Linear) and (doubled[0].weight == 2).all() and (doubled[0].bias == 2).all()


@pytest.mark.parametrize("activation", [PositivePart(0.1), Tanh()])
def test_a_layer_of_very_many_units_computes_the_same_in_parts(activation: Layer) -> None:
    random = np.random.default_rng(0)

    def linear(out: int, in_: int) -> Linear:
        return Linear(random.standard_normal((out, in_)) / in_**0.5, random.standard_normal(out))

    count = WIDE + UNITS // 2 + 1
    layers = (linear(2, 2), linear(count, 2), activation, linear(3, count), activation, linear(count, 3), activation)
    x = random.standard_normal((3, 2))
    expected = x
    for layer in layers:
        expected = apply(layer, expected)
    assert np.abs(forward(layers, x) - expected).max() < 1e-12
    single = mapped(lambda array: array.astype("f4"), layers[:4])
    assert forward(single, x.astype("f4")).dtype == np.float32
    assert block_of(layers[:4]) == BLOCK > block_of((linear(300_000, 1),))
    with pytest.raises(UnspiralError, match="layer 1: a layer of shape"):
        forward((layers[0], linear(count, 3), *layers[2:]), x)
