"""The blackboard's clips, rendered small and decoded: sections show something, and the curved regions are true."""

import numpy as np
import pytest
import torch

from engine import FIVE_SPIRALS, logits, record
from engine.films.energy import energy
from engine.films.linear_classifier import cutting
from engine.films.scores import scoring
from engine.recipes.named import FIVE_BLOBS, linear_classifier
from scenes.descent import Descent
from scenes.energy import Energy
from scenes.linear_classifier import LinearClassifier
from scenes.network import Network
from scenes.parts.paint.plane import Place
from scenes.parts.paint.theme import DARK, rgb
from scenes.parts.pictures.scores import Parts, product
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


def answered(still, place: Place, network, classes: int) -> float:
    """Share of the pixels in a region's colour that have the colour of torch's argmax there; enough have one."""
    rows, columns = np.mgrid[0 : still.shape[0], 0 : still.shape[1]] + 0.5
    x = (np.stack([columns, rows], -1) - place.origin) / (place.scale, -place.scale)
    answer = torch.tensor(logits(network, x.reshape(-1, 2))).argmax(-1).numpy().reshape(rows.shape)
    apart = np.abs(still[..., None, :] - 255 * np.array(DARK.region_colours(classes))).max(-1)
    clear = apart.min(-1) < 8
    assert clear.mean() > 0.3
    return (apart.argmin(-1) == answer)[clear].mean()


@pytest.mark.parametrize("clip", [Energy], indirect=True)
def test_curved_regions_in_the_clip_are_torchs_argmax(clip):
    run = record(FIVE_SPIRALS)
    place = Place((135, 135), 135 / energy(run)(2000).view.half)
    assert answered(clip[1]["learn"][-1][:, :270].astype(float), place, run.at(2000), 5) > 0.99


@pytest.mark.parametrize("clip", [Energy], indirect=True)
def test_the_plane_that_the_solid_rises_from_has_the_colours_of_torchs_argmax(clip):
    run = record(FIVE_SPIRALS)
    place = Place((135, 135), 135 / energy(run)(2000).view.half)
    assert answered(clip[1]["softargmax"][-1][:, :270].astype(float), place, run.at(2000), 5) > 0.99


@pytest.mark.parametrize("clip", [LinearClassifier], indirect=True)
def test_straight_regions_in_the_clip_are_torchs_argmax(clip):
    for name, classes in (("three", 3), ("five", 5)):
        run = record(linear_classifier(classes))
        place = Place.of(cutting(run)(300).view, 480, 270)
        still = clip[1][f"{name}: mistakes"][-1].astype(float)
        assert answered(still, place, run.at(300), classes) > 0.99


@pytest.mark.parametrize("clip", [Scores], indirect=True)
def test_regions_of_scores_are_torchs_argmax_and_arrows_bars_and_formula_have_one_colour_a_class(clip):
    run = record(FIVE_BLOBS)
    film, edge = scoring(run, 55), round(Parts.of(480, 270).plane[0] / 4)
    still = clip[1]["argmax"][-1].astype(float)
    place = Place((edge / 2, 135), 135 / film(0).view.half)
    assert answered(still[:, :edge], place, run.at(run.epochs[-1]), 5) > 0.98
    formula = product(5)
    for k, colour in enumerate(DARK.class_colours(5)):
        seen = (np.abs(still - 255 * np.array(colour)).max(-1) < 24).nonzero()
        assert (seen[1] < edge).sum() > 5 and (seen[1] > edge).sum() > 20
        for part in (f"s{k + 1}", f"w{k + 1}"):
            drawn = [glyph.get_fill_color().to_rgb() for glyph in formula.select(part).family_members_with_points()]
            assert drawn and np.abs(np.array(drawn) - colour).max() < 0.01
