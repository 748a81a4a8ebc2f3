"""Films of series show what was recorded: exactly at its epochs, between them on the way, never anything else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Recorder, Run, UnspiralError
from engine.films.curves import curves
from engine.films.images import images
from engine.films.matrix import matrix
from engine.films.points import points
from engine.films.replay import Replaying
from engine.films.shown import all_shown, shown

EPOCHS = [0, 1, 3, 7]


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {
        "codes": random.normal(size=(4, 30, 2)).astype(np.float32),
        "line": random.normal(size=(4, 30, 1)).astype(np.float32),
        "space": random.normal(size=(4, 30, 3)).astype(np.float32),
        "wide": random.normal(size=(4, 30, 6)).astype(np.float32),
        "digits": random.uniform(size=(4, 5, 8, 6)).astype(np.float32),
        "photos": random.uniform(-1, 2, size=(4, 2, 4, 4, 3)).astype(np.float32),
        "attention": random.uniform(size=(4, 7, 9)).astype(np.float32),
    }


@pytest.fixture(scope="module")
def run(arrays: dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Run:
    path = tmp_path_factory.mktemp("series") / "series.safetensors"
    with Recorder(path, labels=np.arange(30) % 3) as recorder:
        for k, epoch in enumerate(EPOCHS):
            loss = 10.0 ** (2 - 2 * k)
            recorder.snapshot(epoch, loss=loss, held=1 - k / 4, **{name: value[k] for name, value in arrays.items()})
    return Run.load(path)


def test_films_at_recorded_epochs_are_the_loops_own_arrays(run: Run, arrays: dict[str, np.ndarray]) -> None:
    for k, epoch in enumerate(EPOCHS):
        assert np.array_equal(points(run, "codes")(epoch).points, arrays["codes"][k])
        assert np.array_equal(points(run, "line")(epoch).points[:, 0], arrays["line"][k][:, 0])
        assert np.array_equal(matrix(run, "attention")(epoch).values, arrays["attention"][k])
        assert np.array_equal(images(run, "digits")(epoch).images[..., 0], arrays["digits"][k])
        sheet = images(run, "photos")(epoch)
        assert sheet.images * (sheet.high - sheet.low) + sheet.low == pytest.approx(arrays["photos"][k], abs=1e-6)


def test_three_dimensions_are_turned_and_never_stretched(run: Run, arrays: dict[str, np.ndarray]) -> None:
    film = points(run, "space")
    for k, epoch in enumerate(EPOCHS):
        seen = film(epoch).points
        turned = np.linalg.lstsq(arrays["space"][k], seen, rcond=None)[0]
        assert arrays["space"][k] @ turned == pytest.approx(seen, abs=1e-5)
        assert turned.T @ turned == pytest.approx(np.eye(2), abs=1e-5)


def test_more_dimensions_are_shown_in_the_plane_that_the_caption_names(run: Run, arrays: dict[str, np.ndarray]) -> None:
    frame = points(run, "wide")(7)
    centred = arrays["wide"][3] - arrays["wide"][3].mean(0)
    sizes = np.linalg.svd(centred, compute_uv=False) ** 2
    assert f"{100 * sizes[:2].sum() / sizes.sum():.0f} %" in frame.caption and "6 dimensions" in frame.caption
    assert np.var(frame.points, 0).sum() == pytest.approx(sizes[:2].sum() / 30, rel=1e-4)


def test_every_point_lies_in_the_view_at_every_snapshot(run: Run) -> None:
    for name in ("codes", "line", "space", "wide"):
        film = points(run, name)
        for epoch in EPOCHS:
            away = np.abs(film(epoch).points - film.view.centre).max()
            assert away <= film.view.half, (name, epoch)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 7))
def test_curves_end_at_the_playhead_with_what_was_measured(run: Run, epoch: float) -> None:
    frame = curves(run, ["held"])(epoch)
    (curve,) = frame.curves
    assert curve.at[-1] == epoch
    assert curve.value[-1] == pytest.approx(np.interp(epoch, EPOCHS, [1, 0.75, 0.5, 0.25]))


def test_a_scale_is_logarithmic_where_values_span_decades(run: Run) -> None:
    assert curves(run, ["loss"]).logarithmic and not curves(run, ["held"]).logarithmic
    with pytest.raises(UnspiralError, match="no place for"):
        curves(replace(run, metrics={"held": np.array([0.0, 1.0, 2.0, 3.0])}), logarithmic=True)


def test_a_matrix_of_both_signs_has_0_in_the_middle_of_its_scale(run: Run) -> None:
    film = matrix(run, "wide")
    assert film.low == -film.high and matrix(run, "attention").low == 0


def test_names_lead_to_the_film_that_fits_and_say_what_there_is(run: Run) -> None:
    kinds = {name: type(shown(run, name)).__name__ for name in (*run.series, "loss")}
    assert kinds == {
        "attention": "Matrix", "codes": "Points", "digits": "Images", "line": "Points", "loss": "Curves",
        "photos": "Images", "space": "Points", "wide": "Points",
    }  # fmt: skip
    assert type(shown(run, "wide:matrix")).__name__ == "Matrix"
    assert all_shown(run, ["codes", "loss", "held"])[1] == ("codes", "loss, held")
    for name, said in (
        ("cods", "did you mean codes"),
        ("codes:xylophone", "there are: points"),
        ("digits:matrix", r"\(T, A, B\)"),
    ):
        with pytest.raises(UnspiralError, match=said):
            shown(run, name)


def test_a_run_without_a_network_plays_everything_that_it_holds(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "all.safetensors"
    run.save(path)
    replaying = Replaying(path)
    assert len(replaying.film()(3.5)) == len(replaying.titles()) == 5
    assert replaying.beats(replaying.film())[-1].stop == 7
