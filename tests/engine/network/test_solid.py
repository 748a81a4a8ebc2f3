import numpy as np
import pytest

from engine.films.energy import over_plane
from engine.network.layers import logits, softargmax
from engine.network.solid import BENT, envelope

FINE = 3
TICKS = np.linspace(-1.2, 1.2, 40 * FINE + 1)


@pytest.fixture(scope="module", params=[0, 300, 2000])
def shown(request, five_spirals):
    network = five_spirals.at(request.param)
    return network, envelope(over_plane(network, TICKS), TICKS, FINE)


def _areas(corners):
    x, y = corners[..., 0], corners[..., 1]
    return (x * np.roll(y, -1, 1) - np.roll(x, -1, 1) * y).sum(1) / 2


def test_pieces_cover_the_plane_once(shown):
    _, pieces = shown
    areas = _areas(pieces.corners)
    assert areas.min() > -1e-12
    assert areas.sum() == pytest.approx(2.4**2)
    assert len(pieces.corners) < 0.8 * (len(TICKS) - 1) ** 2


def test_each_piece_is_the_winners_and_as_high_as_its_softargmax(shown):
    network, pieces = shown
    scores = logits(network, pieces.corners.mean(1)[:, :2].astype(np.float32)).astype(float)
    probabilities = softargmax(scores)
    own = probabilities[np.arange(len(scores)), pieces.owners]
    assert (own == probabilities.max(1)).mean() > 0.998
    assert (probabilities.max(1) - own).max() < 0.1  # beside a boundary, where scores bend within a cell
    corners = pieces.corners.reshape(-1, 3)
    heights = softargmax(logits(network, corners[:, :2].astype(np.float32)).astype(float)).max(1)
    apart = np.abs(corners[:, 2] - heights)
    assert np.sqrt((apart**2).mean()) < BENT and np.quantile(apart, 0.99) < 2 * BENT


@pytest.mark.parametrize("azimuth", [0.0, 0.7, 2.2, -1.9, np.pi / 2])
def test_what_hides_comes_after_what_it_hides(shown, azimuth):
    _, pieces = shown
    order = pieces.farthest_first(azimuth)
    place = np.empty(len(order), int)
    place[order] = np.arange(len(order))
    towards = -np.array([np.sin(azimuth), np.cos(azimuth)])  # the eye, in x and y
    random = np.random.default_rng(0)
    for one in random.integers(0, len(order), 40):
        middle = pieces.corners[one, :, :2].mean(0)
        for step in random.uniform(0.03, 1.5, 5):
            x, y = middle + step * towards
            found = np.flatnonzero(_inside(pieces.corners[..., :2], (x, y)))
            assert (place[found] >= place[one]).all()


def _inside(corners, at):
    x, y = (corners - at).transpose(2, 0, 1)
    turns = x * np.roll(y, -1, 1) - np.roll(x, -1, 1) * y
    return (turns >= 0).all(1) & (turns > 0).any(1)
