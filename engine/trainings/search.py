"""Many random restarts at once, and the best of them polished."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

import numpy as np
import torch

from engine.errors import UnspiralError
from engine.network.layers import Array, Linear, Network, classifier, logits, mistaken
from engine.recipes.data import DATASETS, Labelled
from engine.recipes.recipe import Recipe
from engine.runs.run import Run
from engine.trainings.loop import on_threads
from engine.trainings.model import build, optimiser, to_network
from engine.trainings.stack import Stack, packed, unpacked
from engine.trainings.together import columns_of, run_of

POLISHED = 1000
"""Epochs for which the best network of a round goes on."""
EVERY = 10
"""Epochs from one recorded snapshot of a search to the next."""


def search(
    recipe: Recipe,
    restarts: int = 48,
    seed: int = 0,
    points: int = 100,
    done: Callable[[int], None] = lambda epochs: None,
) -> Iterator[Run]:
    """Train `restarts` networks at once from random beginnings, again and again; yield each round's best run.

    Beginnings: random orthogonal layers, half of them reflecting, biases U(±.5), class vectors N(0, 1). A round trains
    them as `recipe` says, on `points` of each class, its learning rate falling along a cosine; the best by
    accuracy on all of the recipe's points is then polished on those in float64. Every tenth epoch is recorded. It is
    for networks so narrow that most beginnings lead nowhere. `done` is told how many epochs were trained in all.
    """
    data, held = recipe.points()
    if held.any() or recipe.batch is not None:
        raise UnspiralError("search trains on all points in every step; set held_out = 0 and batch = none")
    few = _few(recipe, data, points)
    shape = to_network(build(recipe))
    random = torch.Generator().manual_seed(seed)
    for number in count():
        begun = partial(_after, done, number * (recipe.epochs + POLISHED))
        beginnings = _beginnings(shape, recipe, restarts, random)
        history = _descend(beginnings, shape, few, recipe, recipe.learning_rate, recipe.epochs, recipe.warm_up, begun)
        ends = [unpacked(own, shape) for own in history[-1]]
        best = int(np.argmin([mistaken(logits(network, data.x), data.y).mean() for network in ends]))
        yield _polished(recipe, shape, history[:, best], data, partial(_after, begun, recipe.epochs))


def _after(done: Callable[[int], None], before: int, epochs: int) -> None:
    """Tell `done` of epochs that come after so many."""
    done(before + epochs)


def _polished(recipe: Recipe, shape: Network, history: Array, data: Labelled, done: Callable[[int], None]) -> Run:
    """The run of one network found, going on in float64 on all points, gently; it ends where it answers best.

    Of equally good ends the latest. history (T, P).
    """
    found = len(history)
    further = _descend(history[-1:].astype(float), shape, data, recipe, 0.003, POLISHED, 100, done)[1:, 0]
    history = np.concatenate([history, further])
    at = np.array([*_recorded(recipe.epochs), *_recorded(POLISHED)[1:]], float)
    at[found:] += recipe.epochs
    loss, accuracy = np.zeros(len(at)), np.zeros(len(at))
    for i, own in enumerate(history):
        scores = logits(unpacked(own, shape), data.x)
        own_score = np.take_along_axis(scores, data.y[:, None], 1)[:, 0]
        loss[i] = (np.logaddexp.reduce(scores, axis=1) - own_score).mean()
        accuracy[i] = 1 - mistaken(scores, data.y).mean()
    last = len(at) - int(np.argmax(accuracy[: found - 2 : -1]))
    metrics = {"loss": loss[:last], "accuracy": accuracy[:last]}
    return run_of(recipe, data, at[:last], unpacked(history[:last], shape), metrics)


def _recorded(epochs: int) -> list[int]:
    """The epochs of a search that are recorded."""
    return [*range(0, epochs, EVERY), epochs]


def _descend(
    beginnings: Array,
    shape: Network,
    data: Labelled,
    recipe: Recipe,
    rate: float,
    epochs: int,
    warm_up: int,
    done: Callable[[int], None],
) -> Array:
    """Train networks (B, P) from their beginnings: (T, B, P) before the first epoch, every tenth, after the last."""
    numbers = torch.tensor(beginnings)
    numbers.grad = torch.zeros_like(numbers)
    stack, points = (
        Stack(numbers, numbers.grad, shape, recipe),
        columns_of([data], len(classifier(shape).bias), numbers.dtype),
    )
    steps = optimiser(recipe, [numbers])
    taken = []
    with on_threads(1):
        for epoch in range(epochs):
            if epoch % EVERY == 0:
                taken.append(numbers.numpy().copy())
            rise = min(1.0, (epoch + 1) / warm_up) if warm_up else 1.0
            steps.param_groups[0]["lr"] = rate * rise * (1 + math.cos(math.pi * epoch / epochs)) / 2
            stack.descend(points)
            steps.step()
            if (epoch + 1) % EVERY == 0:
                done(epoch + 1)
    return np.stack([*taken, numbers.numpy()])


def _beginnings(shape: Network, recipe: Recipe, restarts: int, random: torch.Generator) -> Array:
    """Random networks (restarts, P) in float32."""
    linear = [layer for layer in shape if isinstance(layer, Linear)]
    drawn = []
    for number, layer in enumerate(linear):
        weight = torch.randn(restarts, *layer.weight.shape, generator=random)
        if number < len(linear) - 1:
            left, _, right = torch.linalg.svd(weight, full_matrices=False)
            weight = left @ right
        bias = (torch.rand(restarts, len(layer.bias), generator=random) - 0.5) * float(recipe.bias)
        drawn.append((weight.numpy(), bias.numpy()))
    return packed([tuple(Linear(weight[k], bias[k]) for weight, bias in drawn) for k in range(restarts)])


def _few(recipe: Recipe, data: Labelled, points: int) -> Labelled:
    """The recipe's data set with `points` of each class; of your own points, some chosen at random."""
    if isinstance(recipe.data, str) and points < recipe.parameters.get("points", 0):
        return DATASETS[recipe.data](recipe.data_seed, **{**recipe.parameters, "points": points})
    random = np.random.default_rng(recipe.data_seed)
    some = [random.permutation(np.flatnonzero(data.y == c))[:points] for c in np.unique(data.y)]
    chosen = np.sort(np.concatenate(some))
    return Labelled(data.x[chosen], data.y[chosen])
