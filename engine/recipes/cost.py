"""What a recipe takes, computed from its numbers before anything is made."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.files.room import check_disk, check_memory
from engine.recipes.recipe import Recipe


class Cost(NamedTuple):
    """Bytes that training a recipe and keeping its run take."""

    points: int
    training: int
    run: int


def cost(recipe: Recipe) -> Cost:
    """What the points, a step of the training and the recorded run take."""
    count, width, classes = recipe.shape
    widths = [width, *recipe.hidden, *([recipe.embedding] if recipe.embedding else []), classes]
    weights = sum(out * (in_ + 1) for in_, out in zip(widths, widths[1:]))
    size = np.dtype(recipe.precision).itemsize
    snapshots = recipe.epochs + 1
    activations = count * sum(widths) * size  # evaluated on all points after each epoch, whatever the batch
    return Cost(
        points=3 * 8 * count * width,
        training=3 * activations + 4 * size * weights,  # gradients, and an optimiser's two moments
        run=snapshots * (size * weights + 4 * 8),
    )


def check_cost(recipe: Recipe, folder: Path | None = None) -> None:
    """UnspiralError, with both numbers, if memory does not hold the training.

    Or, where a `folder` is named, if its disk does not hold the run.
    """
    taken = cost(recipe)
    what = f"{recipe.epochs:,} epochs of {'–'.join(map(str, recipe.hidden[:6]))} hidden units"
    check_memory(sum(taken), f"training {what}", "lower epochs or hidden, or points")
    if folder is not None:
        check_disk(folder, taken.run, f"the run of {what}", "lower epochs or hidden, or name another folder")
