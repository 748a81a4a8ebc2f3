"""A third feature makes disc and ring separable, and what is seen of it is true."""

import numpy as np
import pytest

from engine import UnspiralError
from engine.films.lifting import circle, lifted, lifting
from engine.network.layers import Linear


@pytest.fixture(scope="module")
def film(runs_folder):
    return lifting(points=100)


def test_no_line_separates_disc_and_ring_but_a_plane_does(film):
    assert film(1).readings["accuracy"] < 0.7
    assert film(3).readings["accuracy"] == film(5).readings["accuracy"] == 1.0


def test_the_plane_is_the_trained_classifier(film):
    last = film.high.at(film.high.epochs[-1])[-1]
    f = lifted(film.flat.data.x)
    scores = f @ last.weight.T + last.bias
    above = f @ film.plane.weight[0] + film.plane.bias[0] > 0
    assert (above == (scores[:, 1] > scores[:, 0])).all()


def test_points_rise_to_the_sum_of_their_squares(film):
    x = film.flat.data.x
    np.testing.assert_allclose(film(0).points[:, 2], 0)
    np.testing.assert_allclose(film(2).points, np.column_stack([x, (x**2).sum(1)]))
    np.testing.assert_allclose(film(1.5).points[:, 2], 0.5 * (x**2).sum(1))


def test_the_circle_lies_on_the_plane_and_on_the_lifted_board(film):
    seen = film(3).circle
    np.testing.assert_allclose(seen[:, 2], (seen[:, :2] ** 2).sum(1))
    np.testing.assert_allclose(seen @ film.plane.weight[0] + film.plane.bias[0], 0, atol=1e-9)


def test_a_plane_that_misses_the_board_has_no_circle():
    with pytest.raises(UnspiralError, match="train for longer"):
        circle(Linear(np.array([[0.0, 0.0, 1.0]]), np.array([1.0])))


@pytest.mark.parametrize("playhead", [2.2, 3, 3.5, 4, 4.4])
def test_what_the_plane_lies_before_is_what_a_ray_to_the_eye_says(film, playhead):
    frame = film(playhead)
    eye = frame.axes()[2]
    plane = frame.plane
    far = frame.points + 1e6 * eye
    here, there = (p @ plane.weight[0] + plane.bias[0] for p in (frame.points, far))
    assert (frame.behind(frame.points) == (here * there < 0)).all()


@pytest.mark.parametrize("playhead", np.linspace(0, 5, 11))
def test_the_eye_never_tilts_its_head(film, playhead):
    axes = film(playhead).axes()
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1)
    assert axes[0, 2] == 0


def test_the_film_ends_where_it_began(film):
    np.testing.assert_allclose(film(5).points, film(0).points)
    np.testing.assert_allclose(film(5).axes(), film(0).axes(), atol=1e-12)
    with pytest.raises(UnspiralError, match="this film goes from 0 to 5"):
        film(5.1)
