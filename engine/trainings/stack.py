"""Networks of one shape stacked in one tensor, and their gradients, worked out by hand for all of them at once."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import leaky_relu_, one_hot, pad

from engine.network.activations import PositivePart
from engine.network.layers import Array, Linear, Network
from engine.recipes.recipe import Recipe
from engine.recorder.twins import twin

LINE = 64
"""Networks begin, and points end, at multiples of this: what lies where in memory decides how sums are rounded, and one
network's sums must not depend on how many others are trained beside it."""


BELOW = 1e30
"""Taken from a score, nothing is lower."""


class Columns(NamedTuple):
    """Points to learn from, a column each: more than there are, up to a multiple of `LINE`, of which the rest count
    nothing.
    """

    x: torch.Tensor
    """(n, M), or (B, n, M) with each network's own points."""
    truth: torch.Tensor
    """(K, M) or (B, K, M): 1 in a point's own class, else 0."""
    share: torch.Tensor
    """(M,), what a point counts: 1/N, and beyond the N points 0."""
    total: int
    """N."""

    def accuracies(self, right: torch.Tensor) -> NDArray[np.float64]:
        """The share of all points that so many (B,) are."""
        return right.cpu().numpy() / self.total


def columns(x: torch.Tensor, y: torch.Tensor, classes: int) -> Columns:
    """Columns of points x (n, N) or (B, n, N), their classes y (N,) or (B, N) below `classes`."""
    total = x.shape[-1]
    truth = one_hot(y, classes).mT.to(x.dtype)
    share = x.new_full((total,), 1 / max(total, 1))
    x, truth, share = (pad(tensor, (0, -total % LINE)) for tensor in (x, truth, share))
    return Columns(x, truth, share, total)


class Bent(NamedTuple):
    """What an activation was given, and what it made of it, for autograd."""

    given: torch.Tensor
    made: torch.Tensor


class Stack:
    """B networks of one shape, all their numbers in one tensor, and their gradients in another."""

    def __init__(self, numbers: torch.Tensor, gradients: torch.Tensor, shape: Network, recipe: Recipe) -> None:
        """Numbers and gradients (B, P), as `packed` makes them of networks of this `shape`."""
        self.recipe = recipe
        self.numbers = numbers
        self.weights, self.biases = _views(numbers, shape)
        self.weight_gradients, self.bias_gradients = _views(gradients, shape)
        self.bend = recipe.bend
        self.twin = twin(self.bend)

    def values(self, x: torch.Tensor, tape: list[Bent] | None = None) -> list[torch.Tensor]:
        """What comes into each linear layer, and last the scores (B, K, M), of points x (n, M) or (B, n, M).

        `tape` takes up what the activations did, where that is needed to go back.
        """
        values = [x.expand(len(self.numbers), *x.shape[-2:])]
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            x = torch.baddbmm(bias, weight, values[-1])
            values.append(self._activated(x, tape) if number < len(self.recipe.hidden) else x)
        return values

    def scored(self, points: Columns) -> tuple[torch.Tensor, torch.Tensor]:
        """Each network's average cross-entropy (B,), and how many points it has right (B,)."""
        losses, right, _ = _lost(self.values(points.x)[-1], points)
        return losses, right

    def descend(self, points: Columns) -> tuple[torch.Tensor, torch.Tensor]:
        """As `scored`, and the gradients are set.

        By hand: autograd takes 2 to 4 times as long, and rounds differently when the networks are many. It is asked
        for the derivatives of curved activations alone.
        """
        tape: list[Bent] = []
        *values, scores = self.values(points.x, tape)
        losses, right, signal = _lost(scores, points)  # signal is ∂L/∂s
        for number in reversed(range(len(values))):
            weight, value = self.weights[number], values[number]
            if weight.shape[2] < weight.shape[1]:  # the order of factors that is faster
                self.weight_gradients[number].copy_(torch.bmm(value, signal.mT).mT)
            else:
                self.weight_gradients[number].copy_(torch.bmm(signal, value.mT))
            if self.recipe.bias:
                torch.sum(signal, 2, keepdim=True, out=self.bias_gradients[number])
            if number:
                signal = torch.bmm(weight.mT, signal)
                if number <= len(self.recipe.hidden):
                    signal = self._back(signal, value, tape)
        return losses, right

    def _activated(self, x: torch.Tensor, tape: list[Bent] | None) -> torch.Tensor:
        """The activation's values; x is not needed any more."""
        if isinstance(self.bend, PositivePart):  # in place, and known from its values alone: half the time
            return leaky_relu_(x, self.bend.slope) if self.bend.slope else x.relu_()
        if tape is None:
            return self.twin(x)
        with torch.enable_grad():
            made = self.twin(x.requires_grad_())
        tape.append(Bent(x, made))
        return made.detach()

    def _back(self, signal: torch.Tensor, value: torch.Tensor, tape: list[Bent]) -> torch.Tensor:
        """∂L/∂ what the last activation that is left was given, of ∂L/∂ and the value of what it made."""
        if not isinstance(self.bend, PositivePart):
            given, made = tape.pop()
            return torch.autograd.grad(made, given, signal)[0]
        if self.bend.slope:  # `torch.where` takes 25 times as long
            return torch.ops.aten.leaky_relu_backward(signal, value, self.bend.slope, True)
        return torch.ops.aten.threshold_backward(signal, value, 0)


def _lost(scores: torch.Tensor, points: Columns) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Of scores (B, K, M): average cross-entropy (B,), points right (B,), and the gradient (ỹ − y) / N (B, K, M).

    Of equal scores the first is the answer, as for argmax.
    """
    own = (scores * points.truth).sum(1)
    others = scores.sub(points.truth, alpha=BELOW).amax(1)
    right = own > others
    if (own == others).any():
        right |= scores.argmax(1) == points.truth.argmax(-2)
    right = right[:, : points.total].sum(1)
    highest = torch.maximum(own, others)
    signal = (scores - highest[:, None]).exp_()
    total = signal.sum(1)
    losses = ((total.log() - (own - highest)) * points.share).sum(1)
    return losses, right, signal.mul_((points.share / total)[:, None]).sub_(points.truth * points.share)


def packed(networks: Sequence[Network]) -> Array:
    """Networks of one shape as numbers (B, P): each linear layer's weight and bias, layer after layer, then zeros."""
    rows = [
        np.concatenate([part.ravel() for layer in network if isinstance(layer, Linear) for part in layer])
        for network in networks
    ]
    return np.pad(np.stack(rows), ((0, 0), (0, -len(rows[0]) % LINE)))


def unpacked(numbers: Any, shape: Network) -> Network:
    """Numbers (…, P), an array or a tensor, as a network of this shape, with the same leading axes.

    Its weights and biases are windows on the numbers.
    """
    layers, at = [], 0
    for layer in shape:
        if isinstance(layer, Linear):
            outputs, inputs = layer.weight.shape
            middle, end = at + outputs * inputs, at + outputs * (inputs + 1)
            weight = numbers[..., at:middle].reshape(*numbers.shape[:-1], outputs, inputs)
            layer, at = Linear(weight, numbers[..., middle:end]), end
        layers.append(layer)
    return tuple(layers)


def _views(numbers: torch.Tensor, shape: Network) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Weights (B, out, in) and biases (B, out, 1) of each linear layer, sharing the memory of numbers (B, P)."""
    linear: list[Any] = [layer for layer in unpacked(numbers, shape) if isinstance(layer, Linear)]
    return [layer.weight for layer in linear], [layer.bias[..., None] for layer in linear]
