"""What a recipe may say: each field's kind, choices, range and meaning."""

import math
import reprlib
from collections.abc import Mapping
from typing import Any, TypeGuard

import numpy as np
import tomli_w

from engine.errors import UnspiralError

OPENING = """\
# A recipe: everything that determines a training run. Change any value; a key that is left out takes its default.
# Train it: unspiral train THIS_FILE
"""

MEANINGS = {
    "data": "spirals, rings, moons, blobs; or a file beside this: points.npz (arrays x, y), points.csv (label last)",
    "data_seed": "another one scatters the points anew",
    "held_out": "share of each class kept from training and only measured, 0 to 0.9",
    "hidden": "units of each hidden layer: [100] is one wide layer, [2, 2, 2] three narrow ones, [] none",
    "activation": "positive_part or tanh",
    "slope": "of the positive part below 0: 0 is ReLU, 0.01 is leaky",
    "embedding": 'dimensions of the embedding; films show 2; "none": the classifier reads the last hidden layer',
    "bias": "true or false",
    "initialisation": "uniform, normal, xavier or orthogonal",
    "scale": "multiplies the initial weights and biases: one number, or one for each linear layer",
    "optimiser": "sgd, adam or adamw",
    "learning_rate": "more than 0",
    "warm_up": "epochs over which the learning rate rises from 0",
    "momentum": "of sgd; the first β of adam and adamw",
    "beta2": "the second β of adam and adamw",
    "weight_decay": "0 or more",
    "batch": 'points in a step; "none": all of them, one step an epoch',
    "epochs": "how often the network sees all points",
    "seed": "another number draws other initial weights and mini-batches",
    "upright": 'epoch at which the embedding is turned to lie upright on the input (no score changes); "none": never',
    "precision": "float32 or float64",
}
"""What each key of a recipe means, in the order in which it is written."""


def explained_toml(values: Mapping[str, Any]) -> str:
    """TOML of a recipe's plain values (`Recipe.as_dict`), a comment over every key."""
    values = dict(values)
    parameters = values.pop("parameters")
    parts = [OPENING]
    parts += [f"\n# {MEANINGS[key]}\n{_line({key: values[key]})}" for key in MEANINGS]
    if parameters:
        parts.append(f"\n# of the {values['data']}\n{tomli_w.dumps({'parameters': parameters})}")
    return "".join(parts)


def _line(pair: Mapping[str, Any]) -> str:
    """One key and its value on one line: tomli-w spreads lists over several."""
    (key, value), *_ = pair.items()
    if isinstance(value, list):
        items = [tomli_w.dumps({"v": item}).removeprefix("v = ").strip() for item in value]
        return f"{key} = [{', '.join(items)}]\n"
    return tomli_w.dumps(pair)


ACTIVATIONS = ("positive_part", "tanh")
INITIALISATIONS = ("uniform", "normal", "xavier", "orthogonal")
OPTIMISERS = ("sgd", "adam", "adamw")


KINDS: dict[str, str] = {
    "data_seed": "a whole number",
    "held_out": "a number",
    "hidden": "whole numbers in a list, such as [100]",
    "activation": "a word",
    "slope": "a number",
    "embedding": "a whole number or none",
    "bias": "true or false",
    "initialisation": "a word",
    "scale": "a number or numbers",
    "optimiser": "a word",
    "learning_rate": "a number",
    "warm_up": "a whole number",
    "momentum": "a number",
    "beta2": "a number",
    "weight_decay": "a number",
    "batch": "a whole number or none",
    "epochs": "a whole number",
    "seed": "a whole number",
    "upright": "a whole number or none",
    "precision": "a word",
}
OPTIONAL = [name for name, kind in KINDS.items() if kind.endswith("or none")]
CHOICES = {
    "activation": ACTIVATIONS,
    "initialisation": INITIALISATIONS,
    "optimiser": OPTIMISERS,
    "precision": ("float32", "float64"),
}
_LARGEST = 2**31 - 1
RANGES: dict[str, tuple[float, float, str]] = {
    "data_seed": (0, _LARGEST, "0 or more"),
    "held_out": (0, 0.9, "from 0 to 0.9"),
    "hidden": (1, 1_000_000, "1 or more"),
    "slope": (0, 1, "from 0 to 1"),
    "embedding": (1, 1_000_000, "1 or more, or none"),
    "learning_rate": (1e-300, 1e300, "more than 0"),
    "warm_up": (0, _LARGEST, "0 or more"),
    "momentum": (0, 1 - 1e-12, "from 0 to below 1"),
    "beta2": (0, 1 - 1e-12, "from 0 to below 1"),
    "weight_decay": (0, 1e300, "0 or more"),
    "batch": (1, _LARGEST, "1 or more, or none"),
    "epochs": (1, _LARGEST, "1 or more"),
    "seed": (0, _LARGEST, "0 or more"),
    "upright": (0, _LARGEST, "0 or more, or none"),
}


def _is_number(value: object) -> TypeGuard[float]:
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float holds
        return False


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def checked(name: str, kind: str, value: Any) -> Any:
    """`value` as plain Python of the right kind."""
    if isinstance(value, list):
        value = tuple(value)
    if value is None and kind.endswith("or none"):
        return None
    if kind.startswith("a whole number") and _is_whole(value):
        return int(value)
    if kind.startswith("a number") and _is_number(value):
        return float(value)
    if (kind == "a word" and isinstance(value, str)) or (kind == "true or false" and isinstance(value, bool)):
        return value
    if kind.startswith("whole numbers") and isinstance(value, tuple) and all(map(_is_whole, value)):
        return tuple(int(v) for v in value)
    if kind.endswith("or numbers") and isinstance(value, tuple) and all(map(_is_number, value)):
        return tuple(float(v) for v in value)
    raise UnspiralError(f"{name} is {reprlib.repr(value)}; it must be {kind}")
