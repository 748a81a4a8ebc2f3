"""Series: whatever arrays a training computes are recorded as they are, with or without a model."""

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from torch import nn

from engine import NotRecorded, Run, UnspiralError, training
from engine.cli import main
from engine.recorder import Recorder
from engine.runs import thin

LABELS = np.arange(12) % 3


def recorder_of(tmp_path, **given):
    return Recorder(tmp_path / "run.safetensors", **given)


def test_a_path_alone_records_arrays_and_numbers_bit_for_bit(tmp_path):
    random = np.random.default_rng(0)
    codes = random.standard_normal((4, 12, 2)).astype("f4")
    images = torch.randn(4, 3, 8, 8, requires_grad=True)
    with recorder_of(tmp_path, labels=LABELS, x=np.ones((12, 3))) as recorder:
        for t in range(4):
            recorder.snapshot(t * 0.5, loss=torch.tensor(1.0 / (t + 1)), codes=codes[t], images=images[t], drawn=[t, 2])
    run = Run.load(tmp_path / "run.safetensors")
    assert np.array_equal(run.series["codes"], codes) and run.series["codes"].dtype == np.float32
    assert np.array_equal(run.series["images"], images.detach()) and run.series["drawn"].shape == (4, 2)
    assert np.array_equal(run.constants["labels"], LABELS) and run.constants["x"].shape == (12, 3)
    assert run.loss.tolist() == [1, 0.5, np.float32(1 / 3), 0.25] and not run.unfinished and not len(run.points.y)
    assert np.array_equal(run.array("codes", 0.5), codes[1])
    assert np.allclose(run.array("codes", 0.75), (codes[1] + codes[2]) / 2)
    assert np.array_equal(run.array("drawn", 0.75), [1, 2])  # whole numbers stay what they were
    run.save(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == (tmp_path / "run.safetensors").read_bytes()


def test_what_a_run_without_a_network_is_asked_for_is_answered_in_one_sentence(tmp_path):
    with recorder_of(tmp_path) as recorder:
        recorder.snapshot(0, codes=np.zeros((5, 2)))
    run = Run.load(tmp_path / "run.safetensors")
    for ask in (lambda: run.at(0), lambda: run.embedding(0), lambda: run.classifier(0), lambda: training(run)):
        with pytest.raises(UnspiralError, match="holds no network, only what was recorded by name: codes"):
            ask()
    with pytest.raises(UnspiralError, match="recorded no loss"):
        run.loss  # noqa: B018
    with pytest.raises(UnspiralError, match=r"unknown series 'code'; did you mean codes"):
        run.array("code", 0)


def test_series_beside_a_models_weights_are_journalled_shown_and_thinned(tmp_path):
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3))
    path = tmp_path / "run.safetensors"
    recorder = Recorder(path, model, np.random.rand(12, 2), LABELS)
    attention = np.random.rand(5, 2, 6, 6)
    for t in range(5):
        recorder.snapshot(t, loss=1.0, attention=attention[t])
        run = Run.load(path)  # the journal: it was not closed
        assert len(run.epochs) == t + 1 and np.array_equal(run.series["attention"], attention[: t + 1])
    recorder.close()
    run = Run.load(path)
    assert np.array_equal(run.at(0)[0].weight, model[0].weight.detach()) and len(run.series["attention"]) == 5
    thinned = thin.every(run, 2)
    assert np.array_equal(thinned.series["attention"], attention[::2])
    shown = CliRunner().invoke(main, ["show", str(path)])
    assert shown.exit_code == 0 and "attention" in shown.output and "2 × 6 × 6" in shown.output


def test_what_is_first_given_late_or_left_out_is_nan_where_it_was_not_given(tmp_path):
    with recorder_of(tmp_path) as recorder:
        recorder.snapshot(0, loss=1.0)
        recorder.snapshot(1, codes=np.full((3, 2), 1.0, "f4"), chosen=np.array([4, 5]))
        recorder.snapshot(2, loss=0.5)
        recorder.snapshot(3, codes=np.full((3, 2), 3.0, "f4"), chosen=np.array([6, 7]), late=2.0)
    run = Run.load(tmp_path / "run.safetensors")
    assert np.array_equal(run.series["codes"][:, 0, 0], [np.nan, 1, np.nan, 3], equal_nan=True)
    assert np.array_equal(run.series["chosen"][:, 1], [np.nan, 5, np.nan, 7], equal_nan=True)
    assert np.array_equal(run.metrics["late"], [np.nan, np.nan, np.nan, 2], equal_nan=True)
    assert run.array("codes", 2)[0, 0] == 2 and run.array("codes", 0)[0, 0] == 1  # between, and before, those given
    assert np.array_equal(run.loss, [1, np.nan, 0.5, np.nan], equal_nan=True)


def test_hundreds_of_metrics_fit_and_may_come_late(tmp_path):
    with recorder_of(tmp_path) as recorder:
        recorder.snapshot(0, loss=3.0)
        recorder.snapshot(1, **{f"val_accuracy_of_class_{k}": k / 500 for k in range(500)})
    run = Run.load(tmp_path / "run.safetensors")
    assert len(run.metrics) == 501 and run.metrics["val_accuracy_of_class_499"][1] == 499 / 500 and run.loss[0] == 3


def test_half_the_room_is_taken_where_it_is_asked_for_and_other_kinds_of_numbers_are_kept(tmp_path):
    given = {
        "half": np.linspace(0, 1, 7),
        "grey": np.arange(7, dtype=np.uint8),
        "mask": np.arange(7) > 3,
        "small": np.arange(7, dtype=np.int16),
        "brain": torch.arange(7, dtype=torch.bfloat16),
        "tensors": [torch.zeros(2), torch.ones(2)],
    }
    with recorder_of(tmp_path, float16=["half"]) as recorder:
        recorder.snapshot(0, **given)
    kept = {name: array.dtype.str[1:] for name, array in Run.load(tmp_path / "run.safetensors").series.items()}
    assert kept == {"half": "f2", "grey": "u1", "mask": "b1", "small": "i4", "brain": "f4", "tensors": "f4"}


def test_watched_functions_are_called_at_each_snapshot_and_leave_no_trace(tmp_path):
    states = []
    for watch in (False, True):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(1, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1))
        grid = torch.linspace(-1, 1, 9)[:, None]
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
        functions = {"fit": lambda m=model, g=grid: m(g), "size": lambda m=model: m[0].weight.norm()} if watch else {}
        with recorder_of(tmp_path, watch=functions) as recorder:
            for epoch in range(3):
                loss = ((model(grid) - grid) ** 2).mean()
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                recorder.snapshot(epoch, loss=loss)
        states.append(
            [*model.state_dict().values(), torch.rand(1), torch.tensor([m.training for m in model.modules()])]
        )
    assert all(map(torch.equal, *states))
    run = Run.load(tmp_path / "run.safetensors")
    assert np.array_equal(run.series["fit"][2], model.eval()(grid).detach()) and "size" in run.metrics


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"codes": np.zeros((4, 2))}, r"codes has shape \(4, 2\) at epoch 1, \(3, 2\) when it was first given"),
        ({"note": "good"}, "note is 'good'"),
        ({"wave": np.zeros(3, complex)}, "complex numbers; give .real and .imag"),
        ({"loss": np.zeros(5)}, r"loss is an array \(5,\); it must be one number"),
        ({"a.b": np.zeros(5)}, "a series cannot be called 'a.b'"),
        ({"model": nn.Linear(1, 1)}, "model is Linear"),
    ],
)
def test_what_cannot_be_recorded_is_said_once_and_ends_no_training(tmp_path, recwarn, given, said):
    with recorder_of(tmp_path) as recorder, pytest.warns(NotRecorded, match=said) as warned:
        recorder.snapshot(0, codes=np.zeros((3, 2)))
        for epoch in (1, 2):
            recorder.snapshot(epoch, fine=2.0, **given)
    assert len(warned) == 1 and warned[0].filename == __file__
    run = Run.load(tmp_path / "run.safetensors")
    assert run.epochs.tolist() == [0, 1, 2] and run.metrics["fine"][2] == 2


def test_a_watched_function_that_fails_is_said_once_and_the_rest_is_recorded(tmp_path):
    with recorder_of(tmp_path, watch={"ratio": lambda: 1 / 0}) as recorder, pytest.warns(NotRecorded) as warned:
        recorder.snapshot(0, loss=1.0)
        recorder.snapshot(1, loss=1.0)
    assert len(warned) == 1 and "'ratio': …} raised ZeroDivisionError" in str(warned[0].message)
    assert len(Run.load(tmp_path / "run.safetensors").epochs) == 2


def test_words_as_labels_are_numbered_and_named(tmp_path):
    with recorder_of(tmp_path, labels=["b", "a", "b"]) as recorder:
        recorder.snapshot(0, loss=1.0)
    run = Run.load(tmp_path / "run.safetensors")
    assert run.constants["labels"].tolist() == [1, 0, 1] and run.names["labels"] == ("a", "b")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"labels": object()}, "labels is <object"),
        ({"watch": {"fit": 3}}, "give a function"),
        ({"classifier": "3"}, "belong to a model"),
    ],
)
def test_mistakes_before_the_training_are_refused(tmp_path, given, said):
    with pytest.raises(UnspiralError, match=said):
        recorder_of(tmp_path, **given)
    assert not list(tmp_path.iterdir())
