import numpy as np
import pytest

from engine import THREE_SPIRALS_NARROW, Labelled, UnspiralError, record, spirals, unfolding, warping
from engine.films.unfolding import ROOM, ZOOM
from engine.network.layers import Linear, PositivePart, Tanh, embedding, logits
from engine.network.steps import moved
from engine.numbers import scaled

FRAMES = 60
"""Frames of a step in the tests: one second. The scene takes longer."""


@pytest.fixture(scope="module")
def narrow():
    run = record(THREE_SPIRALS_NARROW)
    return run.at(run.epochs[-1]), run.data


@pytest.fixture(scope="module", params=["lecture", "reduced"])
def film(narrow, request):
    return unfolding(*narrow, reflections=request.param)


@pytest.fixture(scope="module")
def wide(five_spirals):
    return five_spirals.at(2000), five_spirals.data


def _deep(seed, activation=PositivePart(0.01), layers=4):  # noqa: B008 (a value)
    random = np.random.default_rng(seed)
    found = []
    for _ in range(layers):
        found += [Linear(random.normal(0, 1.5, (2, 2)), random.uniform(-1, 1, 2)), activation]
    return (*found[:-1], Linear(random.standard_normal((3, 2)), random.standard_normal(3)))


def _within(frame, places):
    """How far the farthest of places is from the view's centre, as a share of what ROOM allows."""
    return np.abs((places - frame.view.centre) / frame.view.half / ROOM).max()


def test_warping_is_the_input_at_0_and_the_embedding_at_1_as_large_as_the_input(wide):
    network, data = wide
    film = warping(network, data)
    scale = film(0).readings["scale"]
    assert (film(0).points == data.x).all()
    np.testing.assert_allclose(scale * film(1).points, embedding(network, data.x.astype(float)), atol=1e-12)
    sizes = [np.sqrt((film(t).points ** 2).sum(1).mean()) for t in (0, 1)]
    assert sizes[0] == pytest.approx(sizes[1])
    assert scale == pytest.approx(6.0, abs=0.3)


def test_warping_goes_straight_and_its_axes_say_the_scale(wide):
    film = warping(*wide)
    np.testing.assert_allclose(film(0.3).points, 0.7 * film(0).points + 0.3 * film(1).points, atol=1e-12)
    assert film(0).axes == ("x₁", "x₂")
    assert film(1).axes == (f"e₁ {scaled(film(1).readings['scale'])}", f"e₂ {scaled(film(1).readings['scale'])}")


@pytest.mark.parametrize("t", [0.37, 1])
def test_warping_s_grid_lines_equal_dense_sampling(wide, narrow, t):
    for network, data in (wide, narrow):
        film = warping(network, data, lines=3)
        lines = film(t).lines
        scale = film(0).readings["scale"]
        dense = np.linspace(0, 1, 20_001)[:, None]
        for k, (begin, end) in enumerate(zip(lines.starts, lines.starts[1:])):
            source, image = film(0).lines.vertices[begin:end], lines.vertices[begin:end]
            at = np.linalg.norm(source - source[0], axis=1) / np.linalg.norm(source[-1] - source[0])
            x = (1 - dense) * source[0] + dense * source[-1]
            expected = (1 - t) * x + t * embedding(network, x) / scale
            for axis in (0, 1):
                assert np.abs(np.interp(dense[:, 0], at, image[:, axis]) - expected[:, axis]).max() < 1e-9, k


def test_the_morph_to_the_embedding_as_small_as_x_does_not_fold_before_half_way(wide):
    network, data = wide
    side = np.linspace(-1, 1, 200)
    x = np.stack(np.meshgrid(side, side), -1)
    e = embedding(network, x.reshape(-1, 2)).reshape(x.shape)

    def folded(scale, t):
        image = (1 - t) * x + t * e / scale
        across, up = image[:-1, 1:] - image[:-1, :-1], image[1:, :-1] - image[:-1, :-1]
        area = across[..., 0] * up[..., 1] - across[..., 1] * up[..., 0]
        inside = (x[:-1, :-1] ** 2).sum(-1) < 1
        return (area[inside] < 0).any()

    scale = warping(network, data)(0).readings["scale"]
    assert not folded(scale, 0.45)
    assert folded(1.0, 0.45)


@pytest.mark.parametrize("which", ["wide", "narrow"])
def test_after_the_morph_the_answer_appears_and_is_the_network_s(which, request):
    network, data = request.getfixturevalue(which)
    film = warping(network, data)
    assert [film(t).decided for t in (0, 1, 1.25, 2)] == [0, 0, 0.25, 1]
    assert not film(1).wrong.any()
    scores = logits(network, data.x.astype(float))
    assert (film(2).wrong == (scores.argmax(1) != data.y)).all()
    assert len(film(2).regions) == scores.shape[1]
    assert np.linalg.norm(film(2).class_vectors, axis=1).max() < film(2).view.half


def test_frames_of_unfolding_are_what_the_steps_make(film, narrow):
    network, data = narrow
    assert (film(0).points == data.x).all()
    for playhead in (0.5, 1, 3.25, 7, len(film.steps) - 0.1, len(film.steps)):
        assert np.abs(film(playhead).points - moved(film.steps, data.x, playhead)).max() < 1e-12
    np.testing.assert_allclose(film(len(film.steps)).points, embedding(network, data.x), rtol=0, atol=1e-12)


def test_the_narrow_network_s_grid_equals_dense_sampling_at_every_step_and_in_between(narrow):
    network, data = narrow
    film = unfolding(network, data, lines=3)
    start = film(0).lines
    dense = np.linspace(0, 1, 20_001)[:, None]
    for begin, end in zip(start.starts, start.starts[1:]):
        source = start.vertices[begin:end]
        at = np.linalg.norm(source - source[0], axis=1) / np.linalg.norm(source[-1] - source[0])
        sampled = (1 - dense) * source[0] + dense * source[-1]
        for number, step in enumerate(film.steps):
            for share in (0.37, 1):
                image, expected = film(number + share).lines.vertices[begin:end], step(sampled, share)
                for axis in (0, 1):
                    assert np.abs(np.interp(dense[:, 0], at, image[:, axis]) - expected[:, axis]).max() < 1e-9
            sampled = step(sampled, 1)


def test_nothing_leaves_the_screen_and_the_view_never_jumps(film):
    frames = [film(float(p)) for p in np.linspace(0, film.last, FRAMES * int(film.last) + 1)]
    assert max(_within(frame, np.concatenate([frame.points, frame.lines.vertices])) for frame in frames) <= 1
    half = np.array([frame.view.half for frame in frames])
    centre = np.array([frame.view.centre for frame in frames])
    assert np.abs(np.diff(half) / half[1:]).max() < 0.02
    assert (np.abs(np.diff(centre, axis=0)) / half[1:, None]).max() < 0.02
    assert _within(frames[-1], frames[-1].class_vectors) <= 1


def test_what_is_shown_fills_the_plot(film):
    shares = []
    for playhead in np.linspace(0, film.last, 400):
        frame = film(float(playhead))
        across, up = np.ptp(np.concatenate([frame.points, frame.lines.vertices]), axis=0) / frame.view.half / 2
        shares.append(max(across / ROOM[0], up))
    assert np.mean(np.array(shares) >= 0.4) >= 0.95 and max(shares) < 1


@pytest.mark.parametrize("seed", range(8))
def test_nothing_leaves_the_screen_whatever_the_network(seed):
    data = spirals(seed, classes=3, points=50)
    film = unfolding(_deep(seed, Tanh() if seed % 4 == 3 else PositivePart([0.01, 0.3, 0][seed % 3])), data)
    frames = [film(float(p)) for p in np.linspace(0, film.last, 20 * int(film.last) + 1)]
    assert max(_within(frame, np.concatenate([frame.points, frame.lines.vertices])) for frame in frames) <= 1
    half = np.log([frame.view.half for frame in frames])
    assert np.abs(np.diff(half)).max() <= ZOOM / 20 + 1e-9


def test_half_planes_are_shown_before_they_fold_and_fold_with_the_plane(film):
    folds = [k for k, step in enumerate(film.steps) if step.name == "positive part"]
    assert len(folds) == 4
    for k in folds:
        before, half_way, after = film(k), film(k + 0.5), film(k + 1)
        assert before.shade == 1 and 0 < half_way.shade < 1 and after.shade == 0
        for axis, polygon in enumerate(before.folds):
            assert polygon[:, axis].max() == 0 and polygon[:, axis].min() < before.view.centre[axis] - before.view.half
        shrunk = [np.ptp(polygon[:, axis]) for axis, polygon in enumerate(half_way.folds)]
        whole = [np.ptp(polygon[:, axis]) for axis, polygon in enumerate(before.folds)]
        assert all(s < 0.8 * w for s, w in zip(shrunk, whole))
    assert film(folds[0] - 0.9).shade == 0


def test_each_step_is_captioned_until_it_is_done_and_the_answer_comes_last(film):
    for number, step in enumerate(film.steps):
        assert film(number + 0.5).caption == film(number + 1).caption == step.caption
    assert film.last == len(film.steps) + 1
    assert film(len(film.steps)).decided == 0
    assert film(film.last).decided == 1
    assert "linear classifier" in film(film.last).caption


def test_the_shipped_network_answers_fresh_spirals_and_its_weights_grow_to_the_head(narrow):
    network, _ = narrow
    for seed in (101, 102, 103):
        fresh = spirals(seed, classes=3)
        assert (logits(network, fresh.x).argmax(1) == fresh.y).mean() >= 0.99
    largest = [np.linalg.svd(layer.weight, compute_uv=False)[0] for layer in network[:-1] if isinstance(layer, Linear)]
    assert len(largest) == 5 and (np.diff(largest) > 0).all()


def test_what_cannot_be_unfolded_or_warped_is_said_in_one_sentence(wide, narrow):
    network, data = wide
    with pytest.raises(UnspiralError, match=r"layer 0 is 100 × 2; unfolding needs 2 × 2 layers: use a recipe with"):
        unfolding(network, data)
    with pytest.raises(UnspiralError, match="needs hidden layers"):
        unfolding(network[-1:], data)
    solid = Labelled(np.zeros((4, 3)), np.arange(4) % 2)
    with pytest.raises(UnspiralError, match="the input has 3 dimensions"):
        warping((Linear(np.ones((2, 3)), np.zeros(2)), network[-1]), solid)
    with pytest.raises(UnspiralError, match="the embedding has 100 dimensions"):
        warping((*network[:2], Linear(np.zeros((5, 100)), np.zeros(5))), data)
    with pytest.raises(UnspiralError, match=r"playhead 2\.5 was asked for"):
        warping(network, data)(2.5)
    with pytest.raises(UnspiralError, match="this film goes from 0 to"):
        unfolding(*narrow)(-1)


def test_frames_do_not_depend_on_play_order(film):
    first = film(12.3)
    film(20), film(0)
    again = film(12.3)
    assert (first.points == again.points).all() and first.view == again.view
