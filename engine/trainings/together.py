"""Many trainings at once: networks stacked in batched tensors, one step for all of them."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from engine.errors import Diverged, UnspiralError
from engine.network.layers import Array, Linear, Network, classifier, logits, mapped, mistaken
from engine.recipes.data import DATASETS, Labelled
from engine.recipes.recipe import Recipe
from engine.render.progress import bar
from engine.runs.run import Run, upright
from engine.trainings.loop import build, on_threads, optimiser, to_network
from engine.trainings.stack import Columns, Stack, columns, packed, unpacked

FREE = ("hidden", "seed", "data_seed", "scale", "upright")
"""What may differ between recipes that are trained together."""
EVERY = 10
"""Epochs from one recorded snapshot of a search to the next."""
ROOM = 250_000
"""Numbers in the widest layer of the networks that take a step at once: more leave the processor's cache, and memory
that large is fetched anew from the system at every step (fifty of 2–100–2–5 on 1,000 points: 5 times slower)."""


def train_together(recipes: Sequence[Recipe], every: int = 1, *, progress: bool = False) -> tuple[Run, ...]:
    """The recipes' runs, trained at the same time and recorded every `every` epochs.

    They are what `train` makes of each, to the last bit. They may differ in their hidden widths (not in how many),
    seeds and initial scale; all points take part in every step. UnspiralError says what does not fit. `progress` shows
    a bar on standard error if that is a terminal.
    """
    first = _one_kind(recipes)
    shapes = [to_network(build(recipe)) for recipe in recipes]
    sets = {recipe.data_seed: recipe.points()[0] for recipe in recipes}
    datas = [sets[recipe.data_seed] for recipe in recipes]
    groups = _groups(recipes, len(datas[0].y))
    beginnings = [packed([shapes[k] for k in group]) for group in groups]  # (B, P) each
    numbers = torch.tensor(np.concatenate([some.ravel() for some in beginnings]))  # one tensor: one step for all
    numbers.grad = torch.zeros_like(numbers)
    sizes = [some.size for some in beginnings]
    parts = zip(numbers.split(sizes), numbers.grad.split(sizes))
    stacks = [
        Stack(own.view(len(group), -1), gradient.view(len(group), -1), shapes[group[0]], recipes[group[0]])
        for group, (own, gradient) in zip(groups, parts)
    ]
    classes = len(classifier(shapes[0]).bias)
    points = [_columns([datas[k] for k in group], classes, numbers.dtype) for group in groups]
    epochs = sorted({*range(0, first.epochs + 1, every), first.epochs})
    history = np.zeros((len(epochs), len(numbers)), numbers.numpy().dtype)
    losses, shares = (np.zeros((len(epochs), len(recipes))) for _ in range(2))
    order = [k for group in groups for k in group]
    steps = optimiser(first, [numbers])
    taken = 0
    with on_threads(1), bar(f"training {len(recipes)} networks", first.epochs, "epochs", shown=progress) as done:
        for epoch in range(first.epochs + 1):
            ends = [stack.descend(some) for stack, some in zip(stacks, points)]
            if epoch == epochs[taken]:
                history[taken] = numbers.numpy()
                losses[taken, order] = np.concatenate([loss.numpy() for loss, _ in ends])
                shares[taken, order] = np.concatenate(
                    [some.accuracies(right) for (_, right), some in zip(ends, points)]
                )
                _check(losses[taken], epoch)
                taken += 1
            if epoch < first.epochs:
                if first.warm_up:
                    steps.param_groups[0]["lr"] = first.learning_rate * min(1.0, (epoch + 1) / first.warm_up)
                steps.step()
            done(epoch)
    at = np.array(epochs, float)
    runs: dict[int, Run] = {}
    for group, some in zip(groups, np.split(history, np.cumsum(sizes)[:-1], axis=1)):
        for k, own in zip(group, np.split(some, len(group), axis=1)):
            metrics = {"loss": losses[:, k].copy(), "accuracy": shares[:, k].copy()}
            run = _run(recipes[k], datas[k], at, unpacked(own, shapes[k]), metrics)
            epoch = recipes[k].upright
            runs[k] = run if epoch is None else upright(run, epoch)
    return tuple(runs[k] for k in range(len(recipes)))


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
        beginnings = _beginnings(shape, recipe, restarts, random)
        history = _descend(beginnings, shape, few, recipe, recipe.learning_rate, recipe.epochs, recipe.warm_up)
        ends = [unpacked(own, shape) for own in history[-1]]
        best = int(np.argmin([mistaken(logits(network, data.x), data.y).mean() for network in ends]))
        yield _polished(recipe, shape, history[:, best], data)


def _polished(recipe: Recipe, shape: Network, history: Array, data: Labelled) -> Run:
    """The run of one network found, going on in float64 on all points, gently; it ends where it answers best.

    Of equally good ends the latest. history (T, P).
    """
    found = len(history)
    further = _descend(history[-1:].astype(float), shape, data, recipe, 0.003, 1000, 100)[1:, 0]
    history = np.concatenate([history, further])
    at = np.array([*_recorded(recipe.epochs), *_recorded(1000)[1:]], float)
    at[found:] += recipe.epochs
    loss, accuracy = np.zeros(len(at)), np.zeros(len(at))
    for i, own in enumerate(history):
        scores = logits(unpacked(own, shape), data.x)
        own_score = np.take_along_axis(scores, data.y[:, None], 1)[:, 0]
        loss[i] = (np.logaddexp.reduce(scores, axis=1) - own_score).mean()
        accuracy[i] = 1 - mistaken(scores, data.y).mean()
    last = len(at) - int(np.argmax(accuracy[: found - 2 : -1]))
    metrics = {"loss": loss[:last], "accuracy": accuracy[:last]}
    return _run(recipe, data, at[:last], unpacked(history[:last], shape), metrics)


def _run(
    recipe: Recipe, data: Labelled, at: NDArray[np.float64], layers: Network, metrics: dict[str, NDArray[np.float64]]
) -> Run:
    """What was recorded of one network."""
    points = Labelled(data.x.astype(recipe.precision), data.y)
    layers = mapped(lambda array: np.ascontiguousarray(array, recipe.precision), layers)
    return Run(recipe, points, np.zeros(len(data.y), bool), at, layers, metrics)


def _recorded(epochs: int) -> list[int]:
    """The epochs of a search that are recorded."""
    return [*range(0, epochs, EVERY), epochs]


def _descend(
    beginnings: Array, shape: Network, data: Labelled, recipe: Recipe, rate: float, epochs: int, warm_up: int
) -> Array:
    """Train networks (B, P) from their beginnings: (T, B, P) before the first epoch, every tenth, after the last."""
    numbers = torch.tensor(beginnings)
    numbers.grad = torch.zeros_like(numbers)
    stack, points = (
        Stack(numbers, numbers.grad, shape, recipe),
        _columns([data], len(classifier(shape).bias), numbers.dtype),
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
    return np.stack([*taken, numbers.numpy()])


def _check(losses: Array, epoch: int) -> None:
    """Diverged if a network's loss is no longer finite."""
    if not np.isfinite(losses).all():
        number = int(np.flatnonzero(~np.isfinite(losses))[0])
        raise Diverged(f"the loss of recipe {number} is no longer finite at epoch {epoch}; lower learning_rate")


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
    wanted = {name: value for name, value in first.as_dict().items() if name not in FREE}
    for number, recipe in enumerate(recipes):
        given = recipe.as_dict()
        own = isinstance(recipe.data, Labelled) and isinstance(first.data, Labelled) and recipe.data is not first.data
        if own and not all(map(np.array_equal, recipe.data, first.data)):
            given["data"] = "other points"
        for name, value in wanted.items():
            if given[name] != value:
                raise UnspiralError(
                    f"recipe {number} has another {name} than recipe 0; only {', '.join(FREE)} may differ"
                )
        if len(recipe.hidden) != len(first.hidden):
            raise UnspiralError(
                f"recipe {number} has {len(recipe.hidden)} hidden layers, recipe 0 has {len(first.hidden)}; "
                "train them apart"
            )
    return first


def _groups(recipes: Sequence[Recipe], points: int) -> list[list[int]]:
    """Numbers of recipes whose networks have one shape, no more than there is `ROOM` for."""
    alike: dict[tuple[int, ...], list[int]] = {}
    for k, recipe in enumerate(recipes):
        alike.setdefault(recipe.hidden, []).append(k)
    groups = []
    for hidden, members in alike.items():
        most = max(1, ROOM // (max((*hidden, 5)) * points))
        groups += [members[k : k + most] for k in range(0, len(members), most)]
    return groups


def _columns(datas: Sequence[Labelled], classes: int, dtype: torch.dtype) -> Columns:
    """The points of several networks, once if all have the same."""
    if all(data.x is datas[0].x for data in datas):
        return columns(torch.tensor(datas[0].x.T, dtype=dtype), torch.tensor(datas[0].y), classes)
    x, y = np.stack([data.x.T for data in datas]), np.stack([data.y for data in datas])
    return columns(torch.tensor(x, dtype=dtype), torch.tensor(y), classes)
