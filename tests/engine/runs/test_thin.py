"""A run with fewer snapshots plays like the whole one, as closely as asked for."""

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from engine import Run, UnspiralError
from engine.cli import main
from engine.runs import thin
from engine.runs.run_file import Trajectories


def farthest(one: Run, other: Run, moments) -> float:
    return max(float(np.linalg.norm(one.embedding(t) - other.embedding(t), axis=1).max()) for t in moments)


@pytest.mark.parametrize("error", [0.1, 0.01, 1e-3])
def test_a_thinned_run_stays_within_the_error_at_every_moment(small: Run, error: float):
    thinned, strayed = thin.within(small, error)
    moments = np.linspace(0, 30, 241)
    assert farthest(thinned, small, moments[::4]) <= error  # at snapshots and half-way
    assert strayed <= error and strayed == pytest.approx(farthest(thinned, small, moments[::4]))
    assert farthest(thinned, small, moments) <= 1.05 * error
    assert thinned.epochs[0] == 0 and thinned.epochs[-1] == 30 and set(thinned.epochs) <= set(small.epochs)


def test_a_coarser_error_keeps_fewer_snapshots_and_five_spirals_need_few(five_spirals: Run):
    run = replace(five_spirals, held=np.arange(5000) % 25 > 0)
    counts = [len(thin.within(run, error)[0].epochs) for error in (0.1, 0.01)]
    assert counts[0] < counts[1] < 100


def test_every_keeps_the_first_and_the_last(small: Run):
    run = thin.every(small, 7)
    assert run.epochs.tolist() == [0, 7, 14, 21, 28, 30]
    assert np.array_equal(run.at(21)[0].weight, small.at(21)[0].weight) and run.loss[1] == small.loss[7]
    assert thin.every(run, 100).epochs.tolist() == [0, 30] and len(thin.every(run, 1).epochs) == 6


def test_runs_of_recorded_embeddings_and_single_snapshots_are_thinned_too(small: Run):
    points = np.stack([small.embedding(t) for t in small.epochs])
    paths = Trajectories(points, np.zeros((0, 2, 2)), np.zeros((31, 0, 9, 2), "f4"))
    run = replace(small, layers=small.layers[-1:], trajectories=paths)
    thinned, _ = thin.within(run, 0.01)
    assert len(thinned.epochs) < 31 and farthest(thinned, run, run.epochs) <= 0.01
    alone = thin.kept(small, np.array([4]))
    assert thin.within(alone, 1.0)[0].epochs.tolist() == [4]


def test_unevenly_spaced_runs_are_thinned_within_the_error(small: Run):
    uneven = thin.kept(small, np.array([0, 1, 2, 4, 7, 8, 15, 16, 29, 30]))
    thinned, _ = thin.within(uneven, 0.02)
    moments = [*uneven.epochs, *(uneven.epochs[1:] + uneven.epochs[:-1]) / 2]
    assert farthest(thinned, uneven, moments) <= 0.02


def test_wrong_numbers_are_refused(small: Run):
    for call in (lambda: thin.every(small, 0), lambda: thin.within(small, 0), lambda: thin.within(small, float("nan"))):
        with pytest.raises(UnspiralError, match="it must be"):
            call()


def test_the_command_writes_a_smaller_file_and_says_how_close_it_is(small: Run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small.save("mine.safetensors")
    done = CliRunner().invoke(main, ["thin", "mine.safetensors", "--error", "0.05"])
    assert done.exit_code == 0 and "no point strays farther than 0.0" in done.output
    assert len(Run.load("mine-thin.safetensors").epochs) < 31
    for wrong in ([], ["--every", "2", "--error", "1"], ["--every", "2"]):
        assert CliRunner().invoke(main, ["thin", "mine.safetensors", *wrong]).exit_code == 2
    assert CliRunner().invoke(main, ["thin", "mine.safetensors", "--every", "2", "--force"]).exit_code == 0
    assert len(Run.load("mine-thin.safetensors").epochs) == 16
