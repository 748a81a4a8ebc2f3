"""What Recorder costs in somebody's own loop: the lecturer's notebook, with and without a snapshot an epoch.

    python tests/benchmarks/recorder.py [EPOCHS]

Both train in turns, twenty epochs each, on one thread, and their processor time is compared: other work on the machine
slows both alike. The target is at most 1.05.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from engine import Recorder, spirals

TURN = 20
"""Epochs."""


def notebook() -> tuple[nn.Sequential, torch.Tensor, torch.Tensor, Callable[[], torch.Tensor]]:
    """The notebook's model, its points, and a function that trains one epoch and returns the loss."""
    torch.manual_seed(0)
    data = spirals(0, inner=0.2)
    x, y = torch.tensor(data.x, dtype=torch.float32), torch.tensor(data.y)
    model = nn.Sequential(nn.Linear(2, 100), nn.ReLU(), nn.Linear(100, 2), nn.Linear(2, 5))
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-5)

    def epoch() -> torch.Tensor:
        loss = nn.functional.cross_entropy(model(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss

    return model, x, y, epoch


def main(epochs: int = 2000) -> None:
    torch.set_num_threads(1)
    _, _, _, bare = notebook()
    model, x, y, recorded = notebook()
    ratios, costs = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        Recorder(Path(folder) / "run.safetensors", model, x, y, embedding="2", classifier="3") as recorder,
    ):
        for turn in range(0, epochs, TURN):
            times = [time.process_time()]
            for _ in range(TURN):
                bare()
            times.append(time.process_time())
            for number in range(turn, turn + TURN):
                recorder.snapshot(number, loss=recorded())
            times.append(time.process_time())
            ratios.append((times[2] - times[1]) / (times[1] - times[0]))
            costs.append((times[2] - 2 * times[1] + times[0]) / TURN)
    ratio, cost = statistics.median(ratios), statistics.median(costs)
    print(f"a snapshot an epoch: {ratio:.3f} of the same loop without; {1e6 * cost:.0f} µs a snapshot")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
