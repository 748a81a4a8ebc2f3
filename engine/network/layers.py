"""Networks as tuples of NumPy layers, and what they compute."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError

Array = NDArray[np.floating]


class Linear(NamedTuple):
    """x ↦ W x + b: weight (out, in), bias (out,)."""

    weight: Array
    bias: Array


class PositivePart(NamedTuple):
    """(x)⁺, leaky where `slope` is not 0: x ↦ max(x, 0) + slope · min(x, 0)."""

    slope: float = 0.0


class Tanh(NamedTuple):
    """x ↦ tanh x."""


Layer = Linear | PositivePart | Tanh
Network = tuple[Layer, ...]
"""A network at one moment: the feature extractor's layers, then the classifier, whose rows are the class vectors."""


BLOCK = 512
"""Points that go through a network together: their hidden activations stay in the processor's cache."""


def apply(layer: Layer, x: Array) -> Array:
    """One layer on points x (N, in) → (N, out). UnspiralError if the widths do not fit."""
    match layer:
        case Linear(weight, bias):
            if x.shape[-1] != weight.shape[1]:
                raise UnspiralError(
                    f"a layer of shape {weight.shape[0]} × {weight.shape[1]} was given {x.shape[-1]}-dimensional points"
                )
            return x @ weight.T + bias
        case PositivePart(slope):
            return np.maximum(x, slope * x) if 0 <= slope <= 1 else np.where(x > 0, x, slope * x)
        case Tanh():
            return np.tanh(x)


def forward(layers: Network, x: Array) -> Array:
    """Points x (N, in) through all `layers` → (N, out)."""
    if len(x) > BLOCK:
        return np.concatenate([forward(layers, x[begin : begin + BLOCK]) for begin in range(0, len(x), BLOCK)])
    for number, layer in enumerate(layers):
        try:
            x = apply(layer, x)
        except UnspiralError as error:
            raise UnspiralError(f"layer {number}: {error}") from None
    return x


def embedding(network: Network, x: Array) -> Array:
    """Image of x in the embedding plane: all layers but the last. x (N, n) → (N, 2), data units.

    UnspiralError names the layer whose width does not fit.
    """
    return forward(network[:-1], x)


def logits(network: Network, x: Array) -> Array:
    """Scores s = W e + b of x (N, n) → (N, K)."""
    return forward(network, x)


def mapped(function: Callable[[Array], Array], network: Network) -> Network:
    """The network with `function` applied to every array in it."""

    def value(old: Any) -> Any:
        return function(old) if isinstance(old, np.ndarray) else old

    return tuple(type(layer)(*map(value, layer)) for layer in network)


def classifier(network: Network) -> Linear:
    """The last layer, whose weight's rows are the class vectors."""
    last = network[-1]
    if not isinstance(last, Linear):
        raise UnspiralError(f"a network ends in a linear classifier, not in {type(last).__name__}")
    return last


def softargmax(scores: Array, temperature: float = 1.0) -> Array:
    """Probabilities ỹ of scores (…, K): exp(s/T) / Σ exp(s/T), shifted so that nothing overflows."""
    shifted = np.exp((scores - scores.max(-1, keepdims=True)) / temperature)
    return shifted / shifted.sum(-1, keepdims=True)


def mistaken(scores: Array, y: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mask (N,) of points whose class y (N,) is not the answer: the first with the highest of scores (N, K).

    Of equal scores the first decides, as in `numpy.argmax`, `torch.argmax` and `argmax_regions`.
    """
    return scores.argmax(1) != y
