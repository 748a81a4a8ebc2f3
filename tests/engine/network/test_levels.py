import numpy as np
import pytest
from scipy.spatial import KDTree

from engine.films.energy import over_plane
from engine.network.layers import Linear, PositivePart, Tanh, logits
from engine.network.levels import all_level_lines, even_level_lines, level_lines

ACROSS, UP = np.linspace(-2, 2, 101), np.linspace(-1.5, 1.5, 77)
X, Y = np.meshgrid(ACROSS, UP)
RADIUS = 1.0123  # no corner of the grid lies on the circle


def test_the_level_line_of_an_affine_function_is_exact():
    segments = level_lines(2 * X - 3 * Y + 0.1, ACROSS, UP, 0.7)
    np.testing.assert_allclose(segments @ [2, -3] + 0.1, 0.7, atol=1e-12)


def test_the_level_line_of_a_circle_is_closed_and_as_long_as_it():
    segments = level_lines(np.hypot(X, Y) / RADIUS, ACROSS, UP, 1.0)
    assert np.abs(np.linalg.norm(segments, axis=2) - RADIUS).max() < 1e-3
    lengths = np.linalg.norm(segments[:, 1] - segments[:, 0], axis=1)
    assert abs(lengths.sum() / (2 * np.pi * RADIUS) - 1) < 1e-3
    ends, counts = np.unique(segments.reshape(-1, 2).round(9), axis=0, return_counts=True)
    assert (counts == 2).all() and len(ends) == len(segments)


def test_where_the_level_is_not_reached_there_is_no_line():
    assert level_lines(np.hypot(X, Y), ACROSS, UP, 9.0).shape == (0, 2, 2)


def test_lines_of_many_functions_at_once_are_those_of_each():
    functions = np.stack([np.hypot(X, Y) / RADIUS, X - Y, 0 * X + 7])
    together = all_level_lines(functions, ACROSS, UP, [0.5, 1.0])
    for heights, segments in zip(functions, together, strict=True):
        np.testing.assert_array_equal(segments, level_lines(heights, ACROSS, UP, [0.5, 1.0]))


PANEL = 340 / 2.4  # pixels of 1080 to a unit of the input plane, as energies are drawn


def networks():
    """Random ones, as rough as trained ones are, of all kinds of layers; the widths' last is the number of classes."""
    kinds = {
        "wide": ((2, 100, 2, 5), PositivePart(), 9.0),
        "narrow": ((2, 2, 2, 2, 2, 3), PositivePart(0.01), 4.0),
        "deep": ((2, 20, 20, 20, 4), PositivePart(), 3.0),
        "tanh": ((2, 30, 30, 10), Tanh(), 4.0),
    }
    for name, (widths, activation, scale) in kinds.items():
        random = np.random.default_rng(4)
        layers = []
        for inputs, outputs in zip(widths, widths[1:]):
            weight = random.standard_normal((outputs, inputs)) * scale / np.sqrt(inputs)
            layers += [Linear(weight, random.standard_normal(outputs)), activation]
        yield pytest.param(tuple(layers[:-1]), id=name)


def along(segments: np.ndarray) -> np.ndarray:
    """Points (P, 2) at most half a pixel apart on segments (S, 2, 2), in pixels."""
    ends = segments * PANEL
    parts = max(1, int(np.ceil(2 * np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).max(initial=0))))
    share = np.linspace(0, 1, parts + 1)[:, None, None]
    return ((1 - share) * ends[:, 0] + share * ends[:, 1]).reshape(-1, 2)


@pytest.mark.parametrize("network", [*networks()])
def test_level_lines_of_every_network_lie_within_a_pixel_of_the_true_ones_and_none_is_missing(network):
    ticks, fine = np.linspace(-1.2, 1.2, 121), np.linspace(-1.2, 1.2, 721)
    known, truth = over_plane(network, ticks), over_plane(network, fine)
    spacing = float(np.ptp(truth)) / 11
    levels = spacing * np.arange(np.ceil(truth.min() / spacing), np.floor(truth.max() / spacing) + 1)
    drawn = even_level_lines(lambda x: logits(network, x), known, ticks, spacing, 1 / PANEL)
    for k, segments in enumerate(drawn[:2]):
        true, lines = along(level_lines(truth[..., k], fine, fine, levels)), along(segments)
        if len(true) or len(lines):
            assert KDTree(true).query(lines)[0].max() < 1, k
            assert KDTree(lines).query(true)[0].max() < 1, k


@pytest.mark.parametrize("spacing", [0.5, 0.03], ids=["few", "more than there is room for at first"])
def test_each_of_several_functions_has_its_own_even_levels(spacing: float) -> None:
    slopes = np.array([[1.0, 2.0], [-3.0, 0.7], [0.2, 0.1]])
    ticks = np.linspace(-1, 1, 9) + 0.0123  # no corner lies on a level
    known = np.stack(np.meshgrid(ticks, ticks), -1) @ slopes.T
    found = even_level_lines(lambda x: x @ slopes.T, known, ticks, spacing, 0.01)
    levels = spacing * np.arange(-200, 201)
    for lines, own in zip(found, all_level_lines(known.transpose(2, 0, 1), ticks, ticks, levels), strict=True):
        assert len(lines) == len(own) > 0
        ends = [np.sort(np.round(each, 9).reshape(-1, 4), 0) for each in (lines, own)]
        np.testing.assert_allclose(*ends, atol=1e-8)
