import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine import UnspiralError, circling, class_vectors, pace
from engine.films.class_vectors import spread
from engine.network.layers import Linear


@pytest.fixture(scope="module")
def walk(five_spirals):
    return circling(five_spirals.at(2000))


def test_class_vectors_and_regions_are_the_classifier_s_at_each_epoch(five_spirals):
    film = class_vectors(five_spirals)
    assert (film.first, film.last) == (0, 2000)
    for epoch in (0, 137, 2000):
        frame, head = film(epoch), five_spirals.at(epoch)[-1]
        assert (frame.class_vectors == head.weight).all()
        assert not len(frame.points) and not len(frame.lines.vertices)
        assert np.linalg.norm(frame.class_vectors, axis=1).max() < frame.view.half
        for k, region in enumerate(frame.regions):
            if len(region):
                assert (head.weight @ region.mean(0) + head.bias).argmax() == k


def test_the_smallest_angle_is_read_out_and_grows_to_nearly_even(five_spirals):
    film = class_vectors(five_spirals)
    assert film(0).caption == "smallest angle 38° (all alike: 72°)"
    assert film(2000).caption == "smallest angle 70° (all alike: 72°)"


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.1, 5)), min_size=2, max_size=8))
def test_angles_between_neighbours_go_once_round(polar):
    vectors = np.array([[r * math.cos(angle), r * math.sin(angle)] for angle, r in polar])
    order, angles = spread(vectors)
    assert sorted(order) == list(range(len(polar)))
    assert (angles >= 0).all()
    assert angles.sum() == pytest.approx(2 * math.pi)
    for k, angle in enumerate(angles):
        a, b = vectors[order[k]], vectors[order[(k + 1) % len(order)]]
        cosine = (a @ b) / np.linalg.norm(a) / np.linalg.norm(b)
        assert math.cos(angle) == pytest.approx(cosine, abs=1e-9)


def test_the_bars_order_is_the_scores_order_in_every_frame(walk):
    for playhead in np.linspace(0, 3, 1801):
        frame = walk(float(playhead))
        order = np.argsort(frame.scores)
        assert (np.diff(frame.bars[order]) >= 0).all()
        assert frame.answer == frame.bars.argmax() == frame.probabilities.argmax()
        assert np.abs(frame.scores).max() <= frame.reach * (1 + 1e-12)


def test_scores_and_probabilities_are_torch_s(walk, five_spirals):
    head = five_spirals.at(2000)[-1]
    for playhead in (0, 0.21, 1.5, 2.77):
        frame = walk(playhead)
        scores = torch.tensor(head.weight).double() @ torch.tensor(frame.e) + torch.tensor(head.bias).double()
        np.testing.assert_allclose(frame.scores, scores.numpy(), atol=1e-12)
        np.testing.assert_allclose(frame.probabilities, torch.softmax(scores, 0).numpy(), atol=1e-12)


def test_projections_stand_upright_on_the_class_vectors(walk):
    frame = walk(0.4)
    across = ((frame.e - frame.feet) * frame.class_vectors).sum(1)
    along = frame.feet[:, 0] * frame.class_vectors[:, 1] - frame.feet[:, 1] * frame.class_vectors[:, 0]
    np.testing.assert_allclose(across, 0, atol=1e-12)
    np.testing.assert_allclose(along, 0, atol=1e-12)


def test_the_point_goes_round_once_waits_for_softargmax_and_goes_round_again(walk):
    np.testing.assert_allclose(walk(0).e, walk(1).e, atol=1e-12)
    np.testing.assert_allclose(walk(1).e, walk(1.7).e, atol=1e-12)
    np.testing.assert_allclose(walk(0.3).e, walk(2.3).e, atol=1e-12)
    assert [walk(p).soft for p in (0, 1, 1.25, 2, 3)] == [0, 0, 0.25, 1, 1]
    assert walk(0).answer == 0
    assert {walk(p).answer for p in np.linspace(0, 1, 100)} == set(range(5))


def test_a_film_of_class_vectors_alone_can_be_paced(five_spirals):
    ease = pace(class_vectors(five_spirals), 0, 2000)
    assert ease(0) == 0 and ease(1) == 1
    assert ease(0.5) < 0.45  # they move most at first: the playhead goes slowly there


def test_classifiers_beyond_the_plane_are_told_so(walk):
    with pytest.raises(UnspiralError, match="the embedding has 3 dimensions"):
        circling((Linear(np.ones((4, 3)), np.zeros(4)),))
    with pytest.raises(UnspiralError, match="playhead 4 was asked for"):
        walk(4)
