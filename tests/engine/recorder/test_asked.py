"""What a recorder asks in a line, where what it was given is hardly what was meant; and tables as people have them."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from engine import Recorder, Run, UnspiralError, spirals
from engine.recorder.said import NotRecorded

DATA = spirals(0, points=20)
X, Y = torch.tensor(DATA.x, dtype=torch.float32), torch.tensor(DATA.y)


def model(outputs: int = 5) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2), nn.Linear(2, outputs))


def test_parameters_that_are_trained_apart_from_the_model_are_asked_for_and_then_recorded(tmp_path: Path) -> None:
    network = model()
    apart = {name: p.detach().clone().requires_grad_() for name, p in network.named_parameters()}
    descent = torch.optim.SGD(apart.values(), 0.1)

    def epoch() -> Tensor:
        loss = cross_entropy(functional_call(network, apart, (X,)), Y)
        descent.zero_grad()
        loss.backward()
        descent.step()
        return loss

    with Recorder(tmp_path / "a.safetensors", network, X, Y) as recorder:
        for number in range(11):
            recorder.snapshot(number, loss=epoch())
        with pytest.warns(NotRecorded, match=r"nothing of the model has changed in 12 snapshots.*load_state_dict"):
            recorder.snapshot(11, loss=epoch())
        network.load_state_dict(apart, strict=False)
        recorder.snapshot(12, loss=epoch())
    weights = Run.load(tmp_path / "a.safetensors").layers[0].weight
    assert np.array_equal(weights[11], weights[0]) and not np.array_equal(weights[12], weights[0])


def test_a_training_that_begins_standing_still_is_not_asked(tmp_path: Path) -> None:
    network = model()
    with Recorder(tmp_path / "a.safetensors", network, X, Y) as recorder, warnings.catch_warnings():
        warnings.simplefilter("error")
        for number in range(30):
            recorder.snapshot(number)
            if number == 8:  # the end of a warm-up
                with torch.no_grad():
                    network[0].weight[0, 0] += 1e-3


@pytest.mark.parametrize("outputs", [6, 8])
def test_a_classifier_of_more_classes_than_there_are_is_asked_about(tmp_path: Path, outputs: int) -> None:
    with pytest.warns(NotRecorded, match=rf"{outputs} outputs and y 5 labels.*embedding='3' with classifier=None"):
        Recorder(tmp_path / "a.safetensors", model(outputs), X, Y).abandon()


class Column:
    """A column as pandas has them."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def to_numpy(self, dtype: Any = None) -> Any:
        return np.array(self.values, dtype)


class Table:
    """A data frame with columns of several kinds: as one array it has objects."""

    def __init__(self, **columns: Any) -> None:
        self._columns = columns
        self.columns = list(columns)

    def __getitem__(self, name: str) -> Column:
        return Column(self._columns[name])

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array([[str(v) for v in column] for column in self._columns.values()], object).T

    def __len__(self) -> int:
        return len(self._columns[self.columns[0]])

    def to_numpy(self) -> Any:
        return np.asarray(self)


def test_a_table_of_columns_is_read_as_numbers_and_one_of_words_is_named(tmp_path: Path) -> None:
    table = Table(a=DATA.x[:, 0].tolist(), b=DATA.x[:, 1].tolist())
    recorder = Recorder(tmp_path / "a.safetensors", model(), table, DATA.y)
    recorder.snapshot(0)
    recorder.close()
    assert np.allclose(Run.load(tmp_path / "a.safetensors").data.x, DATA.x, atol=1e-6)
    with pytest.raises(UnspiralError, match=r"column that holds no numbers, 'city': leave it out.*get_dummies"):
        Recorder(tmp_path / "b.safetensors", model(), Table(a=DATA.x[:, 0], city=["Rom"] * len(X)), DATA.y)
