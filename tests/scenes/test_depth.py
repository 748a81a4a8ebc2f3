"""The depth scene: the best networks of a search for each depth, found once."""

from dataclasses import replace
from inspect import signature

import numpy as np
import pytest

from engine.films.folds import carrying
from engine.library import record_searched
from scenes.depth import NARROW, Depth
from tests.oracles import forward_in_torch
from tests.scenes.rendering import rendered
from tests.scenes.test_narrations import numbers
from tests.scenes.walking import walked

QUICK = replace(NARROW, parameters={"classes": 3, "points": 20}, epochs=20, warm_up=5)


def test_the_depth_scene_renders_and_searches_only_once(monkeypatch, tmp_path, empty_cache):
    monkeypatch.setattr("scenes.depth.NARROW", QUICK)
    monkeypatch.setattr("scenes.depth.DEPTHS", (2,))
    sections = rendered(Depth, tmp_path, frame_rate=2)
    assert list(sections) == ["folds", "answers", "accuracies"]
    assert all(len(np.unique(frames[-1].reshape(-1, 3) // 16, axis=0)) > 8 for frames in sections.values())
    kept = {path: path.stat().st_mtime_ns for path in empty_cache.glob("*.safetensors")}
    assert len(kept) == 3
    runs = record_searched(replace(QUICK, hidden=(2, 2)), rounds=3)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    for run in runs:  # what stands under a panel is what the chart shows
        shown = carrying(run.at(run.epochs[-1]), run.data, every=6)(0).readings["accuracy"]
        assert shown == pytest.approx(run.accuracy[-1], abs=1e-12)
    right = [
        np.mean(forward_in_torch(run.at(run.epochs[-1]), run.data.x).argmax(1).numpy() == run.data.y) for run in runs
    ]
    (said,) = walked(Depth)[-1].said
    assert numbers(said) == [
        signature(record_searched).parameters["restarts"].default,
        3,
        pytest.approx(100 * sorted(right)[1], abs=0.051),
    ]
    assert [run.recipe for run in runs] == [replace(QUICK, hidden=(2, 2))] * 3
