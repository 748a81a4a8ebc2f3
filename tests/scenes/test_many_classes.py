"""A thousand classes: judged in blocks as all at once, and drawn in a time that does not grow with their square."""

import time

import numpy as np
import pytest
import torch

from engine import Labelled, Linear, Run, Tanh, energy, logits, training
from engine.network.layers import apply
from engine.network.loss import judged, judged_by
from scenes.parts.pictures.contact_sheet import painted
from scenes.parts.pictures.energy import Landscape
from scenes.parts.pictures.picture import Picture
from tests.scenes.claims import subscript
from tests.scenes.drawn import drawn


@pytest.mark.parametrize("classes", [3, 64, 65, 1000])
def test_a_classifiers_judgement_is_torchs_whatever_the_number_of_classes(classes: int) -> None:
    random = np.random.default_rng(classes)
    e, y = random.standard_normal((300, 2)), random.integers(0, classes, 300)
    last = Linear(np.round(2 * random.standard_normal((classes, 2))), np.zeros(classes))  # many ties
    found, scores = judged_by(last, e, y), torch.tensor(apply(last, e))
    assert found.losses == pytest.approx(torch.nn.functional.cross_entropy(scores, torch.tensor(y), reduction="none"))
    assert np.array_equal(found.wrong, (apply(last, e).argmax(1) != y))
    assert found.tied == int(((scores == scores.max(1, keepdim=True).values).sum(1) > 1).sum())
    whole = judged(apply(last, e), y)
    assert np.array_equal(whole.wrong, found.wrong) and whole.losses == pytest.approx(found.losses)


def test_a_frame_of_a_thousand_classes_takes_little_more_than_ten_of_a_hundred() -> None:
    def spent(classes: int) -> float:
        angle = np.linspace(0, 2 * np.pi, classes, endpoint=False)
        weight = np.stack([np.cos(angle), np.sin(angle)], 1)[None] * np.array([0.5, 1.0])[:, None, None]
        data = Labelled(np.random.default_rng(0).standard_normal((1000, 2)), np.arange(1000) % classes)
        run = Run(None, data, np.zeros(1000, bool), np.arange(2.0), (Linear(weight, np.zeros((2, classes))),))
        film = training(run)
        picture, times = Picture(film(0)), []
        for epoch in (0.2, 0.5, 0.8):
            begin = time.process_time()
            picture.show(film(epoch))
            painted(picture, 320, 180)
            times.append(time.process_time() - begin)
        return min(times)

    spent(100)  # compiled, and colours mixed, the first time
    assert spent(1000) < 20 * spent(100)


def test_the_energies_of_a_hundred_classes_have_their_names_in_them_and_lines_where_their_levels_are() -> None:
    random = np.random.default_rng(0)
    data = Labelled(random.uniform(-1, 1, (200, 2)), np.arange(200) % 100)
    hidden, last = random.standard_normal((1, 20, 2)), random.standard_normal((1, 100, 20))
    layers = (Linear(hidden, np.zeros((1, 20))), Tanh(), Linear(last, np.zeros((1, 100))))
    run = Run(None, data, np.zeros(200, bool), np.zeros(1), layers)
    frame, network = energy(run)(0), run.at(0)
    drawing = drawn(Landscape(frame))
    for k in (0, 41, 99):
        middles = frame.levels[k].mean(1)
        values = logits(network, middles)[:, k] / frame.spacing
        slopes = np.abs(logits(network, middles + 1e-3)[:, k] - logits(network, middles)[:, k]) / 1e-3 / frame.spacing
        pixel = 2 * frame.view.half / 70
        assert len(values) > 20 and (np.abs(values - np.rint(values)) < 0.1 + pixel * slopes).mean() > 0.98
        name = drawing.text(f"−s{subscript(k + 1)}")
        (box,) = (
            (*x.points.min(0), *x.points.max(0)) for x in drawing.lines
            if len(x.points) == 5 and (x.points.min(0) < (name.left, name.baseline)).all()
            and (x.points.max(0) > (name.left, name.baseline)).all() and np.ptp(x.points[:, 0]) < 100
        )  # fmt: skip
        assert box[0] < name.left < name.right < box[2] and box[1] < name.baseline < box[3]
