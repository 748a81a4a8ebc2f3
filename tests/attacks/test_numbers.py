"""Numbers too large to show: one sentence says from where on, and the sound part plays."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Run, UnspiralError, class_vectors, pace, training, unfolding, warping
from engine.films.energy import energy
from engine.films.feature_tour import touring
from engine.films.folds import carrying
from engine.films.replay import Replaying
from engine.films.shown import shown
from engine.films.softargmax import softening
from engine.runs.showable import showable
from tests.attacks.attacking import answered, refused, small_run


@pytest.mark.parametrize("grown", [1e16, 1e21, 1e30, 1e37])
def test_a_run_that_grew_beyond_measure_plays_up_to_there(tmp_path: Path, grown: float) -> None:
    path = tmp_path / "run.safetensors"
    small_run(snapshots=8, grown=grown).save(path)  # the last two of eight
    film = training(Run.load(path))
    assert (film.first, film.last) == (0, 5)
    rate = pace(film, film.first, film.last)
    assert [rate(0), rate(1)] == [0, 1]
    assert np.isfinite(film(film.last).points).all() and film(2.5).view.half < 100
    assert "epoch 6" in showable(Run.load(path)).unfinished and Replaying(path).film().last == 5
    text = refused("film", path, "--to", "7")
    assert "too large" in text and "nan" not in text
    code, text = answered("thin", path, "--error", ".001", "-o", tmp_path / "thin.safetensors")
    assert code == 0 and "nan" not in text and "too large" in text
    assert Run.load(tmp_path / "thin.safetensors").epochs[-1] == 5
    assert answered("show", path)[0] == 0


def test_a_run_of_nothing_but_large_numbers_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    small_run(snapshots=2, grown=1e25).save(path)
    assert "too large" in refused("film", path)
    with pytest.raises(UnspiralError, match="too large"):
        training(Run.load(path))


def test_one_snapshot_beyond_measure_among_others_ends_what_plays(tmp_path: Path) -> None:
    run = small_run(snapshots=9)
    layers = [layer for layer in run.layers]
    weight = np.array(layers[0].weight)  # type: ignore[union-attr]
    weight[4] *= 1e20
    layers[0] = layers[0]._replace(weight=weight)  # type: ignore[union-attr]
    assert training(replace(run, layers=tuple(layers))).last == 3


@pytest.mark.parametrize("grown", [1e20, np.inf, np.nan], ids=str)
@pytest.mark.parametrize("film", [class_vectors, energy, softening, touring], ids=lambda film: film.__name__)
def test_every_film_of_a_run_that_diverged_plays_up_to_there(film: Any, grown: float) -> None:
    with np.errstate(all="ignore"):
        made = film(small_run(snapshots=6, grown=grown))  # the last two of six
    assert made.run.epochs[-1] == 3 and made(made.last)


@pytest.mark.parametrize("grown", [1e20, np.nan], ids=str)
@pytest.mark.parametrize("film", [warping, carrying, unfolding], ids=lambda film: film.__name__)
def test_a_network_that_diverged_is_refused_in_one_true_sentence(film: Any, grown: float) -> None:
    run = small_run(snapshots=4, hidden=2, grown=grown)
    with pytest.raises(UnspiralError, match=r"diverged|not finite") as said:
        film(run.at(3), run.data)
    assert len(str(said.value)) < 300


@pytest.mark.parametrize("worst", [1e20, np.inf, -np.inf, np.nan], ids=str)
@pytest.mark.parametrize(
    "shape",
    [(4, 2), (4, 3), (4, 9), (3, 4, 2), (4, 3, 5), (6, 6, 6, 3), (7,)],
    ids=lambda shape: "x".join(map(str, shape)),
)
def test_every_series_that_diverged_plays_up_to_there(shape: tuple[int, ...], worst: float) -> None:
    numbers = np.random.default_rng(0).standard_normal((6, *shape))
    numbers[4:].reshape(2, -1)[:, 1] = worst
    run = replace(small_run(snapshots=6), series={"codes": numbers})
    film = shown(run, "codes")
    assert film.last == 3 and "codes" in film.run.unfinished and "from epoch 4 on" in film.run.unfinished
    film(film.last)
    with pytest.raises(UnspiralError, match="at its first snapshot: record finite numbers"):
        shown(replace(run, series={"codes": numbers[::-1]}), "codes")


@pytest.mark.parametrize("name", ["codes_x", "x", "y"])
def test_a_function_of_or_fitted_to_what_is_no_number_is_refused(name: str) -> None:
    constants = {"codes_x": np.linspace(0, 1, 7), "x": np.linspace(0, 1, 5), "y": np.zeros(5)}
    constants[name][2] = np.nan
    run = replace(small_run(), series={"codes": np.zeros((5, 7))}, constants=constants)
    with pytest.raises(UnspiralError, match="of 'codes' hold infinities, what is no number"):
        shown(run, "codes")
