"""What Recorder costs in somebody's own loop: with and without a snapshot an epoch, a snapshot a mini-batch, and for
a small convolutional network of digits, whose embedding has to be worked out.

    python tests/benchmarks/recorder.py [SHARE]

The same loop is trained twice in turns, on one thread, and processor time is compared: other work on the machine slows
both alike. The first number leaves out what is done once, the second has all of it, beginning and closing included.
The targets are 1.05 for a snapshot an epoch, 1.2 for one a mini-batch. With a SHARE below 1 fewer steps are taken.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from engine import Recorder, digits, spirals
from engine.trainings.digits import network


class Loop(NamedTuple):
    """Somebody's training: its model and points, and what trains it a little further and returns the loss."""

    model: nn.Sequential
    x: Tensor
    y: Tensor
    step: Callable[[], Tensor]


def notebook(batch: int | None = None) -> Loop:
    """The lecturer's notebook, by all points or in mini-batches."""
    data = spirals(0, inner=0.2)
    model = nn.Sequential(nn.Linear(2, 100), nn.ReLU(), nn.Linear(100, 2), nn.Linear(2, 5))
    return _loop(model, torch.tensor(data.x, dtype=torch.float32), torch.tensor(data.y), batch, 1)


def images() -> Loop:
    """The digits scene's network; a step is an epoch in mini-batches of 60."""
    data = digits()
    x = torch.tensor(data.x, dtype=torch.float32).reshape(-1, 1, 8, 8)
    return _loop(network(), x, torch.tensor(data.y), 60, len(x) // 60)


def _loop(model: nn.Sequential, x: Tensor, y: Tensor, batch: int | None, times: int) -> Loop:
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-5)
    random = torch.Generator().manual_seed(0)

    def step() -> Tensor:
        for _ in range(times):
            some = slice(None) if batch is None else torch.randint(len(x), (batch,), generator=random)
            loss = cross_entropy(model(x[some]), y[some])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        return loss

    return Loop(model, x, y, step)


def compare(name: str, make: Callable[[], Loop], steps: int, turn: int) -> None:
    """Print what a snapshot after each step costs, beside the same loop without."""
    bare, own = make(), make()
    for loop in (bare, own):
        loop.step()  # torch loads parts of itself with the first step
    pairs: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        begun = time.process_time()
        recorder = Recorder(Path(folder) / "run.safetensors", own.model, own.x, own.y)
        once = time.process_time() - begun
        for first in range(0, steps, turn):
            times = [time.process_time()]
            for _ in range(turn):
                bare.step()
            times.append(time.process_time())
            for number in range(first, first + turn):
                recorder.snapshot(number, loss=own.step())
            times.append(time.process_time())
            pairs.append((times[1] - times[0], times[2] - times[1]))
        begun = time.process_time()
        recorder.close()
        once += time.process_time() - begun
    without, recorded = map(sum, zip(*pairs))
    typical = statistics.median(b / a for a, b in pairs)
    print(
        f"{name}: {typical:.3f} of the same loop without (median of {len(pairs)} turns), all in all "
        f"{(recorded + once) / without:.3f}; {1e6 * (recorded - without) / steps:.0f} µs a snapshot, {once:.3f} s once"
    )


def main(share: float = 1.0) -> None:
    """Print all."""
    torch.set_num_threads(1)
    compare("a snapshot an epoch", notebook, round(2000 * share), 20)
    compare("a snapshot a mini-batch of 60", lambda: notebook(60), round(20000 * share), 100)
    compare("a snapshot an epoch of digits", images, round(60 * share), 2)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
