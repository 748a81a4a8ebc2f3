"""A model that takes long to evaluate is evaluated by another thread: the same numbers, and the training the same."""

import os
import time

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from engine import NotRecorded, Run, spirals
from engine.recorder import Recorder, twin

DATA = spirals(0, points=40, inner=0.2)
X, Y = torch.tensor(DATA.x, dtype=torch.float32), torch.tensor(DATA.y)


@pytest.fixture(params=[True, False], ids=["beside", "within"])
def beside(request, monkeypatch) -> bool:
    """Whether there is a second processor, and any evaluation is worth it."""
    monkeypatch.setattr(twin, "WORTH", 0.0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1} if request.param else {0}, raising=False)
    return request.param


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.norm, self.drop = nn.Linear(2, 16), nn.BatchNorm1d(16), nn.Dropout(0.2)
        self.out, self.slope, self.bend = nn.Linear(16, 5), 0.1, F.leaky_relu

    def forward(self, x):
        return self.out(self.drop(self.bend(self.norm(self.one(x)), self.slope)))


def trained(model, path, change=lambda model, epoch: None):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    seen = []
    with Recorder(path, model, X, Y) as recorder:
        for epoch in range(8):
            loss = F.cross_entropy(model(X), Y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            change(model, epoch)
            recorder.snapshot(epoch, loss=loss, weight=model.out.weight)
            seen.append(embedding(model))
        has_twin = recorder._recorded._twin is not None
    return np.stack(seen), has_twin, [*model.state_dict().values(), torch.rand(2)]


def embedding(model):
    """What the classifier reads now, in eval mode."""
    modes = [module.training for module in model.modules()]
    read = []
    handle = model.out.register_forward_hook(lambda _, given, __: read.append(given[0].numpy()))
    with torch.no_grad():
        model.eval()(X)
    handle.remove()
    for module, mode in zip(model.modules(), modes):
        module.training = mode
    return read[0]


def test_every_snapshot_is_of_its_own_moment_whoever_evaluates_it(tmp_path, beside, monkeypatch):
    def schedule(model, epoch):
        model.slope = 0.1 * epoch  # a setting that is no weight

    torch.manual_seed(0)
    seen, has_twin, left = trained(Net(), tmp_path / "run.safetensors", schedule)
    run = Run.load(tmp_path / "run.safetensors")
    assert has_twin == beside and np.array_equal(run.trajectories.points, seen)
    assert np.array_equal(run.series["weight"], run.layers[0].weight)
    torch.manual_seed(0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    _, _, other = trained(Net(), tmp_path / "within.safetensors", schedule)
    assert all(map(torch.equal, left, other))
    assert (tmp_path / "run.safetensors").read_bytes() == (tmp_path / "within.safetensors").read_bytes()


class Drawing(Net):
    def forward(self, x):
        return super().forward(x + 0 * torch.randn(1))


class Remembering(Net):
    def forward(self, x):
        self.last = super().forward(x)
        return self.last


def closed_over():
    model = Net()
    model.forward = lambda x: Net.forward(model, x)
    return model


def hooked():
    model = Net()
    model.one.register_forward_hook(lambda *_: None)
    return model


@pytest.mark.parametrize("make", [Drawing, Remembering, closed_over, hooked])
def test_what_cannot_be_copied_with_certainty_is_evaluated_in_the_loop(tmp_path, monkeypatch, make):
    monkeypatch.setattr(twin, "WORTH", 0.0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    torch.manual_seed(0)
    model = make()
    model(X)
    seen, has_twin, _ = trained(model, tmp_path / "run.safetensors")
    assert not has_twin and np.array_equal(Run.load(tmp_path / "run.safetensors").trajectories.points, seen)


def test_a_module_that_is_exchanged_is_followed(tmp_path, beside):
    def exchange(model, epoch):
        if epoch == 4:
            model.norm = nn.BatchNorm1d(16)

    seen, has_twin, _ = trained(Net(), tmp_path / "run.safetensors", exchange)
    assert not has_twin and np.array_equal(Run.load(tmp_path / "run.safetensors").trajectories.points, seen)


def test_what_goes_wrong_there_is_said_and_what_came_before_is_kept(tmp_path, beside):
    def broken(model, epoch):
        if epoch == 3:
            with torch.no_grad():
                model.one.bias.fill_(torch.nan)

    with pytest.warns(NotRecorded, match=r"finite numbers at epoch 3; .* the 3 snapshots before it are kept"):
        trained(Net(), tmp_path / "run.safetensors", broken)
    assert Run.load(tmp_path / "run.safetensors").epochs.tolist() == [0, 1, 2]


def test_the_loop_does_not_wait_for_the_evaluation(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(twin, "WORTH", 0.0)
    recorder = Recorder(tmp_path / "run.safetensors", Net(), X, Y)
    other, plain = recorder._recorded._other, recorder._recorded._other.values
    other.values = lambda: time.sleep(0.5) or plain()
    began = time.monotonic()
    recorder.snapshot(0)
    assert time.monotonic() - began < 0.4
    recorder.close()
    assert len(Run.load(tmp_path / "run.safetensors").epochs) == 1
