"""Unspiral's engine: recipes, runs and films. It never imports manim, and torch only where something trains."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.errors import Diverged, UnspiralError
from engine.films.class_vectors import circling, class_vectors
from engine.films.film import Film, Frame, View, pace, training
from engine.films.unfolding import unfolding, warping
from engine.network.layers import Layer, Linear, Network, PositivePart, Tanh, embedding, logits, softargmax
from engine.network.lines import Lines, images, square_grid
from engine.network.regions import argmax_regions
from engine.network.steps import Step, steps
from engine.recipes.data import Labelled, blobs, digits, labelled, moons, rings, spirals
from engine.recipes.recipe import FIVE_SPIRALS, LINEAR, NOTEBOOK, THREE_SPIRALS_NARROW, Recipe
from engine.runs.library import record
from engine.runs.run import Run

if TYPE_CHECKING:
    from engine.recorder.recorder import Recorder, lightning_callback
    from engine.trainings.loop import Snapshot, train

__all__ = [
    "FIVE_SPIRALS",
    "LINEAR",
    "NOTEBOOK",
    "THREE_SPIRALS_NARROW",
    "Diverged",
    "Film",
    "Frame",
    "Labelled",
    "Layer",
    "Linear",
    "Lines",
    "Network",
    "PositivePart",
    "Recipe",
    "Recorder",
    "Run",
    "Snapshot",
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


_TRAINING = {
    "Recorder": "engine.recorder.recorder",
    "Snapshot": "engine.trainings.loop",
    "lightning_callback": "engine.recorder.recorder",
    "train": "engine.trainings.loop",
}


def __getattr__(name: str) -> Any:
    if name in _TRAINING:
        return getattr(import_module(_TRAINING[name]), name)  # imports torch: only when asked for
    raise AttributeError(f"module 'engine' has no attribute {name!r}")
