import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Linear, Run, View, argmax_regions
from engine.network.layers import classifier

SQUARE = ((-4.0, -4.0), (4.0, 4.0))


def inside(polygon: np.ndarray, points: np.ndarray, margin: float) -> np.ndarray:
    """Mask (N,) of points inside a convex polygon (anticlockwise), at least `margin` from its edges (< 0: beyond)."""
    if not len(polygon):
        return np.zeros(len(points), bool)
    edges = np.roll(polygon, -1, axis=0) - polygon
    lengths = np.hypot(*edges.T)
    edges, corners, lengths = edges[lengths > 0], polygon[lengths > 0], lengths[lengths > 0]
    away = points[:, None] - corners
    return ((edges[:, 0] * away[..., 1] - edges[:, 1] * away[..., 0]) / lengths >= margin).all(1)


def area(polygon: np.ndarray) -> float:
    x, y = polygon.T if len(polygon) else np.zeros((2, 1))
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def check(layer: Linear, corners: tuple, points: np.ndarray) -> None:
    """Every point lies in the region of its highest score, and the regions cover the rectangle once."""
    regions = argmax_regions(layer, corners)
    scores = points @ layer.weight.T + layer.bias
    answer = scores.argmax(1)
    (left, bottom), (right, top) = corners
    size = max(right - left, top - bottom)
    for k, polygon in enumerate(regions):
        assert polygon.shape == (len(polygon), 2)
        claimed = inside(polygon, points, 1e-9 * size)
        assert (answer[claimed] == k).all()
        assert inside(polygon, points[answer == k], -1e-9 * size).all()
    assert np.isclose(sum(map(area, regions)), (right - left) * (top - bottom), rtol=1e-9)


@pytest.mark.parametrize("epoch", [0, 1, 250, 2000])
def test_regions_of_a_trained_network_equal_brute_force_argmax(five_spirals: Run, epoch: int) -> None:
    last = classifier(five_spirals.at(epoch))
    exact = Linear(last.weight.astype(float), last.bias.astype(float))
    corners = View(half=7.0).corners()
    points = np.random.default_rng(epoch).uniform(*corners, (100_000, 2))
    check(exact, tuple(map(tuple, corners)), points)


@given(st.integers(1, 9), st.integers(0, 2**32 - 1), st.sampled_from([1e-6, 1e-2, 1.0, 1e3]))
def test_regions_of_any_classifier_equal_brute_force_argmax(classes: int, seed: int, scale: float) -> None:
    random = np.random.default_rng(seed)
    layer = Linear(scale * random.standard_normal((classes, 2)), scale * random.standard_normal(classes))
    check(layer, ((-3.0, -1.0), (2.0, 5.0)), random.uniform((-3, -1), (2, 5), (2_000, 2)))


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_regions_of_whole_numbers_with_ties_cover_the_rectangle_once(classes: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    layer = Linear(random.integers(-1, 2, (classes, 2)).astype(float), random.integers(-1, 2, classes).astype(float))
    check(layer, SQUARE, random.uniform(-4, 4, (500, 2)))


def test_a_class_that_never_wins_has_no_region() -> None:
    regions = argmax_regions(Linear(np.array([[1.0, 0], [-1, 0], [0, 0]]), np.array([0.0, 0, -1])), SQUARE)
    assert [len(r) for r in regions] == [4, 4, 0] and regions[2].shape == (0, 2)


def test_of_equal_classes_the_first_has_the_region() -> None:
    regions = argmax_regions(Linear(np.zeros((3, 2)), np.zeros(3)), SQUARE)
    assert [len(r) for r in regions] == [4, 0, 0]


@pytest.mark.parametrize("kind", ["random", "without bias", "whole numbers"])
def test_compiled_cuts_of_many_classes_are_the_plain_ones_to_the_last_bit(kind: str, monkeypatch) -> None:
    random = np.random.default_rng(3)
    layer = Linear(random.standard_normal((70, 2)), random.standard_normal(70) * (kind == "random"))
    if kind == "whole numbers":  # ties everywhere
        layer = Linear(random.integers(-3, 4, (70, 2)).astype(float), random.integers(-3, 4, 70).astype(float))
    check(layer, SQUARE, random.uniform(-4, 4, (500, 2)))
    compiled = argmax_regions(layer, SQUARE)
    monkeypatch.setattr("engine.network.regions.MANY", 1000)
    plain = argmax_regions(layer, SQUARE)
    assert all(np.array_equal(a, b) for a, b in zip(compiled, plain, strict=True))
