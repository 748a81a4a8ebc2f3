from collections.abc import Iterable
from dataclasses import fields
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from engine import FIVE_SPIRALS, Frame, Labelled, Recipe, Run, UnspiralError, pace, training
from engine.library import recorded_at, train_run
from engine.network.layers import Linear
from tests.oracles import forward_in_torch


def arrays(value: Any) -> Iterable[Any]:
    """Everything a frame holds, flattened."""
    if isinstance(value, Frame):
        for field in fields(value):
            yield from arrays(getattr(value, field.name))
    elif isinstance(value, dict):
        yield from arrays(tuple(value.items()))
    elif isinstance(value, tuple):
        for part in value:
            yield from arrays(part)
    else:
        yield value


def same(a: Frame, b: Frame) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(arrays(a), arrays(b), strict=True))


@pytest.mark.parametrize("epoch", [0, 1, 50, 250, 999, 2000])
def test_a_film_at_a_recorded_epoch_equals_torchs_forward_pass(five_spirals: Run, epoch: int) -> None:
    frame, network = training(five_spirals)(epoch), five_spirals.at(epoch)
    x, y = five_spirals.data
    e = forward_in_torch(network[:-1], x)
    assert np.abs(frame.points - e.numpy()).max() <= 1e-5 * frame.view.half
    assert np.array_equal(frame.class_vectors, network[-1].weight)  # type: ignore[union-attr]
    scores = forward_in_torch(network, x)
    best = scores.topk(2, dim=1)
    clear = ((best.values[:, 0] - best.values[:, 1]) > 1e-5).numpy()  # nearer, the last bit decides
    wrong = (best.indices[:, 0] != torch.tensor(y)).numpy()
    assert clear.mean() > 0.99 and np.array_equal(frame.wrong[clear], wrong[clear])
    assert np.array_equal(frame.labels, y)
    readings = {"epoch": epoch, "loss": five_spirals.loss[epoch], "accuracy": five_spirals.accuracy[epoch]}
    assert dict(frame.readings) == pytest.approx(readings)
    assert np.isclose(frame.readings["accuracy"], 1 - frame.wrong.mean(), atol=1e-3)


def test_between_snapshots_weights_are_mixed_and_at_them_they_are_exact(five_spirals: Run) -> None:
    before, between, after = (five_spirals.at(e)[0] for e in (100, 100.25, 101))
    assert isinstance(before, Linear) and isinstance(between, Linear) and isinstance(after, Linear)
    assert np.allclose(between.weight, 0.75 * before.weight + 0.25 * after.weight, rtol=1e-6)
    assert np.array_equal(five_spirals.at(101)[0].weight, after.weight)  # type: ignore[union-attr]
    # an epoch is so short that its middle is where both ends' film has it
    film = training(five_spirals)
    for epoch in (20, 300, 1500):
        middle = (film(epoch).points + film(epoch + 1).points) / 2
        assert np.abs(film(epoch + 0.5).points - middle).max() <= 1e-4 * film(0).view.half


def test_frames_do_not_depend_on_order_or_rate(small: Run) -> None:
    assert small.recipe is not None
    film = training(small)
    # a second of film at four rates: exact times, so that a frame of 24 is among those of 120
    times = {rate: [Fraction(i, rate) for i in range(rate + 1)] for rate in (24, 30, 60, 120)}
    seen = {time: film(float(30 * time)) for time in times[120]}
    again = training(Run.load(recorded_at(small.recipe)))
    for rate in (60, 30, 24):
        assert set(times[rate]) <= set(seen)
        assert all(same(again(float(30 * time)), seen[time]) for time in reversed(times[rate]))


def test_the_view_is_fixed_and_holds_every_point_of_every_epoch(five_spirals: Run) -> None:
    film = training(five_spirals)
    view = film(0).view
    for epoch in np.linspace(0, 2000, 101):
        frame = film(epoch)
        assert frame.view == view and np.abs(frame.points[:, 1]).max() <= view.half
        assert np.abs(frame.points[:, 0]).max() <= 1.5 * view.half


def test_a_playhead_outside_the_run_is_refused(small: Run) -> None:
    film = training(small)
    assert (film.first, film.last) == (0, 30)
    for playhead in (-0.01, 30.5, float("nan")):
        with pytest.raises(UnspiralError, match="this run holds epochs 0 to 30"):
            film(playhead)


def test_points_beyond_the_plane_have_a_film_without_a_grid() -> None:
    x = np.random.default_rng(0).standard_normal((30, 4))
    run = train_run(Recipe(data=Labelled(x, np.arange(30) % 3), hidden=(6,), epochs=2))
    frame = training(run)(1.5)
    assert frame.points.shape == (30, 2) and len(frame.lines.vertices) == 0


@pytest.mark.parametrize(("start", "stop"), [(0, 2000), (1000, 250)])
def test_a_paced_playhead_moves_points_evenly_and_meets_its_ends(five_spirals: Run, start: int, stop: int) -> None:
    film = training(five_spirals)
    when = pace(film, start, stop, evenness=1.0)
    assert when(0) == 0 and when(1) == 1
    shares = np.array([when(s) for s in np.linspace(0, 1, 17)])
    assert (np.diff(shares) > 0).all()
    stills = [film((1 - s) * start + s * stop).points for s in shares]
    travelled = np.array([np.sqrt(((b - a) ** 2).sum(1).mean()) for a, b in zip(stills, stills[1:])])
    assert travelled.max() <= 1.6 * travelled.mean()  # linear in epochs: 5 times
    linear = pace(film, start, stop, evenness=0.0)
    assert linear(0.3) == pytest.approx(0.3)


def test_five_spirals_films_have_all_of_the_lectures_points(five_spirals: Run) -> None:
    frame = training(five_spirals)(2000)
    assert frame.points.shape == (5000, 2) and len(frame.regions) == 5 and len(frame.lines.starts) == 43
    assert five_spirals.recipe == FIVE_SPIRALS
