"""Lightning's trainer as a host: nothing that is recorded harms it, and every snapshot carries its own epoch."""

import sys
import types

import numpy as np
import pytest
import torch
from torch import nn

from engine import NotRecorded, Run, UnspiralError, spirals
from engine.network.layers import logits
from engine.recorder.lightning import lightning_callback

DATA = spirals(0, points=40, inner=0.2)


class Trainer:
    """What a Lightning trainer tells its callbacks."""

    def __init__(self, epoch: int = 0, checkpoint: str | None = None) -> None:
        self.is_global_zero, self.current_epoch, self.callback_metrics = True, 0, {}
        self.ckpt_path, self._resumes_at = checkpoint, epoch

    def fit(self, callback, model, epochs, logged=lambda epoch: {}, fails=False):
        callback.on_fit_start(self, model)
        self.current_epoch = self._resumes_at  # restored after the callbacks were told that it begins
        callback.on_train_start(self, model)
        for epoch in range(self._resumes_at, epochs):
            self.current_epoch, self.callback_metrics = epoch, logged(epoch)
            callback.on_train_epoch_end(self, model)
        if fails:
            callback.on_exception(self, model, RuntimeError("no more data"))
        callback.on_fit_end(self, model)


class Lit(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.model = nn.Sequential(nn.Linear(2, 30), nn.ReLU(), nn.Linear(30, 2), nn.Linear(2, 5))
        self.loss = nn.CrossEntropyLoss()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model(x)


@pytest.fixture(autouse=True)
def lightning(monkeypatch):
    pytorch = types.ModuleType("lightning.pytorch")
    pytorch.Callback = object  # pyright: ignore
    monkeypatch.setitem(sys.modules, "lightning", types.ModuleType("lightning"))
    monkeypatch.setitem(sys.modules, "lightning.pytorch", pytorch)


def test_lightning_that_is_not_installed_is_said(monkeypatch):
    for name in ("lightning", "lightning.pytorch", "pytorch_lightning"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UnspiralError, match="pip install lightning"):
        lightning_callback("run.safetensors", DATA.x, DATA.y, "2", "3")


def test_the_callback_records_before_the_first_epoch_and_after_each(tmp_path):
    for failing in (False, True):
        path = tmp_path / f"{failing}.safetensors"
        callback = lightning_callback(path, DATA.x, DATA.y, "model.2", "model.3", every=2)
        Trainer().fit(callback, Lit(), 4, lambda epoch: {"train/loss": torch.tensor(2.0 - epoch)}, failing)
        run = Run.load(path)
        assert run.epochs.tolist() == [0, 2, 4] and run.trajectories is None
        assert np.array_equal(run.metrics["train_loss"], [np.nan, 1, -1], equal_nan=True)
        for number, epoch in enumerate((0, 2, 4)):  # not what was logged: that of the weights recorded with it
            scores = torch.tensor(logits(run.at(epoch), run.data.x))
            loss = nn.functional.cross_entropy(scores, torch.tensor(run.data.y)).item()
            assert run.loss[number] == pytest.approx(loss, rel=1e-5)
        assert run.unfinished == ("the training stopped: RuntimeError no more data" if failing else "")


def test_a_hundred_metrics_late_ones_and_those_of_a_validation_that_did_not_run_are_each_recorded_as_logged(tmp_path):
    path, validated = tmp_path / "run.safetensors", {}

    def logged(epoch):
        if epoch % 2:
            validated["val_loss"] = torch.tensor(float(epoch))
        late = {"late": torch.tensor(7.0)} if epoch == 3 else {}
        return {**{f"metric/{k}": torch.tensor(k / 8) for k in range(107)}, **late, **validated, "epoch": epoch}

    Trainer().fit(lightning_callback(path, DATA.x, DATA.y), Lit(), 4, logged)
    run = Run.load(path)
    assert len(run.metrics) == 109 and run.metrics["metric_106"][1:].tolist() == [106 / 8] * 4
    assert np.array_equal(run.metrics["late"], [np.nan] * 4 + [7], equal_nan=True)
    assert np.array_equal(run.metrics["val_loss"], [np.nan, np.nan, 1, np.nan, 3], equal_nan=True)


def test_a_resumed_training_carries_its_own_epochs_and_earlier_runs_are_kept(tmp_path):
    path = tmp_path / "run.safetensors"
    Trainer().fit(lightning_callback(path, DATA.x, DATA.y), Lit(), 3)
    before = path.read_bytes()
    with pytest.warns(NotRecorded, match=r"run.safetensors is there, as of an earlier fit; .*run-2.safetensors"):
        Trainer(3, "last.ckpt").fit(lightning_callback(path, DATA.x, DATA.y), Lit(), 5)
    assert Run.load(tmp_path / "run-2.safetensors").epochs.tolist() == [3, 4, 5]
    callback = lightning_callback(path, DATA.x, DATA.y)
    with pytest.warns(NotRecorded, match=r"run-3.safetensors"):
        Trainer().fit(callback, Lit(), 1)
    assert path.read_bytes() == before and Run.load(tmp_path / "run-3.safetensors").epochs.tolist() == [0, 1]


def test_what_cannot_be_recorded_is_said_and_the_training_goes_on(tmp_path):
    path = tmp_path / "run.safetensors"
    with pytest.warns(NotRecorded, match="this training is not recorded: unknown embedding module 'nope'"):
        Trainer().fit(lightning_callback(path, DATA.x, DATA.y, "nope"), Lit(), 2)
    model = Lit()

    def broken(_):
        model.model[0].bias.data.fill_(np.nan)
        return {}

    with pytest.warns(NotRecorded, match="no longer computes finite numbers at epoch 1"):
        Trainer().fit(lightning_callback(path, DATA.x, DATA.y), model, 3, broken)
    assert Run.load(path).epochs.tolist() == [0]
