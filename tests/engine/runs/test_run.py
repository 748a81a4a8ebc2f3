"""A run between its snapshots, and what Manim's cache sees of it."""

from copy import copy, deepcopy
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from engine import Labelled, Linear, PositivePart, Run, UnspiralError, embedding, training
from engine.runs.between import weights_between
from engine.runs.upright import upright


def made_run(epochs, function, held=None) -> Run:
    """A run whose weights are `function` of the epoch, times fixed random numbers."""
    random = np.random.default_rng(1)
    epochs = np.asarray(epochs, float)

    def over_time(*shape: int) -> np.ndarray:
        base = random.standard_normal(shape)
        return np.stack([(base * function(t)).astype("f4") for t in epochs])

    layers = (
        Linear(over_time(6, 2), over_time(6)),
        PositivePart(),
        Linear(over_time(2, 6), over_time(2)),
        Linear(over_time(3, 2), over_time(3)),
    )
    points = Labelled(random.uniform(-1, 1, (15, 2)).astype("f4"), np.arange(15) % 3)
    held = np.zeros(15, bool) if held is None else held
    return Run(
        None, points, held, epochs, layers, {"loss": np.exp(-epochs), "accuracy": np.linspace(0, 1, len(epochs))}
    )


@pytest.mark.parametrize("epochs", [[0, 1, 2, 3, 4], [0, 10, 20, 35, 36, 90], [0.5, 7], [0, 5, 40], [3]])
def test_a_run_is_exact_at_its_snapshots(epochs):
    run = made_run(epochs, np.cos)
    for i, epoch in enumerate(epochs):
        for layer, stacked in zip(run.at(epoch), run.layers):
            for value, values in zip(layer, stacked):
                assert np.array_equal(value, values[i]) if isinstance(value, np.ndarray) else value == values


def test_between_neighbouring_epochs_weights_move_on_straight_lines():
    run = made_run([0, 1, 2, 3], np.exp)
    first = run.layers[0].weight
    assert np.allclose(run.at(1.25)[0].weight, 0.75 * first[1] + 0.25 * first[2], rtol=1e-6)
    assert run.at(1.25)[0].weight.dtype == np.float32


def test_between_distant_snapshots_weights_move_on_cubics_that_follow_parabolas_exactly():
    epochs = np.array([0.0, 10, 14, 30, 55, 60])
    for degree in range(3):
        for epoch in (3.3, 12, 29.9, 47, 58):
            mix = weights_between(epochs, epoch)
            assert sum(share for _, share in mix) == pytest.approx(1, abs=1e-12)
            assert sum(share * epochs[i] ** degree for i, share in mix) == pytest.approx(epoch**degree, rel=1e-9)
    dense, sparse = (
        made_run(np.arange(0, 101), lambda t: np.sin(t / 20)),
        made_run(np.arange(0, 101, 10), lambda t: np.sin(t / 20)),
    )
    straight = replace(sparse, epochs=sparse.epochs / 10)
    cubic_error, straight_error = (
        max(np.abs(run.at(t * scale)[0].weight - dense.at(t)[0].weight).max() for t in range(101))
        for run, scale in ((sparse, 1), (straight, 0.1))
    )
    assert cubic_error < straight_error / 4


def test_an_epoch_outside_the_run_is_refused():
    run = made_run([2, 3, 9], np.cos)
    for epoch in (1.99, 9.01, float("nan")):
        with pytest.raises(UnspiralError, match="epochs 2 to 9"):
            run.at(epoch)


def test_a_run_plays_up_to_where_its_weights_stop_being_numbers():
    run = made_run([0, 1, 2, 3], np.cos)
    run.layers[2].weight[3, 0, 0] = np.nan
    assert np.isfinite(run.at(2)[2].weight).all()
    with pytest.raises(UnspiralError, match=r"epoch 2\.5 is not finite"):
        run.at(2.5)


def test_loss_and_accuracy_are_computed_where_they_were_not_recorded():
    run = replace(made_run([0, 1, 2], np.cos, held=np.arange(15) > 11), metrics={})
    assert run.loss.shape == run.accuracy.shape == (3,)
    network = run.at(1)
    scores = (embedding(network, run.data.x) @ network[-1].weight.T + network[-1].bias).astype(float)
    chances = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    assert run.loss[1] == pytest.approx(-np.log(chances[np.arange(12), run.data.y]).mean())
    assert run.accuracy[1] == pytest.approx((scores.argmax(1) == run.data.y).mean())


def test_a_metric_with_gaps_is_the_last_one_measured_and_nothing_before_the_first():
    run = replace(made_run([0, 1, 2, 3], np.cos), metrics={"f1": np.array([np.nan, 4.0, np.nan, 2.0])})
    assert run.metric("f1", 0.9) is None
    assert [run.metric("f1", epoch) for epoch in (1, 2.5, 3)] == [(4, 1), (4, 1), (2, 3)]


def test_upright_turns_the_embedding_and_changes_no_score():
    run = made_run([0, 1, 2], np.exp)
    turned = upright(run, 1)
    x = run.data.x
    for epoch in (0, 0.5, 2):
        one, other = run.at(epoch), turned.at(epoch)
        scores, others = (embedding(n, x) @ n[-1].weight.T + n[-1].bias for n in (one, other))
        assert np.allclose(scores, others, atol=1e-4)
    e = turned.embedding(1)
    overlap = (e - e.mean(0)).T @ (x - x.mean(0))
    assert np.allclose(overlap, overlap.T, atol=1e-4)  # nothing is left to turn


def test_a_run_is_shared_not_copied():
    run = made_run([0, 1], np.cos)
    assert copy(run) is run and deepcopy({"film": run})["film"] is run


def cache_key(path) -> str:
    """What Manim's segment cache makes of a Replay of the run in a file."""
    from manim.utils.hashing import get_json

    from scenes.parts import Picture, Replay

    film = training(Run.load(path))
    picture = Picture(film(0))
    return get_json([Replay(picture, film, 0, 2)])


def test_a_weight_changed_in_a_file_changes_the_cache_key_and_loading_again_does_not(tmp_path):
    path, other = tmp_path / "run.safetensors", tmp_path / "changed.safetensors"
    made_run([0, 1, 2], np.exp).save(path)
    arrays = load_file(path)
    with safe_open(path, "numpy") as file:
        metadata = file.metadata()
    keys = [cache_key(path), cache_key(path)]
    for name in ("layers.0.weight", "layers.3.bias"):
        changed = arrays[name].copy()
        changed[1, 0] += 1e-3  # at a snapshot that neither end of the replay shows
        save_file(arrays | {name: changed}, other, metadata)
        keys.append(cache_key(other))
    run = Run.load(path)
    replace(run, layers=(run.layers[0]._replace(weight=run.layers[0].weight + np.float32(1e-3)), *run.layers[1:])).save(
        path
    )
    keys.append(cache_key(path))
    assert keys[0] == keys[1] and len(set(keys)) == 4


def test_a_run_made_from_a_loaded_one_has_a_digest_of_its_own(tmp_path):
    made_run([0, 1, 2], np.exp).save(tmp_path / "run.safetensors")
    run = Run.load(tmp_path / "run.safetensors")
    before = run.digest
    changed = replace(run, layers=(run.layers[0]._replace(bias=run.layers[0].bias + np.float32(1e-3)), *run.layers[1:]))
    assert len({before, changed.digest, replace(run, unfinished="early").digest, upright(run, 1).digest}) == 4


def test_manims_cache_sees_a_digest_instead_of_the_weights():
    from manim.utils.hashing import get_json

    run = made_run([0, 1, 2], np.exp)
    assert get_json({"run": run}) == f'{{"run": {{"digest": "{run.digest}"}}}}'
    assert made_run([0, 1, 2], np.exp).digest == run.digest
    assert replace(run, unfinished="stopped").digest != run.digest
