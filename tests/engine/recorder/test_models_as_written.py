"""Models that classify nothing: their codes are an embedding, and what else they make is series."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from engine import NotRecorded, Run, UnspiralError, training
from engine.recorder import Recorder

IMAGES = torch.rand(40, 1, 8, 8, generator=torch.Generator().manual_seed(1))
FLAT, FIVE = IMAGES.flatten(1), torch.arange(40) % 5
PLANE = torch.randn(60, 2, generator=torch.Generator().manual_seed(2))


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 2))
        self.decoder = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 64))

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Variational(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(64, 16), nn.Linear(16, 2), nn.Linear(16, 2)
        self.fc3 = nn.Linear(2, 64)

    def forward(self, x):
        h = F.relu(self.fc1(x.view(-1, 64)))
        mu, logvar = self.fc21(h), self.fc22(h)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return torch.sigmoid(self.fc3(z)), mu, logvar


class Coupling(nn.Module):
    """A flow: half of the numbers say how the other half is scaled and shifted."""

    def __init__(self):
        super().__init__()
        self.nets = nn.ModuleList(nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 2)) for _ in range(2))

    def forward(self, x):
        volume = 0.0
        for net in self.nets:
            a, b = x.chunk(2, 1)
            scale, shift = net(a).chunk(2, 1)
            x, volume = torch.cat([b * scale.exp() + shift, a], 1), volume + scale[:, 0]
        return x, volume


def autoencoder(recording, fit):
    model = Autoencoder()
    with recording(model, FLAT, FIVE, embedding="encoder", classifier=None) as recorder:
        return fit(model, FLAT, FLAT, recorder, F.mse_loss)


def variational(recording, fit):
    model = Variational()

    def loss(out, x):
        made, mu, logvar = out
        return F.binary_cross_entropy(made, x) - 0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).mean()

    with recording(model, FLAT, FIVE, embedding="fc21", classifier=None) as recorder:  # its forward draws
        return fit(model, FLAT, FLAT, recorder, loss)


def triplets(recording, fit):
    model = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 2))
    with recording(model, FLAT, FIVE, embedding="2", classifier=None) as recorder:
        return fit(
            model, FLAT, FIVE, recorder, lambda e, _: F.triplet_margin_loss(e[:10], e[5:15], e[1:11]), lambda m: m(FLAT)
        )


def contrastive(recording, fit):
    """SimCLR: two views, a head that is thrown away, and a projection on the circle."""
    model = nn.ModuleDict({"net": nn.Sequential(nn.Linear(64, 16), nn.ReLU()), "head": nn.Linear(16, 2)})
    model.forward = lambda x: F.normalize(model["head"](model["net"](x)), dim=1)

    def loss(_, y):
        one, two = (model(FLAT + 0.1 * torch.randn(FLAT.shape)) for _ in range(2))
        return F.cross_entropy(one @ two.T / 0.1, torch.arange(40))

    with recording(model, FLAT, FIVE, embedding=lambda model, x: model(x), classifier=None) as recorder:
        return fit(model, FLAT, FIVE, recorder, loss)


def uncoloured(recording, fit):
    model = Coupling()
    with recording(model, PLANE, embedding=lambda model, x: model(x)[0], classifier=None) as recorder:
        return fit(model, PLANE, None, recorder, lambda out, _: (out[0] ** 2).sum(1).mean() / 2 - out[1].mean())


def regression(recording, fit):
    model, y = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1)), PLANE.prod(1, keepdim=True)
    with recording(model, PLANE, y) as recorder:
        return fit(model, PLANE, y, recorder, F.mse_loss)


def physics(recording, fit):
    """A model whose forward takes gradients of itself."""
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))

    def forward(x):
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            (slope,) = torch.autograd.grad(nn.Sequential.forward(model, x).sum(), x, create_graph=True)
        return slope

    model.forward = forward
    with recording(model, PLANE, embedding=lambda model, x: model(x), classifier=None) as recorder:
        return fit(model, PLANE, PLANE, recorder, F.mse_loss)


KINDS = {
    autoencoder: (lambda model: model.encoder(FLAT), FIVE),
    variational: (lambda model: model(FLAT)[1], FIVE),
    triplets: (lambda model: model(FLAT), FIVE),
    contrastive: (lambda model: model(FLAT), FIVE),
    uncoloured: (lambda model: model(PLANE)[0], torch.zeros(60, dtype=torch.int64)),
    physics: (lambda model: model(PLANE), torch.zeros(60, dtype=torch.int64)),
}


@pytest.mark.parametrize("script", KINDS, ids=lambda script: script.__name__)
def test_without_a_classifier_the_embedding_alone_is_recorded_and_shown(recorded, script):
    run, model, *_ = recorded(script)
    embedding, y = KINDS[script]
    assert np.array_equal(run.embedding(2), embedding(model.eval()).detach()) and np.array_equal(run.points.y, y)
    frame = training(run)(2)
    assert not frame.regions and not len(frame.class_vectors) and not frame.wrong.any() and not frame.decided
    assert "accuracy" not in frame.readings and len(frame.lines.starts) == (43 if len(y) == 60 else 1)


def test_of_a_regression_what_its_last_layer_reads_is_recorded_and_the_numbers_to_fit(recorded, read):
    run, model, (_, x, y), _ = recorded(regression)
    assert np.array_equal(run.embedding(2), read(model, "2", x)[0]) and not run.layers
    assert np.array_equal(run.constants["values"], y[:, 0]) and not training(run)(2).regions


def test_of_several_numbers_to_fit_all_are_kept(tmp_path):
    path, y = tmp_path / "run.safetensors", torch.rand(60, 3)
    with Recorder(path, nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 3)), PLANE, y) as recorder:
        recorder.snapshot(0)
    run = Run.load(path)
    assert run.width == 8 and not run.layers and np.array_equal(run.constants["values"], y)


def test_a_model_that_gives_back_its_input_is_asked_what_is_to_be_seen(tmp_path):
    path = tmp_path / "run.safetensors"
    with pytest.raises(UnspiralError, match=r"as autoencoders do: .* embedding='encoder.2', with classifier=None"):
        Recorder(path, Autoencoder(), FLAT, FIVE)
    with (
        pytest.warns(NotRecorded, match="'decoder.2' has 64 outputs and y 5 labels: is it a classifier"),
        Recorder(path, Autoencoder(), FLAT, FIVE, classifier="decoder.2") as recorder,
    ):
        recorder.snapshot(0)


def test_a_generator_is_told_to_record_what_it_makes(tmp_path):
    generator = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 64))
    with pytest.raises(UnspiralError, match=r"classifies nothing, as the generator of a GAN does: .* Recorder\(path\)"):
        Recorder(tmp_path / "run.safetensors", generator, PLANE)


def test_a_wide_embedding_of_many_points_is_thinned_and_that_is_said(tmp_path):
    model = nn.Sequential(nn.Linear(2, 300), nn.Mish(), nn.Linear(300, 5))
    x, y = torch.randn(2000, 2), torch.arange(2000) % 5
    path = tmp_path / "run.safetensors"
    said = r"the embedding is 300-D: 2,000 points would take 2.4 MB in every snapshot; 873 of them are recorded"
    with pytest.warns(NotRecorded, match=said), Recorder(path, model, x, y) as recorder:
        recorder.snapshot(0)
    assert len(Run.load(path).points.y) == 873 and path.stat().st_size < 4e6
    with Recorder(path, model, x, y, points=2000) as recorder:
        recorder.snapshot(0)
    assert len(Run.load(path).points.y) == 2000


def test_of_many_points_only_those_that_are_recorded_are_evaluated_held_out_ones_too(tmp_path):
    model = nn.Sequential(nn.Linear(2, 8), nn.LayerNorm(8), nn.Linear(8, 5))
    x, y, seen = torch.randn(6000, 2), torch.arange(6000) % 5, []
    with (
        pytest.warns(NotRecorded, match="5,000 of them are recorded"),
        Recorder(tmp_path / "run.safetensors", model, x, y, held_out=(x[:2000] + 1, y[:2000])) as recorder,
    ):
        model[0].register_forward_hook(lambda _, given, __: seen.append(len(given[0])))
        recorder.snapshot(0)
    run = Run.load(tmp_path / "run.safetensors")
    assert len(run.points.y) == 5000 == sum(seen[:2]) and run.held.sum() == 1250
    assert np.array_equal(run.trajectories.points[0], model[1](model[0](torch.tensor(run.points.x))).detach())


class Scaled(nn.Module):
    """A wrapper of somebody's own, which does something before."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return self.module(x / 255)


def test_a_wrapper_of_somebodys_own_is_part_of_the_model(recorded, read):
    def scaled(recording, fit):
        model, x = Scaled(nn.Sequential(nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 5))), 255 * FLAT
        with recording(model, x, FIVE) as recorder:
            return fit(model, x, FIVE, recorder)

    run, model, *_ = recorded(scaled)
    assert np.array_equal(run.embedding(2), read(model, "module.2", 255 * FLAT)[0])
