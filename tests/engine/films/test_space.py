"""A 3-D embedding in space: what is seen is the network's, from whichever side."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import Recipe, Run, UnspiralError, record, space
from engine.films.replay import Replaying
from engine.network.layers import apply, classifier
from engine.network.lines import Lines, before_bowl


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
    ticks, scores, reach, *_ = frame.curved
    assert reach == radius and frame.decided == 1
    random = np.random.default_rng(1)
    rows, columns = random.integers(0, len(ticks), (2, 400))
    inside = ticks[columns] ** 2 + ticks[rows] ** 2 < (0.98 * radius) ** 2
    flat = np.stack([ticks[columns], ticks[rows]], 1)[inside]
    away = -np.sqrt(radius**2 - (flat**2).sum(1))
    at = flat[:, :1] * eye[:, 0] + flat[:, 1:] * eye[:, 1] + away[:, None] * eye[:, 2]  # right, up, from us
    assert np.allclose(np.linalg.norm(at, axis=1), radius)
    assert np.allclose(scores[rows, columns][inside], apply(classifier(run.at(40)), at))


@pytest.mark.parametrize("factor, shown", [(1.0, 1.0), (0.1, 5.0), (1e-4, 5000.0), (20.0, 1 / 20)])
def test_class_vectors_are_seen_however_short_and_the_key_says_how_many_times_larger(
    run: Run, factor: float, shown: float
) -> None:
    layers = [*run.layers[:-1], run.layers[-1]._replace(weight=run.layers[-1].weight * factor)]
    film = space(replace(run, layers=tuple(layers)))
    assert 1 / film.shrink == pytest.approx(shown)  # type: ignore[attr-defined]
    longest = np.linalg.norm(run.layers[-1].weight * factor / film.shrink, axis=-1).max()  # type: ignore[attr-defined]
    assert film.radius / 4 < longest <= film.radius  # type: ignore[attr-defined]
    said = dict(film(40).notes).get("arrow")
    assert (
        said == {1.0: None, 5.0: "class vectors × 5", 5000.0: "class vectors × 5000", 0.05: "class vectors ÷ 20"}[shown]
    )


def test_a_run_with_a_3d_embedding_is_played_in_space_and_no_other_is(run: Run, small: Run, tmp_path: Path) -> None:
    run.save(tmp_path / "three.safetensors")
    assert type(Replaying(tmp_path / "three.safetensors").film()).__name__ == "InSpace"
    with pytest.raises(UnspiralError, match="the embedding has 2 dimensions; space shows 3"):
        space(small)


def test_of_lines_that_leave_the_sphere_only_what_lies_behind_its_far_half_is_hidden() -> None:
    random = np.random.default_rng(6)
    vertices, starts = 1.2 * random.normal(size=(60, 3)), np.array([0, 20, 22, 60])
    seen, of = before_bowl(Lines(vertices, starts), 1.0)

    def along(lines: Lines) -> np.ndarray:
        inner = np.setdiff1d(np.arange(len(lines.vertices) - 1), lines.starts[1:-1] - 1)
        begin, end = lines.vertices[inner, None], lines.vertices[inner + 1, None]
        return (begin + np.linspace(0.01, 0.99, 99)[:, None] * (end - begin)).reshape(-1, 3)

    def hidden(x: np.ndarray) -> np.ndarray:
        return (np.linalg.norm(x, axis=1) > 1) & (np.hypot(x[:, 0], x[:, 1]) < 1) & (x[:, 2] < 0)

    every, left = along(Lines(vertices, starts)), along(seen)
    assert 0.05 < hidden(every).mean() < 0.5 and not hidden(left).any()
    length = [np.linalg.norm(np.delete(np.diff(k.vertices, axis=0), k.starts[1:-1] - 1, 0), axis=1) for k in (seen,)]
    whole = np.linalg.norm(np.delete(np.diff(vertices, axis=0), starts[1:-1] - 1, 0), axis=1)
    shown = (1 - hidden(every).reshape(-1, 99).mean(1)) @ whole
    assert length[0].sum() == pytest.approx(shown, rel=0.01)
    assert sorted(set(of.tolist())) == [0, 1, 2] and len(of) == len(seen.starts) - 1
    small = Lines(vertices / 9, starts)
    assert before_bowl(small, 1.0)[0] is small


def test_points_kept_from_training_are_shown_in_space_too(run: Run) -> None:
    kept = record(replace(run.recipe, held_out=0.2)) if run.recipe else run
    frame = space(kept, held_out=True)(20)
    assert frame.held.sum() == kept.held.sum() == 20 and len(frame.depths.points) == len(frame.points) == 100
    assert not space(kept)(20).held.any()
    with pytest.raises(UnspiralError, match="kept no points"):
        space(run, held_out=True)
