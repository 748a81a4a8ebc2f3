"""Small files that would become large ones, and files that never end, are refused before anything is taken."""

import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from engine import Recipe, Run, UnspiralError
from engine.films.cues import read_cues
from tests.attacks.attacking import refused, saved

RECIPE = "parameters.points = 20\nhidden = [2]\nepochs = 1\nupright = 'none'\n"


def toml(folder: Path, text: str, name: str = "mine.toml") -> Path:
    (folder / name).write_text(text)
    return folder / name


def zeros(path: Path, shape: tuple[int, ...], written: int) -> Path:
    """An .npz whose x says that it has this shape, and holds `written` bytes of zeros."""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        with packed.open("x.npy", "w", force_zip64=True) as member:
            member.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
            for _ in range(written >> 20):
                member.write(bytes(1 << 20))
        with packed.open("y.npy", "w") as member:
            np.save(member, np.zeros(shape[0] if shape[0] < 10**6 else 1, int))
    return path


def test_arrays_are_measured_before_they_are_unpacked(tmp_path: Path) -> None:
    recipe = toml(tmp_path, 'data = "points.npz"\n' + RECIPE.replace("parameters.points = 20\n", ""))
    for shape, written in (((2**40, 2), 0), ((2**20, 2**20), 0), ((1 << 19, 100), 400 << 20)):
        zeros(tmp_path / "points.npz", shape, written)
        text = refused("train", recipe, "-o", tmp_path / "run.safetensors")
        assert "takes" in text or "unpack" in text, text
        assert text.count("B") >= 2  # both numbers: what it takes, and what there is


@pytest.mark.parametrize(
    "line",
    [
        "parameters.points = 10000000\nparameters.classes = 200",
        "data = 'blobs'\nparameters.dimensions = 10000000",
        "epochs = 500000000",
        "epochs = 2000000000\nhidden = [1]",
        "hidden = [1000000, 1000000]",
        "parameters.points = 100000\nhidden = [100000]",
    ],
)
def test_recipes_that_this_computer_cannot_train_are_refused_with_both_numbers(tmp_path: Path, line: str) -> None:
    given = "\n".join(sorted(line.splitlines(), key=lambda text: text.startswith("parameters")))
    text = refused("train", toml(tmp_path, given), "-o", tmp_path / "run.safetensors")
    assert text.count("GB") + text.count("TB") + text.count("PB") >= 2, text


def test_pipes_and_devices_are_not_waited_for(tmp_path: Path) -> None:
    for name in ("r.toml", "points.csv", "points.npz", "cues.srt", "run.safetensors", "sound.wav", "font.ttf"):
        os.mkfifo(tmp_path / name)
    run = saved(tmp_path, "good.safetensors")
    assert "regular" in refused("train", tmp_path / "r.toml")
    assert "regular" in refused("recipe", tmp_path / "r.toml")
    for points in ("points.csv", "points.npz", "/dev/zero.csv"):
        text = refused("train", toml(tmp_path, f'data = "{points}"\n'))
        assert "regular" in text or "No such file" in text
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    assert "regular" in refused("train", toml(tmp_path, 'data = "zero.csv"\n'))
    assert "regular" in refused("film", run, "--cues", tmp_path / "cues.srt")
    assert "regular" in refused("show", tmp_path / "run.safetensors")
    assert "regular" in refused("film", tmp_path / "run.safetensors")
    assert "regular" in refused("deliver", "scenes/embedding.py", "--for", "web", "--sound", tmp_path / "sound.wav")


def test_text_that_nests_or_counts_beyond_measure_is_refused(tmp_path: Path) -> None:
    texts = {
        "dotted": "a." * 20_000 + "a = 1",
        "heads": "[" + "a." * 20_000 + "a]",
        "lists": "hidden = " + "[" * 20_000,
        "tables": "parameters = " + "{a=" * 20_000,
        "digits": "epochs = " + "9" * 10_000,
        "large": "# " + "x" * 2_000_000,
        "many": "hidden = [" + "1," * 400_000 + "1]",
        "null": 'data = "points\\u0000.csv"',
        "long": f'data = "{"x" * 300}.csv"',
    }
    for name, text in texts.items():
        taken = _memory_of(tmp_path, toml(tmp_path, text, f"{name}.toml"))
        assert taken < 150, (name, taken)


def _memory_of(folder: Path, recipe: Path) -> float:
    """MB that refusing a recipe takes beyond what Python and the engine do."""
    code = f"""if True:
        import resource
        from engine import Recipe, UnspiralError
        peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        before = peak()
        try:
            Recipe.from_toml({str(recipe)!r})
        except UnspiralError as error:
            assert len(str(error)) < 500, error
            print(peak() - before)"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr[-500:]
    return float(done.stdout)


def test_cues_last_no_longer_than_a_lecture_can(tmp_path: Path) -> None:
    for name, text in {
        "a.csv": "0,0\n1e12,1\n",
        "b.txt": "0\t0\t0\n5000000000\t5000000000\t1\n",
        "c.srt": "1\n00:00:00,000 --> 00:00:01,000\n0\n\n2\n99999:00:00,000 --> 99999:00:01,000\n1\n",
    }.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(UnspiralError, match="ten hours"):
            read_cues(tmp_path / name)


def test_a_journal_of_ever_new_metrics_is_refused(tmp_path: Path) -> None:
    """2,500 rows of 60 names that no other row has: 150,000 curves of 2,500 numbers would be 3 GB."""
    about = {"format": 1, "layers": [{"kind": "linear"}], "trajectories": False, "recipe": None, "unfinished": ""}
    constants = {"x": np.zeros((3, 2), "f4"), "y": np.arange(3)}
    row = {"layers.0.weight": np.zeros((3, 2), "f4"), "layers.0.bias": np.zeros(3, "f4")}
    names = {"<f4": "F32", "<i8": "I64"}

    def described(arrays: dict[str, np.ndarray]) -> list:
        return [[name, names[array.dtype.str], list(array.shape)] for name, array in arrays.items()]

    head = json.dumps({"about": json.dumps(about), "constants": described(constants), "row": described(row)}).encode()
    beginning = head + b"".join(array.tobytes() for array in constants.values())
    path = tmp_path / "run.safetensors.journal"
    with path.open("wb") as file:
        file.write(struct.pack("<16sQQ", b"unspiral journal", len(head), zlib.crc32(beginning)) + beginning)
        for number in range(2500):
            metrics = json.dumps({f"{number:x}.{k:x}": 1 for k in range(60)}, separators=(",", ":")).encode()
            body = struct.pack("<d", number) + b"".join(array.tobytes() for array in row.values()) + metrics.ljust(1000)
            file.write(body + struct.pack("<I", zlib.crc32(body)))
    with pytest.raises(UnspiralError, match="metrics"):
        Run.load(path)


def test_a_training_that_would_not_fit_on_the_disk_is_refused_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 100})
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)
    monkeypatch.setattr("engine.trainings.loop.train", None)  # not even begun
    monkeypatch.setenv("UNSPIRAL_RUNS", str(tmp_path / "runs"))
    for output in (("-o", tmp_path / "run.safetensors"), ()):
        text = refused("train", toml(tmp_path, RECIPE), *output)
        assert "100 bytes" in text and "free" in text


def test_own_points_are_counted_before_they_are_copied() -> None:
    huge = np.broadcast_to(np.float64(1), (2**40, 4))  # takes no memory, until it is looked at
    with pytest.raises(UnspiralError, match="memory"):
        Recipe(data=(huge, np.broadcast_to(np.int64(0), (2**40,))))
