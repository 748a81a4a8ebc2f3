"""Recording many recipes at once gives what recording them one by one gives, much faster."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine import embedding, record
from engine.recording import recorded_at, train_run
from engine.recording_many import record_many
from engine.train_many import _stacked, train_together
from engine.train_one import build, to_network
from tests.conftest import SMALL

EXACT = replace(SMALL, precision="float64", epochs=150, upright=None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("many")


def test_trained_together_or_one_by_one_the_embedding_is_the_same(folder):
    recipes = [replace(EXACT, hidden=(width,), seed=seed) for width in (2, 12) for seed in (0, 1)]
    recipes.append(replace(EXACT, optimiser="adam", learning_rate=0.01))
    for recipe, run in zip(recipes, record_many(recipes, folder)):
        alone = train_run(recipe, progress=False)
        assert run.recipe == recipe
        for epoch in (0, 40, 150):
            expected = embedding(alone.at(epoch), alone.data.x)
            extent = np.ptp(expected, axis=0).max()
            assert np.abs(embedding(run.at(epoch), run.data.x) - expected).max() <= 1e-4 * extent
        assert (run.epochs == alone.epochs).all()
        np.testing.assert_allclose(run.loss, alone.loss, rtol=1e-4)


def test_what_is_recorded_is_not_trained_again(folder):
    recipes = [replace(EXACT, hidden=(2,), seed=seed) for seed in (0, 1)]
    record_many(recipes, folder)
    before = [recorded_at(recipe, folder).stat().st_mtime_ns for recipe in recipes]
    record_many(recipes, folder)
    assert [recorded_at(recipe, folder).stat().st_mtime_ns for recipe in recipes] == before
    assert record(recipes[0], folder).recipe == recipes[0]


def test_mini_batches_are_trained_one_by_one(folder):
    (run,) = record_many([replace(EXACT, batch=50, epochs=3)], folder)
    assert len(run.epochs) == 4


def test_fifty_runs_at_once_take_a_fifth_of_the_time():
    recipes = [replace(SMALL, parameters={"points": 200}, hidden=(8,), seed=seed, epochs=40) for seed in range(50)]

    def seconds(work: Callable[[], object]) -> float:
        """Processor time: a busy machine is no failure."""
        begin = time.process_time()
        work()
        return time.process_time() - begin

    train_run(recipes[0], progress=False)
    ratios = []
    for _ in range(3):
        alone = 10 * seconds(lambda: [train_run(recipe, progress=False) for recipe in recipes[:5]])
        ratios.append(alone / seconds(lambda: train_together(recipes)))
    assert max(ratios) >= 5


def test_gradients_by_hand_are_autograds():
    for change in ({}, {"slope": 0.1, "hidden": (3, 4)}, {"activation": "tanh"}):
        recipe = replace(SMALL, **{"hidden": (4,), "scale": 1.0, "precision": "float64", **change})
        networks = [build(replace(recipe, seed=seed)) for seed in range(3)]
        data = recipe.points()[0]
        x, y = torch.tensor(data.x), torch.tensor(data.y)
        stack = _stacked([to_network(network) for network in networks])
        losses, _ = stack.descend(x.T, y.expand(3, -1), recipe)
        for k, network in enumerate(networks):
            loss = torch.nn.functional.cross_entropy(network(x), y)
            loss.backward()
            assert losses[k].item() == pytest.approx(loss.item(), abs=1e-12)
            expected = list(network.parameters())
            for weight, bias, w, b in zip(expected[::2], expected[1::2], stack.weights, stack.biases):
                torch.testing.assert_close(w.grad[k], weight.grad, rtol=0, atol=1e-12)
                torch.testing.assert_close(b.grad[k, :, 0], bias.grad, rtol=0, atol=1e-12)
