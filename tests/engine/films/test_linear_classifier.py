from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from engine.errors import UnspiralError
from engine.films.linear_classifier import cutting
from engine.library import record
from engine.recipes.named import linear_classifier
from engine.recipes.recipe import Recipe


@pytest.fixture(scope="module", params=[3, 5])
def run(request, tmp_path_factory):
    recipe = replace(linear_classifier(request.param), epochs=120)
    return record(recipe, tmp_path_factory.mktemp("runs"))


def test_loss_and_accuracy_are_torchs_at_ten_playheads(run):
    film = cutting(run)
    x, y = torch.tensor(run.data.x), torch.tensor(run.data.y)
    for playhead in np.linspace(film.first, film.last, 10):
        last = run.at(playhead)[-1]
        scores = torch.nn.functional.linear(x, torch.tensor(last.weight), torch.tensor(last.bias))
        readings = film(playhead).readings
        assert f"{readings['loss']:.3f}" == f"{cross_entropy(scores, y).item():.3f}"
        right = (scores.argmax(1) == y).float().mean().item()
        assert f"{100 * readings['accuracy']:.1f}" == f"{100 * right:.1f}"


def test_straight_lines_get_no_more_than_about_half_and_cut_every_arm(run):
    frame = cutting(run)(run.epochs[-1])
    assert 0.45 < frame.readings["accuracy"] < 0.55
    for arm in range(len(frame.class_vectors)):
        assert 0.2 < frame.wrong[frame.labels == arm].mean() < 0.8


def test_class_vectors_stay_within_the_view(run):
    film = cutting(run)
    for playhead in (film.first, film.last / 2, film.last):
        assert np.abs(film(playhead).class_vectors).max() < film(playhead).view.half


def test_mistakes_alone_are_those_that_are_counted(run):
    frame = cutting(run, only_mistakes=True)(run.epochs[-1])
    assert frame.wrong.all()
    assert frame.caption.startswith(f"{len(frame.points):,} of {len(run.data.y):,} ")


def test_deeper_networks_are_refused(tmp_path):
    run = record(Recipe(hidden=(3,), parameters={"points": 5}, epochs=1), tmp_path)
    with pytest.raises(UnspiralError, match="hidden="):
        cutting(run)
