"""More that the fuzzer hurts: runs of series and what is made of them, and what a preview's page asks."""

import asyncio
import json
import random
from pathlib import Path
from typing import Any, cast

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from engine import Run, UnspiralError
from engine.films.shown import all_shown, by_themselves, shown
from engine.page.codec import Blob
from engine.page.pack import classes_of, packed
from engine.preview import studio
from engine.preview.server import _do
from engine.preview.shape import Part, Shape
from engine.render.job import Job
from tests.attacks.hurt import NUMBERS, WORDS, hurt_array, hurt_bytes, hurt_value
from tests.runs import small_run

SHAPES = {
    "codes": (20, 2),
    "images": (4, 5, 3),
    "fits": (6,),
    "attention": (3, 4),
    "paths": (3, 20, 2),
    "wide": (20, 9),
}
"""Of series, without time: points, images, a function over a grid, a matrix, a flow, a cloud."""


def rich_run(chance: random.Random, folder: Path) -> Path:
    """A run of a network with held-out points, of series and constants, a few things in it hurt."""
    path = folder / "rich.safetensors"
    small_run(snapshots=chance.choice((1, 2, 5)), held=chance.choice((0, 6))).save(path)
    arrays = load_file(path)
    with safe_open(path, "numpy") as file:
        about = json.loads(file.metadata()["unspiral"])
    count = len(arrays["epochs"])
    numbers = np.random.default_rng(chance.randrange(99))
    for name, shape in SHAPES.items():
        arrays[f"series.{name}"] = numbers.standard_normal((count, *shape)).astype("f4")
    arrays["constants.fits_x"] = np.linspace(0, 1, 6)
    arrays["constants.labels"] = np.arange(20) % 3
    about["names"] = {"y": ["a", "b", "c"], "labels": ["a", "b", "c"]}
    for _ in range(chance.choice((1, 1, 2))):
        name = chance.choice([*arrays, *(f"series.{name}" for name in SHAPES)])
        match chance.randrange(4):
            case 0 | 1 if name in arrays:
                arrays[name] = hurt_array(chance, arrays[name])
            case 2:
                about = hurt_value(chance, about)
            case _ if name in arrays:
                arrays[f"{chance.choice(('series', 'constants', 'metrics'))}.{chance.choice(WORDS)}"] = arrays[name]
    save_file(arrays, path, {"unspiral": json.dumps(about)})
    if chance.random() < 0.1:
        path.write_bytes(hurt_bytes(chance, path.read_bytes()))
    return path


def shown_all(path: Path) -> None:
    """Each series, metric and plane as a film, at its beginning, middle and end; held-out points among them."""
    run = Run.load(path)
    names = [*by_themselves(run), *run.metrics, "embedding", "input", "weights", "margins"]
    refused = []
    for name in names:
        try:
            film = shown(run, name, held_out=run.held_out is not None)
            for s in (0.0, 0.5, 1.0):
                film((1 - s) * film.first + s * film.last)
        except UnspiralError as error:
            refused.append(error)
    if refused:
        raise refused[0]
    all_shown(run, names[:2])


def paged(path: Path) -> None:
    """All of a page but its fonts and colours."""
    run, blob = Run.load(path), Blob()
    about = [about for about, _ in packed(run, "run", blob)]
    classes_of(cast(Any, about), blob)
    json.loads(json.dumps(about, allow_nan=False))
    blob.packed({"runs": about})


MESSAGES = (
    {"ask": "frame", "frame": 7, "aside": True},
    {"ask": "moment", "moment": "section:one+0.5s"},
    {"ask": "size", "width": 640, "height": 360},
    {"ask": "stop"},
    {"ask": "load"},
)


def asking(chance: random.Random, folder: Path) -> Path:
    """What a page asks, hurt as JSON or as bytes."""
    path = folder / "asked.json"
    message = dict(chance.choice(MESSAGES))
    key = chance.choice([*message][1:] or [*message])
    hurt = chance.randrange(4)
    if hurt == 0:
        message[key] = chance.choice(
            (*NUMBERS, *WORDS, "1e999s", "section:", "section:one+nans", "٣s", "-1s", None, [])
        )
    text = json.dumps(hurt_value(chance, message) if hurt == 1 else message).encode()
    path.write_bytes(hurt_bytes(chance, text) if hurt > 1 else text)
    return path


class _Process:
    """One that draws, without a process: what it is asked can be sent to one."""

    def __init__(self, hears: Any, environment: Any) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def ask(self, *question: Any) -> None:
        self.asked.append(question)

    def end(self) -> None:
        """It has none."""

    def wait(self, seconds: float) -> None:
        """It has none."""


def asked(path: Path) -> None:
    """A studio that is asked; what it tells is JSON, and the moment it shows one of the scene's."""

    async def ask() -> None:
        held = studio.Studio(Job("scene.py", (), ".", ()), spares=False)
        held.open()
        held.state.shape = Shape(
            "S", "", 10, 16, 9, 40, (Part("one", 0, 20, False, ""), Part("two", 20, 20, False, ""))
        )
        told: list[Any] = []
        viewer = studio.Viewer(told.append, lambda *_: None)
        held.viewers.append(viewer)
        _do(held, viewer, path.read_bytes().decode(errors="replace"))
        assert type(held.state.frame) is int and 0 <= held.state.frame < 40
        for message in told:
            json.dumps(message, allow_nan=False)
            if message["reason"] and message["phase"] != "stopped":
                refused.append(UnspiralError(message["reason"]))
        held.close()

    refused: list[UnspiralError] = []
    kept, studio.Worker = studio.Worker, cast(Any, _Process)
    try:
        asyncio.run(ask())
    finally:
        studio.Worker = kept
    if refused:
        raise refused[0]
