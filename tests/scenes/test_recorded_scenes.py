"""Scenes of series, told from recordings of their own loops, cut short: the numbers that they say are the run's."""

import importlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Run
from engine.library import example_at, example_run
from scenes.parts.pictures.panels import Panels
from tests.scenes.test_narrations import numbers, scene
from tests.scenes.walking import Section, walked

CUT: dict[str, dict[str, int]] = {
    "regression": {"epochs": 20, "seeds": 2, "width": 5},
    "two_moons": {"epochs": 2, "batches": 2, "batch": 16},
    "autoencoder": {"epochs": 1, "batch": 600},
    "attention": {"steps": 20},
    "contrastive": {"epochs": 1},
    "recurrent": {"steps": 12},
    "vae": {"epochs": 1, "batch": 600},
}


def told(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Run, dict[str, Section]]:
    """A short run of a scene's own loop, and the scene's sections."""
    if name in ("autoencoder", "contrastive", "vae"):
        pytest.importorskip("sklearn", reason="takes scikit-learn: uv pip install '.[examples]'")
    monkeypatch.setenv("UNSPIRAL_RUNS", str(folder))
    importlib.import_module(f"engine.trainings.{name}").train(example_at(name), **CUT[name])
    return example_run(name), {section.name: section for section in walked(scene(name))}


def shown(section: Section) -> Any:
    (panels,) = [m for m in section.shown if isinstance(m, Panels)]
    return [panel.frame for panel in panels.panels]


def test_regression_says_how_near_the_points_and_how_far_apart(tmp_path, monkeypatch) -> None:
    run, sections = told("regression", tmp_path, monkeypatch)
    assert numbers(sections["points"].said[0]) == [10, 4]
    x, y, grid = run.constants["x"][:, 0], run.constants["labels"], run.constants["functions_x"]
    end = run.series["functions"][-1].astype(float)
    off = max(np.abs(np.interp(x, grid, f) - y).max() for f in end)
    assert numbers(sections["fit"].said[0]) == pytest.approx([off], rel=0.05)
    spreads = [end[kind].std(0)[at] for kind in (slice(0, 2), slice(2, 4)) for at in (80, 0)]
    assert numbers(sections["beyond"].said[0]) == pytest.approx(spreads, rel=0.06)


def test_two_moons_ends_with_every_grain_where_the_trained_flow_carries_it(tmp_path, monkeypatch) -> None:
    run, sections = told("two_moons", tmp_path, monkeypatch)
    assert list(sections) == ["untrained", "learn", "carry", "ways"]
    assert numbers(sections["untrained"].said[0]) == [run.series["ways"].shape[2]]
    for name, epoch in (("untrained", 0), ("learn", -1), ("carry", -1), ("ways", -1)):
        assert np.array_equal(shown(sections[name])[0].points, run.series["ways"][epoch][-1].astype(float))
    noise = run.series["ways"][:, 0]
    assert (noise == noise[0]).all()


def test_autoencoder_says_its_errors_and_shows_each_digit_beside_its_own_copy(tmp_path, monkeypatch) -> None:
    run, sections = told("autoencoder", tmp_path, monkeypatch)
    errors = numbers(sections["learn"].said[0])
    assert errors == pytest.approx([run.metrics["loss"][0], run.metrics["loss"][-1]], rel=0.05)
    codes, _, images, again = shown(sections["learn"])
    assert codes.class_names == tuple("0123456789") and len(images.images) == len(again.images) == 10
    assert np.array_equal(again.images[..., 0], run.series["reconstructions"][-1].astype(float))


def test_attention_says_the_least_share_of_a_letters_own_place(tmp_path, monkeypatch) -> None:
    run, sections = told("attention", tmp_path, monkeypatch)
    end = run.series["attention"][-1].astype(float)
    own = [end[k, len(end) - 1 - k] for k in range(len(end))]
    assert numbers(sections["backwards"].said[0]) == pytest.approx([100 * min(own)], abs=0.06)
    cells = shown(sections["backwards"])[0]
    assert cells.rows == cells.columns[::-1] and "".join(cells.columns) == "backlog"
    assert end.sum(1) == pytest.approx(np.ones(len(end)), abs=1e-5)


def test_contrastive_says_how_far_neighbours_are_apart(tmp_path, monkeypatch) -> None:
    run, sections = told("contrastive", tmp_path, monkeypatch)
    assert numbers(sections["mixed"].said[0]) == [run.series["codes"].shape[1], 5]
    codes = run.series["codes"][-1].astype(float)
    directions, y = codes / np.linalg.norm(codes, axis=1)[:, None], run.constants["labels"]
    means = np.array([directions[y == k].mean(0) for k in range(5)])
    turned = np.sort(np.degrees(np.arctan2(means[:, 1], means[:, 0])))
    apart = np.diff(np.append(turned, turned[0] + 360))
    assert numbers(sections["round"].said[0]) == pytest.approx([apart.min(), apart.max(), 72], abs=0.51)


def test_recurrent_says_how_many_words_are_right_and_reads_to_the_last_letter(tmp_path, monkeypatch) -> None:
    run, sections = told("recurrent", tmp_path, monkeypatch)
    assert numbers(sections["untrained"].said[0]) == [90, 12]
    assert numbers(sections["learn"].said[0]) == pytest.approx([100 * run.metrics["accuracy"][-1]], abs=0.051)
    states = run.series["states"][-1].astype(float)
    assert np.array_equal(shown(sections["read"])[0].points, states[:, -1])
    assert (run.constants["labels"] == run.constants["tokens"][:, 0]).all()


def test_vae_says_how_far_codes_spread_and_decodes_its_walk(tmp_path, monkeypatch) -> None:
    run, sections = told("vae", tmp_path, monkeypatch)
    wide = run.series["spreads"].astype(float).mean((1, 2))
    assert numbers(sections["prior"].said[0]) == pytest.approx([wide[0], 1], rel=0.06)
    assert numbers(sections["learn"].said[0]) == pytest.approx([wide[-1]], rel=0.06)
    codes, sheet = shown(sections["walk"])
    assert np.array_equal(codes.points, run.series["codes"][-1].astype(float)) and len(sheet.images) == 24
    assert np.linalg.norm(run.constants["walk_x"], axis=1) == pytest.approx(np.full(24, 1.4))


def test_inside_says_how_wide_weights_become_and_how_many_margins_are_negative(small, monkeypatch) -> None:
    monkeypatch.setattr("scenes.inside.record", lambda _: small)
    sections = {section.name: section for section in walked(scene("inside"))}
    widths = [np.std(small.at(epoch)[0].weight) for epoch in (0, 30)]
    assert numbers(sections["weights"].said[0]) == pytest.approx(widths, rel=0.06)
    ridges, plane = shown(sections["margins"])
    assert numbers(sections["margins"].said[0])[:2] == [plane.wrong.sum(), len(plane.wrong)]
    (worst,) = [float(values[0]) for values in ridges.chosen if len(values)]
    assert worst < 0


@pytest.mark.parametrize("name", [*CUT, "inside"])
def test_a_scene_of_series_is_a_short_script(name: str) -> None:
    source = (Path(__file__).parents[2] / "scenes" / f"{name}.py").read_text()
    assert sum(bool(re.search(r"\S", line)) for line in source.splitlines()) <= 40
