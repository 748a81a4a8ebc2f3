from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from engine.errors import UnspiralError
from engine.network.layers import Linear, logits, mistaken
from engine.recipes.data import Labelled, spirals
from engine.recipes.named import FIVE_SPIRALS, THREE_SPIRALS_NARROW
from engine.trainings.search import search
from engine.trainings.together import train_together

SMALL = replace(FIVE_SPIRALS, parameters={"points": 60}, hidden=(16,), epochs=60, warm_up=20, upright=40)


def test_every_tenth_epoch_and_the_last_are_recorded_when_asked_for():
    (run,) = train_together([replace(SMALL, epochs=25)], every=10)
    assert run.epochs.tolist() == [0, 10, 20, 25]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"learning_rate": 0.5}, "recipe 1 has another learning_rate than recipe 0"),
        ({"data": Labelled(np.eye(2), np.arange(2)), "parameters": {}}, "recipe 1 has another data than recipe 0"),
        ({"hidden": (4, 4)}, "recipe 1 has 2 hidden layers, recipe 0 has 1"),
    ],
)
def test_recipes_that_do_not_fit_together_are_told_why(change, words):
    with pytest.raises(UnspiralError, match=words):
        train_together([SMALL, replace(SMALL, scale=1.0, **change)])


def test_a_short_search_yields_a_run_that_is_what_it_says():
    recipe = replace(THREE_SPIRALS_NARROW, parameters={"classes": 3, "points": 200}, epochs=300)
    run, other = islice(search(recipe, restarts=8, points=50), 2)
    data, network = run.data, run.at(run.epochs[-1])
    assert run.accuracy[-1] == 1 - mistaken(logits(network, data.x), data.y).mean()
    assert run.accuracy[-1] > 0.6
    assert all(layer.weight.dtype == np.float64 for layer in network if isinstance(layer, Linear))
    assert (np.diff(run.epochs) == 10).all()
    assert run.loss[-1] != other.loss[-1]


def test_search_refuses_recipes_in_mini_batches():
    with pytest.raises(UnspiralError, match="set held_out = 0 and batch = none"):
        next(search(replace(SMALL, batch=10)))


def test_other_data_seeds_are_other_points():
    runs = train_together([replace(SMALL, epochs=1), replace(SMALL, epochs=1, data_seed=1)])
    assert (runs[1].data.x == spirals(1, points=60).x.astype(np.float32)).all()
