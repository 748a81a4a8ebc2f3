"""Unspiral's engine: recipes, runs and films. It never imports manim, and torch only where something trains."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.data import Labelled, blobs, digits, labelled, moons, rings, spirals
from engine.errors import Diverged, UnspiralError
from engine.film import Film, Frame, View, pace, training
from engine.films.classifying import circling, class_vectors
from engine.films.morphs import unfolding, warping
from engine.grid import Lines, images, square_grid
from engine.layers import Layer, Linear, Network, PositivePart, Tanh, embedding, logits, softargmax
from engine.recipes import FIVE_SPIRALS, LINEAR, NOTEBOOK, THREE_SPIRALS_NARROW, Recipe
from engine.recording import record
from engine.regions import argmax_regions
from engine.run import Run
from engine.steps import Step, steps

if TYPE_CHECKING:
    from engine.recorder import Recorder, lightning_callback
    from engine.train_one import Snapshot, train

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
    "Recorder": "engine.recorder",
    "Snapshot": "engine.train_one",
    "lightning_callback": "engine.recorder",
    "train": "engine.train_one",
}


def __getattr__(name: str) -> Any:
    if name in _TRAINING:
        return getattr(import_module(_TRAINING[name]), name)  # imports torch: only when asked for
    raise AttributeError(f"module 'engine' has no attribute {name!r}")
