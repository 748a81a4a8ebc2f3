"""A training loop as anybody writes it, recorded: networks of two kinds and several seeds fit the same few points."""

from pathlib import Path

import numpy as np
import torch

from engine.recorder.recorder import Recorder
from engine.trainings.loop import on_threads

KINDS = ("tanh", "ReLU")


def points(count: int = 10, noise: float = 0.08) -> tuple[np.ndarray, np.ndarray]:
    """X and y (N,): a sine that is known on both sides of a gap, and nowhere else."""
    random = np.random.default_rng(3)
    x = np.concatenate([np.linspace(-2.0, -0.7, count // 2), np.linspace(0.7, 2.0, count - count // 2)])
    return x, np.sin(2 * x) + noise * random.standard_normal(count)


def train(path: str | Path, epochs: int = 1500, seeds: int = 5, width: int = 40) -> None:
    """Train and record a run file: functions (T, M, S) over a line, `seeds` of each kind, all at the same time."""
    torch.manual_seed(0)
    x, y = points()
    grid = torch.linspace(-4, 4, 161)[None, :, None]
    count = len(KINDS) * seeds
    sizes = [(1, width), (width, width), (width, 1)]
    weights = [torch.randn(count, a, b) * (1.0 if a == 1 else 1.5 / a**0.5) for a, b in sizes]
    biases = [torch.randn(count, 1, b) * (1.5 if k == 0 else 0.0) for k, (_, b) in enumerate(sizes)]
    weights[-1] *= 0.2
    parameters = [p.requires_grad_() for p in (*weights, *biases)]

    def functions(at: torch.Tensor) -> torch.Tensor:
        h = at.expand(count, -1, -1)
        for k, (weight, bias) in enumerate(zip(weights, biases)):
            h = h @ weight + bias
            if k < 2:
                h = torch.cat([torch.tanh(h[:seeds]), torch.relu(h[seeds:])])
        return h[..., 0]

    inputs, targets = torch.tensor(x, dtype=torch.float32)[None, :, None], torch.tensor(y, dtype=torch.float32)
    optimiser = torch.optim.Adam(parameters, lr=5e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    groups = [kind for kind in KINDS for _ in range(seeds)]
    with (
        on_threads(1),
        Recorder(path, x=x[:, None], y=y, functions_x=grid.ravel(), functions_groups=groups) as recorder,
    ):
        for epoch in range(epochs + 1):
            losses = (functions(inputs) - targets).square().mean(1)
            if epoch % 10 == 0:
                with torch.no_grad():
                    recorder.snapshot(
                        epoch,
                        functions=functions(grid),
                        **{f"loss {kind}": losses[k * seeds :][:seeds].mean() for k, kind in enumerate(KINDS)},
                    )
            optimiser.zero_grad()
            losses.sum().backward()
            optimiser.step()
            schedule.step()
