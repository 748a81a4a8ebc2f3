"""The pieces are all there are, and on each the network is one affine map."""

import numpy as np
import pytest

from engine import Labelled, Linear, PositivePart, Tanh, UnspiralError, embedding, logits
from engine.films.folds import carrying, folding, zooming
from engine.network.pieces import TONES, answered, folded, pieces

CORNERS = ((-1.0, -1.0), (1.0, 1.0))


def random_network(seed, widths=None):
    random = np.random.default_rng(seed)
    widths = widths or [(2, 7, 2), (2, 4, 4, 2), (2, 3, 3, 3, 2)][seed % 3]
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [Linear(random.normal(size=(outputs, inputs)), 0.5 * random.normal(size=outputs))]
        layers += [PositivePart([0.0, 0.1][seed % 2])]
    return (*layers[:-1], Linear(random.normal(size=(3, 2)), random.normal(size=3)))


def patterns(network, x):
    """Which units are above 0 at points x, by running the network."""
    above = []
    for layer in network[:-1]:
        if isinstance(layer, PositivePart):
            above.append(x > 0)
            x = np.where(x > 0, x, layer.slope * x)
        else:
            x = x @ layer.weight.T + layer.bias
    return np.concatenate(above, 1)


def areas(outlines):
    polygons = np.split(outlines.vertices, outlines.starts[1:-1])
    return np.array([p[:, 0] @ np.roll(p[:, 1], -1) - p[:, 1] @ np.roll(p[:, 0], -1) for p in polygons]) / 2


def inside(polygon, x, slack=1e-9):
    """Which points lie in a convex polygon, anti-clockwise."""
    edge = np.roll(polygon, -1, axis=0) - polygon
    way = x[:, None] - polygon
    return (edge[:, 0] * way[..., 1] - edge[:, 1] * way[..., 0] >= -slack).all(1)


@pytest.mark.parametrize("seed", range(10))
def test_pieces_are_those_that_dense_sampling_finds_and_hold_the_points_they_claim(seed):
    network = random_network(seed)
    found = pieces(network[:-1], CORNERS)
    side = np.linspace(-1, 1, 300)
    x = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
    random = np.random.default_rng(seed)
    for polygon in np.split(found.outlines.vertices, found.outlines.starts[1:-1]):
        if np.ptp(polygon, axis=0).min() < 0.05:  # slivers fall through the grid
            weights = random.dirichlet(np.ones(len(polygon)), 50)
            x = np.concatenate([x, weights @ polygon])
    sampled, which = np.unique(patterns(network, x), axis=0, return_inverse=True)
    assert found.total == len(sampled)
    claimed = {tuple(pattern): k for k, pattern in enumerate(found.patterns.tolist())}
    assert len(claimed) == found.total
    for number, pattern in enumerate(sampled.tolist()):
        k = claimed[tuple(pattern)]
        polygon = found.outlines.vertices[found.outlines.starts[k] : found.outlines.starts[k + 1]]
        assert inside(polygon, x[which == number]).all()


@pytest.mark.parametrize("seed", range(3))
def test_pieces_cover_the_rectangle_once_and_the_network_is_affine_on_each(seed):
    network = random_network(seed)
    found = pieces(network[:-1], CORNERS)
    assert areas(found.outlines).min() > 0
    assert areas(found.outlines).sum() == pytest.approx(4, abs=1e-9)
    random = np.random.default_rng(seed)
    for polygon in np.split(found.outlines.vertices, found.outlines.starts[1:-1]):
        weights = random.dirichlet(np.ones(len(polygon)), 5)
        mixed = weights @ embedding(network, polygon)
        np.testing.assert_allclose(embedding(network, weights @ polygon), mixed, atol=1e-9)


def lengths(ends):
    return np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)


@pytest.mark.parametrize("seed", range(10))
def test_seams_are_where_two_pieces_meet_each_once(seed):
    network = random_network(seed)
    found = pieces(network[:-1], CORNERS)
    polygons = np.split(found.outlines.vertices, found.outlines.starts[1:-1])
    edges = np.concatenate([np.stack([p, np.roll(p, -1, axis=0)], 1) for p in polygons])
    assert 2 * lengths(found.seams).sum() + 8 == pytest.approx(lengths(edges).sum(), abs=1e-6)
    if len(network) == 3:  # one layer: a fold is one straight line, however many pieces lie along it
        assert len(found.seams) <= len(network[0].bias)


@pytest.mark.parametrize("seed", range(3))
def test_answers_are_the_networks_argmax(seed):
    network = random_network(seed)
    found = pieces(network[:-1], CORNERS)
    outlines, answers, owners, borders = answered(network, found)
    assert areas(outlines).sum() == pytest.approx(4, abs=1e-9)
    middles = np.add.reduceat(outlines.vertices, outlines.starts[:-1]) / np.diff(outlines.starts)[:, None]
    assert (logits(network, middles).argmax(1) == answers).all()
    top = np.sort(logits(network, borders.reshape(-1, 2)), axis=1)
    np.testing.assert_allclose(top[:, -1], top[:, -2], atol=1e-9)  # where answers meet, they are equally good
    assert (patterns(network, middles) == found.patterns[owners]).all()


def test_every_fold_adds_pieces_or_misses_the_rectangle():
    network = random_network(0, (2, 30, 2))
    counts = [stage.total for stage in folded(network[:-1], CORNERS)]
    assert counts[0] == 1 and len(counts) == 31
    assert (np.diff(counts) >= 0).all()
    assert counts[-1] <= 1 + 30 + 30 * 29 // 2
    assert all((stage.tones < TONES).all() for stage in folded(network[:-1], CORNERS))


def test_a_unit_that_is_always_on_or_off_folds_nothing():
    layers = (Linear(np.zeros((2, 2)), np.array([1.0, -1.0])), PositivePart(), Linear(np.eye(2), np.zeros(2)))
    assert pieces(layers, CORNERS).total == 1


def test_carried_pieces_begin_in_the_input_and_end_in_the_embedding():
    network = random_network(1)
    data = Labelled(np.random.default_rng(0).uniform(-1, 1, (30, 2)), np.arange(30) % 3)
    film = carrying(network, data, 1.0)
    np.testing.assert_array_equal(film(0).pieces.vertices, film.pieces.vertices)
    image = embedding(network, film.pieces.vertices) / film.morph.scale
    np.testing.assert_allclose(film(1).pieces.vertices, image, atol=1e-12)
    np.testing.assert_allclose(film(1).points, film.morph(1).points)
    np.testing.assert_allclose(
        film(1).seams.vertices, embedding(network, film.seams.vertices) / film.morph.scale, atol=1e-12
    )
    for begin, end in zip(film.seams.starts, film.seams.starts[1:]):  # between its vertices a seam stays straight
        line = film.seams.vertices[begin:end]
        middle = embedding(network, (line[1:] + line[:-1]) / 2)
        ends = embedding(network, line)
        np.testing.assert_allclose(middle, (ends[1:] + ends[:-1]) / 2, atol=1e-9)


def test_zooming_ends_where_two_answers_meet_in_one_piece():
    network = random_network(1)
    data = Labelled(np.random.default_rng(0).uniform(-1, 1, (30, 2)), np.arange(30) % 3)
    film = zooming(network, data, half=0.01, extent=1.0)
    halves = [film(s).view.half for s in np.linspace(0, 1, 9)]
    np.testing.assert_allclose(np.diff(np.log(halves)), np.log(0.01 / 1.04) / 8)
    assert film(1).readings["magnified"] == pytest.approx(104)


def test_the_wide_network_is_seen_to_be_piecewise_linear_from_near(five_spirals):
    film = zooming(five_spirals.at(2000), five_spirals.data)
    frame = film(1)
    (left, bottom), (right, top) = frame.view.corners(1.0)
    vertices, starts = frame.pieces
    low, high = (pick.reduceat(vertices, starts[:-1]) for pick in (np.minimum, np.maximum))
    seen = ((high > (left, bottom)) & (low < (right, top))).all(1)
    assert frame.readings["pieces"] > 2000 and 5 < seen.sum() < 100
    assert len(set(frame.answers[seen])) > 1  # and the boundary between their answers passes through them


def test_what_is_not_piecewise_linear_or_not_flat_is_refused():
    with pytest.raises(UnspiralError, match="tanh is curved, and a curved network has no linear pieces"):
        pieces((Linear(np.eye(2), np.zeros(2)), Tanh()), CORNERS)
    with pytest.raises(UnspiralError, match="3 dimensions"):
        pieces((Linear(np.eye(3), np.zeros(3)),), CORNERS)
    network = random_network(0)
    film = folding(network, Labelled(np.zeros((1, 2)), np.zeros(1, int)))
    with pytest.raises(UnspiralError, match="fold 8 was asked for; this network has 7"):
        film(8)
