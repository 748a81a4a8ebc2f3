import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from engine.network.activations import KINDS
from engine.network.layers import Linear, PositivePart, Tanh, logits
from engine.network.loss import backward, judged, losses, softmax, stepped
from engine.recorder.twins import twin


def _network(seed, activation, widths=(2, 7, 3, 5)):
    random = np.random.default_rng(seed)
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [Linear(random.standard_normal((outputs, inputs)), random.standard_normal(outputs)), activation]
    return tuple(layers[:-1])


def _in_torch(network, x, y):
    """Values, loss and gradients by autograd."""
    parameters, values = [], [torch.tensor(x, requires_grad=True)]
    for layer in network:
        if isinstance(layer, Linear):
            pair = torch.tensor(layer.weight, requires_grad=True), torch.tensor(layer.bias, requires_grad=True)
            parameters.append(pair)
            values.append(values[-1] @ pair[0].T + pair[1])
        else:
            values.append(twin(layer)(values[-1]))
        values[-1].retain_grad()
    loss = cross_entropy(values[-1], torch.tensor(y))
    loss.backward()
    return values, loss.item(), parameters


@pytest.mark.parametrize("activation", [PositivePart(0.01), *(kind() for kind in KINDS.values())], ids=str)
def test_every_value_signal_and_gradient_is_torchs(activation):
    random = np.random.default_rng(1)
    x, y = random.standard_normal((40, 2)), random.integers(0, 5, 40)
    network = _network(2, activation)
    ours = backward(network, x, y)
    values, loss, parameters = _in_torch(network, x, y)
    assert ours.losses.mean() == pytest.approx(loss, abs=1e-12)
    for value, signal, theirs in zip(ours.values, ours.signals, values, strict=True):
        np.testing.assert_allclose(value, theirs.detach().numpy(), atol=1e-12)
        np.testing.assert_allclose(signal, theirs.grad.numpy(), atol=1e-12)
    linear = [layer for layer in ours.gradients if isinstance(layer, Linear)]
    for layer, (weight, bias) in zip(linear, parameters, strict=True):
        np.testing.assert_allclose(layer.weight, weight.grad.numpy(), atol=1e-12)
        np.testing.assert_allclose(layer.bias, bias.grad.numpy(), atol=1e-12)


def test_a_small_step_against_the_gradient_lowers_the_loss_as_the_gradient_says():
    random = np.random.default_rng(3)
    x, y, rate = random.standard_normal((30, 2)), random.integers(0, 5, 30), 1e-6
    network = _network(4, Tanh())
    before = backward(network, x, y)
    slope = sum((g.weight**2).sum() + (g.bias**2).sum() for g in before.gradients if isinstance(g, Linear))
    after = losses(logits(stepped(network, before.gradients, rate), x), y).mean()
    assert before.losses.mean() - after == pytest.approx(rate * slope, rel=1e-3)


def test_softmax_is_log_sum_exp_and_at_a_low_temperature_the_maximum():
    scores = 300 * np.random.default_rng(5).standard_normal((9, 4))
    np.testing.assert_allclose(softmax(scores), torch.logsumexp(torch.tensor(scores), 1).numpy())
    np.testing.assert_allclose(softmax(scores, 1e-3), scores.max(1), atol=2e-3)


def test_mistakes_losses_and_ties_are_torchs():
    random = np.random.default_rng(3)
    for scores in (random.standard_normal((500, 6)), random.integers(0, 3, (500, 6)).astype(np.float32)):
        y = random.integers(0, 6, 500)
        found, s = judged(scores, y), torch.tensor(scores)
        assert (found.wrong == (s.argmax(1).numpy() != y)).all() and found.accuracy == np.mean(s.argmax(1).numpy() == y)
        np.testing.assert_allclose(found.losses, cross_entropy(s, torch.tensor(y), reduction="none"), rtol=2e-6)
        assert found.loss == pytest.approx(cross_entropy(s.double(), torch.tensor(y)).item(), rel=1e-6)
        assert found.tied == ((s == s.amax(1, keepdim=True)).sum(1) > 1).sum().item()
