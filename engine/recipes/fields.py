"""A recipe as TOML that explains itself to a lecturer who edits it."""

from collections.abc import Mapping
from typing import Any

import tomli_w

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
