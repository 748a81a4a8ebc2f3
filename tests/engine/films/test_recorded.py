"""Functions, distributions, flows, sequences and directions: exact at snapshots, true in between."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import RegularGridInterpolator

from engine import Run, UnspiralError, distributions, fit, flow, metric, pace, points, sequence, shown
from engine.films.distributions import BINS, binned
from engine.films.metric import HALF
from engine.films.shown import by_themselves
from engine.network.loss import backward
from tests.scenes.recorded import DATA, EPOCHS, GRID, recorded


@pytest.fixture(scope="module")
def run() -> Run:
    return recorded()


def test_functions_at_snapshots_are_the_recorded_ones_and_residuals_reach_them(run: Run) -> None:
    for k, epoch in enumerate(EPOCHS):
        frame = fit(run, "one")(epoch)
        assert np.array_equal(frame.values, run.series["one"][k][None].astype(float))
        x, y = frame.data.T
        assert y - frame.residuals == pytest.approx(np.interp(DATA, GRID, frame.values[0]))
        assert np.array_equal(x, DATA) and np.array_equal(y, run.constants["y"])


def test_a_fan_has_the_mean_and_the_spread_of_each_kind_of_its_functions(run: Run) -> None:
    frame = fit(run, "fan")(2.0)
    values = run.series["fan"][2].astype(float)
    assert frame.names == ("tanh", "ReLU") and frame.group == (0, 0, 0, 1, 1)
    for k, mine in enumerate((values[:3], values[3:])):
        assert frame.middle[k] == pytest.approx(mine.mean(0)) and frame.spread[k] == pytest.approx(mine.std(0))
    assert not len(frame.residuals)
    low, high = frame.up
    assert low < frame.data[:, 1].min() and high > frame.data[:, 1].max()


def test_a_function_over_the_plane_lies_on_its_grid(run: Run) -> None:
    places, heights = np.array([[0.3, -1.0], [1.0, 2.0]]), [0.5, -0.2]
    frame = fit(run, "hills", data=(places, heights))(4.0)
    assert np.array_equal(frame.values, run.series["hills"][3]) and np.array_equal(frame.points, places)
    assert frame.corners.tolist() == [[-2, -2], [2, 2]] and frame.low == -frame.high


def test_between_the_places_of_a_grid_a_function_is_linear_in_both_directions(run: Run) -> None:
    frame = shown(run, "hills:surface")(4.0)
    assert frame.eye is not None and fit(run, "hills")(4.0).eye is None
    side, at = np.linspace(-2, 2, 9), np.random.default_rng(0).uniform(-2, 2, (50, 2))
    expected = RegularGridInterpolator((side, side), frame.values)(at[:, ::-1])  # its rows go up
    assert frame.between(at) == pytest.approx(expected, abs=1e-12)
    assert frame.between(np.array([[2.0, 2.0], [9.0, -9.0]])) == pytest.approx(
        [frame.values[-1, -1], frame.values[0, -1]]
    )


@settings(max_examples=30)
@given(st.lists(st.floats(-3, 3), min_size=1, max_size=50))
def test_shares_add_up_to_all_and_keep_the_mean(values: list[float]) -> None:
    shares = binned(np.array(values), -3, 3)
    assert shares.min() >= 0 and shares.sum() == pytest.approx(1)
    assert shares @ np.linspace(-3, 3, BINS) == pytest.approx(np.mean(values), abs=1e-9)


def test_distributions_of_a_series_are_those_of_its_classes_and_chosen_points_lie_in_theirs(run: Run) -> None:
    frame = distributions(run, "losses", chosen=[4, 9, 7])(1.0)
    values, labels = run.series["losses"][1].astype(float), run.constants["labels"]
    assert frame.names == ("ant", "bee", "cow") and frame.classes == (0, 1, 2)
    for k in range(3):
        assert frame.medians[k] == np.median(values[labels == k])
        assert frame.shares[k] == pytest.approx(binned(values[labels == k], frame.at[0], frame.at[-1]))
    assert [numbers.tolist() for numbers in frame.chosen] == [[values[9]], [values[4], values[7]], []]
    rows = distributions(run, "paths", by="row")(0.0)
    assert rows.names == ("1", "2", "3", "4", "5") and not rows.classes


def test_distributions_of_layers_are_those_of_torch(small: Run) -> None:
    network, (x, y) = small.at(30), small.data
    weights = [layer.weight for layer in (network[0], network[2], network[3])]  # type: ignore[union-attr]
    frame = distributions(small, "weights")(30)
    assert frame.names == ("layer 1: 12 × 2", "layer 2: 2 × 12", "layer 3: 5 × 2")
    assert frame.medians == pytest.approx([np.median(w) for w in weights])
    slopes = distributions(small, "gradients")(30)
    assert slopes.medians[2] == pytest.approx(np.median(backward(network, x, y).gradients[-1].weight))  # type: ignore[union-attr]
    acts = distributions(small, "activations")(30)
    assert acts.names == ("sums of layer 1", "positive part 1", "embedding", "scores")
    scores = torch.tensor(small.scores(30).astype(float))
    assert acts.medians[-1] == pytest.approx(np.median(scores), abs=1e-5)
    losses = torch.nn.functional.cross_entropy(scores, torch.tensor(y), reduction="none")
    found = distributions(small, "losses", chosen=[0])(30)
    assert found.medians == pytest.approx([np.median(losses[y == k]) for k in range(5)])
    assert found.chosen[y[0]].tolist() == pytest.approx([float(losses[0])])
    margins = distributions(small, "margins", "all", chosen=range(len(y)))(30)
    assert ((margins.chosen[0] < 0) == (scores.argmax(1).numpy() != y)).all()
    one = distributions(small, "activations", layer=3)(30)
    e = small.embedding(30)
    assert one.medians == pytest.approx([np.median(e[y == k]) for k in range(5)], abs=1e-6)


def test_particles_are_where_the_flow_has_carried_them(run: Run) -> None:
    film = flow(run, "paths", grid="bent", field="pull", ways=7)
    for k, epoch in enumerate(EPOCHS):
        steps = run.series["paths"][k].astype(float)
        assert np.array_equal(film(epoch).points, steps[-1])
        carrying = film.carrying(epoch)
        for number, time in enumerate(np.linspace(0, 1, 5)):
            frame = carrying(time)
            assert np.array_equal(frame.points, steps[number])
            assert frame.lines.vertices.reshape(10, 9, 2) == pytest.approx(run.series["bent"][k][number])
            ends = frame.ways.vertices[frame.ways.starts[1:] - 1]
            assert np.array_equal(ends, frame.points[:7]) and len(frame.ways.vertices) == 7 * max(number + 1, 1)
        assert carrying(0.3).points == pytest.approx(0.8 * steps[1] + 0.2 * steps[2])
        assert np.array_equal(film(epoch).arrows[:, 0], run.constants["pull_x"])


def test_sequences_are_read_step_by_step_in_one_plane(run: Run) -> None:
    film = sequence(run, "states", labels=np.arange(12) % 2)
    states = run.series["states"].astype(float)
    for k, epoch in enumerate(EPOCHS):
        flat = states[k] @ film.directions
        assert film(epoch).points == pytest.approx(flat[:, -1]) and film(epoch).steps == pytest.approx(
            flat.reshape(-1, 2)
        )
        reading = film.reading(epoch)
        assert reading(3.0).points == pytest.approx(flat[:, 3])
        assert reading(3.25).points == pytest.approx(0.75 * flat[:, 3] + 0.25 * flat[:, 4])
        ways = reading(3.25).lines.vertices.reshape(12, 5, 2)
        assert ways[:, :4] == pytest.approx(flat[:, :4]) and ways[:, 4] == pytest.approx(reading(3.25).points)
    tokens = sequence(run, "states", colour="token").reading(4.0)(2.0)
    assert np.array_equal(tokens.shade.reshape(12, 3), run.constants["tokens"][:, :3])


def test_directions_lie_on_circle_and_sphere_and_arcs_hold_their_share(run: Run) -> None:
    labels = run.constants["labels"]
    for name in ("round", "space"):
        film = metric(run, name)
        frame = film(4.0)
        lengths = np.hypot(np.hypot(*frame.points.T), frame.depth)
        assert lengths == pytest.approx(np.ones(60), abs=1e-6)
    frame = metric(run, "round")(4.0)
    codes = run.series["round"][3].astype(float)
    assert frame.points == pytest.approx(codes / np.linalg.norm(codes, axis=1)[:, None])
    for k, arc in enumerate(frame.arcs):
        mine = frame.points[labels == k]
        middle, end = arc[32], arc[0]
        assert middle == pytest.approx(mine.mean(0) / np.linalg.norm(mine.mean(0)))
        assert np.mean(mine @ middle >= end @ middle - 1e-9) == pytest.approx(HALF, abs=0.05)


def test_ellipses_lie_round_their_points_as_wide_and_high_as_their_spreads(run: Run) -> None:
    sizes = np.abs(run.series["round"]) + 0.1
    film = points(replace(run, series={**run.series, "sizes": sizes}), "round", spreads="sizes", circle=2.0)
    for k, epoch in enumerate(EPOCHS):
        frame = film(epoch)
        outlines = frame.lines.vertices.reshape(61, -1, 2)
        assert np.hypot(*((outlines[:60] - frame.points[:, None]) / sizes[k][:, None]).T) == pytest.approx(1)
        assert np.linalg.norm(outlines[60], axis=1) == pytest.approx(2) and frame.bright == (60,)
    with pytest.raises(UnspiralError, match=r"spreads are for points \(T, N, 2\)"):
        points(run, "space", spreads="round")


def test_names_lead_to_these_films_and_pace_follows_what_moves(run: Run, small: Run) -> None:
    kinds = {name: type(shown(run, name)).__name__ for name in by_themselves(run)}
    assert kinds == {
        "one": "Fit", "fan": "Fit", "hills": "FitOverPlane", "paths": "Flow", "pull": "Points",
        "states": "Sequences", "round": "Points", "space": "Points", "losses": "Distributions",
    }  # fmt: skip
    assert type(shown(run, "round:metric")).__name__ == "Metric"
    assert type(shown(small, "margins")).__name__ == "Distributions"
    late = replace(run, epochs=np.array([0.0, 1.0, 2.0, 40.0]))  # half of the way lies before epoch 2
    assert pace(fit(late, "one"), 0, 40)(0.4) < 0.3


@pytest.mark.parametrize(
    "made, said",
    [
        (lambda run: fit(run, "round"), "Give at=…"),
        (lambda run: fit(run, "one", at=GRID[::-1]), "increase"),
        (lambda run: fit(run, "one", surface=True), "a surface needs places"),
        (lambda run: fit(run, "hills", surface=True, elevation=0), "elevation is 0"),
        (lambda run: fit(run, "one", at=GRID[:-2]), "39 places"),
        (lambda run: fit(run, "fan", groups=["a"]), "1 groups were given for 5 functions"),
        (lambda run: fit(run, "hills", at=np.random.default_rng(0).normal(size=(81, 2))), "no grid"),
        (lambda run: fit(run, "hills", data=(DATA, DATA)), "lie in 1 dimensions"),
        (lambda run: distributions(run, "weights"), "holds no network"),
        (lambda run: distributions(run, "margins"), "no classifier"),
        (lambda run: distributions(run, "paths", "class"), "no labels"),
        (lambda run: distributions(run, "paths", chosen=[1]), "no single points"),
        (lambda run: distributions(run, "los"), "did you mean losses"),
        (lambda run: flow(run, "states"), r"shows \(T, S, N, 2\)"),
        (lambda run: flow(run, "paths", field="losses"), "losses_x"),
        (lambda run: flow(run, "paths").carrying(1)(1.5), "from 0 to 1"),
        (lambda run: sequence(run, "round"), r"\(T, N, L, d\)"),
        (lambda run: sequence(run, "paths", colour="token"), "tokens"),
        (lambda run: metric(run, "fan"), "41 dimensions"),
        (lambda run: metric(run, "round", labels=np.zeros(3, int)), "3 labels were given for 60 points"),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_sentence(run: Run, made, said: str) -> None:
    with pytest.raises(UnspiralError, match=said) as caught:
        made(run)
    assert len(str(caught.value)) < 300 and "\n" not in str(caught.value)
