import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from engine import record
from engine.errors import UnspiralError
from engine.films.pulling import FAR, NEAR, mistakes_of_all, pulling
from engine.network.layers import Linear
from engine.recipes.named import half_learned

POINT = 995


HOLD, RATE, MOMENTUM = 10.0, 0.001, 0.9


@pytest.fixture(scope="module")
def films():
    runs = [record(half_learned(width)) for width in (10, 100)]
    return [pulling(run.at(run.epochs[-1]), run.data, POINT) for run in runs]


@pytest.fixture(scope="module")
def held(films):
    return [pulling(film.networks[0], film.data, POINT, RATE, most=300, hold=HOLD, momentum=MOMENTUM) for film in films]


def _torch_model(network):
    model = torch.nn.Sequential()
    for layer in network:
        if isinstance(layer, Linear):
            linear = torch.nn.Linear(*layer.weight.shape[::-1], dtype=torch.float64)
            with torch.no_grad():
                linear.weight.copy_(torch.tensor(layer.weight))
                linear.bias.copy_(torch.tensor(layer.bias))
            model.append(linear)
        else:
            model.append(torch.nn.ReLU())
    return model


def test_every_number_on_screen_is_torchs_at_ten_playheads(films, held):
    for film in films + held:
        x, y = torch.tensor(film.data.x), torch.tensor(film.data.y)
        distance = (x - x[POINT]).norm(dim=1)
        before = _torch_model(film.networks[0])
        with torch.no_grad():
            e_before, right = before[:-1](x), before(x).argmax(1) == y
        for playhead in np.linspace(0, 1, 10):
            frame = film(playhead)
            model = _torch_model(film.at(playhead)[1])
            e = model[:-1](x)
            e.retain_grad()
            scores = model[-1](e)
            loss = cross_entropy(scores[POINT : POINT + 1], y[POINT : POINT + 1])
            loss.backward()
            assert f"{frame.loss:.3f}" == f"{loss.item():.3f}"
            np.testing.assert_allclose(frame.slope, e.grad[POINT].numpy(), atol=1e-9)
            went = (e - e_before).norm(dim=1).detach()
            if playhead:
                near, far = went[(distance < NEAR) & (distance > 0)].mean(), went[distance > FAR].mean()
                assert f"{frame.near:.2f}" == f"{near / went[POINT]:.2f}"
                assert f"{frame.far:.2f}" == f"{far / went[POINT]:.2f}"
            broken = (right & (scores.argmax(1) != y)).sum() / right.sum()
            assert f"{100 * frame.broken:.1f}" == f"{100 * broken.item():.1f}"


def test_steps_are_those_of_torchs_gradient_descent_with_the_classifier_fixed(films):
    for film in films:
        model = _torch_model(film.networks[0])
        x, y = torch.tensor(film.data.x[POINT : POINT + 1]), torch.tensor(film.data.y[POINT : POINT + 1])
        optimiser = torch.optim.SGD(model[:-1].parameters(), lr=0.0005)
        for step in range(25):
            np.testing.assert_allclose(film.trail[step], model[:-1](x)[0].detach().numpy(), atol=1e-9)
            optimiser.zero_grad()
            cross_entropy(model(x), y).backward()
            optimiser.step()


def test_held_steps_are_those_of_torchs_momentum_on_its_loss_and_what_the_others_have_moved(held):
    others = torch.arange(len(held[0].data.y)) != POINT
    for film in held:
        model = _torch_model(film.networks[0])
        x, y = torch.tensor(film.data.x), torch.tensor(film.data.y[POINT : POINT + 1])
        before = model[:-1](x).detach()
        optimiser = torch.optim.SGD(model[:-1].parameters(), lr=RATE, momentum=MOMENTUM)
        for step in range(15):
            e = model[:-1](x)
            np.testing.assert_allclose(film.trail[step], e[POINT].detach().numpy(), atol=1e-9)
            optimiser.zero_grad()
            stray = ((e - before)[others] ** 2).sum() / len(x)
            (cross_entropy(model[-1](e[POINT : POINT + 1]), y) + HOLD * stray).backward()
            optimiser.step()


def test_asked_to_stay_the_rest_does_where_features_are_many_and_not_where_they_are_few(held):
    narrow, wide = (film(1) for film in held)
    assert wide.far < 0.5 * narrow.far
    assert wide.loss < 0.5 * narrow.loss
    assert wide.broken < 0.01 < narrow.broken


def test_the_point_reaches_its_region_and_less_follows_where_features_are_many(films):
    narrow, wide = (film(1) for film in films)
    for film, frame in zip(films, (narrow, wide)):
        assert film(0).wrong[POINT] and not frame.wrong[POINT]
        assert frame.loss < 0.05
    assert wide.far < 0.75 * narrow.far
    assert wide.broken < 0.3 * narrow.broken


def test_a_point_that_is_right_already_is_refused(films):
    film = films[1]
    with pytest.raises(UnspiralError, match="already"):
        pulling(film.networks[-1], film.data, POINT, until=0.1)
    assert POINT in mistakes_of_all(tuple(f.networks[0] for f in films), film.data)
