import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from engine import FIVE_SPIRALS, NOTEBOOK, Recipe
from engine.errors import UnspiralError
from engine.films.network import assembling, circuit, flowing
from engine.numbers import decimal
from engine.trainings.model import build, to_network


def _in_torch(recipe, network, x, label):
    """The network's columns, loss and gradients of one point by autograd."""
    model = build(recipe).double()
    with torch.no_grad():
        for parameter, value in zip(
            model.parameters(), (v for layer in network for v in layer if isinstance(v, np.ndarray)), strict=True
        ):
            parameter.copy_(torch.tensor(value))
    columns = [torch.tensor(x, requires_grad=True)]
    value = columns[0][None]
    modules = list(model)
    for number, module in enumerate(modules):
        value = module(value)
        if number + 1 == len(modules) or isinstance(modules[number + 1], torch.nn.Linear):
            value.retain_grad()
            columns.append(value)
    loss = cross_entropy(value, torch.tensor([label]))
    loss.backward()
    return model, columns, loss.item()


@pytest.mark.parametrize("recipe", [FIVE_SPIRALS, Recipe(hidden=(5, 4), activation="tanh", embedding=None)], ids=str)
def test_values_gradients_and_losses_are_torchs_at_ten_playheads(recipe):
    network = to_network(build(recipe))
    x, label = np.array([0.4, -0.7]), 3
    film = flowing(network, x, label, rate=0.02)
    for playhead in np.linspace(film.first, film.last, 10):
        frame = film(playhead)
        moved, _, _ = _in_torch(recipe, film.network, x, label)
        optimiser = torch.optim.SGD(moved.parameters(), lr=0.02 * frame.stepped)
        optimiser.step()
        _, columns, loss = _in_torch(recipe, to_network(moved), x, label)
        assert f"{frame.loss:.3f}" == f"{loss:.3f}"
        for values, signals, column in zip(frame.values, frame.signals, columns, strict=True):
            assert [*map(decimal, values)] == [*map(decimal, column.flatten().tolist())]
            np.testing.assert_allclose(signals, np.ravel(column.grad), atol=1e-9)
        softened = torch.softmax(columns[-1], 1).flatten().tolist()
        assert [*map(decimal, frame.probabilities)] == [*map(decimal, softened)]


def test_columns_are_named_and_counted_as_in_the_lecture():
    assert circuit(FIVE_SPIRALS).widths == (2, 100, 2, 5)
    assert [m.name for m in circuit(NOTEBOOK).modules] == ["linear", "(·)⁺", "linear", "W"]
    frame = flowing(to_network(build(FIVE_SPIRALS)), [0.1, 0.2], 0)(0)
    assert frame.names == ("x", "f", "e", "s")
    deep = flowing(to_network(build(Recipe(hidden=(3, 4)))), [0.1, 0.2], 0)(0)
    assert deep.names == ("x", "f₁", "f₂", "e", "s")


def test_the_gradient_sets_out_when_the_loss_is_there_and_the_step_when_it_is_back():
    film = flowing(to_network(build(FIVE_SPIRALS)), [0.1, 0.2], 0)
    assert film(film.turn).forward == film.turn and film(film.turn).backward == 0
    assert film(2 * film.turn).backward == film.turn and film(2 * film.turn).stepped == 0
    assert film(film.last).loss < film(film.first).loss == film(film.last).first_loss


def test_what_does_not_exist_is_refused():
    with pytest.raises(UnspiralError, match="collapsed"):
        assembling(FIVE_SPIRALS).vary("colapsed", 0, 1)
    with pytest.raises(UnspiralError, match="takes 2 numbers"):
        flowing(to_network(build(FIVE_SPIRALS)), [1.0, 2.0, 3.0], 0)
