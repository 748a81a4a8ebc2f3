import numpy as np
import pytest
import torch
from scipy.ndimage import distance_transform_edt
from torch.nn.functional import cross_entropy

from engine.errors import UnspiralError
from engine.films.energy import energy, over_plane
from engine.films.softargmax import softening
from engine.library import record
from engine.network.layers import Linear
from engine.network.regions import answers
from engine.network.solid import boundaries
from engine.recipes.data import blobs
from engine.recipes.recipe import Recipe


def _in_torch(network, x):
    value = torch.tensor(np.asarray(x), dtype=torch.float64)
    for layer in network:
        if isinstance(layer, Linear):
            value = torch.nn.functional.linear(
                value, torch.tensor(layer.weight.astype(float)), torch.tensor(layer.bias.astype(float))
            )
        else:
            value = torch.relu(value)
    return value


def test_loss_accuracy_and_energies_are_torchs_at_ten_playheads(five_spirals):
    film, y = energy(five_spirals), torch.tensor(five_spirals.data.y)
    for playhead in np.linspace(0, 2000, 10):
        frame, network = film(playhead), five_spirals.at(playhead)
        scores = _in_torch(network, five_spirals.data.x)
        assert f"{frame.readings['loss']:.3f}" == f"{cross_entropy(scores, y).item():.3f}"
        right = (scores.argmax(1) == y).float().mean().item()
        assert f"{100 * frame.readings['accuracy']:.1f}" == f"{100 * right:.1f}"
        rows, columns = np.array([3, 60, 118]), np.array([110, 7, 64])
        at = np.stack([frame.ticks[columns], frame.ticks[rows]], 1)
        np.testing.assert_allclose(frame.scores[rows, columns], _in_torch(network, at).numpy(), atol=2e-4)


@pytest.fixture(scope="module")
def eight_units():
    data = {"classes": 3, "points": 100}
    return record(Recipe(parameters=data, hidden=(8,), optimiser="adam", learning_rate=0.02, epochs=300))


@pytest.mark.parametrize(("which", "epoch"), [("five_spirals", 150), ("five_spirals", 2000), ("eight_units", 300)])
def test_regions_and_their_edges_are_torchs_but_for_the_next_pixel(which, epoch, request):
    run = request.getfixturevalue(which)
    frame = energy(run)(epoch)
    drawn = answers(frame.scores, 9, finer=frame.finer)
    half = frame.view.half
    centres = ((np.arange(1080) + 0.5) / 1080 * 2 - 1) * half
    whole = np.stack(np.meshgrid(centres, centres), -1).reshape(-1, 2)
    expected = _in_torch(run.at(epoch), whole).argmax(1).numpy().reshape(1080, 1080)
    for k in range(frame.scores.shape[-1]):  # neither is there too much of a region, nor is a thin part of it left out
        for one, other in ((drawn, expected), (expected, drawn)):
            assert distance_transform_edt(other != k)[one == k].max(initial=0) <= 1.5
    assert (drawn != expected).mean() < 1e-4
    edge = np.zeros_like(expected, bool)
    edge[:-1] |= expected[:-1] != expected[1:]
    edge[:, :-1] |= expected[:, :-1] != expected[:, 1:]
    ends = boundaries(frame.scores, frame.ticks, frame.ticks, frame.finer).reshape(-1, 2)
    column, row = np.clip((ends / half + 1) * 540, 0, 1079).astype(int).T
    assert np.quantile(distance_transform_edt(~edge)[row, column], 0.999) <= 1.5  # where three meet, two pixels


def test_on_a_boundary_the_two_best_scores_are_equal(five_spirals):
    frame = energy(five_spirals)(600)
    middles = boundaries(frame.scores, frame.ticks, frame.ticks).mean(1)
    scores = np.sort(_in_torch(five_spirals.at(600), middles).numpy(), axis=1)
    cell = np.diff(frame.ticks)[0]
    off = np.abs(scores[:, -1] - scores[:, -2]) / (np.abs(np.diff(frame.scores, axis=0)).max() / cell)
    assert np.quantile(off, 0.99) < cell / 10
    assert off.max() < cell / 2  # where three regions meet


def test_surfaces_are_torchs_softargmax_at_ten_playheads(five_spirals):
    film = softening(five_spirals).vary("epoch", 0, 2000)
    plane = np.stack(np.meshgrid(film.ticks[::8], film.ticks[::8]), -1).reshape(-1, 2)
    for playhead in np.linspace(0, 2000, 10):
        expected = torch.softmax(_in_torch(five_spirals.at(playhead), plane), 1).numpy()
        np.testing.assert_allclose(film(playhead).heights[::8, ::8].reshape(-1, 5), expected, atol=1e-4)


def test_turning_ends_aside_and_what_does_not_exist_is_refused(five_spirals):
    film = softening(five_spirals)
    assert film.vary("turned", 0, 1)(0).elevation == pytest.approx(np.pi / 2)
    assert film.vary("turned", 0, 1)(1).elevation < np.pi / 4
    with pytest.raises(UnspiralError, match="azimuth"):
        film.vary("azimut", 0, 1)
    deep = record(Recipe(blobs(0, points=4, dimensions=3), embedding=None, epochs=1, upright=None))
    for made in (energy, softening):
        with pytest.raises(UnspiralError, match="3 dimensions"):
            made(deep)
    assert over_plane(five_spirals.at(0), np.linspace(-1, 1, 3)).shape == (3, 3, 5)
