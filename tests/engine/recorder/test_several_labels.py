"""Of several labels a point, any is shown from one recording, against the rest, as the model itself answers."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from engine import Recorder, Run, UnspiralError, training
from engine.films.replay import Replaying

NAMES = ["right", "above", "far"]


def recorded(path: Path, held_out: bool = False, convolution: bool = False) -> tuple[Run, nn.Module, torch.Tensor]:
    torch.manual_seed(0)
    x = torch.randn(60, 2)
    y = torch.stack([x[:, 0] > 0, x[:, 1] > 0, x.norm(dim=1) > 1], 1).float()
    model = nn.Sequential(
        nn.Linear(2, 8), nn.GELU() if not convolution else nn.Softsign(), nn.Linear(8, 2), nn.Linear(2, 3)
    )
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    beside = {"held_out": (x[40:], y[40:])} if held_out else {}
    with Recorder(path, model, x[:40], y[:40], names=NAMES, label="above", **beside) as recorder:
        for epoch in range(4):
            loss = nn.functional.binary_cross_entropy_with_logits(model(x[:40]), y[:40])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            recorder.snapshot(epoch)
    return Run.load(path), model, x


@pytest.mark.parametrize("held_out", [False, True])
@pytest.mark.parametrize("other", [False, True])
def test_each_label_has_the_half_plane_of_its_own_score(tmp_path: Path, held_out: bool, other: bool) -> None:
    run, model, x = recorded(tmp_path / "run.safetensors", held_out, other)
    assert (run.trajectories is not None) == other
    with torch.no_grad():
        scores = model(x[:40]).numpy()
    y = np.stack([x[:, 0] > 0, x[:, 1] > 0, x.norm(dim=1) > 1], 1)[:40]
    for number, name in enumerate(NAMES):
        for label in (name, number):
            frame = training(run, label=label)(3)
            assert frame.class_names == (f"not {name}", name)
            assert np.array_equal(frame.labels, y[:, number])
            assert np.array_equal(frame.wrong, (scores[:, number] > 0) != y[:, number])
            assert len(frame.regions) == 2
    chosen = training(run)(3)
    assert chosen.class_names == ("not above", "above") and np.array_equal(chosen.labels, y[:, 1])


def test_a_film_shows_the_label_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    recorded(path)
    replaying = Replaying.from_json(Replaying(path, label="far").as_json())
    assert replaying.film()(3).class_names == ("not far", "far")
    with pytest.raises(UnspiralError, match="unknown label 'fat'; did you mean far"):
        Replaying(path, label="fat").film()


def test_a_run_of_single_labels_has_none_to_choose(small: Run) -> None:
    with pytest.raises(UnspiralError, match="one label for each point"):
        training(small, label=1)
