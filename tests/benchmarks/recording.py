"""What recording costs: a recipe trained and recorded beside the same loop that keeps nothing.

    python tests/benchmarks/recording.py [EPOCHS]

Both run in turns in one process, on one thread, and their processor time is compared, so that other work on the machine
counts little. The target is at most 1.05.
"""

import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from engine import FIVE_SPIRALS, Recipe
from engine.recording import train_run
from engine.train_one import build, optimiser

ROUNDS = 7


def bare(recipe: Recipe) -> None:
    """The recipe's training as one would write it who wants nothing but the last weights."""
    data, _ = recipe.points()
    x, y = torch.tensor(data.x, dtype=torch.float32), torch.tensor(data.y)
    model = build(recipe)
    descent = optimiser(recipe, model.parameters())
    for epoch in range(recipe.epochs):
        descent.param_groups[0]["lr"] = recipe.learning_rate * min(1.0, (epoch + 1) / recipe.warm_up)
        loss = cross_entropy(model(x), y)
        descent.zero_grad()
        loss.backward()
        descent.step()


def recorded(recipe: Recipe) -> None:
    """The same, every epoch recorded and the run saved."""
    with tempfile.TemporaryDirectory() as folder:
        train_run(recipe, progress=True).save(Path(folder) / "run.safetensors")


def main(epochs: int = 500) -> None:
    """Print the ratio of each round and their median."""
    torch.set_num_threads(1)
    recipe = replace(FIVE_SPIRALS, epochs=epochs)
    bare(replace(recipe, epochs=20))  # torch loads parts of itself with the first step
    ratios = []
    for number in range(ROUNDS):
        took = {}
        for loop in (bare, recorded) if number % 2 else (recorded, bare):
            start = time.process_time()
            loop(recipe)
            took[loop] = time.process_time() - start
        ratios.append(took[recorded] / took[bare])
        print(f"{epochs} epochs: {took[bare]:.2f} s bare, {took[recorded]:.2f} s recorded, ratio {ratios[-1]:.3f}")
    print(f"median ratio {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
