"""Unspiral's engine: recipes, runs and films. It never imports manim, and torch only where something trains."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import recorder as _recorder
from engine.errors import UnspiralError
from engine.films.circling import circling
from engine.films.class_vectors import class_vectors
from engine.films.curves import curves
from engine.films.descent import descent, two_clouds
from engine.films.distributions import distributions
from engine.films.energy import energy
from engine.films.feature_tour import touring
from engine.films.film import Film, Frame, View
from engine.films.fit import fit
from engine.films.flow import flow
from engine.films.folds import carrying, folding, zooming
from engine.films.input_plane import input_plane
from engine.films.lifting import lifting
from engine.films.linear_classifier import cutting
from engine.films.matrix import matrix
from engine.films.metric import metric
from engine.films.network import assembling, flowing
from engine.films.opening import opening
from engine.films.pace import announced, eased, exponential, pace
from engine.films.points import points
from engine.films.pulling import pulling
from engine.films.scores import scoring
from engine.films.scrub import scrub
from engine.films.seen import frames_drawn_by
from engine.films.sequence import sequence
from engine.films.shown import shown
from engine.films.softargmax import softening
from engine.films.space import space
from engine.films.together import Accuracies, Together
from engine.films.training import training
from engine.films.unfolding import unfolding
from engine.films.walk import walk
from engine.films.warping import warping
from engine.films.words import words
from engine.lazy import lazily
from engine.library import record
from engine.network.activations import Elu, Gelu, GeluTanh, PositivePart, Sigmoid, Silu, Softplus, Tanh
from engine.network.layers import Layer, Linear, Network, embedding, logits, softargmax
from engine.network.lines import Lines, images, square_grid
from engine.network.regions import argmax_regions
from engine.network.steps import Step, steps
from engine.recipes.data import Labelled, blobs, digits, labelled, moons, rings, spirals
from engine.recipes.named import FIVE_SPIRALS, LINEAR, NOTEBOOK, THREE_SPIRALS_NARROW
from engine.recipes.recipe import Recipe
from engine.runs.paging import paged_by
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
    "Accuracies",
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
    "Together",
    "UnspiralError",
    "View",
    "announced",
    "argmax_regions",
    "assembling",
    "blobs",
    "carrying",
    "circling",
    "class_vectors",
    "curves",
    "cutting",
    "descent",
    "digits",
    "distributions",
    "eased",
    "embedding",
    "energy",
    "exponential",
    "fit",
    "flow",
    "flowing",
    "folding",
    "images",
    "input_plane",
    "labelled",
    "lifting",
    "lightning_callback",
    "logits",
    "matrix",
    "metric",
    "moons",
    "opening",
    "pace",
    "points",
    "pulling",
    "record",
    "rings",
    "scoring",
    "scrub",
    "sequence",
    "shown",
    "softargmax",
    "softening",
    "space",
    "spirals",
    "square_grid",
    "steps",
    "touring",
    "train",
    "training",
    "two_clouds",
    "unfolding",
    "walk",
    "warping",
    "words",
    "zooming",
]


def _draw_sheet(run_file: Path, sheet: Path) -> None:
    from engine.render.launch import draw_sheet  # only where a notebook shows a run

    draw_sheet(run_file, sheet)


drawn_by(_draw_sheet)


def _make_page(run: Run) -> Any:
    from engine.page.write import page  # only where somebody asks for one

    return page([("run", run)])


paged_by(_make_page)


def _draw_frames(frames: Sequence[Any], width: int, form: str) -> list[bytes]:
    from engine.render.launch import draw_frames  # only where a notebook shows a frame, and no scenes.parts are loaded

    return draw_frames(frames, width, form)


frames_drawn_by(_draw_frames)

_TRAINING = {"Snapshot": "engine.trainings.loop", "train": "engine.trainings.loop"}
__getattr__ = lazily(__name__, _recorder.PUBLIC | _TRAINING)
