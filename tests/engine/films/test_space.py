"""A 3-D embedding in space: what is seen is the network's, from whichever side."""

from pathlib import Path

import numpy as np
import pytest

from engine import Recipe, Run, UnspiralError, record, space
from engine.films.replay import Replaying
from engine.network.layers import apply, classifier


@pytest.fixture(scope="module")
def run(runs_folder: Path) -> Run:
    parameters = {"classes": 4, "points": 25}
    return record(Recipe(parameters=parameters, hidden=(20,), embedding=3, upright=None, epochs=40, seed=3))


def test_points_axes_and_class_vectors_are_one_turning_view_of_space(run: Run) -> None:
    film = space(run)
    for epoch in (0, 13.5, 40):
        eye, frame = film.eye(epoch), film(epoch)  # type: ignore[attr-defined]
        assert np.allclose(eye.T @ eye, np.eye(3)) and np.linalg.det(eye) == pytest.approx(1)
        assert np.allclose(frame.points, run.embedding(epoch) @ eye[:, :2])
        assert np.allclose(frame.class_vectors, run.classifier(epoch).weight @ eye[:, :2] / film.shrink)  # type: ignore[attr-defined]
        ends = frame.lines.vertices[-6:].reshape(3, 2, 2)
        assert np.allclose(ends[:, 0], 0) and np.allclose(ends[:, 1], film.radius * eye[:, :2])  # type: ignore[attr-defined]
        assert np.linalg.norm(run.embedding(epoch), axis=1).max() < film.radius  # type: ignore[attr-defined]
    assert not np.allclose(film.eye(0), film.eye(40))  # type: ignore[attr-defined]


def test_the_far_half_of_the_sphere_has_the_answers_that_the_classifier_gives_there(run: Run) -> None:
    film = space(run)
    frame, eye, radius = film(40), film.eye(40), film.radius  # type: ignore[attr-defined]
    ticks, scores, reach = frame.curved
    assert reach == radius and frame.decided == 1
    random = np.random.default_rng(1)
    rows, columns = random.integers(0, len(ticks), (2, 400))
    inside = ticks[columns] ** 2 + ticks[rows] ** 2 < (0.98 * radius) ** 2
    flat = np.stack([ticks[columns], ticks[rows]], 1)[inside]
    away = -np.sqrt(radius**2 - (flat**2).sum(1))
    at = flat[:, :1] * eye[:, 0] + flat[:, 1:] * eye[:, 1] + away[:, None] * eye[:, 2]  # right, up, from us
    assert np.allclose(np.linalg.norm(at, axis=1), radius)
    assert np.allclose(scores[rows, columns][inside], apply(classifier(run.at(40)), at))


def test_a_run_with_a_3d_embedding_is_played_in_space_and_no_other_is(run: Run, small: Run, tmp_path: Path) -> None:
    run.save(tmp_path / "three.safetensors")
    assert type(Replaying(tmp_path / "three.safetensors").film()).__name__ == "InSpace"
    with pytest.raises(UnspiralError, match="the embedding has 2 dimensions; space shows 3"):
        space(small)
