"""What a recording left is never lost, never shown instead of something newer, and never thrown away in silence."""

import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from engine import Run
from engine.recorder.recorder import Recorder
from tests.attacks.attacking import answered, saved, small_run

X = np.random.default_rng(0).standard_normal((12, 2)).astype("f4")
Y = np.arange(12) % 2


def model() -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2), nn.Linear(2, 2))


def journal_at(path: Path, snapshots: int = 6) -> Path:
    """The journal of a recording that was killed."""
    recorder = Recorder(path, model(), X, Y, embedding="2", classifier="3")
    for epoch in range(snapshots):
        recorder.snapshot(epoch, loss=1 / (1 + epoch))
    left = path.with_name("left")
    shutil.copy(f"{path}.journal", left)
    recorder.close()
    path.unlink()
    return left.rename(f"{path}.journal")


def stride(journal: Path) -> int:
    """Bytes of one row."""
    content = journal.read_bytes()
    first = content.index(b'{"loss":')
    return content.index(b'{"loss":', first + 1) - first


def hurt(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x10
    path.write_bytes(content)


def test_a_run_written_beside_an_old_journal_is_the_one_that_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    writes = {
        "save": lambda: small_run().save(path),
        "copied": lambda: shutil.copy2(saved(tmp_path, "other.safetensors"), path),  # with its older times
        "thin": lambda: answered("thin", saved(tmp_path, "whole.safetensors"), "--every", "1", "-o", path),
    }
    for how, write in writes.items():
        left = journal_at(path)
        kept = left.read_bytes()
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            output = write()
            run = Run.load(path)
        assert (len(run.epochs), run.unfinished) == (5, ""), how
        assert any("recording" in text for text in (*(str(one.message) for one in said), str(output))), how
        assert any(file.read_bytes() == kept for file in tmp_path.glob("*.journal")), how  # set aside, not lost
        for file in (path, *tmp_path.glob("*.journal")):
            file.unlink()


def test_a_journal_begun_beside_an_older_run_is_the_one_that_is_shown(tmp_path: Path) -> None:
    path = saved(tmp_path)
    recorder = Recorder(path, model(), X, Y, embedding="2", classifier="3")
    for epoch in range(3):
        recorder.snapshot(epoch)
    assert len(Run.load(path).epochs) == 3  # while it is being recorded, and after the process was killed
    shutil.copy(f"{path}.journal", tmp_path / "left")
    recorder.close()
    saved(tmp_path, seed=9)
    (tmp_path / "left").rename(f"{path}.journal")
    with pytest.warns(UserWarning, match="recording"):
        assert len(Run.load(path).epochs) == 5  # saved once more, it is newer


def test_every_sound_snapshot_of_a_damaged_journal_is_opened(tmp_path: Path) -> None:
    journal = journal_at(tmp_path / "run.safetensors")
    whole = Run.load(journal)
    length = stride(journal)
    for row in range(6):
        spoilt = tmp_path / "spoilt.journal"
        shutil.copy(journal, spoilt)
        hurt(spoilt, len(journal.read_bytes()) - (6 - row) * length + 20)
        run = Run.load(spoilt)
        others = [number for number in range(6) if number != row]
        assert run.epochs.tolist() == others
        np.testing.assert_array_equal(run.layers[0].weight, whole.layers[0].weight[others])
        assert row == 5 or "1 damaged" in run.unfinished


def test_the_next_recorder_sets_a_damaged_journal_aside(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    for place in (50, -30):  # in the description; in the last row
        journal = journal_at(path)
        hurt(journal, place if place > 0 else journal.stat().st_size + place)
        kept = journal.read_bytes()
        with pytest.warns(UserWarning, match="kept in"):
            recorder = Recorder(path, model(), X, Y, embedding="2", classifier="3")
        assert any(file.read_bytes() == kept for file in tmp_path.glob("*-unfinished-*"))
        recorder.snapshot(0)
        recorder.close()
        for file in (path, *tmp_path.glob("*-unfinished-*")):
            file.unlink()


def test_a_damaged_row_among_many_is_left_out_when_a_large_journal_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.runs.tensors.CHECKED", 0)  # every file counts as large
    path = tmp_path / "run.safetensors"
    with pytest.warns(UserWarning, match="damaged"), Recorder(path, model(), X, Y, "2", "3") as recorder:
        for epoch in range(6):
            recorder.snapshot(epoch, loss=torch.tensor(1.0))
        hurt(Path(f"{path}.journal"), Path(f"{path}.journal").stat().st_size - 3 * stride(Path(f"{path}.journal")) + 20)
    assert Run.load(path).epochs.tolist() == [0, 1, 2, 4, 5]
