"""A training loop as anybody writes it, recorded: handwritten digits through a bottleneck of two numbers."""

from pathlib import Path

import torch
from torch import nn

from engine.recipes.data import digits
from engine.recorder.recorder import Recorder
from engine.trainings.loop import on_threads


def train(path: str | Path, epochs: int = 80, batch: int = 60) -> None:
    """Train and record a run file: codes (T, N, 2), and one image of each digit as it comes out again (T, 10, 8, 8)."""
    torch.manual_seed(0)
    data = digits()
    x = torch.tensor(data.x, dtype=torch.float32)
    x = x / x.max()
    encoder = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 32), nn.ReLU(), nn.Linear(32, 2))
    decoder = nn.Sequential(
        nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 128), nn.ReLU(), nn.Linear(128, 64), nn.Sigmoid()
    )
    optimiser = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=2e-3)
    steps = -(-len(x) // batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs * steps)
    chosen = torch.tensor([int((data.y == k).nonzero()[0][3]) for k in range(10)])
    order = torch.arange(len(x))
    images = x[chosen].reshape(10, 8, 8)
    names = [str(k) for k in range(10)]
    with on_threads(1), Recorder(path, labels=[names[k] for k in data.y], names=names) as recorder:
        for step in range(epochs * steps + 1):
            if step % steps == 0:
                with torch.no_grad():
                    codes = encoder(x)
                    again = decoder(codes)
                recorder.snapshot(
                    step / steps, loss=(again - x).square().mean(), codes=codes, images=images,
                    reconstructions=again[chosen].reshape(10, 8, 8),
                )  # fmt: skip
            order = order if step % steps else torch.randperm(len(x))
            members = order[step % steps * batch :][:batch]
            loss = (decoder(encoder(x[members])) - x[members]).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
