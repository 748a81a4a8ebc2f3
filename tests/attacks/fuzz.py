"""A fuzzer: files of every kind that is opened, hurt at random; each is shown or refused, in bounded memory and time.

The suite runs a few hundred mutants; a long hunt by hand: python -m tests.attacks.fuzz SECONDS [SEED].
"""

import json
import random
import struct
import sys
import tempfile
import time
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from engine import Recipe, Run, UnspiralError, pace, training
from engine.films.cues import read_cues
from tests.attacks.hurt import hurt_array, hurt_bytes, hurt_value
from tests.attacks.readers import asked, asking, paged, rich_run, shown_all
from tests.runs import small_run


def a_run(chance: random.Random, folder: Path) -> Path:
    """A run whose checksum is wrong, or that another tool has rewritten, so that everything else is looked at."""
    path = folder / "run.safetensors"
    small_run(snapshots=chance.choice((1, 2, 5))).save(path)
    if chance.random() < 0.3:
        path.write_bytes(hurt_bytes(chance, path.read_bytes()))
        return path
    arrays = load_file(path)
    with safe_open(path, "numpy") as file:
        about = json.loads(file.metadata()["unspiral"])
    if chance.random() < 0.3:
        about["recipe"] = hurt_value(chance, Recipe(hidden=(7,)).as_dict())
    if chance.random() < 0.5:
        about = hurt_value(chance, about)
    name = chance.choice(list(arrays))
    if chance.random() < 0.6:
        arrays[name] = hurt_array(chance, arrays[name])
    elif chance.random() < 0.3:
        arrays[chance.choice(("metrics.[/]", "metrics." + "y" * 99, "other", "held_out"))] = arrays.pop(name)
    save_file(arrays, path, {"unspiral": json.dumps(about)})
    return path


def a_journal(chance: random.Random, folder: Path) -> Path:
    """A journal with damaged rows or a head that says something else, its checksum right."""
    from engine.runs.journal import Journal
    from engine.runs.run_file import about_layers, layer_arrays

    run, path = small_run(), folder / "recorded.safetensors.journal"
    path.unlink(missing_ok=True)
    row = {name: array[0] for name, array in layer_arrays(run.layers).items()}
    about = json.dumps(about_layers(run.layers, False) | {"recipe": None, "unfinished": ""})
    made = Journal(path, about, {"x": run.points.x, "y": run.points.y}, row)
    for number in range(5):
        made.append(number, [array[number] for array in layer_arrays(run.layers).values()], {"loss": 1.0, "[/]": 2})
    made.close()
    content = path.read_bytes()
    if chance.random() < 0.5:
        path.write_bytes(hurt_bytes(chance, content))
        return path
    start = struct.calcsize("<16sQQ")
    _, length, _ = struct.unpack_from("<16sQQ", content)
    head = json.dumps(hurt_value(chance, json.loads(content[start : start + length]))).encode()
    constants = content[start + length : start + length + run.points.x.nbytes + run.points.y.nbytes]
    beginning = head + constants
    path.write_bytes(
        struct.pack("<16sQQ", b"unspiral journal", len(head), zlib.crc32(beginning))
        + beginning
        + content[start + length + len(constants) :]
    )
    return path


def play(path: Path) -> None:
    """All that showing a run does, short of drawing it."""
    run = Run.load(path)
    film = training(run)
    rate = pace(film, film.first, film.last)
    for alpha in (0.0, 0.5, 1.0):
        s = rate(alpha)
        frame = film((1 - s) * film.first + s * film.last)
        assert np.isfinite(frame.points).all()
    assert np.isfinite(run.accuracy).all() or "accuracy" in run.metrics


def a_recipe(chance: random.Random, folder: Path) -> Path:
    """A recipe in TOML, its text hurt."""
    path = folder / "mine.toml"
    path.write_bytes(hurt_bytes(chance, Recipe(hidden=(7, 2)).text().encode()))
    return path


def some_cues(chance: random.Random, folder: Path) -> Path:
    """Cues of each kind, their text hurt."""
    texts = {
        "txt": "0\t1\tepoch 0\n2\t2\t50\n\\\t1\t2\n",
        "csv": "time,playhead\n0,0\n0:01.5,4e1\n",
        "srt": "1\n00:00:00,000 --> 00:00:01,000\n0\n\n2\n00:00:02,000 --> 00:00:03,000\nepoch 5\n",
    }
    kind = chance.choice(list(texts))
    path = folder / f"cues.{kind}"
    path.write_bytes(hurt_bytes(chance, texts[kind].encode()))
    return path


def on_cues(path: Path) -> None:
    """Cues as a replay reads them."""
    cues = read_cues(path).on_frames(30)
    assert all(np.isfinite(cues(second)) for second in np.linspace(0, cues.duration, 7))


def a_theme(chance: random.Random, folder: Path) -> Path:
    """A theme in TOML, its text hurt."""
    text = 'base = "light"\nink = "#12161c"\nclasses = ["#db1286", "#3d69f0"]\nnames = ["cats", "dogs"]\npoints = 1.5\n'
    path = folder / "theme.toml"
    path.write_bytes(hurt_bytes(chance, text.encode()))
    return path


KINDS: dict[str, tuple[Callable[[random.Random, Path], Path], Callable[[Path], object]]] = {
    "run": (a_run, play),
    "journal": (a_journal, play),
    "recipe": (a_recipe, Recipe.from_toml),
    "cues": (some_cues, on_cues),
    "series": (rich_run, shown_all),
    "page": (rich_run, paged),
    "asked": (asking, asked),
}


def attack(kind: str, seed: int, folder: Path) -> str:
    """Open one mutant: "" if it was shown, else how it was refused. Whatever else happens is raised."""
    make, show = KINDS[kind]
    path = make(random.Random(f"{kind} {seed}"), folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            show(path)
    except UnspiralError as error:
        text = str(error)
        assert "\n" not in text and len(text) - len(str(path)) < 300, text
        return text
    return ""


def main(seconds: float, seed: int = 0) -> None:
    """Hunt for `seconds`, from `seed` on; say what was met."""
    ends, count, shown = time.monotonic() + seconds, 0, 0
    with tempfile.TemporaryDirectory() as name:
        while time.monotonic() < ends:
            for kind in KINDS:
                try:
                    shown += not attack(kind, seed + count, Path(name))
                except Exception as error:
                    print(f"{kind} {seed + count}: {type(error).__name__}: {str(error)[:300]}", flush=True)
            count += 1
    print(f"{count * len(KINDS)} mutants, {shown} shown, the others refused")


if __name__ == "__main__":
    main(float(sys.argv[1]), *map(int, sys.argv[2:3]))
