"""The recipes that have a name: the lecture's networks."""

from dataclasses import replace
from pathlib import Path

from engine.errors import UnspiralError, nearest
from engine.recipes.recipe import Recipe


def linear_classifier(classes: int) -> Recipe:
    """Logistic regression on that many spirals, slow to watch, decayed so that its class vectors stay on the screen.

    Straight lines get about half: at the optimum, without decay, .49 to .52 of three spirals' points and .49 to .51 of
    five's over eight samples of 300 a class, means .501 and .498. This sample's decayed optimum is .496 and .489.
    """
    return replace(
        LINEAR,
        data_seed=2,
        parameters={"classes": classes, "points": 300},
        learning_rate=0.02,
        weight_decay=0.07,
        epochs=300,
        seed=3,
    )


def half_learned(width: int) -> Recipe:
    """Five spirals, not yet all unwound, through features of that many dimensions."""
    return replace(FIVE_SPIRALS, hidden=(width,), parameters={"points": 200}, epochs=450, warm_up=200, seed=4)


FIVE_BLOBS = Recipe(
    "blobs",
    {"classes": 5, "points": 40},
    hidden=(),
    embedding=None,
    bias=False,
    learning_rate=0.05,
    weight_decay=0.03,
    epochs=200,
    upright=None,
)
"""Features as they were before deep learning: given, and linearly separable. No bias, so that s is W f and no more."""


FIVE_SPIRALS = Recipe(scale=(1.0, 0.02, 1.0), warm_up=500, seed=11)
"""The lecture's first video: grows upright out of the origin by epoch 250, then untwists; 99.6 % at 2000."""

NOTEBOOK = Recipe(parameters={"inner": 0.2}, optimiser="adam", learning_rate=1e-3, seed=1)
"""The lecturer's own recipe (NYU-DLSP21, 04-spiral_classification): Adam, the default initialisation."""

LINEAR = Recipe(hidden=(), embedding=None, learning_rate=0.5)
"""Logistic regression on five spirals: straight lines cut every arm."""

THREE_SPIRALS_NARROW = Recipe(
    parameters={"classes": 3},
    hidden=(2, 2, 2, 2),
    slope=0.01,
    initialisation="orthogonal",
    optimiser="adam",
    learning_rate=0.1,
    warm_up=100,
    beta2=0.95,
    weight_decay=1e-4,
    epochs=1500,
    upright=None,
    precision="float64",
)
"""The lecture's third video: forced to stay in the plane. Most beginnings lead nowhere, so its network was searched
for (`unspiral search three_spirals_narrow`) and comes along in assets/runs."""

RECIPES = {
    "five_spirals": FIVE_SPIRALS,
    "notebook": NOTEBOOK,
    "linear": LINEAR,
    "three_spirals_narrow": THREE_SPIRALS_NARROW,
}


def find_recipe(name: str | Path) -> Recipe:
    """A recipe by its name in `RECIPES`, or from a TOML file. UnspiralError offers the nearest names."""
    key = str(name).lower().replace("-", "_")
    if key in RECIPES:
        return RECIPES[key]
    if Path(name).suffix == ".toml" or Path(name).is_file():
        return Recipe.from_toml(name)
    raise UnspiralError(f"there is no recipe and no TOML file {str(name)!r}; {nearest(key, RECIPES)}")
