"""Unspiral's engine: recipes, runs and films. It never imports manim, and torch only where something trains."""

from typing import TYPE_CHECKING, Any

from engine.data import Labelled, blobs, labelled, moons, rings, spirals
from engine.errors import Diverged, UnspiralError
from engine.film import Film, Frame, View, pace, training
from engine.grid import Lines, images, square_grid
from engine.layers import Layer, Linear, Network, PositivePart, Tanh, embedding, logits, softargmax
from engine.recipes import FIVE_SPIRALS, LINEAR, NOTEBOOK, Recipe
from engine.recording import record
from engine.regions import argmax_regions
from engine.run import Run

if TYPE_CHECKING:
    from engine.train_one import Snapshot, train

__all__ = [
    "FIVE_SPIRALS",
    "LINEAR",
    "NOTEBOOK",
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
    "Run",
    "Snapshot",
    "Tanh",
    "UnspiralError",
    "View",
    "argmax_regions",
    "blobs",
    "embedding",
    "images",
    "labelled",
    "logits",
    "moons",
    "pace",
    "record",
    "rings",
    "softargmax",
    "spirals",
    "square_grid",
    "train",
    "training",
]


def __getattr__(name: str) -> Any:
    if name in ("Snapshot", "train"):
        from engine import train_one  # imports torch: only when asked for

        return getattr(train_one, name)
    raise AttributeError(f"module 'engine' has no attribute {name!r}")
