import numpy as np

from engine.network.levels import all_level_lines, level_lines

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
