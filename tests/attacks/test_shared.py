"""Caches and folders that others write into are looked at, not trusted; nobody is locked out; nothing stays open."""

import os
import resource
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import NOTEBOOK, Recipe, Run, UnspiralError, record
from engine.files.locks import locked
from engine.library import find_run, recorded_at
from tests.attacks.attacking import saved, small_run
from tests.children import fork

TINY = Recipe(parameters={"points": 12}, hidden=(3,), epochs=3, upright=None)


@pytest.fixture
def said() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield caught


def test_a_cache_entry_that_is_not_the_recipes_is_set_aside_and_recorded_anew(
    tmp_path: Path, said: list[warnings.WarningMessage]
) -> None:
    whole = record(TINY, tmp_path)
    path = recorded_at(TINY, tmp_path)
    other = replace(small_run(), recipe=replace(TINY, seed=5))
    damaged = bytearray(path.read_bytes())
    damaged[-9] ^= 1
    for number, spoil in enumerate(
        (lambda: other.save(path), lambda: path.write_bytes(damaged), lambda: path.write_bytes(b""))
    ):
        spoil()
        run = record(TINY, tmp_path)
        np.testing.assert_array_equal(run.layers[0].weight, whole.layers[0].weight)  # type: ignore[union-attr]
        assert len(said) == number + 1 and "kept as" in str(said[-1].message)
    assert len(list(tmp_path.glob("*-aside-*"))) == 3  # nothing is thrown away


def test_another_run_under_a_recipes_name_is_not_played_as_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[warnings.WarningMessage]
) -> None:
    monkeypatch.setenv("UNSPIRAL_RUNS", str(tmp_path))
    small_run().save(recorded_at(NOTEBOOK))
    with pytest.raises(UnspiralError, match="not recorded yet"):
        find_run("notebook")
    assert "another recipe" in str(said[0].message)


def test_somebody_elses_lock_file_keeps_nobody_out(tmp_path: Path) -> None:
    with locked(tmp_path / "a.safetensors"):
        assert oct((tmp_path / "a.lock").stat().st_mode)[-3:] == "666"
    assert not list(tmp_path.iterdir())  # and none stays
    if os.getuid():
        pytest.skip("only root can be somebody else")
    tmp_path.chmod(0o777)
    (tmp_path / "a.lock").touch(0o600)
    for folder in (tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(folder.stat().st_mode | 0o011)
    os.chdir(tmp_path)
    child = fork()
    if not child:
        try:
            os.setuid(65534)
            with locked(Path("a.safetensors")):
                os._exit(0)
        except BaseException:
            os._exit(1)
    os.chdir("/")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_runs_that_are_open_keep_no_file_open(tmp_path: Path) -> None:
    path = saved(tmp_path)
    before = len(os.listdir("/proc/self/fd"))
    runs = [Run.load(path) for _ in range(50)]
    assert len(os.listdir("/proc/self/fd")) == before and len(runs) == 50


def test_a_large_run_keeps_one_file_open_at_most_however_often_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.runs.tensors.CHECKED", 0)  # every file counts as large, and is mapped
    path = saved(tmp_path)
    before = len(os.listdir("/proc/self/fd"))
    runs = [Run.load(path) for _ in range(50)]
    assert len(os.listdir("/proc/self/fd")) <= before + 1
    first = runs[0].loss[0]
    small_run(seed=4).save(path)  # another file under its name
    assert runs[0].loss[0] == first != Run.load(path).loss[0]
    del runs
    assert len(os.listdir("/proc/self/fd")) == before


def test_running_out_of_files_is_said_as_what_it_is(tmp_path: Path) -> None:
    path = saved(tmp_path)
    child = fork()
    if not child:
        open_now = max(int(name) for name in os.listdir("/proc/self/fd"))
        resource.setrlimit(resource.RLIMIT_NOFILE, (8, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        try:
            held = [os.dup(0) for _ in range(open_now)]
            os._exit(len(held) % 2 + 6)
        except OSError:
            pass
        try:
            Run.load(path)
        except UnspiralError as error:
            os._exit(3 if "Too many open files" in str(error) and "cut off" not in str(error) else 4)
        os._exit(5)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
