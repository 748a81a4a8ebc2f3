"""A training loop as anybody writes it, recorded: a recurrent network learns to remember the first letter of a word."""

from pathlib import Path

import torch
from torch import nn

from engine.recorder.recorder import Recorder
from engine.trainings.loop import on_threads

LETTERS, LENGTH = 3, 12


def train(path: str | Path, steps: int = 900, batch: int = 64, every: int = 6) -> None:
    """Train and record a run file: states (T, N, L, 2) of words whose first letter is their class."""
    torch.manual_seed(4)
    cell, classifier = nn.GRU(LETTERS, 2, batch_first=True), nn.Linear(2, LETTERS)
    optimiser = torch.optim.Adam([*cell.parameters(), *classifier.parameters()], lr=1e-2)
    shown = torch.randint(LETTERS, (90, LENGTH))
    shown[:, 0] = torch.arange(90) % LETTERS
    one_hot = nn.functional.one_hot
    with on_threads(1), Recorder(path, labels=shown[:, 0], tokens=shown) as recorder:
        for step in range(steps + 1):
            words = torch.randint(LETTERS, (batch, LENGTH))
            states = cell(one_hot(words, LETTERS).float())[0]
            loss = nn.functional.cross_entropy(classifier(states[:, -1]), words[:, 0])
            if step % every == 0:
                with torch.no_grad():
                    states = cell(one_hot(shown, LETTERS).float())[0]
                    right = (classifier(states[:, -1]).argmax(1) == shown[:, 0]).float().mean()
                recorder.snapshot(step, loss=loss, accuracy=right, states=states)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
