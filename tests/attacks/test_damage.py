"""No damaged byte is ever shown: it is refused when it is read, in files of any size, and while they are open."""

import json
import os
import resource
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import Run, UnspiralError
from engine.runs import tensors
from tests.attacks.attacking import answered, refused, small_run
from tests.children import fork


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of more than 32 MB, which is mapped: 3,000 snapshots of a 2–300–2–3 network."""
    path = tmp_path_factory.mktemp("large") / "run.safetensors"
    small_run(snapshots=3000, hidden=900).save(path)
    assert path.stat().st_size > tensors.CHECKED
    return path


def hurt(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 4]))


def test_a_bit_that_flipped_in_a_large_file_is_met_when_it_is_read(large: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    shutil.copy(large, path)
    run = Run.load(path)
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        begin = json.loads(file.read(length))["layers.0.weight"]["data_offsets"][0]
    hurt(path, 8 + length + begin + 1500 * run.layers[0].weight[0].nbytes + 40)
    run = Run.load(path)
    assert len(run.at(10)) == 4  # what is sound plays
    with pytest.raises(UnspiralError, match="checksum"):
        run.at(1500)
    with pytest.raises(UnspiralError, match="checksum"):
        run.embedding(1500)
    with pytest.raises(UnspiralError, match="checksum"):
        Run.load(path).save(tmp_path / "copy.safetensors")
    assert "checksum" in refused("thin", path, "--every", "1", "-o", tmp_path / "thin.safetensors")
    assert "checksum" in refused("show", "--check", path)
    assert not list(tmp_path.glob("copy*")) and not list(tmp_path.glob("thin*"))


def test_a_bit_that_flipped_anywhere_is_found_by_check(large: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    shutil.copy(large, path)
    code, text = answered("show", "--check", path)
    assert code == 0 and "checksum" in text
    size = path.stat().st_size
    for at in (3, 40, 900, 70_000, size // 3, size - 2):
        hurt(path, at)
        refused("show", "--check", path)
        hurt(path, at)
    assert answered("show", "--check", path)[0] == 0


def test_equal_large_runs_have_equal_digests_and_others_do_not(large: Path, tmp_path: Path) -> None:
    shutil.copyfile(large, tmp_path / "copy.safetensors")
    run = Run.load(large)
    assert Run.load(tmp_path / "copy.safetensors").digest == run.digest
    other = np.array(run.layers[0].weight)
    other[1234, 5, 1] += 1
    layers = (run.layers[0]._replace(weight=other), *run.layers[1:])  # type: ignore[union-attr]
    replace(run, layers=layers).save(tmp_path / "other.safetensors")
    assert Run.load(tmp_path / "other.safetensors").digest != run.digest


@pytest.mark.parametrize("snapshots", [5, 3000])
def test_a_file_that_is_cut_off_or_overwritten_while_it_is_open_is_met(
    large: Path, tmp_path: Path, snapshots: int
) -> None:
    path = tmp_path / "run.safetensors"
    small_run(snapshots=5).save(path)
    if snapshots > 5:
        shutil.copy(large, path)
    run = Run.load(path)
    sound = [np.array(layer.weight) for layer in run.at(3) if hasattr(layer, "weight")]
    child = fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.truncate(path, 20_000 if snapshots > 5 else 100)
        try:
            again = [layer.weight for layer in run.at(3) if hasattr(layer, "weight")]
        except UnspiralError as error:
            os._exit(3 if "changed" in str(error) else 5)
        os._exit(0 if all(np.array_equal(a, b) for a, b in zip(sound, again)) else 4)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == (0 if snapshots == 5 else 3)


def test_every_small_flip_is_refused_or_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    small_run().save(path)
    content, random = path.read_bytes(), np.random.default_rng(1)
    for place in random.integers(0, len(content), 150).tolist():
        spoilt = bytearray(content)
        spoilt[place] ^= 1 << int(random.integers(8))
        path.write_bytes(spoilt)
        with pytest.raises(UnspiralError) as caught:
            Run.load(path)
        assert len(str(caught.value)) - len(str(path)) < 250
