import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from engine.errors import UnspiralError
from engine.films.descent import METHODS, descent, two_clouds
from engine.recipes.data import spirals

DATA = two_clouds()
X, Y = torch.tensor(DATA.x), torch.tensor(DATA.y)


@pytest.fixture(scope="module")
def film():
    return descent(DATA)


def _loss(weights, members=slice(None), reduction="mean"):
    """The cross-entropy by torch: class vectors w and −w."""
    return cross_entropy(X[members] @ torch.stack([weights, -weights]).T, Y[members], reduction=reduction)


@pytest.mark.parametrize("method", METHODS)
def test_every_path_is_that_of_torchs_sgd(film, method):
    weights = torch.tensor([1.5, -1.0], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.SGD([weights], lr=film.rate)
    batch = METHODS[method] or len(Y)
    order = np.random.default_rng(0)
    seen = np.concatenate([order.permutation(len(Y)) for _ in range(15)])
    for step, place in enumerate(film.paths[method][:-1]):
        np.testing.assert_allclose(place, weights.detach().numpy(), atol=1e-9)
        optimiser.zero_grad()
        _loss(weights, torch.tensor(seen[step * batch : (step + 1) * batch])).backward()
        optimiser.step()


def test_losses_and_arrows_are_torchs_at_ten_playheads(film):
    made = film.vary("samples", 0, 900, methods=tuple(METHODS))
    for playhead in np.linspace(0, 900, 10):
        frame = made(playhead)
        for track, loss, method, steps in zip(frame.tracks, frame.losses, METHODS, frame.steps, strict=True):
            assert f"{loss:.3f}" == f"{_loss(torch.tensor(track[-1])).item():.3f}"
            assert steps == playhead // (METHODS[method] or len(Y))
        weights = torch.tensor(frame.tracks[0][-1], requires_grad=True)
        _loss(weights).backward()
        np.testing.assert_allclose(frame.arrows.mean(0), -weights.grad.numpy(), atol=1e-9)


def test_all_methods_see_the_same_number_of_samples_and_come_down(film):
    for method, batch in METHODS.items():
        assert (len(film.paths[method]) - 1) * (batch or len(Y)) == 900
        start, end = (film.vary("samples", 0, 900, methods=(method,))(p).losses[0] for p in (0, 900))
        assert end < 0.15 * start


def test_the_ghost_is_the_sample_that_stochastic_descent_sees_next(film):
    made = film.vary("samples", 0, 20, methods=("stochastic",), follow=True)
    for step in range(10):
        before, after = made(step).tracks[0][-1], made(step + 1).tracks[0][-1]
        sample = made(step + 0.5).sample.x[0]
        turned = (after - before)[0] * sample[1] - (after - before)[1] * sample[0]
        assert abs(turned) < 1e-9  # a sample's gradient lies along it


def test_what_does_not_exist_is_refused(film):
    with pytest.raises(UnspiralError, match="stochastic"):
        film.vary("samples", 0, 1, methods=("stochastics",))
    with pytest.raises(UnspiralError, match="has seen fewer"):
        film.vary("samples", 0, 5000, methods=("stochastic",))(5000)
    with pytest.raises(UnspiralError, match="two classes"):
        descent(spirals(0, points=3))
