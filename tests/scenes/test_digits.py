"""The digits' example: somebody's convolutional network, recorded by its own loop and shown."""

import numpy as np
import pytest

from engine import Run, digits, training
from engine.library import example_at
from scenes.parts.paint.theme import DARK
from tests.scenes.rendering import rendered
from tests.scenes.test_narrations import numbers
from tests.scenes.walking import walked


def test_digits_fan_out_until_at_least_eight_of_ten_have_a_region_in_their_colour(tmp_path, monkeypatch):
    pytest.importorskip("sklearn", reason="takes scikit-learn: uv pip install '.[examples]'")
    from engine.trainings.digits import train
    from scenes.digits import Digits

    monkeypatch.setenv("UNSPIRAL_RUNS", str(tmp_path))
    train(example_at("digits"), epochs=13)  # enough for the beats; the example has 45
    run = Run.load(example_at("digits"))
    assert run.trajectories is not None and run.accuracy[-1] > 0.5 > 0.2 > run.accuracy[0]
    frame = training(run)(run.epochs[-1])
    assert np.mean(~frame.wrong) == pytest.approx(run.accuracy[-1], abs=1e-6)
    assert len(frame.regions) == 10 and not len(frame.lines.vertices) and len(digits().x) == 1797
    words = {section.name: section.said[0] for section in walked(Digits)}
    e, last = run.trajectories.points.astype(float), run.layers[-1]
    wrong = (e[-1] @ last.weight[-1].T + last.bias[-1]).argmax(1) != run.points.y
    assert numbers(words["origin"]) == pytest.approx([np.linalg.norm(e[0], axis=1).max()], rel=0.05)
    assert numbers(words["fan"]) == [10]
    unseen = 100 * run.metrics["held_out_accuracy"][-1]  # the model's own, of the last snapshot
    assert numbers(words["settle"]) == pytest.approx([wrong.sum(), len(wrong), unseen], abs=0.051)
    sections = rendered(Digits, tmp_path / "media")
    assert list(sections) == ["origin", "fan", "settle"]
    still, grown = sections["origin"][0].astype(int), sections["settle"][2].astype(int)
    colours = np.round(255 * np.array(DARK.region_colours(10)))
    seen = [(np.abs(grown - colour).max(-1) < 12).sum() for colour in colours]
    assert np.abs(grown - still).mean() > 3 and sum(count > 30 for count in seen) >= 8, seen
