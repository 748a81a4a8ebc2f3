"""Models that classify nothing are told so in one sentence, which names their kind and says what to record instead."""

from pathlib import Path

import pytest
import torch
from torch import nn

from engine import NotRecorded, Recorder, UnspiralError

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


class Conv(Vae):
    """A VAE of images."""

    def forward(self, x):
        made, *codes = super().forward(x.flatten(1))
        return made.view_as(x), *codes


class Denoiser(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.time, self.net = nn.Embedding(50, 4), nn.Sequential(nn.Linear(12, 16), nn.SiLU(), nn.Linear(16, 8))

    def forward(self, x, t):
        return self.net(torch.cat([x, self.time(t)], 1))


class Language(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed, self.rnn, self.head = nn.Embedding(50, 8), nn.GRU(8, 8, batch_first=True), nn.Linear(8, 50)

    def forward(self, tokens, h=None):
        out, h = self.rnn(self.embed(tokens), h)
        return self.head(out), h


class Policy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Linear(8, 2)

    def forward(self, x):
        return torch.distributions.Categorical(logits=self.net(x))


class Bare(nn.Module):
    """Weights and no layers."""

    def __init__(self) -> None:
        super().__init__()
        self.W1, self.W2 = nn.Parameter(torch.randn(8, 4)), nn.Parameter(torch.randn(4, 3))

    def forward(self, x):
        return torch.sin((x @ self.W1).relu() @ self.W2)


class Estimator:
    def __init__(self) -> None:
        self.net = nn.Linear(8, 3)


ENSEMBLE = [nn.Linear(8, 3), nn.Linear(8, 3)]
METRIC = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
TIMES, TOKENS, THREE = torch.arange(12), torch.arange(60).reshape(12, 5) % 50, torch.arange(12) % 3
GRAPHS = (Z, torch.eye(12), torch.arange(12) // 4)


@pytest.mark.parametrize(
    "model, x, y, kind, instead",
    [
        (Holder(), Z, None, "GAN", "made=model.generator"),
        (nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 64)), Z, None, "generator of a GAN", "made="),
        (Images(), Z, None, "generator", "images="),
        (Images(), Z, torch.arange(12) % 3, "generator", "images="),
        (Vae(), X, None, "VAE", "codes=mu"),
        (Conv(), X.view(12, 1, 8, 8), None, "VAE", "codes=mu"),
        (Conv(), X.view(12, 1, 8, 8), THREE, "VAE", "codes=mu"),
        (Denoiser(), (Z, TIMES), None, "diffusion", "ways="),
        (Denoiser(), (Z, TIMES), THREE, "diffusion", "ways="),  # its hidden layer is no classifier
        (Language(), TOKENS, None, "language model", "x[:, :-1], x[:, 1:]"),
        (Policy(), Z, None, "policy", "actions="),
        (nn.ModuleList(ENSEMBLE), Z, THREE, "ensemble", "answers="),
        (ENSEMBLE, Z, THREE, "ensemble", "answers="),
        (nn.Linear(8, 2), Z, None, "no classifier", "codes="),
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


@pytest.mark.parametrize(
    "model, x, y, said",
    [
        (METRIC, Z, THREE, "name embedding='2' with classifier=None"),  # not its hidden layer, which has outputs enough
        (Bare(), Z, THREE, r"weights of its own \(W1, W2\).*embedding=lambda model, x"),
        (Estimator(), Z, THREE, "give model.net"),
        (nn.Linear(8, 3), Z, THREE.reshape(6, 2).repeat(2, 1), r"y has shape \(12, 2\).*y\[:, 0\]"),
    ],
)
def test_what_is_no_classifier_is_told_what_to_give_instead(model, x, y, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnspiralError, match=said) as caught:
        Recorder(tmp_path / "run.safetensors", model, x, y)
    assert len(str(caught.value)) < 300 and not list(tmp_path.iterdir())


def test_of_answers_put_together_the_one_recorded_is_named(tmp_path: Path) -> None:
    class Mean(nn.ModuleList):
        def forward(self, x):
            return sum(model(x) for model in self) / len(self)

    with (
        pytest.warns(NotRecorded, match="2 layers have 3 outputs and the model returns those of none.*'1' alone"),
        Recorder(tmp_path / "run.safetensors", Mean(ENSEMBLE), Z, THREE) as recorder,
    ):
        recorder.snapshot(0)


def test_a_classifier_of_single_places_is_no_generator(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 3, 1))
    with Recorder(tmp_path / "run.safetensors", model, torch.rand(9, 1, 6, 6), torch.arange(9) % 3) as recorder:
        recorder.snapshot(0)
        assert recorder.classifies
