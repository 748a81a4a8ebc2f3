"""Models that classify nothing are told so in one sentence, which names their kind and says what to record instead."""

from pathlib import Path

import pytest
import torch
from torch import nn

from engine import Recorder, UnspiralError

Z, X = torch.randn(12, 8), torch.rand(12, 64)


class Holder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.generator, self.discriminator = nn.Linear(8, 64), nn.Linear(64, 1)


class Images(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 16), nn.Unflatten(1, (4, 2, 2)), nn.ConvTranspose2d(4, 1, 4, 2, 1))

    def forward(self, z):
        return self.net(z)


class Vae(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = nn.Linear(64, 4), nn.Linear(2, 64)

    def forward(self, x):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        return self.decoder(mean), mean, log_variance


class Graphs(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.nodes, self.out = nn.Linear(8, 2), nn.Linear(2, 3)

    def forward(self, x, adjacent, graph):
        pooled = torch.zeros(int(graph.max()) + 1, 2).index_add(0, graph, adjacent @ self.nodes(x))
        return self.out(pooled)


GRAPHS = (Z, torch.eye(12), torch.arange(12) // 4)


@pytest.mark.parametrize(
    "model, x, y, kind, instead",
    [
        (Holder(), Z, None, "GAN", "made=model.generator"),
        (nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 64)), Z, None, "generator of a GAN", "made="),
        (Images(), Z, None, "generator", "images="),
        (Images(), Z, torch.arange(12) % 3, "generator", "images="),
        (Vae(), X, None, "VAE", "codes=mu"),
        (Graphs(), GRAPHS, None, "graphs", "graphs="),
        (Graphs(), GRAPHS, torch.tensor([0, 1, 2]), "graphs", "labels=y"),
        (nn.GRU(8, 2), torch.randn(5, 3, 8), None, "no classifier", "codes="),
    ],
)
def test_the_kind_is_named_and_what_to_record_of_it(model, x, y, kind: str, instead: str, tmp_path: Path) -> None:
    with pytest.raises(UnspiralError) as caught:
        Recorder(tmp_path / "run.safetensors", model, x, y)
    said = str(caught.value)
    assert kind in said and instead in said and "Recorder(path" in said
    assert len(said) < 300 and "\n" not in said and not list(tmp_path.iterdir())


def test_a_classifier_of_single_places_is_no_generator(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 3, 1))
    with Recorder(tmp_path / "run.safetensors", model, torch.rand(9, 1, 6, 6), torch.arange(9) % 3) as recorder:
        recorder.snapshot(0)
        assert recorder.classifies
