"""A training loop as anybody writes it, recorded: one layer of attention learns to say a word backwards."""

from pathlib import Path

import torch
from torch import nn

from engine.recorder.recorder import Recorder
from engine.trainings.loop import on_threads

LETTERS = "abcdefghijklmnop"
WORD = "backlog"
"""The word whose attention is recorded; all letters are among `LETTERS`."""


class Reverser(nn.Module):
    """Letters and places in, letters out; each place of the answer attends to the places of the word."""

    def __init__(self, length: int, width: int = 32) -> None:
        super().__init__()
        self.letters = nn.Embedding(len(LETTERS), width)
        self.places = nn.Parameter(0.3 * torch.randn(length, width))
        self.asks, self.keys, self.values = (nn.Linear(width, width, bias=False) for _ in range(3))
        self.out = nn.Linear(width, len(LETTERS))

    def forward(self, words: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores (B, L, letters) and attention (B, L, L): a row for each place of the answer."""
        seen = self.letters(words) + self.places
        asks = self.asks(self.places).expand(len(words), -1, -1)
        attention = (asks @ self.keys(seen).transpose(1, 2) / seen.shape[2] ** 0.5).softmax(2)
        return self.out(attention @ self.values(seen)), attention


def train(path: str | Path, steps: int = 600, batch: int = 64, every: int = 5) -> None:
    """Train and record a run file: attention (T, L, L) for one word, and how many letters of unseen words are right."""
    torch.manual_seed(1)
    length = len(WORD)
    model = Reverser(length)
    optimiser = torch.optim.Adam(model.parameters(), lr=4e-3)
    word = torch.tensor([[LETTERS.index(letter) for letter in WORD]])
    unseen = torch.randint(len(LETTERS), (200, length))
    with on_threads(1), Recorder(path, letters=list(WORD)) as recorder:
        for step in range(steps + 1):
            words = torch.randint(len(LETTERS), (batch, length))
            scores, _ = model(words)
            loss = nn.functional.cross_entropy(scores.transpose(1, 2), words.flip(1))
            if step % every == 0:
                with torch.no_grad():
                    right = (model(unseen)[0].argmax(2) == unseen.flip(1)).float().mean()
                    answer, attention = model(word)
                recorder.snapshot(step, loss=loss, accuracy=right, attention=attention[0], answer=answer[0].softmax(1))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
