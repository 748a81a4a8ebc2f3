"""Networks as tuples of NumPy layers, and what they compute."""

from collections.abc import Callable, Sequence
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
WIDE, UNITS = 16_384, 512
"""From so many units on a layer goes so many at a time: their activations stay in the processor's cache, which makes it
five times as fast."""
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
    number = 0
    while number < len(layers):
        try:
            wide = _wide(layers, number)
            x = _by_parts(*wide, x) if wide else apply(layers[number], x)
        except UnspiralError as error:
            raise UnspiralError(f"layer {number}: {error}") from None
        number += 3 if wide else 1
    return x


def _wide(layers: Network, number: int) -> tuple[Linear, Activation, Linear] | None:
    """A layer of so many units that they are gone through in parts, with what follows it; None if it has fewer."""
    match layers[number : number + 3]:
        case (Linear() as first, activation, Linear() as last) if not isinstance(activation, Linear):
            return (first, activation, last) if len(first.bias) > WIDE else None
    return None


def _by_parts(first: Linear, activation: Activation, last: Linear, x: Array) -> Array:
    """A wide layer, what each of its units does, and the layer that adds them up, some units at a time."""
    from threadpoolctl import threadpool_limits  # networks of millions of units are rare

    total = np.zeros((len(x), len(last.bias)), np.result_type(x, first.weight, last.weight))
    with threadpool_limits(1, "blas"):  # products of so few units are not worth a second thread
        for begin in range(0, len(first.bias), UNITS):
            some = slice(begin, begin + UNITS)
            hidden = activation(apply(Linear(first.weight[some], first.bias[some]), x))
            total += hidden @ last.weight[:, some].T
    return total + last.bias


def block_of(layers: Network) -> int:
    """How many points go through `layers` together, as `forward` sends them."""
    parted = {number for number in range(len(layers)) if _wide(layers, number)}
    return block_for([len(v.bias) for number, v in enumerate(layers) if isinstance(v, Linear) and number not in parted])


def block_for(widths: Sequence[int]) -> int:
    """How many points go together through layers of so many units, all of them at once."""
    return max(1, min(BLOCK, WIDEST // max(widths, default=1)))


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
