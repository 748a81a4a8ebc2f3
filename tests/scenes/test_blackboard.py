"""The blackboard's clips, rendered small and decoded: sections show something, and the curved regions are true."""

import numpy as np
import pytest
import torch

from engine import FIVE_SPIRALS, logits, record
from engine.films.energy import energy
from scenes.descent import Descent
from scenes.energy import Energy
from scenes.linear_classifier import LinearClassifier
from scenes.network import Network
from scenes.parts.theme import DARK, rgb
from scenes.pulling import Pulling
from scenes.scores import Scores
from tests.scenes.rendering import rendered

SECTIONS = {
    LinearClassifier: ["three", "three: turn", "three: mistakes", "five", "five: turn", "five: mistakes"],
    Scores: ["feature", "rows", "three names", "argmax", "softargmax", "turn"],
    Network: None,
    Pulling: None,
    Descent: None,
    Energy: ["origin", "learn", "softargmax", "turn", "rise"],
}


@pytest.fixture(scope="module", params=SECTIONS, ids=lambda scene: scene.__name__)
def clip(request, tmp_path_factory):
    return request.param, rendered(request.param, tmp_path_factory.mktemp("clip"), frame_rate=1)


def test_a_blackboard_clip_shows_something_in_every_section(clip):
    scene, sections = clip
    names = SECTIONS[scene]
    assert names is None or list(sections) == names
    assert len(sections) >= 3
    ground = 255 * np.array(rgb(DARK.ground))
    for name, frames in sections.items():
        assert all((np.abs(frame - ground).max(-1) > 40).mean() > 0.0005 for frame in frames[1:]), name


def test_a_blackboard_clip_moves(clip):
    _, sections = clip
    changed = [
        name for name, (first, middle, last) in sections.items() if (first != last).any() or (first != middle).any()
    ]
    assert len(changed) >= 2


@pytest.mark.parametrize("clip", [Energy], indirect=True)
def test_curved_regions_in_the_clip_are_torchs_argmax(clip):
    _, sections = clip
    still = sections["learn"][-1][:, :270].astype(float)
    run = record(FIVE_SPIRALS)
    rows, columns = np.mgrid[0:270, 0:270] + 0.5
    half = energy(run)(2000).view.half
    x = (np.stack([columns, rows], -1) - 135) / 135 * (half, -half)
    answer = torch.tensor(logits(run.at(2000), x.reshape(-1, 2))).argmax(-1).numpy().reshape(270, 270)
    apart = np.abs(still[..., None, :] - 255 * np.array(DARK.region_colours(5))).max(-1)
    clear = apart.min(-1) < 8
    assert clear.mean() > 0.3
    assert (apart.argmin(-1) == answer)[clear].mean() > 0.99
