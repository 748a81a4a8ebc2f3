"""Unspiral's engine: recipes, runs and films. It never imports manim, and torch only where something trains."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import UnspiralError
from engine.films.circling import circling
from engine.films.class_vectors import class_vectors
from engine.films.film import Film, Frame, View
from engine.films.pace import pace
from engine.films.training import training
from engine.films.unfolding import unfolding
from engine.films.warping import warping
from engine.library import record
from engine.network.activations import Elu, Gelu, GeluTanh, PositivePart, Sigmoid, Silu, Softplus, Tanh
from engine.network.layers import Layer, Linear, Network, embedding, logits, softargmax
from engine.network.lines import Lines, images, square_grid
from engine.network.regions import argmax_regions
from engine.network.steps import Step, steps
from engine.recipes.data import Labelled, blobs, digits, labelled, moons, rings, spirals
from engine.recipes.named import FIVE_SPIRALS, LINEAR, NOTEBOOK, THREE_SPIRALS_NARROW
from engine.recipes.recipe import Recipe
from engine.runs.run import Diverged, Run, drawn_by

if TYPE_CHECKING:
    from engine.recorder.lightning import lightning_callback
    from engine.recorder.recorder import Recorder
    from engine.recorder.said import NotRecorded
    from engine.trainings.loop import Snapshot, train

__all__ = [
    "FIVE_SPIRALS",
    "LINEAR",
    "NOTEBOOK",
    "THREE_SPIRALS_NARROW",
    "Diverged",
    "Elu",
    "Film",
    "Frame",
    "Gelu",
    "GeluTanh",
    "Labelled",
    "Layer",
    "Linear",
    "Lines",
    "Network",
    "NotRecorded",
    "PositivePart",
    "Recipe",
    "Recorder",
    "Run",
    "Sigmoid",
    "Silu",
    "Snapshot",
    "Softplus",
    "Step",
    "Tanh",
    "UnspiralError",
    "View",
    "argmax_regions",
    "blobs",
    "circling",
    "class_vectors",
    "digits",
    "embedding",
    "images",
    "labelled",
    "lightning_callback",
    "logits",
    "moons",
    "pace",
    "record",
    "rings",
    "softargmax",
    "spirals",
    "square_grid",
    "steps",
    "train",
    "training",
    "unfolding",
    "warping",
]


def _draw_sheet(run_file: Path, sheet: Path) -> None:
    from engine.render.launch import draw_sheet  # only where a notebook shows a run

    draw_sheet(run_file, sheet)


drawn_by(_draw_sheet)

_TRAINING = {
    "NotRecorded": "engine.recorder.said",
    "Recorder": "engine.recorder.recorder",
    "Snapshot": "engine.trainings.loop",
    "lightning_callback": "engine.recorder.lightning",
    "train": "engine.trainings.loop",
}


def __getattr__(name: str) -> Any:
    if name in _TRAINING:
        return getattr(import_module(_TRAINING[name]), name)  # imports torch: only when asked for
    raise AttributeError(f"module 'engine' has no attribute {name!r}")
