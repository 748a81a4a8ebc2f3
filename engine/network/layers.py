"""Networks as tuples of NumPy layers, and what they compute."""

from collections.abc import Callable
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.network.activations import Activation, Array
from engine.network.activations import PositivePart as PositivePart  # all layers are found here
from engine.network.activations import Tanh as Tanh


class Linear(NamedTuple):
    """x ↦ W x + b: weight (out, in), bias (out,)."""

    weight: Array
    bias: Array


Layer = Linear | Activation
Network = tuple[Layer, ...]
"""A network at one moment: the feature extractor's layers, then the classifier, whose rows are the class vectors."""


BLOCK = 512
"""Points that go through a network together: their hidden activations stay in the processor's cache."""
WIDEST = 16 << 20
"""Hidden activations of them at most: fewer points go together through millions of units."""
LARGE = 1_000_000
"""Weights from which on a network is looked at less often than would be cheap for a small one."""


def apply(layer: Layer, x: Array) -> Array:
    """One layer on points x (N, in) → (N, out). UnspiralError if the widths do not fit."""
    if not isinstance(layer, Linear):
        return layer(x)
    weight, bias = layer
    if x.shape[-1] != weight.shape[1]:
        raise UnspiralError(
            f"a layer of shape {weight.shape[0]} × {weight.shape[1]} was given {x.shape[-1]}-dimensional points"
        )
    return x @ weight.T + bias


def forward(layers: Network, x: Array) -> Array:
    """Points x (N, in) through all `layers` → (N, out)."""
    if len(x) > (block := block_of(layers)):
        return np.concatenate([forward(layers, x[begin : begin + block]) for begin in range(0, len(x), block)])
    for number, layer in enumerate(layers):
        try:
            x = apply(layer, x)
        except UnspiralError as error:
            raise UnspiralError(f"layer {number}: {error}") from None
    return x


def block_of(layers: Network) -> int:
    """How many points go through `layers` together."""
    return max(1, min(BLOCK, WIDEST // max((len(v.bias) for v in layers if isinstance(v, Linear)), default=1)))


def embedding(network: Network, x: Array) -> Array:
    """Image of x under all layers but the last. x (N, n) → (N, d), data units; d is 2 where films show it as it is.

    UnspiralError names the layer whose width does not fit.
    """
    return forward(network[:-1], x)


def logits(network: Network, x: Array) -> Array:
    """Scores s = W e + b of x (N, n) → (N, K)."""
    return forward(network, x)


def mapped(function: Callable[[Array], Array], network: Network) -> Network:
    """The network with `function` applied to every array in it."""
    return tuple(Linear(*map(function, layer)) if isinstance(layer, Linear) else layer for layer in network)


@overload
def exact(computed: Linear) -> Linear: ...
@overload
def exact(computed: Network) -> Network: ...
def exact(computed: Linear | Network) -> Linear | Network:
    """A layer or a network in float64, whatever it was recorded in."""
    if isinstance(computed, Linear):
        return Linear(computed.weight.astype(float), computed.bias.astype(float))
    return mapped(lambda array: array.astype(float), computed)


def weights_of(network: Network) -> int:
    """How many weights a network at one moment has, biases left out."""
    return sum(layer.weight.size for layer in network if isinstance(layer, Linear))


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
