import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import engine
from engine.errors import UnspiralError
from engine.network.activations import KINDS
from engine.network.layers import Linear, PositivePart, apply, embedding
from engine.network.lines import images, kinked, square_grid
from engine.network.steps import Step, moved, steps

FORMS = ("lecture", "reduced")
HEAD = Linear(np.zeros((3, 2)), np.zeros(3))
POINTS = np.random.default_rng(1).uniform(-1, 1, (12, 2))


def _matrices(count, seed=0):
    """Random, singular, diagonal, orthogonal, whole-number and badly scaled 2 × 2 matrices, a sixth of each."""
    random = np.random.default_rng(seed)
    for k in range(count):
        weight = random.standard_normal((2, 2))
        match k % 6:
            case 1:
                weight = np.outer(weight[0], weight[1])
            case 2:
                weight = np.diag(weight[0])
            case 3:
                weight = np.linalg.qr(weight)[0]
            case 4:
                weight = np.round(weight)
            case 5:
                weight *= 10 ** random.uniform(-3, 0.5)
        yield weight


def _deep(random, layers=4, slope=0.01):
    """A network in the plane whose linear layers are of any kind."""
    found = []
    for weight in _matrices(layers, int(random.integers(1_000_000))):
        found += [Linear(1.5 * weight, random.uniform(-0.5, 0.5, 2)), PositivePart(slope)]
    return (*found[:-1], HEAD)


MATRICES = arrays(np.float64, (2, 2), elements=st.floats(-8, 8, allow_subnormal=False).map(lambda v: round(v, 6)))
SHARES = st.floats(0, 1)


def test_composed_steps_are_the_layer_for_10_000_matrices_of_every_kind():
    random = np.random.default_rng(2)
    worst = 0.0
    for weight in _matrices(10_000):
        layer = Linear(weight, random.standard_normal(2))
        expected = apply(layer, POINTS)
        for form in FORMS:
            moves = steps((layer, HEAD), form)
            worst = max(worst, np.abs(moved(moves, POINTS, len(moves)) - expected).max())
    assert worst < 1e-12


@given(MATRICES)
def test_composed_steps_are_the_layer_for_matrices_made_to_break_them(weight):
    layer = Linear(weight, np.zeros(2))
    for form in FORMS:
        moves = steps((layer, HEAD), form)
        np.testing.assert_allclose(moved(moves, POINTS, len(moves)), apply(layer, POINTS), rtol=0, atol=1e-12)


@given(MATRICES)
def test_reduced_steps_reflect_at_most_once_and_the_lecture_as_often_as_the_determinant_allows(weight):
    layer = Linear(weight, np.zeros(2))
    count = {form: [s.name for s in steps((layer, HEAD), form)].count("reflect") for form in FORMS}
    singular = np.linalg.svd(weight, compute_uv=False)
    if singular[1] > 1e-9 * singular[0]:
        negative = np.linalg.det(weight) < 0
        assert count == {"reduced": int(negative), "lecture": 1 if negative else 2}


@given(MATRICES)
def test_no_step_turns_more_than_half_way_round_and_a_layer_less_than_once(weight):
    for form in FORMS:
        angles = [abs(s.numbers[0]) for s in steps((Linear(weight, np.zeros(2)), HEAD), form) if s.name == "rotate"]
        assert len(angles) == 2
        assert max(angles) <= math.pi
        assert sum(angles) <= math.pi + 1e-9


@given(st.floats(-math.pi, math.pi), st.floats(0.1, 5))
def test_a_plain_rotation_is_one_turn_through_its_own_angle(angle, size):
    cos, sin = math.cos(angle), math.sin(angle)
    moves = steps((Linear(size * np.array([[cos, -sin], [sin, cos]]), np.zeros(2)), HEAD))
    angles = sorted((s.numbers[0] for s in moves if s.name == "rotate"), key=abs)
    assert angles[0] == pytest.approx(0, abs=1e-12)
    assert math.remainder(angles[1] - angle, 2 * math.pi) == pytest.approx(0, abs=1e-9)


STEPS = [
    Step("rotate", 0, (2.5,)),
    Step("reflect", 0, (0,)),
    Step("reflect", 0, (1,)),
    Step("scale", 0, (3.0, 0.2)),
    Step("scale", 0, (3.0, 0.0)),
    Step("scale", 0, (0.0, 0.0)),
    Step("shift", 0, (0.3, -2.0)),
    Step("positive part", 1, (0.01,)),
    Step("positive part", 1, (0.0,)),
    *(Step(kind.title, 1, tuple(kind().numbers.values())) for kind in KINDS.values()),
]


@pytest.mark.parametrize("step", STEPS, ids=lambda s: s.caption)
def test_a_step_starts_exactly_at_x_and_moves_without_a_jump(step):
    assert (step(POINTS, 0) == POINTS).all()
    path = np.stack([step(POINTS, t) for t in np.linspace(0, 1, 401)])
    assert np.abs(np.diff(path, axis=0)).max() < 0.03
    np.testing.assert_allclose(step(POINTS, 1e-12), POINTS, atol=1e-10)
    np.testing.assert_allclose(step(POINTS, 1 - 1e-12), step(POINTS, 1), atol=1e-10)


@given(st.floats(-math.pi, math.pi), SHARES)
def test_along_a_rotation_lengths_stay_the_same(angle, t):
    turned = Step("rotate", 0, (angle,))(POINTS, t)
    np.testing.assert_allclose(np.linalg.norm(turned, axis=1), np.linalg.norm(POINTS, axis=1), rtol=0, atol=1e-12)


@given(st.floats(0.01, 10), st.floats(0.01, 10), SHARES)
def test_along_a_scale_the_axes_keep_their_directions_and_grow_by_equal_factors_in_equal_times(a, b, t):
    step = Step("scale", 0, (a, b))
    scaled = step(np.eye(2), t)
    assert scaled[0, 1] == 0 == scaled[1, 0]
    np.testing.assert_allclose(np.diag(step(step(np.eye(2), t), 1 - t)), [a, b], rtol=1e-12)


def test_along_a_reflection_exactly_one_axis_passes_through_zero():
    for axis in (0, 1):
        path = np.stack([Step("reflect", 0, (axis,))(np.eye(2), t) for t in np.linspace(0, 1, 101)])
        own, other = path[:, axis, axis], path[:, 1 - axis, 1 - axis]
        assert own[0] == 1 and own[-1] == -1 and (np.diff(own) < 0).all()
        assert (other == 1).all()
        assert own[50] == pytest.approx(0, abs=1e-15)


def test_along_a_positive_part_only_what_is_negative_moves_and_only_along_its_axis():
    folded = Step("positive part", 0, (0.01,))(POINTS, 0.5)
    assert (folded[POINTS >= 0] == POINTS[POINTS >= 0]).all()
    np.testing.assert_allclose(folded[POINTS < 0], 0.505 * POINTS[POINTS < 0])


@pytest.mark.parametrize("form", FORMS)
def test_consecutive_steps_meet_without_a_jump(form):
    moves = steps(_deep(np.random.default_rng(3)), form)
    for k in range(1, len(moves) + 1):
        at = moved(moves, POINTS, k)
        np.testing.assert_allclose(moved(moves, POINTS, k - 1e-9), at, atol=1e-6)
        np.testing.assert_allclose(moved(moves, POINTS, min(k + 1e-9, len(moves))), at, atol=1e-6)


@pytest.mark.parametrize("activation", [PositivePart(0.01), PositivePart(0.3), *(kind() for kind in KINDS.values())])
def test_all_steps_are_the_network_s_embedding(activation):
    network = tuple(activation if isinstance(v, PositivePart) else v for v in _deep(np.random.default_rng(4)))
    for form in FORMS:
        moves = steps(network, form)
        np.testing.assert_allclose(moved(moves, POINTS, len(moves)), embedding(network, POINTS), rtol=0, atol=1e-12)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from([0.0, 0.01, 0.5]), st.sampled_from(FORMS))
def test_the_grid_s_polylines_equal_dense_sampling_at_every_step_and_in_between(seed, slope, form):
    random = np.random.default_rng(seed)
    network = _deep(random, slope=slope)
    segments = square_grid(1.2, 3)
    lines = kinked(network[:-1], segments)
    moves = steps(network, form)
    dense = np.linspace(0, 1, 20_001)
    for number, (begin, end) in enumerate(segments):
        vertices = lines.vertices[lines.starts[number] : lines.starts[number + 1]]
        sampled = (1 - dense)[:, None] * begin + dense[:, None] * end
        t = np.linalg.norm(vertices - begin, axis=1) / np.linalg.norm(end - begin)
        for step in moves:
            for share in (0.37, 1):
                polyline, expected = step(vertices, share), step(sampled, share)
                for axis in (0, 1):
                    on_polyline = np.interp(dense, t, polyline[:, axis])
                    assert np.abs(on_polyline - expected[:, axis]).max() < 1e-9
            vertices, sampled = step(vertices, 1), step(sampled, 1)


def test_kinked_lines_moved_through_the_whole_network_are_its_images():
    network = _deep(np.random.default_rng(5))
    lines, whole = kinked(network[:-1], square_grid()), images(network[:-1], square_grid())
    assert (lines.starts == whole.starts).all()
    np.testing.assert_allclose(embedding(network, lines.vertices), whole.vertices, atol=1e-12)


def test_a_network_that_cannot_be_unfolded_is_told_which_layer_and_what_to_use():
    wide = (Linear(np.zeros((100, 2)), np.zeros(100)), PositivePart(), Linear(np.zeros((2, 100)), np.zeros(2)), HEAD)
    with pytest.raises(UnspiralError, match=re.escape("layer 0 is 100 × 2; unfolding needs 2 × 2 layers: use")):
        steps(wide)
    with pytest.raises(UnspiralError, match="lectures"):
        steps((HEAD,), "lectures")


def test_captions_say_the_numbers():
    expected = [
        "rotate by 143°",
        "reflect: left ↔ right",
        "reflect: up ↔ down",
        "scale by 3.00 and 0.20",
        "shift by (0.30, −2.00)",
        "positive part, slope 0.01 below 0",
        "positive part",
        "tanh",
    ]
    captions = [step.caption for step in STEPS]
    assert all(caption in captions for caption in expected)


def test_the_engine_s_steps_are_the_function_not_the_module_of_that_name():
    assert engine.steps is steps
