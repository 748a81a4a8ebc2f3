"""The lecture's loss, and its gradient running back through a network: what torch computes, in plain NumPy."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.network.layers import Array, Layer, Linear, Network, apply, mistaken, softargmax

WIDE = 64
"""Classes from which on scores are read row by row."""
CACHED = 1 << 17
"""Scores that are worked on together where there are so many classes."""


def softmax(scores: Array, temperature: float = 1.0) -> Array:
    """The lecturer's softmax of scores (…, K) → (…): T log Σ exp(s/T), which goes to the maximum as T goes to 0."""
    highest = scores.max(-1)
    return highest + temperature * np.log(np.exp((scores - highest[..., None]) / temperature).sum(-1))


def losses(scores: Array, y: NDArray[np.integer]) -> Array:
    """Cross-entropy of each point, C(y, ỹ) = softmax(s) − s_y (segments 8–9): scores (N, K), y (N,) → (N,)."""
    return judged(scores, y).losses


class Judged(NamedTuple):
    """What scores say of labelled points."""

    wrong: NDArray[np.bool_]
    """(N,), mistakes: the class is not the answer ŷ = argmax s, which of equal scores is the first."""
    losses: Array
    """(N,), cross-entropy."""
    tied: int
    """Of how many points the highest score is that of several classes."""

    @property
    def accuracy(self) -> float:
        """The share of points that are right."""
        return float(np.mean(~self.wrong))

    @property
    def loss(self) -> float:
        """The average cross-entropy."""
        return float(np.mean(self.losses, dtype=float))


def judged(scores: Array, y: NDArray[np.integer]) -> Judged:
    """Mistakes and cross-entropies of points with scores (N, K) and classes y (N,), in the scores' own precision."""
    if scores.shape[1] > WIDE:
        return _judged_by_rows(scores, np.asarray(y, np.int64))
    by_class = np.ascontiguousarray(scores.T)  # along rows of N, not of K: four times faster
    highest = by_class.max(0)
    own = by_class[np.asarray(y), np.arange(len(y))]
    best = by_class == highest
    tied = int((best.sum(0) > 1).sum()) if np.count_nonzero(best) > len(y) else 0
    below = np.subtract(by_class, highest)
    losses = highest - own + np.log(np.exp(below, out=below).sum(0))
    return Judged(mistaken(scores, np.asarray(y, np.int64)), losses, tied)


def judged_by(last: Linear, e: Array, y: NDArray[np.integer]) -> Judged:
    """What a classifier says of labelled points e (N, d): as `judged` of its scores, which are never all there at once.

    Of many classes they would not fit into the processor's cache.
    """
    if len(last.weight) <= WIDE:
        return judged(apply(last, e), y)
    block = max(1, CACHED // len(last.weight))
    parts = [judged(apply(last, e[k : k + block]), y[k : k + block]) for k in range(0, len(e), block)]
    return Judged(
        np.concatenate([part.wrong for part in parts]),
        np.concatenate([part.losses for part in parts]),
        sum(part.tied for part in parts),
    )


def _judged_by_rows(scores: Array, y: NDArray[np.int64]) -> Judged:
    highest = scores.max(1)
    own = scores[np.arange(len(y)), y]
    best = scores == highest[:, None]
    tied = int((best.sum(1) > 1).sum()) if np.count_nonzero(best) > len(y) else 0
    below = np.subtract(scores, highest[:, None])
    losses = highest - own + np.log(np.exp(below, out=below).sum(1))
    return Judged(mistaken(scores, y), losses, tied)


class Pass(NamedTuple):
    """One pass forwards through a network and one back: everything that torch keeps and computes."""

    values: tuple[Array, ...]
    """x, then what leaves each layer; the last are the scores. Each (N, width)."""
    losses: Array
    """(N,), cross-entropy of each point."""
    signals: tuple[Array, ...]
    """∂L/∂value for each of `values`, L being the average of `losses`."""
    gradients: Network
    """∂L/∂weight and ∂L/∂bias, in the layers' own places; a layer without weights stands for itself."""


def backward(network: Network, x: ArrayLike, y: ArrayLike) -> Pass:
    """Forwards and back through `network` for points x (N, n) of classes y (N,), in float64.

    ∂L/∂s = (ỹ − y)/N, and from there back by the chain rule, layer by layer.
    """
    labels = np.asarray(y, np.int64)
    values = forwards(network, x)
    scores = values[-1]
    signal = (softargmax(scores) - np.eye(scores.shape[1])[labels]) / len(scores)
    signals, gradients = backwards(network, values, signal)
    return Pass(values, losses(scores, labels), signals, gradients)


def forwards(network: Network, x: ArrayLike) -> tuple[Array, ...]:
    """Points x (N, n), then what leaves each layer, in float64."""
    values: list[Array] = [np.asarray(x, float)]
    for layer in network:
        values.append(apply(layer, values[-1]))
    return tuple(values)


def backwards(network: Network, values: Sequence[Array], signal: Array) -> tuple[tuple[Array, ...], Network]:
    """∂L/∂value for each of `values`, and ∂L/∂weight and ∂L/∂bias, from `signal`, which is ∂L/∂values[-1]."""
    signals: list[Array] = [signal]
    gradients: list[Layer] = []
    for layer, value in zip(reversed(network), reversed(values[:-1])):
        if isinstance(layer, Linear):
            gradients.append(Linear(signal.T @ value, signal.sum(0)))
            signal = signal @ layer.weight
        else:
            gradients.append(layer)
            signal = signal * layer.derivative(value)
        signals.append(signal)
    return tuple(signals[::-1]), tuple(gradients[::-1])


def stepped(network: Network, gradients: Network, rate: float) -> Network:
    """One step w ← w − η ∂L/∂w of every weight and bias; `rate` is η."""
    return tuple(
        Linear(layer.weight - rate * slope.weight, layer.bias - rate * slope.bias)
        if isinstance(layer, Linear) and isinstance(slope, Linear)
        else layer
        for layer, slope in zip(network, gradients)
    )
