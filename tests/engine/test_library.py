"""Recording many recipes at once gives what recording them one by one gives, much faster."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from engine import record
from engine.library import record_many, recorded_at, train_run
from engine.trainings.model import build, to_network
from engine.trainings.stack import Stack, columns, packed
from engine.trainings.together import train_together
from tests.conftest import SMALL

QUICK = replace(SMALL, epochs=150)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("many")


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"precision": "float64"},
        {"optimiser": "adam", "learning_rate": 0.01, "upright": None},
        {"slope": 0.01, "parameters": {"points": 7}},  # 35 points: rows begin where vector instructions cannot
        {"activation": "tanh", "bias": False, "embedding": None, "scale": 1.0},
    ],
)
def test_trained_together_or_one_by_one_runs_are_the_same_to_the_last_bit(change, tmp_path):
    recipes = [replace(QUICK, hidden=(width,), seed=seed, **change) for width in (2, 5, 12) for seed in (0, 1, 2)]
    recipes.append(replace(recipes[0], data_seed=1))
    for recipe, run in zip(recipes, record_many(recipes, tmp_path)):
        alone = train_run(recipe, progress=False)
        assert run.recipe == recipe
        assert (run.epochs == alone.epochs).all()
        for layer, expected in zip(run.layers, alone.layers, strict=True):
            for array, same in zip(layer, expected, strict=True):
                assert np.array_equal(array, same)
        for name in ("loss", "accuracy"):
            assert np.array_equal(run.metrics[name], alone.metrics[name])


def test_what_is_recorded_is_not_trained_again(folder):
    recipes = [replace(QUICK, hidden=(2,), seed=seed) for seed in (0, 1)]
    record_many(recipes, folder)
    before = [recorded_at(recipe, folder).stat().st_mtime_ns for recipe in recipes]
    record_many(recipes, folder)
    assert [recorded_at(recipe, folder).stat().st_mtime_ns for recipe in recipes] == before
    assert record(recipes[0], folder).recipe == recipes[0]


def test_mini_batches_are_trained_one_by_one(folder):
    recipes = [replace(QUICK, batch=50, epochs=3, seed=seed) for seed in (0, 1)]
    for recipe, run in zip(recipes, record_many(recipes, folder), strict=True):
        alone = train_run(recipe, progress=False)
        assert len(run.epochs) == 4 and np.array_equal(run.loss, alone.loss)
        assert np.array_equal(run.layers[0].weight, alone.layers[0].weight)


class Counted(TorchDispatchMode):
    """Counts torch's operations; what they cost is a benchmark's business."""

    operations = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.operations += 1
        return func(*args, **(kwargs or {}))


def test_an_epoch_of_fifty_runs_at_once_takes_no_more_operations_than_one_of_two():
    spent = {}
    for count in (2, 50):
        counted = []
        for epochs in (20, 40):  # what is done once, run by run, drops out of the difference
            with Counted() as operations:
                train_together([replace(SMALL, seed=seed, epochs=epochs) for seed in range(count)])
            counted.append(operations.operations)
        spent[count] = counted[1] - counted[0]
    assert 0 < spent[50] <= spent[2]


def test_gradients_by_hand_are_autograds():
    for change in ({}, {"slope": 0.1, "hidden": (3, 4)}, {"activation": "tanh"}):
        recipe = replace(SMALL, **{"hidden": (4,), "scale": 1.0, "precision": "float64", **change})
        networks = [build(replace(recipe, seed=seed)) for seed in range(3)]
        data = recipe.points()[0]
        x, y = torch.tensor(data.x), torch.tensor(data.y)
        shapes = [to_network(network) for network in networks]
        numbers = torch.tensor(packed(shapes))
        stack = Stack(numbers, torch.zeros_like(numbers), shapes[0], recipe)
        losses, _ = stack.descend(columns(x.T, y, 5))
        for k, network in enumerate(networks):
            loss = torch.nn.functional.cross_entropy(network(x), y)
            loss.backward()
            assert losses[k].item() == pytest.approx(loss.item(), abs=1e-12)
            expected = list(network.parameters())
            for weight, bias, w, b in zip(
                expected[::2], expected[1::2], stack.weight_gradients, stack.bias_gradients, strict=True
            ):
                torch.testing.assert_close(w[k], weight.grad, rtol=0, atol=1e-12)
                torch.testing.assert_close(b[k, :, 0], bias.grad, rtol=0, atol=1e-12)
