"""The clips of trained networks, rendered small and decoded: their pixels against torch."""

import numpy as np
import pytest
import torch

from engine import FIVE_SPIRALS, THREE_SPIRALS_NARROW, circling, class_vectors, record, unfolding, warping
from engine.films.pace import announced, exponential
from engine.network.layers import Linear
from scenes.class_vectors import ClassVectors
from scenes.parts.paint.canvas import Box
from scenes.parts.paint.plane import Place
from scenes.parts.paint.theme import DARK, mix, rgb
from scenes.parts.pictures.circling import CirclePicture
from scenes.parts.pictures.class_vectors import BARS
from scenes.parts.pictures.unfolding import Unfolder
from scenes.unfolding import Unfolding
from scenes.warping import Warping
from tests.scenes.rendering import rendered
from tests.scenes.test_panels import pixels

WIDTH, HEIGHT = 480, 270


@pytest.fixture(scope="module")
def narrow():
    run = record(THREE_SPIRALS_NARROW)
    return unfolding(run.at(run.epochs[-1]), run.data, "lecture")


def agreement(still: np.ndarray, head: Linear, frame, scale: float = 1.0) -> float:
    """Share of the pixels in a region's colour that have the colour of torch's argmax there."""
    height, width = still.shape[:2]
    place = Place.of(frame.view, width, height)
    rows, columns = np.mgrid[0:height, 0:width] + 0.5
    e = scale * (np.stack([columns, rows], -1) - place.origin) / (place.scale, -place.scale)
    scores = torch.tensor(e) @ torch.tensor(head.weight).double().T + torch.tensor(head.bias).double()
    colours = 255 * np.array(DARK.region_colours(len(head.weight)))
    apart = np.abs(still[..., None, :].astype(float) - colours).max(-1)  # height width K
    clear = apart.min(-1) < 8
    assert clear.mean() > 0.3
    return float((apart.argmin(-1) == scores.argmax(-1).numpy())[clear].mean())


@pytest.fixture(scope="module")
def warped(tmp_path_factory):
    return rendered(Warping, tmp_path_factory.mktemp("warping"))


@pytest.fixture(scope="module")
def unfolded(tmp_path_factory):
    return rendered(Unfolding, tmp_path_factory.mktemp("unfolding"))


@pytest.fixture(scope="module")
def classified(tmp_path_factory):
    return rendered(ClassVectors, tmp_path_factory.mktemp("class_vectors"))


def test_warping_ends_with_regions_that_are_torchs_argmax_and_goes_back_to_the_input(warped):
    run = record(FIVE_SPIRALS)
    network = run.at(run.epochs[-1])
    frame = warping(network, run.data)(2)
    assert list(warped) == ["input", "warp", "answer", "back"]
    head = network[-1]
    assert isinstance(head, Linear)
    assert agreement(warped["answer"][-1], head, frame, frame.readings["scale"]) > 0.99
    difference = np.abs(warped["back"][-1].astype(int) - warped["input"][0])
    assert np.percentile(difference, 99) < 24


def test_unfolding_has_a_section_for_each_layer_and_ends_with_torchs_argmax(unfolded, narrow):
    assert list(unfolded) == ["whole", *(f"layer {n}" for n in range(1, 6)), "head"]
    assert agreement(unfolded["head"][-1], narrow.head, narrow(narrow.last)) > 0.99
    sheet = np.stack([unfolded[f"layer {n}"][-1] for n in range(1, 6)]).astype(int)
    assert (np.abs(np.diff(sheet, axis=0)).reshape(4, -1).mean(1) > 1).all()  # each layer does something


def test_class_vectors_ends_with_regions_that_are_torchs_argmax(classified):
    run = record(FIVE_SPIRALS)
    head = run.at(run.epochs[-1])[-1]
    assert isinstance(head, Linear)
    assert list(classified) == ["start", "spread", "scores", "round", "softargmax", "round again"]
    assert agreement(classified["spread"][-1], head, class_vectors(run)(2000)) > 0.99
    assert agreement(classified["round again"][-1], head, circling(run.at(2000))(3)) > 0.99


def lengths(still: np.ndarray, classes: int) -> np.ndarray:
    """Signed lengths of the bars in a frame, in its pixels, by their classes' colours."""
    unit = still.shape[0] / 1080
    box = Box(*(value * unit for value in BARS))
    found = []
    for k, colour in enumerate(255 * np.array(DARK.class_colours(classes))):
        y = round(box.top + (k + 0.5) * box.height / classes)
        row = still[y, round(box.left) : round(box.left + box.width)].astype(float)
        bar = np.abs(row - colour).max(-1) < 60
        zero = box.width / 2
        right = bar[round(zero) + 1 :].sum()
        found.append(right if right else -bar[: round(zero) - 1].sum())
    return np.array(found)


def test_the_bars_order_is_the_scores_order_in_the_clip(classified):
    run = record(FIVE_SPIRALS)
    walk = circling(run.at(run.epochs[-1]))
    for still, playhead in zip(classified["round"][:2], (0, 0.5)):
        measured, scores = lengths(still, 5), walk(playhead).scores
        order = np.argsort(scores)
        assert (np.diff(measured[order]) >= -1).all()
        np.testing.assert_allclose(measured / measured.max(), scores / scores.max(), atol=0.2)


def test_every_painted_bar_is_as_long_as_its_score():
    run = record(FIVE_SPIRALS)
    walk = circling(run.at(run.epochs[-1]))
    for playhead in np.linspace(0, 1, 12):
        still = pixels([CirclePicture(walk(float(playhead)), theme=DARK)], 1920, 1080)[..., :3]
        expected = walk(float(playhead)).bars * BARS[2] / 2
        assert np.abs(lengths(still, 5) - expected).max() < 8, playhead


def test_half_planes_are_hatched_before_they_fold(narrow):
    fold = next(k for k, step in enumerate(narrow.steps) if step.name == "positive part")
    x, y = (round(value) for value in np.add(Place.of(narrow(fold).view, 1920, 1080).origin, (-300, 200)))
    patches = []
    for playhead in (fold - 1, fold):
        still = pixels([Unfolder(narrow(playhead), narrow.steps, theme=DARK)], 1920, 1080)
        patches.append(still[y : y + 40, x : x + 40, :3].mean())  # below 0 in both coordinates
    assert patches[0] < patches[1] - 10


def test_the_strip_fills_up_as_the_steps_are_done(narrow):
    fill = 255 * np.array(mix(rgb(DARK.quiet), rgb(DARK.ground), 0.55))
    filled = []
    for playhead in np.linspace(0, len(narrow.steps), 9):
        still = pixels([Unfolder(narrow(float(playhead)), narrow.steps, theme=DARK)], 1920, 1080)
        row = still[74, 590:1590, :3]  # along the boxes, under their names
        filled.append((np.abs(row - fill).max(-1) < 3).mean())
    assert filled[0] < 0.01
    assert (np.diff(filled) > 0.03).all()


def test_easings_are_exact_at_both_ends_and_never_go_back():
    for ease in (exponential(4), exponential(50), announced(), announced(0.5)):
        values = np.array([ease(t) for t in np.linspace(0, 1, 101)])
        assert values[0] == 0 and values[-1] == 1
        assert (np.diff(values) >= 0).all()
    assert exponential(4)(0.5) == pytest.approx((5**0.5 - 1) / 4)
