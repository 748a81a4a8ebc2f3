"""Every kind of activation: what torch computes, and what its class says of itself, in films, files and training."""

import json
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
import torch
from torch import nn

from engine import FIVE_SPIRALS, Linear, Network, Recorder, Run, images, square_grid, steps
from engine.library import train_run
from engine.network.activations import KINDS, Activation, PositivePart
from engine.network.layers import Layer, apply, embedding, forward
from engine.network.lines import HEIGHT, TOLERANCE, kinked
from engine.network.loss import backward
from engine.network.steps import moved
from engine.recorder.twins import activation_of, twin
from engine.trainings.together import train_together

UNUSUAL: dict[str, list[dict[str, float]]] = {
    "positive_part": [{"slope": 0.01}, {"slope": 1.0}],
    "elu": [{"alpha": 0.3}, {"alpha": 2.5}],
    "softplus": [{"beta": 3.0, "threshold": 12.0}],
}
CASES: list[Any] = [
    pytest.param(kind(**numbers), id=f"{name} {numbers or ''}")
    for name, kind in KINDS.items()
    for numbers in [{}, *UNUSUAL.get(name, [])]
]
TINY = replace(FIVE_SPIRALS, parameters={"points": 12}, hidden=(5, 4), scale=1.0, warm_up=0, epochs=3)


def plane(activation: Activation, depth: int = 3, width: int = 2, seed: int = 3) -> Network:
    random = np.random.default_rng(seed)
    widths, layers = [2, *[width] * (depth - 1), 2], []
    for inputs, outputs in zip(widths, widths[1:]):
        weight = random.standard_normal((outputs, inputs)) * 1.6 / inputs**0.5
        layers += [Linear(weight, 0.4 * random.standard_normal(outputs)), activation]
    return (*layers, Linear(random.standard_normal((3, 2)), np.zeros(3)))


def test_the_kinds_are_those_of_the_union_and_each_has_its_own_names() -> None:
    assert get_args(Layer) == (Linear, *KINDS.values()) and set(KINDS.values()) == set(get_args(Activation))
    assert set(UNUSUAL) == {name for name, kind in KINDS.items() if kind().numbers}
    for names in ([kind.name for kind in KINDS.values()], [kind.title for kind in KINDS.values()]):
        assert len(set(names)) == len(KINDS)


@pytest.mark.parametrize("activation", CASES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_values_and_derivatives_are_torchs(activation: Activation, dtype: str) -> None:
    x = np.random.default_rng(0).standard_normal(3000) * 4
    x[:10] = [0, -0.0, 1, -1, 1e-300, -1e-300, 30, -30, 1e10, -1e10]
    x = x.astype(dtype)
    given = torch.tensor(x, requires_grad=True)
    made = twin(activation)(given)
    made.sum().backward()
    values, slopes = activation(x), activation.derivative(x)
    assert values.dtype == slopes.dtype == x.dtype and values.shape == slopes.shape == x.shape
    near = 4 * np.finfo(dtype).eps
    assert (np.abs(values - made.detach().numpy()) <= near * (1 + np.abs(x))).all()
    assert given.grad is not None
    ordinary = np.abs(x) < 1e4  # beyond, torch's own tanh form of GELU has no derivative
    np.testing.assert_allclose(slopes[ordinary], given.grad.numpy()[ordinary], rtol=0, atol=20 * near)
    assert np.isfinite(values).all() and np.isfinite(slopes).all()


@pytest.mark.parametrize("activation", CASES)
def test_a_kind_is_straight_between_its_kinks_or_says_that_it_is_curved(activation: Activation) -> None:
    x = np.linspace(-6, 6, 24_001)
    values, slopes = activation(x), activation.derivative(x)
    assert np.abs(np.diff(values)).max() < 4 * np.abs(slopes).max() * 12 / 24_000 + 1e-9  # no jump
    middle = activation.derivative((x[1:] + x[:-1]) / 2)
    assert np.quantile(np.abs(np.diff(values) / np.diff(x) - middle), 0.999) < 1e-4
    if activation.kinks is None:
        assert np.abs(np.diff(slopes)).max() > 1e-6
        return
    away = np.all([np.abs(x - kink) > 1e-3 for kink in activation.kinks], axis=0)
    piece = np.sum([x > kink for kink in activation.kinks], axis=0, dtype=int)
    slope, offset = activation.pieces()
    np.testing.assert_allclose(values[away], (slope[piece] * x + offset[piece])[away], atol=1e-12)


@pytest.mark.parametrize("activation", CASES)
def test_torchs_module_is_known_again_and_numbers_that_do_not_fit_are_not(activation: Activation) -> None:
    assert activation_of(twin(activation)) == activation
    assert activation.misfit() == ""
    for name, (low, high) in activation.ranges.items():
        for wrong in (low - 1, 2 * high + 1, float("nan"), "0"):
            words = replace(activation, **{name: wrong}).misfit()  # type: ignore[arg-type]
            assert words.startswith(f"{name} is {wrong}") and f"it must be from {low:g} to {high:g}" in words


def test_modules_that_no_kind_computes_are_not_taken_for_one() -> None:
    for module in (nn.ReLU6(), nn.Mish(), nn.LeakyReLU(2.0), nn.LeakyReLU(-0.1), nn.PReLU(), nn.Softplus(1, 1)):
        assert activation_of(module) is None


def test_two_kinds_without_numbers_look_different_to_manims_cache() -> None:
    seen = [json.dumps(vars(kind())) for kind in KINDS.values()]
    assert len(set(seen)) == len(KINDS)


@pytest.mark.parametrize("activation", CASES)
def test_gradients_through_a_network_are_autograds(activation: Activation) -> None:
    random = np.random.default_rng(1)
    x, y = random.standard_normal((40, 2)), random.integers(0, 3, 40)
    network = plane(activation, width=5)
    ours = backward(network, x, y)
    model = nn.Sequential()
    for layer in network:
        if isinstance(layer, Linear):
            module: nn.Module = nn.Linear(*layer.weight.shape[::-1], dtype=torch.float64)
            module.load_state_dict({"weight": torch.tensor(layer.weight), "bias": torch.tensor(layer.bias)})
        else:
            module = twin(layer)
        model.append(module)
    loss = nn.functional.cross_entropy(model(torch.tensor(x)), torch.tensor(y))
    loss.backward()
    assert ours.losses.mean() == pytest.approx(loss.item(), abs=1e-12)
    found = [array for layer in ours.gradients if isinstance(layer, Linear) for array in layer]
    for array, parameter in zip(found, model.parameters(), strict=True):
        assert parameter.grad is not None
        np.testing.assert_allclose(array, parameter.grad.numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", KINDS)
def test_a_recipe_trains_its_own_activation_alone_or_beside_others(name: str) -> None:
    recipe = replace(TINY, activation=name, slope=0.1)
    run = train_run(recipe)
    bends = [layer for layer in run.layers if not isinstance(layer, Linear)]
    expected = KINDS[name](**({"slope": 0.1} if name == "positive_part" else {}))
    assert bends == [expected] * 2
    first = run.at(0)
    model = nn.Sequential(*(_module(layer) for layer in first))
    optimiser = torch.optim.SGD(model.parameters(), recipe.learning_rate, 0.9, weight_decay=recipe.weight_decay)
    x, y = torch.tensor(run.data.x), torch.tensor(run.data.y)
    for epoch in range(recipe.epochs + 1):
        scores = model(x)
        np.testing.assert_allclose(forward(run.at(epoch), run.data.x), scores.detach().numpy(), atol=2e-6)
        optimiser.zero_grad()
        nn.functional.cross_entropy(scores, y).backward()
        optimiser.step()
    other = replace(recipe, hidden=(7, 3), seed=5)
    for alone, beside in zip((run, train_run(other)), train_together([recipe, other]), strict=True):
        assert all(
            (a == b).all()
            for one, two in zip(alone.layers, beside.layers)
            if isinstance(one, Linear) and isinstance(two, Linear)
            for a, b in zip(one, two)
        )


def _module(layer: Layer) -> nn.Module:
    if not isinstance(layer, Linear):
        return twin(layer)
    module = nn.Linear(*layer.weight.shape[::-1])
    module.load_state_dict({"weight": torch.tensor(layer.weight), "bias": torch.tensor(layer.bias)})
    return module


@pytest.mark.parametrize("activation", CASES)
def test_the_recorder_takes_its_weights_and_a_run_file_keeps_its_kind(activation: Activation, tmp_path: Any) -> None:
    model = nn.Sequential(nn.Linear(2, 6), twin(activation), nn.Linear(6, 2), nn.Linear(2, 3))
    x, y = torch.randn(20, 2), torch.arange(20) % 3
    path = tmp_path / "run.safetensors"
    with Recorder(path, model, x, y, embedding="2", classifier="3") as recorder:
        recorder.snapshot(0)
    run = Run.load(path)
    if activation == PositivePart(1.0):  # which does nothing, and is left out
        assert all(isinstance(layer, Linear) for layer in run.layers)
        return
    assert run.trajectories is None and run.layers[1] == activation
    again = tmp_path / "again.safetensors"
    run.save(again)
    assert Run.load(again).layers[1] == activation
    expected = model[:3](x).detach().numpy()
    np.testing.assert_allclose(embedding(run.at(0), x.numpy()), expected, atol=1e-5)


@pytest.mark.parametrize("activation", CASES)
def test_unfolding_moves_points_from_the_diagonal_to_the_graph_and_all_steps_are_the_network(
    activation: Activation,
) -> None:
    network, points = plane(activation), np.random.default_rng(2).uniform(-1, 1, (50, 2))
    moves = steps(network)
    np.testing.assert_allclose(moved(moves, points, len(moves)), embedding(network, points), atol=1e-12)
    step = next(step for step in moves if step.activation is not None)
    assert step.activation == activation and step.caption == activation.caption
    assert (step(points, 0) == points).all() and (step(points, 1) == activation(points)).all()
    np.testing.assert_allclose(step(points, 0.25), 0.75 * points + 0.25 * activation(points), atol=1e-15)


def farthest(points: np.ndarray, line: np.ndarray) -> float:
    """Largest distance of points from a polyline."""
    begin, way = line[:-1], np.diff(line, axis=0)
    away = points[:, None] - begin
    share = np.clip((away * way).sum(-1) / np.maximum((way**2).sum(1), 1e-300), 0, 1)
    return float(np.linalg.norm(away - share[..., None] * way, axis=-1).min(1).max())


@pytest.mark.parametrize("activation", [kind() for kind in KINDS.values() if kind.kinks is None], ids=repr)
@pytest.mark.parametrize("half", [None, 0.3])
def test_curved_lines_are_within_the_tolerance_in_pixels(activation: Activation, half: float | None) -> None:
    layers, segments = plane(activation, depth=3, width=8)[:-1], square_grid(1.2, 3)
    lines = images(layers, segments, half)
    within = 2 * (half or float(np.abs(lines.vertices).max())) * TOLERANCE / HEIGHT
    for number, (start, end) in enumerate(segments):
        t = np.linspace(0, 1, 601)[:, None]
        line = lines.vertices[lines.starts[number] : lines.starts[number + 1]]
        assert farthest(forward(layers, (1 - t) * start + t * end), line) <= within
    assert len(lines.vertices) < 6 * 700  # and not simply everywhere


@pytest.mark.parametrize("activation", [kind() for kind in KINDS.values() if kind.kinks is None], ids=repr)
def test_curved_lines_stay_within_the_tolerance_at_every_step_of_unfolding(activation: Activation) -> None:
    network, segments = plane(activation), square_grid(1.0, 3)
    lines = kinked(network[:-1], segments)
    t = np.linspace(0, 1, 401)[:, None]
    for number in (0, 4):
        dense = (1 - t) * segments[number, 0] + t * segments[number, 1]
        line, every = lines.vertices[lines.starts[number] : lines.starts[number + 1]], lines.vertices
        for step in steps(network):
            for share in (0.5, 1):
                within = 2 * np.abs(step(every, share)).max() * TOLERANCE / HEIGHT
                assert farthest(step(dense, share), step(line, share)) <= 1.5 * within
            dense, line, every = step(dense, 1), step(line, 1), step(every, 1)


def test_lines_through_a_linear_layer_and_a_curved_one_have_their_true_ends() -> None:
    for kind in KINDS.values():
        layers = plane(kind())[:-1]
        segments = square_grid(1.0, 2)
        lines = images(layers, segments)
        ends = np.stack([lines.vertices[lines.starts[:-1]], lines.vertices[lines.starts[1:] - 1]], 1)
        np.testing.assert_allclose(ends.reshape(-1, 2), forward(layers, segments.reshape(-1, 2)), atol=1e-12)
        assert apply(layers[1], segments.reshape(-1, 2)).shape == (8, 2)
