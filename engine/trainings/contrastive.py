"""A training loop as anybody writes it, recorded: digits find their places on a circle by a contrastive loss alone."""

from pathlib import Path

import torch
from torch import Tensor, nn

from engine.recipes.data import digits
from engine.recorder.recorder import Recorder
from engine.trainings.loop import on_threads

DIGITS, TEMPERATURE = 5, 0.2


def contrastive(codes: Tensor, y: Tensor) -> Tensor:
    """Supervised contrastive loss (Khosla et al. 2020, eq. 2) of codes (N, d): near one's own, far from others."""
    directions = nn.functional.normalize(codes, dim=1)
    alike = directions @ directions.T / TEMPERATURE
    others = ~torch.eye(len(y), dtype=torch.bool)
    own = (y[:, None] == y) & others
    log_share = alike - torch.logsumexp(alike.masked_fill(~others, -torch.inf), 1, keepdim=True)
    return -(log_share * own).sum(1).div(own.sum(1).clamp(min=1)).mean()


def train(path: str | Path, epochs: int = 60, batch: int = 128) -> None:
    """Train and record a run file: codes (T, N, 2) of the digits 0 to 4, whose directions the loss compares."""
    torch.manual_seed(2)
    data = digits()
    mine = data.y < DIGITS
    x, y = torch.tensor(data.x[mine], dtype=torch.float32), torch.tensor(data.y[mine])
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 2))
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    steps = len(x) // batch
    names = [str(k) for k in range(DIGITS)]
    with on_threads(1), Recorder(path, labels=[names[k] for k in y], names=names) as recorder:
        for step in range(epochs * steps + 1):
            if step % 3 == 0:
                with torch.no_grad():
                    codes = model(x)
                    recorder.snapshot(step / steps, loss=contrastive(codes, y), codes=codes)
            members = torch.randperm(len(x))[:batch]
            loss = contrastive(model(x[members]), y[members])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
