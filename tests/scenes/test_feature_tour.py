"""The tour of the features renders, its axes and class vectors seen all the way."""

import numpy as np

from scenes.feature_tour import FeatureTour
from scenes.parts.paint.theme import THEME
from tests.scenes.rendering import rendered


def test_the_feature_tour_renders_every_section(monkeypatch, tmp_path, small):
    monkeypatch.setattr("scenes.feature_tour.FIVE_SPIRALS", small.recipe)
    sections = rendered(FeatureTour, tmp_path, frame_rate=2)
    assert list(sections) == ["untrained", "learning", "class vectors", "embedding"]
    regions = np.round(255 * np.array(THEME.region_colours(5)))
    last = sections["embedding"][-1].astype(int)
    seen = [(np.abs(last - colour).max(-1) < 8).sum() for colour in regions]
    assert sum(seen) > 0.3 * last.shape[0] * last.shape[1]
