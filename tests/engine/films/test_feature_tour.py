"""The tour's planes are planes, everywhere, and turn without a jolt."""

from dataclasses import replace

import numpy as np
import pytest

from engine import UnspiralError, embedding, record
from engine.films.feature_tour import Stop, geodesic, touring


def frame(seed, dimensions=9):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((dimensions, 2)))[0]


@pytest.fixture(scope="module")
def tour(small):
    return touring(small, lines=5)


@pytest.mark.parametrize("seed", range(20))
def test_a_geodesic_is_orthonormal_all_the_way_and_ends_exactly(seed):
    start, end = frame(seed, 3 + seed % 7), frame(100 + seed, 3 + seed % 7)
    way = geodesic(start, end)
    np.testing.assert_allclose(way(0), start, atol=1e-12)
    np.testing.assert_allclose(way(1), end, atol=1e-12)
    for s in np.linspace(0, 1, 21):
        np.testing.assert_allclose(way(s).T @ way(s), np.eye(2), atol=1e-12)


@pytest.mark.parametrize(
    "end",
    [
        frame(0),  # the same
        frame(0)[:, ::-1],  # mirrored
        -frame(0),  # half a turn in the plane
        frame(0) * [1, -1],  # one axis the other way
        frame(0) @ np.array([[0.6, -0.8], [0.8, 0.6]]),  # turned in the plane
        np.column_stack([frame(0)[:, 0], np.linalg.qr(np.column_stack([frame(0), frame(1)]))[0][:, 2]]),  # one shared
    ],
)
def test_a_geodesic_between_planes_that_share_directions_is_one_too(end):
    way = geodesic(frame(0), end)
    np.testing.assert_allclose(way(0), frame(0), atol=1e-9)
    np.testing.assert_allclose(way(1), end, atol=1e-9)
    for s in np.linspace(0, 1, 21):
        np.testing.assert_allclose(way(s).T @ way(s), np.eye(2), atol=1e-9)
        assert np.linalg.norm(way(s) - way(min(s + 0.01, 1))) < 0.2


def test_planes_are_orthonormal_at_every_playhead(tour):
    for playhead in np.linspace(0, tour.last, 400):
        plane = tour.plane(playhead)
        assert np.abs(plane.T @ plane - np.eye(2)).max() < 1e-9


def test_planes_turn_with_a_continuous_velocity(tour):
    h = 1e-5
    for playhead in np.linspace(2 * h, tour.last - 2 * h, 301):
        before = (tour.plane(playhead) - tour.plane(playhead - h)) / h
        after = (tour.plane(playhead + h) - tour.plane(playhead)) / h
        assert np.abs(after - before).max() < 1e-2


def test_the_plane_rests_at_every_stop(tour):
    for k, stop in enumerate(tour.stops):
        np.testing.assert_allclose(tour.plane(k), stop.plane, atol=1e-9)
        assert tour.epoch(k) == stop.epoch
        for side in (-1e-4, 1e-4):
            if 0 <= k + side <= tour.last:
                assert np.abs(tour.plane(k + side) - stop.plane).max() < 1e-6


def test_between_two_stops_points_are_projected_features(tour, small):
    playhead = 1.3
    hidden = small.at(tour.epoch(playhead))[0]
    f = np.maximum(small.data.x @ hidden.weight.T + hidden.bias, 0)
    np.testing.assert_allclose(tour(playhead).points, (f - f.mean(0)) @ tour.plane(playhead), atol=1e-5)


def test_the_tour_ends_on_the_embedding_and_its_class_vectors(tour, small):
    end = tour(tour.last)
    network = small.at(small.epochs[-1])
    np.testing.assert_allclose(end.points, embedding(network, small.data.x), atol=1e-5)
    np.testing.assert_allclose(end.class_vectors * tour.shrink, network[-1].weight, rtol=1e-6)
    assert (tour.shrink > 1) == bool(end.notes)  # and the key says it
    assert end.decided == 1 and len(end.regions) == len(network[-1].weight)


def test_all_points_are_in_view(tour):
    for playhead in np.linspace(0, tour.last, 4 * len(tour.stops) + 1):
        shown = tour(playhead)
        assert (np.abs(shown.points) <= np.array([1.31, 1.0]) * shown.view.half).all()


def test_what_cannot_be_toured_is_refused(tour, small):
    with pytest.raises(UnspiralError, match="film goes from 0 to 6"):
        tour(6.5)
    with pytest.raises(UnspiralError, match="embedding = 2"):
        touring(record(replace(small.recipe, embedding=None, epochs=2, scale=1.0)))
    with pytest.raises(UnspiralError, match="no room for a tour"):
        geodesic(np.eye(2), np.diag([1.0, -1.0]))


def test_stops_of_ones_own_are_taken(small):
    width = len(small.at(0)[0].bias)
    stops = [Stop("here", frame(0, width), 0.0), Stop("there", frame(1, width), 30.0)]
    film = touring(small, stops, lines=3)
    assert film.last == 2 and film(0).caption == "here" and film(1).caption == "there"
