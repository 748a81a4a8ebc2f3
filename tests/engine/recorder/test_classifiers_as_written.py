"""Classifiers as tutorials write them: recorded by three lines, unchanged, and the film shows what they compute."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrizations, prune
from torch.utils.data import DataLoader, TensorDataset

from engine import spirals, training

SPIRALS = spirals(0, points=30, inner=0.2)
X, Y = torch.tensor(SPIRALS.x, dtype=torch.float32), torch.tensor(SPIRALS.y)
IMAGES = torch.randn(40, 1, 8, 8, generator=torch.Generator().manual_seed(1))
SEQUENCES = torch.randn(40, 6, 4, generator=torch.Generator().manual_seed(2))
TOKENS = torch.randint(0, 9, (40, 6), generator=torch.Generator().manual_seed(3))
FIVE, TWO = torch.arange(40) % 5, torch.arange(40) % 2


class Net(nn.Module):
    """PyTorch's basic MNIST example, smaller."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 3, 1), nn.Conv2d(4, 8, 3, 1)
        self.dropout1, self.dropout2 = nn.Dropout(0.25), nn.Dropout(0.5)
        self.fc1, self.fc2 = nn.Linear(32, 12), nn.Linear(12, 5)

    def forward(self, x):
        x = F.relu(self.conv2(F.relu(self.conv1(x))))
        x = self.dropout1(F.max_pool2d(x, 2))
        x = self.dropout2(F.relu(self.fc1(torch.flatten(x, 1))))
        return F.log_softmax(self.fc2(x), dim=1)


class Functional(nn.Module):
    """A chain in effect, without a module for what bends."""

    def __init__(self, bend=F.relu, out=5):
        super().__init__()
        self.bend = bend
        self.classify = nn.Linear(2, out)
        self.one, self.two, self.three = nn.Linear(2, 16), nn.Linear(16, 16, bias=False), nn.Linear(16, 2)

    def forward(self, x):
        x = self.bend(self.one(x))
        x = F.dropout(self.bend(self.two(x)), 0.1, self.training)
        return F.softmax(self.classify(self.three(x)), dim=1)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.blocks = nn.Linear(2, 12), nn.ModuleList(nn.Linear(12, 12) for _ in range(2))
        self.norm, self.head = nn.LayerNorm(12), nn.Linear(12, 5)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = x + F.gelu(block(x))
        return self.head(self.norm(x)), x  # with its features


def mlp(*widths, out=5):
    layers = [part for a, b in zip(widths, widths[1:]) for part in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(widths[-1], out))


def convolutional(recording, fit):
    model = Net()
    with recording(model, IMAGES, FIVE) as recorder:
        return fit(model, IMAGES, FIVE, recorder, F.nll_loss)


def functional(recording, fit):
    model = Functional()
    with recording(model, X, Y) as recorder:
        return fit(model, X, Y, recorder, lambda p, y: F.nll_loss(p.log(), y))


def leaky(recording, fit):
    model = Functional(lambda x: F.leaky_relu(x, 0.2))
    with recording(model, X, Y, classifier=model.classify) as recorder:
        return fit(model, X, Y, recorder)


def learned_slope(recording, fit):
    model = nn.Sequential(nn.Linear(2, 12), nn.PReLU(), nn.Linear(12, 2), nn.Linear(2, 5))
    with recording(model, X, Y) as recorder:
        return fit(model, X, Y, recorder)


def logistic(recording, fit):
    model = nn.Linear(2, 5)
    with recording(model, X, Y) as recorder:
        return fit(model, X, Y, recorder)


def residual(recording, fit):
    model = Residual()
    with recording(model, X, Y, classifier="head") as recorder:
        return fit(model, X, Y, recorder, call=lambda m: m(X)[0])


def batches(recording, fit):
    model = nn.Sequential(
        nn.Linear(2, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Dropout(0.3), nn.Linear(12, 2), nn.Linear(2, 5)
    )
    loader = DataLoader(TensorDataset(X, Y), batch_size=32, shuffle=True, generator=torch.Generator().manual_seed(4))
    optimiser = torch.optim.AdamW(model.parameters())
    with recording(model, loader) as recorder:
        for epoch in range(2):
            for number, (x, y) in enumerate(loader):
                F.cross_entropy(model(x), y, label_smoothing=0.1).backward()
                if number % 2:  # two batches add up
                    optimiser.step()
                    optimiser.zero_grad()
            recorder.snapshot(epoch)
    return model


def lazy(recording, fit):
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(8), nn.ReLU(), nn.LazyLinear(5))
    with recording(model, IMAGES, FIVE) as recorder:
        return fit(model, IMAGES, FIVE, recorder)


def old_weight_norm(recording, fit):
    model = mlp(2, 12, 2)
    with pytest.warns(FutureWarning):
        torch.nn.utils.weight_norm(model[0])
        torch.nn.utils.weight_norm(model[4])
    with recording(model, X, Y, "3", "4") as recorder:
        return fit(model, X, Y, recorder)


def parametrised(recording, fit):
    model = mlp(2, 12, 2)
    parametrizations.weight_norm(model[0])
    parametrizations.spectral_norm(model[4])
    with recording(model, X, Y) as recorder:
        return fit(model, X, Y, recorder)


def pruned(recording, fit):
    model = mlp(2, 12, 2)
    for number in (0, 2, 4):
        prune.l1_unstructured(model[number], "weight", amount=0.4)
    with recording(model, X, Y) as recorder:
        return fit(model, X, Y, recorder)


def doubled(recording, fit):
    model = mlp(2, 12, 2)
    model[0].register_forward_hook(lambda _, __, output: 2 * output)
    with recording(model, X, Y) as recorder:
        return fit(model, X, Y, recorder)


def pruned_later(recording, fit):
    model = mlp(2, 12, 2)
    with recording(model, X, Y) as recorder:
        fit(model, X, Y, recorder)
        prune.random_unstructured(model[0], "weight", amount=0.5)
        prune.l1_unstructured(model[4], "weight", amount=0.5)
        optimiser = torch.optim.SGD(model.parameters(), lr=0.05)
        for epoch in (3, 4):
            F.cross_entropy(model(X), Y).backward()
            optimiser.step()
            recorder.snapshot(epoch)
    return model


def averaged(recording, fit):
    model = mlp(2, 12, 2)
    average = torch.optim.swa_utils.AveragedModel(model)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05)
    with recording(average, X, Y) as recorder:
        for epoch in range(3):
            F.cross_entropy(model(X), Y).backward()
            optimiser.step()
            average.update_parameters(model)
            recorder.snapshot(epoch)
    return average


def closure(recording, fit):
    model = mlp(2, 12, 2)
    optimiser = torch.optim.LBFGS(model.parameters(), max_iter=3)

    def step():
        optimiser.zero_grad()
        loss = F.cross_entropy(model(X), Y)
        loss.backward()
        return loss

    with recording(model, X, Y, held_out=(X[:20] + 0.1, Y[:20])) as recorder:
        for epoch in range(3):
            recorder.snapshot(epoch, loss=optimiser.step(step))
    return model


def mixed_precision(recording, fit):
    model = Residual()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05)
    with recording(model, X, Y) as recorder:
        for epoch in range(3):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = F.cross_entropy(model(X)[0], Y)
                recorder.snapshot(epoch - 0.5, loss=loss)
            loss.backward()
            optimiser.step()
            recorder.snapshot(epoch, loss=loss)
    return model


def shared(recording, fit):
    model = nn.Sequential(nn.Linear(2, 12), nn.ReLU(), nn.Linear(12, 12), nn.ReLU(), nn.Linear(12, 5))
    model.forward = lambda x: model[4](model[3](model[2](model[3](model[2](model[1](model[0](x)))))))  # twice
    with recording(model, X, Y) as recorder:
        return fit(model, X, Y, recorder)


CHAINS = {
    functional: "classify",
    leaky: "classify",
    logistic: "",
    closure: "4",
    averaged: "module.4",
    pruned_later: "4",
}
OTHERS = {
    convolutional: "fc2", learned_slope: "3", residual: "head", batches: "5",
    lazy: "5", old_weight_norm: "4", parametrised: "4", pruned: "4", doubled: "4", mixed_precision: "head",
    shared: "4",
}  # fmt: skip
INPUT = {convolutional: IMAGES, lazy: IMAGES}


@pytest.mark.parametrize("script", CHAINS, ids=lambda script: script.__name__)
def test_a_chain_however_it_is_written_is_recorded_by_its_weights(recorded, read, script):
    run, model, *_ = recorded(script)
    assert run.trajectories is None
    e, scores = read(model, CHAINS[script], X)
    last = run.epochs[-1]
    assert np.allclose(run.embedding(last), e, atol=1e-5)
    assert np.allclose(
        run.embedding(last) @ run.classifier(last).weight.T + run.classifier(last).bias, scores, atol=1e-5
    )
    assert len(training(run)(last).regions) == 5


@pytest.mark.parametrize("script", OTHERS, ids=lambda script: script.__name__)
def test_any_other_classifier_is_recorded_by_what_it_reads(recorded, read, script):
    run, model, *_ = recorded(script)
    e, scores = read(model, OTHERS[script], INPUT.get(script, X))
    last = run.epochs[-1]
    assert np.array_equal(run.embedding(last), e)
    weight, bias = run.classifier(last)
    assert np.allclose(e @ weight.T + bias, scores, atol=1e-5)
    assert np.array_equal(run.points.y, FIVE if script in INPUT else Y) and len(weight) == 5
    assert np.isfinite(training(run)(last).points).all()
