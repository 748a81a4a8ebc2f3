"""A training loop as anybody writes it, recorded: a small convolutional network learns handwritten digits."""

from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from engine.recipes.data import digits
from engine.recorder.recorder import Recorder
from engine.trainings.loop import on_threads


def network() -> nn.Sequential:
    """8 × 8 images → two convolutions → 2-D embedding → ten classes."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(128, 64), nn.ReLU(),
        nn.Linear(64, 2),
        nn.Linear(2, 10),
    )  # fmt: skip


def train(path: str | Path, epochs: int = 45, seed: int = 0) -> None:
    """Train and record a run file. Every fifth image is kept from training; its accuracy is a metric of its own."""
    torch.manual_seed(seed)
    data = digits()
    x = torch.tensor(data.x, dtype=torch.float32).reshape(-1, 1, 8, 8)
    y = torch.tensor(data.y)
    unseen = torch.arange(len(x)) % 5 == 0
    train_x, train_y, batch = x[~unseen], y[~unseen], 60
    model = network()
    with torch.no_grad():  # it begins at the origin, and class vectors stay long enough to be seen
        for number, scale in ((9, 0.25), (10, 4.0)):
            model.get_parameter(f"{number}.weight").mul_(scale)
    optimiser = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-4)
    steps = -(-len(train_x) // batch)
    order = torch.arange(len(train_x))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs * steps)

    with on_threads(1), Recorder(path, model, train_x, train_y, embedding="9", classifier="10") as recorder:
        for step in range(epochs * steps + 1):
            if step % 8 == 0:  # three snapshots an epoch: films go on cubics between those further apart
                with torch.no_grad():
                    scores, unseen_scores = model(train_x), model(x[unseen])
                recorder.snapshot(
                    step / steps,
                    loss=cross_entropy(scores, train_y),
                    accuracy=(scores.argmax(1) == train_y).float().mean(),
                    held_out_accuracy=(unseen_scores.argmax(1) == y[unseen]).float().mean(),
                )
            order = order if step % steps else torch.randperm(len(train_x))
            members = order[step % steps * batch :][:batch]
            loss = cross_entropy(model(train_x[members]), train_y[members])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
