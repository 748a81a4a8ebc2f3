"""Loss and accuracy that stand in a film are those of the network and points that it draws, whatever was recorded."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from engine import Recipe, Run, class_vectors, record, training
from engine.films.energy import energy
from engine.films.feature_tour import touring
from engine.runs.thin import every
from tests.oracles import forward_in_torch

RECIPES = {
    "tanh": Recipe(
        "rings", {"classes": 3, "points": 60}, hidden=(12,), activation="tanh", optimiser="adamw", learning_rate=0.02,
        epochs=12, upright=None,
    ),
    "batches": Recipe(parameters={"classes": 7, "points": 30}, hidden=(12,), batch=20, epochs=12, held_out=0.2),
}  # fmt: skip


@pytest.mark.parametrize("thin", [1, 4])
@pytest.mark.parametrize("name", RECIPES)
def test_readings_at_fifty_random_playheads_are_torchs_for_what_is_drawn(name: str, thin: int) -> None:
    run: Run = every(record(RECIPES[name]), thin)
    run = replace(run, metrics={**run.metrics, "loss": run.loss + 1, "f1": np.where(run.epochs == 4, 0.5, np.nan)})
    for film, count in ((training(run), 50), (class_vectors(run), 50), (energy(run), 5)):  # a tenth: it is slow
        for epoch in np.random.default_rng(1).uniform(0, 12, count):
            frame, s, y = film(float(epoch)), forward_in_torch(run.at(epoch), run.data.x), torch.tensor(run.data.y)
            assert frame.readings["loss"] == pytest.approx(cross_entropy(s, y).item(), rel=1e-4)
            assert frame.readings["accuracy"] == pytest.approx((s.argmax(1) == y).double().mean().item(), abs=1e-9)
            if run.held_out is not None:
                unseen = (forward_in_torch(run.at(epoch), run.held_out.x).argmax(1).numpy() == run.held_out.y).mean()
                assert frame.readings["held_out_accuracy"] == pytest.approx(unseen, abs=1e-9)
            assert ("f1" in frame.readings) == (epoch >= 4)  # nothing before it was measured
            assert frame.measured == ({"f1": 4.0} if epoch >= 5 else {})
        if len(frame.points):
            assert len(frame.wrong) and frame.readings["accuracy"] == np.mean(~frame.wrong)
    tour = touring(run)
    for playhead in np.linspace(0, tour.last, 9):
        frame = tour(float(playhead))
        right = (forward_in_torch(run.at(frame.readings["epoch"]), run.data.x).argmax(1).numpy() == run.data.y).mean()
        assert frame.readings["accuracy"] == pytest.approx(right, abs=1e-9)
