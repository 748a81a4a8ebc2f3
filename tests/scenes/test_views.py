"""What must be seen is seen: points and class vectors lie in the frame, whatever its shape and whatever was trained."""

import numpy as np
import pytest

from engine import Labelled, Linear, PositivePart, Run, training, unfolding, warping
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
