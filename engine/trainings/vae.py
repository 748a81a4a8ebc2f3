"""A training loop as anybody writes it, recorded: a variational autoencoder of handwritten digits, two codes each."""

from pathlib import Path

import torch
from torch import nn

from engine.recipes.data import digits
from engine.recorder.recorder import Recorder
from engine.trainings.loop import on_threads

STEPS, RADIUS = 24, 1.4
"""Of the walk round the origin whose codes are decoded."""


def train(path: str | Path, epochs: int = 80, batch: int = 60, beta: float = 0.5) -> None:
    """Train and record a run file: codes and their spreads (T, N, 2), and images decoded along a walk (T, 24, 8, 8)."""
    torch.manual_seed(0)
    data = digits()
    x = torch.tensor(data.x, dtype=torch.float32)
    x = x / x.max()
    encoder = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 4))
    decoder = nn.Sequential(nn.Linear(2, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 64))
    optimiser = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=2e-3)
    steps = -(-len(x) // batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs * steps)
    angle = torch.arange(STEPS) / STEPS * 2 * torch.pi
    walk = RADIUS * torch.stack([angle.sin(), angle.cos()], 1)
    order = torch.arange(len(x))
    names = [str(k) for k in range(10)]
    with on_threads(1), Recorder(path, labels=[names[k] for k in data.y], names=names, walk_x=walk) as recorder:
        for step in range(epochs * steps + 1):
            if step % steps == 0:
                with torch.no_grad():
                    mean, log_variance = encoder(x).chunk(2, 1)
                    missing = nn.functional.binary_cross_entropy_with_logits(decoder(mean), x, reduction="sum") / len(x)
                    images = decoder(walk).sigmoid().reshape(STEPS, 8, 8)
                    away = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean()
                spreads = (log_variance / 2).exp()
                recorder.snapshot(
                    step / steps, reconstruction=missing, divergence=away, codes=mean, spreads=spreads, walk=images
                )
            order = order if step % steps else torch.randperm(len(x))
            some = x[order[step % steps * batch :][:batch]]
            mean, log_variance = encoder(some).chunk(2, 1)
            code = mean + (log_variance / 2).exp() * torch.randn_like(mean)
            missing = nn.functional.binary_cross_entropy_with_logits(decoder(code), some, reduction="sum")
            away = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum()
            optimiser.zero_grad()
            ((missing + beta * away) / len(some)).backward()
            optimiser.step()
            schedule.step()
