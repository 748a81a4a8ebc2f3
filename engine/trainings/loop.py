"""One training loop, read top to bottom, that yields a snapshot an epoch."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch

from engine.errors import UnspiralError
from engine.network.layers import Network, classifier
from engine.recipes.recipe import Recipe
from engine.runs.run import Diverged
from engine.trainings.model import build, optimiser, to_network
from engine.trainings.stack import Stack, columns, packed, unpacked

SMALL = 50_000_000
"""Up to so many weights × points in a step one thread trains: more gain nothing, and on a busy machine each step waits
for all of them (2–100–2–5 on 5,000 points, two cores beside two other processes: 5 times slower)."""


class Snapshot(NamedTuple):
    """The network after `epoch` epochs, with its loss and accuracy there, on held-out points too if there are any."""

    epoch: int
    network: Network
    loss: float
    accuracy: float
    held_out_loss: float | None = None
    held_out_accuracy: float | None = None


def train(recipe: Recipe, device: str = "cpu") -> Iterator[Snapshot]:
    """Train as `recipe` says and yield a snapshot before the first epoch and after each.

    Diverged is raised, after the last usable snapshot, when the loss is no longer finite.
    """
    data, held_out = recipe.points()
    dtype = getattr(torch, recipe.precision)
    if device.partition(":")[0] not in ("cpu", "cuda", "mps", "xpu"):
        raise UnspiralError(f"device is {device!r}; it must be cpu, cuda (cuda:1 …), or on a Mac mps")
    shape = to_network(build(recipe))
    try:
        x = torch.tensor(data.x.T, dtype=dtype, device=device)  # n N
        y = torch.tensor(data.y, device=device)  # N
        numbers = torch.tensor(packed([shape]), device=device)  # 1 P
    except (RuntimeError, AssertionError, TypeError) as error:
        raise UnspiralError(f"cannot train on {device!r}: {str(error).splitlines()[0]}; try cpu") from None
    kept = torch.tensor(~held_out, device=device)
    classes = len(classifier(shape).bias)
    every, held = (columns(x[:, some], y[some], classes) for some in (kept, ~kept))
    batch = min(recipe.batch or every.total, every.total)
    steps = -(-every.total // batch)  # per epoch
    numbers.grad = torch.zeros_like(numbers)
    stack = Stack(numbers, numbers.grad, shape, recipe)  # of one network
    descent = optimiser(recipe, [numbers])
    shuffle = torch.Generator().manual_seed(recipe.seed)
    threads = torch.get_num_threads() if batch * numbers.numel() > SMALL else 1

    for epoch in range(recipe.epochs + 1):
        with on_threads(threads):
            losses, right = stack.descend(every) if steps == 1 else stack.scored(every)
            value = losses.item()
            if not np.isfinite(value):
                lower = f"learning_rate (it is {recipe.learning_rate:g})" if epoch else "scale, or the size of x"
                raise Diverged(f"the loss is no longer finite at epoch {epoch}; lower {lower}")
            held_losses, held_right = stack.scored(held) if held.total else (None, None)
            snapshot = Snapshot(
                epoch,
                unpacked(numbers.cpu().numpy()[0].copy(), shape),
                value,
                float(every.accuracies(right)[0]),
                None if held_losses is None else held_losses.item(),
                None if held_right is None else float(held.accuracies(held_right)[0]),
            )
        yield snapshot
        if epoch == recipe.epochs:
            return

        with on_threads(threads):
            order = (
                kept.nonzero()[:, 0][torch.randperm(every.total, generator=shuffle).to(device)] if steps > 1 else None
            )
            for step in range(steps):
                if order is not None:
                    members = order[step * batch : (step + 1) * batch]
                    stack.descend(columns(x[:, members], y[members], classes))
                if recipe.warm_up:
                    progress = (epoch * steps + step + 1) / (recipe.warm_up * steps)
                    descent.param_groups[0]["lr"] = recipe.learning_rate * min(1.0, progress)
                descent.step()


@contextmanager
def on_threads(count: int) -> Iterator[None]:
    """Let torch compute on `count` threads; between snapshots the caller has its own number."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
