"""The folds scene shows both networks' pieces."""

import numpy as np

from scenes.folds import Folds
from tests.scenes.rendering import rendered


def test_the_folds_scene_renders_every_section(monkeypatch, tmp_path, small):
    monkeypatch.setattr("scenes.folds.FIVE_SPIRALS", small.recipe)
    sections = rendered(Folds, tmp_path, frame_rate=1)
    assert list(sections) == ["narrow", "wide", "zoom", "carry"]
    colours = [len(np.unique(frames[-1][30:-30].reshape(-1, 3) // 16, axis=0)) for frames in sections.values()]
    assert min(colours) > 8
    assert (np.abs(np.diff(sections["carry"].astype(int), axis=0)).mean((1, 2, 3)) > 1).all()
