"""The plane that a film shows of an embedding that is not 2-D, and what is drawn in it."""

import numpy as np
import pytest

from engine import Labelled, Linear, PositivePart, Run, UnspiralError, embedding, training
from engine.films.plane import plane_of


def run_of(width: int, classes: int, epochs: int = 6, inputs: int = 2, spread: float = 1.0, seed: int = 0) -> Run:
    """A run whose weights drift at random and whose classifier grows; `spread` of the embedding beyond its plane."""
    random = np.random.default_rng(seed)

    def drift(*shape: int) -> np.ndarray:
        return random.standard_normal(shape) + 0.1 * random.standard_normal((epochs, *shape)).cumsum(0)

    flatten = np.where(np.arange(width) < 2, 1.0, spread)
    layers = (
        Linear(drift(12, inputs), drift(12)),
        PositivePart(),
        Linear(drift(width, 12) * flatten[:, None], drift(width) * flatten),
        Linear(drift(classes, width), drift(classes)),
    )
    x = random.uniform(-1, 1, (400, inputs))
    return Run(None, Labelled(x, np.arange(400) % classes), np.zeros(400, bool), np.arange(epochs, dtype=float), layers)


def test_a_plane_of_three_class_vectors_answers_exactly_as_the_network_does():
    run = run_of(7, 3)
    plane, frame = plane_of(run), training(run)(5)
    assert np.allclose(plane.axes.T @ plane.axes, np.eye(2), atol=1e-12)
    e, last = run.embedding(5), run.classifier(5)
    shadow = plane.shadow(last, e.mean(0))
    scores, shown = e @ last.weight.T + last.bias, plane(e) @ shadow.weight.T + shadow.bias
    assert np.allclose(scores[:, :1] - scores, shown[:, :1] - shown, atol=1e-9)  # all that argmax depends on
    assert np.array_equal(frame.points, e @ plane.axes) and len(frame.regions) == len(frame.class_vectors) == 3
    assert frame.caption == "plane of the class vectors at epoch 5" and frame.axes == ("u₁", "u₂")


def test_the_plane_is_the_same_at_every_epoch_and_regions_begin_where_they_are_true():
    run = run_of(7, 3, epochs=30)
    film = training(run)
    frames = {epoch: film(epoch) for epoch in range(30)}
    axes = plane_of(run).axes
    for epoch, frame in frames.items():
        assert np.allclose(frame.points, run.embedding(epoch) @ axes)
        last = run.classifier(epoch)
        answers = (run.embedding(epoch) @ last.weight.T + last.bias).argmax(1)
        assert np.array_equal(frame.wrong, answers != run.data.y)  # mistakes are the whole network's at every epoch
        if len(frame.regions):
            shadow = plane_of(run).shadow(last, run.embedding(epoch).mean(0))
            assert np.mean((frame.points @ shadow.weight.T + shadow.bias).argmax(1) == answers) >= 0.999
    appeared = [frame.decided for frame in frames.values()]
    assert appeared == sorted(appeared) and appeared[-1] == 1 and appeared[0] == 0  # and they fade in
    shown = [bool(len(frame.regions)) for frame in frames.values()]
    assert shown == sorted(shown) and shown[-1] and not shown[0]  # once they appear they stay


def test_principal_axes_show_no_regions_where_the_classifier_looks_outside_them():
    run = run_of(6, 5)
    frame = training(run)(5)
    assert frame.regions == () and frame.class_vectors.shape == (0, 2)
    assert "principal axes of the 6-D embedding at epoch 5" in frame.caption and frame.caption.endswith("no regions")
    e = run.embedding(5)
    variances = np.sort(np.linalg.eigvalsh(np.cov(e.T)))
    assert np.allclose(np.sort(np.linalg.eigvalsh(np.cov(frame.points.T))), variances[-2:])


def test_an_embedding_that_is_flat_has_its_regions_whatever_its_width():
    frame = training(run_of(6, 5, spread=1e-9))(5)
    assert len(frame.regions) == 5 and "100 % of its variance" in frame.caption


def test_two_classes_and_one_dimension_have_a_plane_too():
    pair, line = training(run_of(4, 2)), training(run_of(1, 3))
    assert len(pair(5).regions) == 2 and "class vectors" in pair(5).caption
    frame = line(2.5)
    assert not frame.points[:, 1].any() and len(frame.regions) == 3 and not frame.class_vectors[:, 1].any()


def test_grid_lines_are_the_projected_image_of_the_grid():
    run = run_of(7, 3)
    frame = training(run, extent=1.0, lines=3)(2)
    network = run.at(2)
    vertices = frame.lines.vertices[frame.lines.starts[0] : frame.lines.starts[1]]
    ends = embedding(network, np.array([[-1.0, -1], [-1, 1]])) @ plane_of(run).axes
    assert np.allclose(vertices[[0, -1]], ends)


def test_a_plane_may_be_given_and_is_made_orthonormal():
    run = run_of(4, 5)
    given = np.array([[2.0, 1], [0, 3], [0, 0], [0, 0]])
    frame = training(run, plane=given)(5)
    assert np.allclose(frame.points, run.embedding(5)[:, :2]) and "as given" in frame.caption


@pytest.mark.parametrize(
    ("width", "asked", "said"),
    [
        (4, {"plane": np.eye(3)[:, :2]}, r"needs two columns: \(4, 2\)"),
        (4, {"plane": "upright"}, "needs two columns"),
        (4, {"plane": np.ones((4, 2))}, "point the same way"),
        (4, {"upright": 3}, "only a 2-D embedding"),
        (2, {"upright": 9}, "this run holds epochs 0 to 5"),
    ],
)
def test_a_plane_that_cannot_be_is_refused(width, asked, said):
    with pytest.raises(UnspiralError, match=said):
        training(run_of(width, 5), **asked)
