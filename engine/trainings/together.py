"""Many trainings at once: networks stacked in batched tensors, one step for all of them."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.network.layers import Array, Network, classifier, mapped
from engine.progress import bar
from engine.recipes.data import Labelled
from engine.recipes.recipe import Recipe
from engine.runs.run import Diverged, Run
from engine.runs.upright import upright
from engine.trainings.loop import on_threads
from engine.trainings.model import build, optimiser, to_network
from engine.trainings.stack import Columns, Stack, columns, packed, unpacked

FREE = ("hidden", "seed", "data_seed", "scale", "upright")
"""What may differ between recipes that are trained together."""
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
    points = [columns_of([datas[k] for k in group], classes, numbers.dtype) for group in groups]
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
            run = run_of(recipes[k], datas[k], at, unpacked(own, shapes[k]), metrics)
            epoch = recipes[k].upright
            runs[k] = run if epoch is None else upright(run, epoch)
    return tuple(runs[k] for k in range(len(recipes)))


def run_of(
    recipe: Recipe, data: Labelled, at: NDArray[np.float64], layers: Network, metrics: dict[str, NDArray[np.float64]]
) -> Run:
    """What was recorded of one network."""
    points = Labelled(data.x.astype(recipe.precision), data.y)
    layers = mapped(lambda array: np.ascontiguousarray(array, recipe.precision), layers)
    return Run(recipe, points, np.zeros(len(data.y), bool), at, layers, metrics)


def _check(losses: Array, epoch: int) -> None:
    """Diverged if a network's loss is no longer finite."""
    if not np.isfinite(losses).all():
        number = int(np.flatnonzero(~np.isfinite(losses))[0])
        raise Diverged(f"the loss of recipe {number} is no longer finite at epoch {epoch}; lower learning_rate")


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


def columns_of(datas: Sequence[Labelled], classes: int, dtype: torch.dtype) -> Columns:
    """The points of several networks, once if all have the same."""
    if all(data.x is datas[0].x for data in datas):
        return columns(torch.tensor(datas[0].x.T, dtype=dtype), torch.tensor(datas[0].y), classes)
    x, y = np.stack([data.x.T for data in datas]), np.stack([data.y for data in datas])
    return columns(torch.tensor(x, dtype=dtype), torch.tensor(y), classes)
