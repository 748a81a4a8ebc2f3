"""Many trainings at once: networks stacked in batched tensors, one step for all of them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch.nn.functional import leaky_relu, log_softmax

from engine.data import DATASETS, Labelled
from engine.errors import Diverged, UnspiralError
from engine.layers import Linear, Network, logits, mapped, mistaken
from engine.recipes import Recipe
from engine.run import Run, upright
from engine.train_one import build, on_threads, optimiser, to_network

FREE = ("hidden", "seed", "data_seed", "scale", "upright")
"""What may differ between recipes that are trained together; narrower networks are padded with zeros, which stay."""
EVERY = 10
"""Epochs from one recorded snapshot of a search to the next."""


Pairs = list[tuple[np.ndarray, np.ndarray]]
"""(weight, bias) of each linear layer."""


class Stack(NamedTuple):
    """B networks of one depth: for each linear layer weights (B, out, in) and biases (B, out, 1)."""

    weights: list[torch.Tensor]
    biases: list[torch.Tensor]

    def descend(self, x: torch.Tensor, y: torch.Tensor, recipe: Recipe) -> tuple[torch.Tensor, torch.Tensor]:
        """Each network's average cross-entropy (B,) and its scores (B, K, N); every tensor's `grad` is set.

        x (n, N), or (B, n, N) with each network's own points; y (B, N). By hand: autograd takes 2 to 4 times as long.
        """
        values = [x]
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            x = weight @ x
            x += bias
            if number < len(recipe.hidden):
                x = x.tanh_() if recipe.activation == "tanh" else leaky_relu(x, recipe.slope, inplace=True)
            values.append(x)
        scores = values.pop()
        logs = log_softmax(scores, 1)
        losses = -logs.gather(1, y[:, None])[:, 0].mean(1)
        signal = logs.exp_()  # ∂L/∂s = (ỹ − y) / N
        signal.scatter_add_(1, y[:, None], signal.new_full((1, 1, 1), -1.0).expand(len(y), 1, y.shape[1]))
        signal /= y.shape[1]
        for number in reversed(range(len(values))):
            weight, bias, value = self.weights[number], self.biases[number], values[number]
            weight.grad = (value @ signal.mT).mT.contiguous()
            bias.grad = signal.sum(2, keepdim=True) if recipe.bias else None
            if number == 0:
                break
            signal = weight.mT @ signal
            if number <= len(recipe.hidden):
                if recipe.activation == "tanh":
                    signal *= 1 - value**2
                else:  # `torch.where` takes 25 times as long
                    signal = torch.ops.aten.leaky_relu_backward(signal, value, recipe.slope, True)
        return losses, scores

    def tensors(self) -> list[torch.Tensor]:
        """All that is trained."""
        return [*self.weights, *self.biases]

    def arrays(self) -> Pairs:
        """NumPy copies: weight (B, out, in) and bias (B, out) for each linear layer."""
        return [(weight.numpy().copy(), bias.numpy()[..., 0].copy()) for weight, bias in zip(self.weights, self.biases)]


def train_together(recipes: Sequence[Recipe], every: int = 1) -> tuple[Run, ...]:
    """The recipes' runs, trained at the same time and recorded every `every` epochs.

    They start where `train` starts and take the same steps. They may differ in their hidden widths (not in how many),
    seeds and initial scale; all points take part in every step. UnspiralError says what does not fit.
    """
    first = _one_kind(recipes)
    networks = [to_network(build(recipe)) for recipe in recipes]
    datas = [recipe.points()[0] for recipe in recipes]
    stack = _stacked(networks)
    x = torch.tensor(np.stack([data.x.T for data in datas]), dtype=getattr(torch, first.precision))  # B n N
    y = torch.tensor(np.stack([data.y for data in datas]))  # B N
    if all(data.x is datas[0].x or np.array_equal(data.x, datas[0].x) for data in datas):
        x = x[0]  # shared: half the memory to walk through
    steps = optimiser(first, stack.tensors())
    taken, epochs, losses, accuracies = [], [], [], []
    with on_threads(1):  # on a busy machine two wait for one another at every step
        for epoch in range(first.epochs + 1):
            loss, scores = stack.descend(x, y, first)
            if epoch % every == 0 or epoch == first.epochs:
                taken.append(stack.arrays())
                epochs.append(epoch)
                losses.append(loss.numpy())
                accuracies.append(_accuracies(scores, y))
                _check(losses[-1], epoch)
            if epoch < first.epochs:
                if first.warm_up:
                    steps.param_groups[0]["lr"] = first.learning_rate * min(1.0, (epoch + 1) / first.warm_up)
                steps.step()
    runs = []
    for k, (recipe, network, data) in enumerate(zip(recipes, networks, datas)):
        metrics = {"loss": np.stack(losses)[:, k].astype(float), "accuracy": np.stack(accuracies)[:, k].astype(float)}
        points = Labelled(data.x.astype(recipe.precision), data.y)
        layers = _history(network, [_member(arrays, k) for arrays in taken])
        run = Run(recipe, points, np.zeros(len(data.y), bool), np.array(epochs, float), layers, metrics)
        runs.append(run if recipe.upright is None else upright(run, recipe.upright))
    return tuple(runs)


def search(recipe: Recipe, restarts: int = 48, seed: int = 0, points: int = 100) -> Iterator[Run]:
    """Train `restarts` networks at once from random beginnings, again and again; yield each round's best run.

    Beginnings: random orthogonal layers, half of them reflecting, biases U(±.5), class vectors N(0, 1). A round trains
    them as `recipe` says, on `points` of each class, its learning rate falling along a cosine; the best by strict
    accuracy on all of the recipe's points is then polished on those in float64. Every tenth epoch is recorded. It is
    for networks so narrow that most beginnings lead nowhere.
    """
    data, held = recipe.points()
    if held.any() or recipe.batch is not None:
        raise UnspiralError("search trains on all points in every step; set held_out = 0 and batch = none")
    few = _few(recipe, data, points)
    shape = to_network(build(recipe))
    random = torch.Generator().manual_seed(seed)
    while True:
        beginnings = _beginnings(recipe, data, restarts, random)
        taken = _descend(beginnings, few, recipe, recipe.learning_rate, recipe.epochs, recipe.warm_up)
        ends = [_alone(shape, _member(taken[-1], k)) for k in range(restarts)]
        best = int(np.argmin([mistaken(logits(network, data.x), data.y).mean() for network in ends]))
        yield _polished(recipe, shape, [_member(arrays, best) for arrays in taken], data)


def _polished(recipe: Recipe, shape: Network, history: list[Pairs], data: Labelled) -> Run:
    """The run of one network found, going on in float64 on all points, gently; it ends where it answers best."""
    weights = [torch.tensor(weight[None], dtype=torch.float64) for weight, _ in history[-1]]
    stack = Stack(weights, [torch.tensor(bias[None, :, None], dtype=torch.float64) for _, bias in history[-1]])
    found = len(history)
    history = history + [_member(arrays, 0) for arrays in _descend(stack, data, recipe, 0.003, 1000, 100)[1:]]
    layers, at = _history(shape, history), np.array([*_recorded(recipe.epochs), *_recorded(1000)[1:]], float)
    at[found:] += recipe.epochs
    run = Run(recipe, data, np.zeros(len(data.y), bool), at, layers, {})
    loss, accuracy = np.zeros(len(at)), np.zeros(len(at))
    for i, epoch in enumerate(at):
        scores = logits(run.at(float(epoch)), data.x)
        own = np.take_along_axis(scores, data.y[:, None], 1)[:, 0]
        loss[i] = (np.logaddexp.reduce(scores, axis=1) - own).mean()
        accuracy[i] = 1 - mistaken(scores, data.y).mean()
    last = len(at) - int(np.argmax(accuracy[: found - 2 : -1]))  # of equally good ones the latest
    layers = mapped(lambda array: array[:last], layers)
    return replace(run, epochs=at[:last], layers=layers, metrics={"loss": loss[:last], "accuracy": accuracy[:last]})


def _recorded(epochs: int) -> list[int]:
    """The epochs of a search that are recorded."""
    return [*range(0, epochs, EVERY), epochs]


def _descend(stack: Stack, data: Labelled, recipe: Recipe, rate: float, epochs: int, warm_up: int) -> list[Pairs]:
    """Train a stack in place; its arrays before the first epoch, after every tenth and after the last."""
    x, y = torch.tensor(data.x.T, dtype=stack.weights[0].dtype), torch.tensor(data.y)  # n N, N
    y = y.expand(len(stack.weights[0]), -1)
    steps = optimiser(recipe, stack.tensors())
    taken = []
    with on_threads(1):
        for epoch in range(epochs):
            if epoch % EVERY == 0:
                taken.append(stack.arrays())
            rise = min(1.0, (epoch + 1) / warm_up) if warm_up else 1.0
            steps.param_groups[0]["lr"] = rate * rise * (1 + math.cos(math.pi * epoch / epochs)) / 2
            stack.descend(x, y, recipe)
            steps.step()
    return [*taken, stack.arrays()]


def _check(losses: np.ndarray, epoch: int) -> None:
    """Diverged if a network's loss is no longer finite."""
    if not np.isfinite(losses).all():
        number = int(np.flatnonzero(~np.isfinite(losses))[0])
        raise Diverged(f"the loss of recipe {number} is no longer finite at epoch {epoch}; lower learning_rate")


def _accuracies(scores: torch.Tensor, y: torch.Tensor) -> np.ndarray:
    """Share of points (B,) whose own score is strictly the highest."""
    own = scores.gather(1, y[:, None])
    return (scores >= own).sum(1).eq(1).float().mean(1).numpy()


def _beginnings(recipe: Recipe, data: Labelled, restarts: int, random: torch.Generator) -> Stack:
    hidden = [*recipe.hidden, *([] if recipe.embedding is None else [recipe.embedding])]
    widths = [data.x.shape[1], *hidden, int(data.y.max()) + 1]
    weights, biases = [], []
    for number, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        weight = torch.randn(restarts, outputs, inputs, generator=random)
        if number < len(widths) - 2:
            left, _, right = torch.linalg.svd(weight, full_matrices=False)
            weight = left @ right
        weights.append(weight.contiguous())
        biases.append((torch.rand(restarts, outputs, 1, generator=random) - 0.5) * float(recipe.bias))
    return Stack(weights, biases)


def _few(recipe: Recipe, data: Labelled, points: int) -> Labelled:
    """The recipe's data set with `points` of each class; of your own points, some chosen at random."""
    if isinstance(recipe.data, str) and points < recipe.parameters["points"]:
        return DATASETS[recipe.data](recipe.data_seed, **{**recipe.parameters, "points": points})
    random = np.random.default_rng(recipe.data_seed)
    some = [random.permutation(np.flatnonzero(data.y == c))[:points] for c in np.unique(data.y)]
    chosen = np.sort(np.concatenate(some))
    return Labelled(data.x[chosen], data.y[chosen])


def _one_kind(recipes: Sequence[Recipe]) -> Recipe:
    """The first recipe, after all are found to fit together."""
    if not recipes:
        raise UnspiralError("no recipes were given; at least one is needed")
    first = recipes[0]
    if first.batch is not None or first.held_out:
        raise UnspiralError("trained together, all points take part in every step; set held_out = 0 and batch = none")
    for number, recipe in enumerate(recipes):
        for name, value in first.as_dict().items():
            if name not in FREE and recipe.as_dict()[name] != value:
                raise UnspiralError(
                    f"recipe {number} has another {name} than recipe 0; only {', '.join(FREE)} may differ"
                )
        if len(recipe.hidden) != len(first.hidden):
            raise UnspiralError(
                f"recipe {number} has {len(recipe.hidden)} hidden layers, recipe 0 has {len(first.hidden)}; "
                "train them apart"
            )
    return first


def _stacked(networks: Sequence[Network]) -> Stack:
    """Networks of one depth as one stack, narrower ones padded with zeros: nothing flows through those, or back."""
    weights, biases = [], []
    for layers in zip(*(_linear(network) for network in networks)):
        outputs, inputs = np.max([layer.weight.shape for layer in layers], axis=0)
        weight = np.zeros((len(networks), outputs, inputs), layers[0].weight.dtype)
        bias = np.zeros((len(networks), outputs, 1), weight.dtype)
        for k, layer in enumerate(layers):
            height, width = layer.weight.shape
            weight[k, :height, :width], bias[k, :height, 0] = layer.weight, layer.bias
        weights.append(torch.tensor(weight))
        biases.append(torch.tensor(bias))
    return Stack(weights, biases)


def _linear(network: Network) -> list[Linear]:
    return [layer for layer in network if isinstance(layer, Linear)]


def _member(arrays: Pairs, k: int) -> Pairs:
    """Network k of a stack's arrays."""
    return [(weight[k], bias[k]) for weight, bias in arrays]


def _alone(shape: Network, pairs: Pairs) -> Network:
    """A network of this shape with these (weight, bias) pairs."""
    linear = iter(pairs)
    return tuple(Linear(*next(linear)) if isinstance(layer, Linear) else layer for layer in shape)


def _history(shape: Network, snapshots: list[Pairs]) -> Network:
    """Snapshots of one network as layers with a leading time axis, padding cut off."""
    stacked = []
    for layer, pairs in zip(_linear(shape), zip(*snapshots)):
        height, width = layer.weight.shape
        weight = np.stack([w[:height, :width] for w, _ in pairs]).astype(layer.weight.dtype)
        stacked.append((weight, np.stack([b[:height] for _, b in pairs]).astype(layer.bias.dtype)))
    return _alone(shape, stacked)
