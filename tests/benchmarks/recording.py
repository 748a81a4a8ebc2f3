"""What recording costs: a recipe trained and recorded beside a plain loop that keeps nothing; many recipes beside one.

    python tests/benchmarks/recording.py [EPOCHS]

Both train in turns, twenty epochs each, in one process on one thread, and their processor time is compared: other work
on the machine slows both alike. The target is at most 1.05; it is less, for the plain loop leaves the gradient to
autograd. Then fifty networks at once beside one by one: the target is five times faster, which narrow ones reach, and
wide ones, whose arithmetic is what takes the time, do not.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from engine import FIVE_SPIRALS, Recipe
from engine.library import train_run
from engine.trainings import loop as train_one
from engine.trainings.together import train_together

TURN = 20
"""Epochs."""


def bare(recipe: Recipe) -> Iterator[None]:
    """The recipe's training as one would write it who wants nothing but the last weights."""
    data, _ = recipe.points()
    x, y = torch.tensor(data.x, dtype=torch.float32), torch.tensor(data.y)
    model = train_one.build(recipe)
    descent = train_one.optimiser(recipe, model.parameters())
    for epoch in range(recipe.epochs + 1):
        descent.param_groups[0]["lr"] = recipe.learning_rate * min(1.0, (epoch + 1) / recipe.warm_up)
        loss = cross_entropy(model(x), y)
        descent.zero_grad()
        loss.backward()
        descent.step()
        yield


class Turns:
    """Stands in for `train`: after every twenty of its epochs it lets the bare loop train twenty."""

    def __init__(self) -> None:
        self.bare: list[float] = []
        self.recorded: list[float] = []

    def __call__(self, recipe: Recipe, device: str) -> Iterator[train_one.Snapshot]:
        other = bare(recipe)
        begun = time.process_time()
        for number, snapshot in enumerate(original(recipe, device), 1):
            yield snapshot  # and train_run records it
            if number % TURN == 0:
                recorded = time.process_time()
                for _ in range(TURN):
                    next(other)
                self.recorded.append(recorded - begun)
                begun = time.process_time()
                self.bare.append(begun - recorded)


original = train_one.train


def many(name: str, widths: list[int], points: int) -> None:
    """Print how much faster networks of these widths train at once than one by one, an epoch of each."""
    base = replace(FIVE_SPIRALS, parameters={"points": points}, epochs=100)
    recipes = [replace(base, hidden=(width,), seed=seed) for seed, width in enumerate(widths)]
    few, ratios = recipes[:7], []
    for _ in range(3):
        begun = time.process_time()
        for recipe in few:
            train_run(recipe, progress=False)
        alone = time.process_time()
        train_together(recipes)
        together = time.process_time() - alone
        ratios.append((alone - begun) * len(recipes) / len(few) / together)
    print(
        f"fifty networks of width {name}, {5 * points:,} points, at once: {statistics.median(ratios):.1f} times faster"
    )


def main(epochs: int = 2000) -> None:
    """Print all times and ratios."""
    torch.set_num_threads(1)
    recipe = replace(FIVE_SPIRALS, epochs=epochs)
    train_run(replace(recipe, epochs=3), progress=False)  # torch loads parts of itself with the first step
    train_one.train = turns = Turns()
    with tempfile.TemporaryDirectory() as folder:
        run = train_run(recipe)
        begun = time.process_time()
        run.save(Path(folder) / "run.safetensors")
        saving = time.process_time() - begun
    train_one.train = original
    alone, recorded = sum(turns.bare), sum(turns.recorded) + saving
    pairs = [b / a for a, b in zip(turns.bare, turns.recorded)]
    print(f"{epochs} epochs of 5,000 points: {alone:.2f} s bare, {recorded:.2f} s recorded and saved")
    print(f"ratio {recorded / alone:.3f}; median of {len(pairs)} turns {statistics.median(pairs):.3f}")
    for width in (2, 8, 32, 100):
        many(str(width), [width] * 50, 60)
        many(str(width), [width] * 50, 200)
    many("2 to 100", [2, 4, 8, 16, 32, 64, 100] * 7 + [32], 200)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
