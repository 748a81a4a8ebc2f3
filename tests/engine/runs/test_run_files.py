"""Run files: what is written is read back; whatever else is given is refused in one sentence."""

import json
import os
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from engine import Labelled, Linear, PositivePart, Run, UnspiralError
from engine.network.layers import Tanh
from engine.runs import again
from engine.runs.journal import Journal
from engine.runs.run_file import FORMAT, Trajectories, about_layers, layer_arrays
from tests.runs import small_run


def rewritten(path: Path, changes: dict, drop: tuple[str, ...] = (), about: dict | None = None) -> None:
    """The file as another tool writes it after changing its tensors or its description."""
    arrays = load_file(path) | changes
    with safe_open(path, "numpy") as file:
        metadata = file.metadata()
    described = json.loads(metadata["unspiral"]) | (about or {})
    kept = {name: array for name, array in arrays.items() if name not in drop}
    save_file(kept, path, {**metadata, "unspiral": json.dumps(described)})


def refusal(path: Path) -> str:
    with pytest.raises(UnspiralError) as caught:
        Run.load(path)
    text = str(caught.value)
    assert "\n" not in text and len(text) < 500 and str(path) in text
    return text


def test_what_is_saved_is_loaded_and_equal_runs_are_equal_files(tmp_path):
    run = small_run(held=3)
    run.save(tmp_path / "a.safetensors")
    run.save(tmp_path / "b.safetensors")
    loaded = Run.load(tmp_path / "a.safetensors")
    loaded.save(tmp_path / "c.safetensors")
    assert len({(tmp_path / f"{n}.safetensors").read_bytes() for n in "abc"}) == 1
    assert len(load_file(tmp_path / "a.safetensors")) == 12  # any safetensors reader opens it
    for epoch in (0, 0.25, 3, 4):
        for mine, theirs in zip(run.at(epoch), loaded.at(epoch)):
            assert all(np.array_equal(a, b) for a, b in zip(mine, theirs))
    assert np.array_equal(loaded.held, run.held) and np.array_equal(loaded.points.x, run.points.x)
    assert loaded.layers[1] == PositivePart(0.1)


def test_tanh_and_float64_and_trajectories_survive_the_file(tmp_path):
    random = np.random.default_rng(0)
    points = Labelled(random.standard_normal((6, 2)), np.arange(6) % 2)
    last = Linear(random.standard_normal((3, 2, 4)), random.standard_normal((3, 2)))
    lines = random.standard_normal((3, 5, 9, 4)).astype("f4")
    paths = Trajectories(random.standard_normal((3, 6, 4)).astype("f4"), random.standard_normal((5, 2, 2)), lines)
    Run(None, points, np.zeros(6, bool), np.array([0.0, 1, 5]), (last,), {}, "", paths).save(tmp_path / "t.safetensors")
    run = Run.load(tmp_path / "t.safetensors")
    assert np.array_equal(run.embedding(1), paths.points[1]) and np.array_equal(run.lines(5), lines[2])
    assert np.array_equal(run.classifier(5).weight, last.weight[2]) and run.width == 4
    with pytest.raises(UnspiralError, match="embeddings, not weights"):
        run.at(0)
    first = Linear(random.standard_normal((1, 4, 2)), np.zeros((1, 4)))
    known = Run(
        None,
        points,
        np.zeros(6, bool),
        np.zeros(1),
        (first, Tanh(), last._replace(weight=last.weight[:1], bias=last.bias[:1])),
        {},
    )
    known.save(tmp_path / "k.safetensors")
    assert Run.load(tmp_path / "k.safetensors").layers[1] == Tanh()


TENSORS = ["x", "y", "epochs", "layers.0.weight", "layers.3.bias", "held_out", "metrics.loss"]
WORDS = ["../../evil", "/etc/evil", "F64", "I64", "F8_E4M3", "BF16", "U8", "", "x" * 3000]
HOSTILE = ["[" * 100_000, "9" * 5000, "null", "[]", "{}", '{"format": 2}', '{"format": "1"}', '{"format": 1}']
KINDS = [
    [{"kind": "pickle"}],
    [{"kind": "tanh"}],
    [{"kind": "positive_part", "slope": 1e9}],
    [{"kind": "linear"}] * 3,
]
shares = st.floats(0, 1, exclude_max=True)
shapes = st.one_of(
    st.lists(st.one_of(st.integers(-(2**63), 2**64), st.integers(0, 100)), max_size=5),
    st.sampled_from([[2**50, 1], [0, 10**15], [-1, 3], [0]]),
    st.sampled_from(WORDS),
    st.one_of(st.none(), st.booleans(), st.floats()),
)
values = st.one_of(
    st.integers(2),
    st.text(min_size=1),
    st.just(float("nan")),
    st.lists(st.integers(), min_size=1),
    st.dictionaries(st.text(), st.integers(), min_size=1),
    st.sampled_from(KINDS),
)
corruptions = st.one_of(
    st.tuples(st.just("flip"), st.lists(st.tuples(shares, st.integers(1, 255)), min_size=1, max_size=8)),
    st.tuples(st.just("cut"), shares),
    st.tuples(st.just("append"), st.binary(min_size=1, max_size=200)),
    st.tuples(st.just("length"), st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 5000), st.just(10**15))),
    st.tuples(st.just("header"), st.binary(max_size=300)),
    st.tuples(
        st.just("entry"),
        st.sampled_from(TENSORS),
        st.sampled_from(["shape", "dtype", "data_offsets"]),
        shapes,
    ),
    st.tuples(st.just("name"), st.sampled_from([*TENSORS, "__metadata__"]), st.sampled_from(WORDS)),
    st.tuples(st.just("about"), st.one_of(st.sampled_from(HOSTILE), st.text(max_size=100))),
    st.tuples(st.just("field"), st.sampled_from(["layers", "recipe", "format", "trajectories"]), values),
)


def corrupted(good: bytes, corruption: tuple) -> bytes:
    length = int.from_bytes(good[:8], "little")
    header, body = json.loads(good[8 : 8 + length]), good[8 + length :]

    def assembled(text: bytes) -> bytes:
        return len(text).to_bytes(8, "little") + text + body

    match corruption:
        case "flip", flips:
            bad = bytearray(good)
            for place, change in flips:
                bad[int(place * len(bad))] ^= change
            return bytes(bad)
        case "cut", share:
            return good[: int(share * len(good))]
        case "append", extra:
            return good + extra
        case "length", number:
            return number.to_bytes(8, "little") + good[8:]
        case "header", text:
            return assembled(text)
        case "entry", name, key, value:
            header[name][key] = value
            return assembled(json.dumps(header).encode())
        case "name", name, other:
            header[other] = header.pop(name)
            return assembled(json.dumps(header).encode())
        case "about", text:
            header["__metadata__"]["unspiral"] = text
            return assembled(json.dumps(header).encode())
        case "field", name, value:
            about = json.loads(header["__metadata__"]["unspiral"]) | {name: value}
            header["__metadata__"]["unspiral"] = json.dumps(about)
            return assembled(json.dumps(header).encode())
    raise AssertionError(corruption)


def _parsed(file: bytes) -> tuple[dict, bytes]:
    length = int.from_bytes(file[:8], "little")
    return json.loads(file[8 : 8 + length]), file[8 + length :]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corrupted")
    small_run(held=3).save(folder / "good.safetensors")
    return folder


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(corruption=corruptions)
def test_a_thousand_corrupted_files_are_each_refused_in_one_sentence(folder, corruption):
    good = (folder / "good.safetensors").read_bytes()
    bad = corrupted(good, corruption)
    path = folder / "bad.safetensors"
    path.write_bytes(bad)
    began = time.monotonic()
    try:
        Run.load(path)
    except UnspiralError as error:
        assert "\n" not in str(error) and len(str(error)) < 500
    else:
        assert bad == good or _parsed(bad) == _parsed(good), corruption  # a header may be written in other words
    assert time.monotonic() - began < 2
    assert {p.name for p in folder.iterdir()} == {"good.safetensors", "bad.safetensors"}


@pytest.mark.parametrize(
    ("changes", "drop", "about", "said"),
    [
        ({"epochs": np.array([0.0, 1, 1, 2, 3])}, (), {}, "increasing"),
        ({"epochs": np.array([0.0, 1, np.nan, 2, 3])}, (), {}, "increasing"),
        ({"epochs": np.array([])}, (), {}, "at least one"),
        ({"x": np.full((20, 2), np.inf, "f4")}, (), {}, "NaN or infinity"),
        ({"x": np.zeros((20, 3), "f4")}, (), {}, r"expected \(5, out, 3\)"),
        ({"y": np.full(20, 3)}, (), {}, "labels do not fit its 3 classes"),
        ({"y": np.full(20, -1)}, (), {}, "labels do not fit"),
        ({"y": np.zeros(19, int)}, (), {}, "whole numbers"),
        ({"held_out": np.ones(20, bool)}, (), {}, "held_out"),
        ({"metrics.loss": np.zeros(4)}, (), {}, "metric loss"),
        ({"metrics.../../loss": np.zeros(5)}, (), {}, "no run has"),
        ({"layers.2.weight": np.zeros((5, 2, 9), "f4")}, (), {}, "layer 2"),
        ({"layers.2.weight": np.zeros((5, 2, 7), "i8")}, (), {}, "holds int64"),
        ({}, ("layers.3.bias",), {}, "lacks tensor layers.3.bias"),
        ({}, ("epochs",), {}, "lacks tensor epochs"),
        ({}, (), {"format": FORMAT + 1}, "update unspiral"),
        ({}, (), {"layers": []}, "does not end in a linear classifier"),
        ({}, (), {"layers": [{"kind": "sigmoidal"}]}, "is of kind 'sigmoidal', which this unspiral lacks"),
        ({}, (), {"recipe": {"epochs": -1}}, "epochs is -1"),
        ({}, (), {"recipe": {"learning_rate": 10**400}}, "must be a number"),
        ({}, (), {"recipe": {"hiden": [3]}}, "hidden"),
        ({}, (), {"trajectories": True}, "lacks tensor trajectories.points"),
    ],
)
def test_a_file_that_does_not_fit_together_is_refused_with_what_does_not_fit(tmp_path, changes, drop, about, said):
    path = tmp_path / "run.safetensors"
    small_run(held=3).save(path)
    rewritten(path, changes, drop, about)
    with pytest.raises(UnspiralError, match=said):
        Run.load(path)


def test_what_is_no_run_file_is_refused(tmp_path):
    path = tmp_path / "run.safetensors"
    assert "no such file" in refusal(path)
    assert "folder" in refusal(tmp_path)
    path.write_bytes(b"")
    assert "cut off" in refusal(path)
    path.write_text("dear students")
    assert "no safetensors file, and so no run" in refusal(path)
    save_file({"x": np.zeros(3)}, path)
    assert "not written by unspiral" in refusal(path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "not a regular file" in refusal(tmp_path / "pipe")
    path.write_bytes(b"unspiral journal" + b"\xff" * 40)
    assert "cut off" in refusal(path)


def test_one_flipped_bit_anywhere_is_noticed(tmp_path):
    path = tmp_path / "run.safetensors"
    small_run(2, 2).save(path)
    good = path.read_bytes()
    for place in range(0, len(good), 7):
        bad = bytearray(good)
        bad[place] ^= 1 << place % 8
        path.write_bytes(bytes(bad))
        refusal(path)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path, files_end_at):
    with pytest.raises(UnspiralError, match="cannot write"):
        small_run(held=3).save(tmp_path / "nowhere" / "run.safetensors")
    path = tmp_path / "run.safetensors"
    small_run(held=3).save(path)
    before = path.read_bytes()
    with files_end_at(2000), pytest.raises(UnspiralError, match="nothing was left"):
        small_run(held=3).save(path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_a_run_over_its_own_file_is_saved_whole(tmp_path):
    path = tmp_path / "run.safetensors"
    small_run(held=3).save(path)
    Run.load(path).save(path)
    assert np.array_equal(Run.load(path).at(3)[0].weight, small_run(held=3).at(3)[0].weight)


def sparse(path: Path, snapshots: int, shapes: dict[str, tuple[int, ...]], layers: list, inputs: int) -> None:
    """A run file of any size that takes no room on the disk: a header and a hole."""
    x, y = np.zeros((4, inputs), "f4"), np.arange(4) % 2
    epochs = np.arange(snapshots, dtype="f8")
    entries = {"epochs": epochs, "y": y, "x": x} | {n: (snapshots, *shape) for n, shape in shapes.items()}
    header, end = {}, 0
    for name, value in entries.items():
        shape = value.shape if isinstance(value, np.ndarray) else value
        dtype = {"epochs": "F64", "y": "I64"}.get(name, "F32")
        begin, end = end, end + int(np.prod(shape)) * (8 if dtype.endswith("64") else 4)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}
    about = {"format": 1, "layers": layers, "recipe": None, "trajectories": False, "unfinished": ""}
    text = json.dumps({"__metadata__": {"unspiral": json.dumps(about)}, **header}).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + epochs.tobytes() + y.tobytes() + x.tobytes())
        file.truncate(8 + len(text) + end)


@pytest.mark.parametrize(
    ("snapshots", "hidden"), [(100_000, 100), (200, 2_000_000)], ids=["100,000 snapshots", "ten million parameters"]
)
def test_a_large_run_opens_in_milliseconds_and_replays_in_little_memory(tmp_path, snapshots, hidden):
    pytest.importorskip("resource", reason="limits memory, which Windows cannot")
    path = tmp_path / "large.safetensors"
    shapes = {
        "layers.0.weight": (hidden, 2),
        "layers.0.bias": (hidden,),
        "layers.2.weight": (2, hidden),
        "layers.2.bias": (2,),
        "layers.3.weight": (2, 2),
        "layers.3.bias": (2,),
    }
    kinds = [{"kind": "linear"}, {"kind": "positive_part", "slope": 0}, {"kind": "linear"}, {"kind": "linear"}]
    sparse(path, snapshots, shapes, kinds, 2)
    code = f"""
import time
from resource import RUSAGE_SELF, getrusage
from engine import Run
began = time.perf_counter()
run = Run.load({str(path)!r})
opened = time.perf_counter() - began
before = getrusage(RUSAGE_SELF).ru_maxrss
for i in range(12):
    run.at(run.epochs[-1] * (i + 0.37) / 12)
began = time.perf_counter()
run.digest
print(opened, (getrusage(RUSAGE_SELF).ru_maxrss - before) / 1024, time.perf_counter() - began)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    opened, grown, hashed = map(float, done.stdout.split())
    snapshot = path.stat().st_size / snapshots / 2**20  # MB
    assert opened < 0.1 and hashed < 2  # 3 ms and 0.1 s on an idle machine
    assert grown < 40 + 6 * snapshot


def journal_of(folder: Path) -> bytes:
    """A journal of four snapshots, as a recording leaves it when it is killed."""
    run = small_run(held=3)
    layers = layer_arrays(run.layers)
    about = json.dumps(about_layers(run.layers, False) | {"recipe": None, "unfinished": ""})
    kept = Journal(folder / "j", about, run.points._asdict(), {name: array[0] for name, array in layers.items()})
    for i in range(4):
        kept.append(i, [array[i] for array in layers.values()], {"loss": 1.0 / (i + 1)})
    kept.close()
    return (folder / "j").read_bytes()


def test_a_damaged_journal_is_refused_or_gives_what_is_whole_in_it(tmp_path):
    good = journal_of(tmp_path)
    whole = Run.load(tmp_path / "j")
    assert len(whole.epochs) == 4 and np.array_equal(whole.at(2)[0].weight, small_run(held=3).layers[0].weight[2])
    path = tmp_path / "k"
    outcomes = set()
    for place in range(0, len(good), 13):
        for bad in (good[:place], good[:place] + bytes([good[place] ^ 64]) + good[place + 1 :]):
            path.write_bytes(bad)
            try:
                run = Run.load(path)
            except UnspiralError as error:
                assert "\n" not in str(error)
                outcomes.add("refused")
            else:
                assert "not closed" in run.unfinished
                sound = run.epochs.astype(int)  # snapshot i is of epoch i; damaged ones are left out
                assert np.array_equal(run.layers[0].weight, whole.layers[0].weight[sound])
                assert np.array_equal(run.points.x, whole.points.x)
                outcomes.add(len(run.epochs))
    assert outcomes == {"refused", 1, 2, 3}


HEADS = [
    {"about": "{}", "constants": [], "row": []},
    {"about": "{}", "constants": [["x", "F32", [2**39, 2**39]]], "row": []},
    {"about": "{}", "constants": [["x", "F32", [-1]]], "row": []},
    {"about": "{}", "constants": [["x", "F99", [1]]], "row": []},
    {"about": "{}", "constants": [["x", "F32", 10**30]], "row": []},
    {"about": "{}", "constants": [], "row": [["../../evil", "F32", [2]]]},
    {"about": 3, "constants": [], "row": [["layers.0.weight", "F32", [0, 10**11]]]},
    {"about": "{}", "constants": {}, "row": None},
    ["about"],
]


@pytest.mark.parametrize("head", HEADS, ids=range(len(HEADS)))
def test_a_hostile_journal_is_refused(tmp_path, head):
    text = json.dumps(head).encode()
    path = tmp_path / "run.safetensors.journal"
    crc = zlib.crc32(text)
    path.write_bytes(struct.pack("<16sQQ", b"unspiral journal", len(text), crc) + text + bytes(5000))
    assert refusal(path)
    with pytest.raises(UnspiralError):
        Run.load(tmp_path / "run.safetensors")


def test_a_run_that_is_kept_is_given_again_until_its_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "_KEEPING", [True])
    monkeypatch.setattr(again, "_LOADED", {})
    file, other = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    small_run(held=3).save(file)
    small_run(hidden=9).save(other)
    kept = Run.load(file)
    assert Run.load(file) is kept and again.kept() == [
        file
    ]  # a preview goes on looking at a file that it opens no more
    other.replace(file)
    assert Run.load(file) is not kept and Run.load(file).layers[0].weight.shape[1] == 9
