"""The scene of the tour has its sections and ends on the embedding's regions; its picture has claims of its own."""

import numpy as np

from scenes.feature_tour import FeatureTour
from scenes.parts.paint.theme import DARK
from tests.scenes.rendering import rendered


def test_the_feature_tour_has_every_section_and_ends_on_regions_of_all_classes(monkeypatch, tmp_path, small):
    monkeypatch.setattr("scenes.feature_tour.FIVE_SPIRALS", small.recipe)
    sections = rendered(FeatureTour, tmp_path, frame_rate=2)
    assert list(sections) == ["untrained", "learning", "class vectors", "embedding"]
    regions = np.round(255 * np.array(DARK.region_colours(5)))
    last = sections["embedding"][-1].astype(int)
    seen = [(np.abs(last - colour).max(-1) < 8).sum() for colour in regions]
    assert sum(seen) > 0.3 * last.shape[0] * last.shape[1] and min(seen) > 100
