"""What must be seen is seen: points and class vectors lie in the frame, whatever its shape and whatever was trained."""

import numpy as np
import pytest

from engine import Labelled, Linear, PositivePart, Run, training, unfolding, warping
from engine.films.energy import energy
from engine.films.feature_tour import touring
from engine.films.folds import carrying, folding, zooming
from engine.films.pulling import held_back, pulling
from engine.films.scores import scoring
from engine.films.softargmax import softening
from scenes.parts.paint.plane import Place, fitted
from scenes.parts.paint.readouts import FOOT, STRIP
from scenes.parts.pictures.unfolding import FOOT as UNFOLDING_FOOT
from scenes.parts.pictures.unfolding import HEAD as UNFOLDING_HEAD

FRAMES = {"wide": (1920, 1080), "square": (1080, 1080), "tall": (1080, 1920), "panel": (480, 760), "4:3": (1440, 1080)}


def run_of(stretch: float, classes: int, vectors: float, tanh: bool = False) -> Run:
    """A network whose embedding is `stretch` times as wide as high at its middle epoch, class vectors long or short."""
    random = np.random.default_rng(classes)
    data = Labelled(random.standard_normal((60 * classes, 2)), np.arange(60 * classes) % classes)
    grown = np.array([0.01, 1.0, 0.6])[:, None, None] * np.array([[stretch, 0.2], [0.1, 1.0]])
    weight = np.array([0.2, 1.0, 1.0])[:, None, None] * vectors * random.standard_normal((classes, 2))
    layers = (Linear(grown, np.zeros((3, 2))), Linear(weight, np.zeros((3, classes))))
    if not tanh:
        layers = (Linear(np.stack([np.eye(2)] * 3), np.ones((3, 2))), PositivePart(0.3), *layers)
    return Run(None, data, np.zeros(len(data.y), bool), np.array([0.0, 7.0, 9.0]), layers)


def seen(points: np.ndarray, place: Place, left: float, top: float, right: float, bottom: float) -> bool:
    pixels = place(points)
    return bool(((pixels >= (left, top)) & (pixels <= (right, bottom))).all())


@pytest.mark.parametrize("shape", FRAMES)
@pytest.mark.parametrize(("stretch", "classes", "vectors"), [(1.3, 3, 1.0), (4, 7, 0.5), (0.2, 10, 3.0), (1, 40, 60.0)])
def test_every_point_and_class_vector_of_a_training_is_in_the_frame(shape, stretch, classes, vectors) -> None:
    width, height = FRAMES[shape]
    film = training(run_of(stretch, classes, vectors))
    for epoch in (0, 7, 8.2, 9):
        frame = film(epoch)
        for places in (frame.points, frame.class_vectors):
            if shape == "panel":
                assert seen(places, fitted(frame, width, height), 0, 0, width, height)
            else:
                unit, wide = min(width, height) / 1080, width >= 1.5 * height
                top, bottom = (0, height) if wide else (STRIP * unit, height - FOOT * unit)
                assert seen(places, Place.of(frame.view, width, height), 0, top, width, bottom)
    longest = np.abs(film(9).class_vectors).max()
    drawn_smaller = longest < 0.99 * np.abs(film.run.classifier(9).weight).max()
    assert drawn_smaller == any("class vectors ÷" in text for _, text in film(9).notes)


@pytest.mark.parametrize("shape", ["wide", "square", "tall"])
def test_every_point_of_warping_and_unfolding_is_in_the_frame(shape) -> None:
    width, height = FRAMES[shape]
    unit, wide = min(width, height) / 1080, width >= 1.5 * height
    network = run_of(4, 3, 2.0).at(9)
    data = run_of(4, 3, 2.0).data
    for film, head, foot in (
        (warping(network, data), STRIP, FOOT),
        (unfolding(network, data), UNFOLDING_HEAD, UNFOLDING_FOOT),
    ):
        for playhead in np.linspace(film.first, film.last, 23):
            frame = film(float(playhead))
            top, bottom = (0, height) if wide else (head * unit, height - foot * unit)
            places = np.concatenate([frame.points, frame.class_vectors if frame.decided else np.zeros((0, 2))])
            assert seen(places, Place.of(frame.view, width, height, head, foot), 0, top, width, bottom), playhead


def featured(size: float, width: int = 3, vectors: float = 1.0) -> Run:
    """A run of points that reach as far as `size`, of a network with `width` features, nothing trained."""
    random = np.random.default_rng(width)
    data = Labelled(size * random.uniform((-1, -1), (1, 0.2), (40, 2)), np.arange(40) % 3)
    grown = np.array([0.1, 1.0, 2.0])[:, None, None]
    layers = (
        Linear(grown * random.standard_normal((width, 2)) / size, np.zeros((3, width))),
        PositivePart(0.1),
        Linear(grown * random.standard_normal((2, width)), np.zeros((3, 2))),
        Linear(vectors * grown * random.standard_normal((3, 2)), np.zeros((3, 3))),
    )
    return Run(None, data, np.zeros(40, bool), np.arange(3.0), layers)


@pytest.mark.parametrize("size", [0.02, 1.0, 30.0])
def test_films_of_the_input_plane_hold_all_its_points_however_far_they_reach(size: float) -> None:
    run = featured(size)
    network, reach = run.at(2), np.abs(run.data.x).max()
    assert reach < energy(run).view.half < 1.5 * reach and energy(run)(1).levels
    assert reach < softening(run).ticks.max() < 1.5 * reach
    for film in (folding(network, run.data), zooming(network, run.data), carrying(network, run.data)):
        frame = film(0)
        ends = frame.pieces.vertices.min(0), frame.pieces.vertices.max(0)
        assert (ends[0] <= run.data.x.min(0)).all() and (run.data.x.max(0) <= ends[1]).all()
        assert reach <= np.abs(ends).max() <= frame.view.half < 1.6 * reach
    assert zooming(network, run.data)(1).view.half < 0.06 * reach
    for grid in (warping(network, run.data)(0).lines, touring(run).segments.reshape(-1, 2)):
        assert reach < np.abs(getattr(grid, "vertices", grid)).max() < 1.5 * reach
    levels = [len(lines) > 0 for lines in energy(run)(2).levels]
    assert all(levels), "a class without a level line"


@pytest.mark.parametrize("shape", ["wide", "square", "tall"])
@pytest.mark.parametrize(("width", "vectors"), [(3, 1.0), (9, 80.0)])
def test_points_class_vectors_and_axes_of_a_tour_are_in_the_frame(width: int, vectors: float, shape: str) -> None:
    across, down = FRAMES[shape]
    tour = touring(featured(1.0, width, vectors))
    unit, wide = min(across, down) / 1080, across >= 1.5 * down
    top, bottom = (0, down) if wide else (STRIP * unit, down - FOOT * unit)
    for playhead in np.linspace(0, tour.last, 83):
        frame = tour(float(playhead))
        rays = frame.ray * frame.rays if playhead <= len(tour.stops) - 1 else np.zeros((0, 2))
        for places in (frame.points, frame.class_vectors, rays):
            assert seen(places, Place.of(frame.view, across, down), 0, top, across, bottom), playhead
    said = [text for mark, text in tour(tour.last).notes if mark == "arrow"]
    assert bool(said) == (vectors > 1), "class vectors drawn smaller, or not, and not said"


@pytest.mark.parametrize("seed", range(3))
def test_between_snapshots_far_apart_nothing_leaves_the_frame(seed: int) -> None:
    random = np.random.default_rng(seed)
    data = Labelled(random.standard_normal((30, 2)), np.arange(30) % 3)
    layers = tuple(Linear(random.standard_normal((4, out, 2)), np.zeros((4, out))) for out in (2, 3))
    film = training(Run(None, data, np.zeros(30, bool), np.array([0.0, 5.0, 6.0, 20.0]), layers))
    reach = []
    for epoch in np.linspace(0, 20, 57):
        frame = film(float(epoch))
        places = np.concatenate([frame.points, frame.class_vectors])
        assert seen(places, Place.of(frame.view, 1920, 1080), 0, 0, 1920, 1080), epoch
        reach.append(np.abs(frame.points).max())
    assert max(reach) > 1.05 * max(reach[i] for i in (0, 14, 17, 56))  # cubics reach farther than snapshots


@pytest.mark.parametrize("size", [0.1, 1.0, 8.0])
def test_a_pulled_point_and_all_that_follows_stay_in_view(size: float) -> None:
    run = featured(size, 9)
    network, data = run.at(1), run.data
    films = [film := pulling(network, data, int(np.flatnonzero(training(run)(1).wrong)[0])), held_back(film)]
    for film in films:
        for playhead in np.linspace(0, 1, 12):
            frame = film(float(playhead))
            inside = np.concatenate([frame.points, frame.class_vectors, frame.trail])
            assert np.abs(inside).max() <= frame.view.half
        distance = np.linalg.norm(data.x - data.x[film.pulled], axis=1)
        went = np.linalg.norm(frame.points - film.before, axis=1)
        sets = (distance > 0) & (distance < frame.within), distance > frame.beyond
        assert frame.counts == tuple(some.sum() for some in sets)
        for some, share in zip(sets, (frame.near, frame.far)):
            assert share == pytest.approx(went[some].mean() / frame.moved if some.any() else 0)
        assert frame.beyond / size == pytest.approx(0.5, rel=0.05)


def test_the_point_whose_scores_are_shown_stays_in_view_as_it_turns() -> None:
    data = Labelled(np.array([[3.0, 3.0], [-1, 2], [0, 1]]), np.arange(3))
    weight = np.array([[[1.0, 0], [0, 1], [-1, 0]]])
    film = scoring(Run(None, data, np.zeros(3, bool), np.zeros(1), (Linear(weight, np.zeros((1, 3))),)), 0)
    for turn in np.linspace(0, 6, 9):
        frame = film.vary("turn", 0, 6)(float(turn))
        assert np.abs(frame.feature).max() < frame.view.half
