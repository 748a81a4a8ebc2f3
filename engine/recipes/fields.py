"""What a recipe may say: one table that checks it, explains it in TOML and makes the command's options."""

import math
import reprlib
import tomllib
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeGuard, assert_never, get_args

import numpy as np
import tomli_w

from engine.errors import UnspiralError, unknown
from engine.network.activations import KINDS
from engine.recipes.data import DATASETS

Kind = Literal["name", "whole number", "number", "word", "switch", "whole numbers", "number or numbers"]
Initialisation = Literal["uniform", "normal", "xavier", "orthogonal"]
Precision = Literal["float32", "float64"]
INITIALISATIONS: tuple[Initialisation, ...] = get_args(Initialisation)

LARGEST = 2**31 - 1
BIG = 1e300


class Optimiser(NamedTuple):
    """An optimiser of torch.optim, given learning rate and weight decay, and besides:"""

    torch: str
    """Its class there."""
    arguments: Mapping[str, str | tuple[str, ...]]
    """Its arguments, and the keys of a recipe that they are."""


OPTIMISERS: Mapping[str, Optimiser] = {
    "sgd": Optimiser("SGD", {"momentum": "momentum"}),
    "adam": Optimiser("Adam", {"betas": ("momentum", "beta2")}),
    "adamw": Optimiser("AdamW", {"betas": ("momentum", "beta2")}),
}
"""Every optimiser: a row is all that it takes to add one."""


class Field(NamedTuple):
    """What a key of a recipe may be, and what it means."""

    kind: Kind
    meaning: str
    low: float = -math.inf
    high: float = math.inf
    needed: str = ""
    """The range in words."""
    choices: tuple[str, ...] = ()
    optional: bool = False
    """Whether it may be None, in files and commands "none"."""

    @property
    def wanted(self) -> str:
        """What kind of value it must be, in words."""
        match self.kind:
            case "name":
                words = "a name, or points x and their labels y"
            case "whole number" | "number" | "word" | "number or numbers":
                words = f"a {self.kind}"
            case "switch":
                words = "true or false"
            case "whole numbers":
                words = "whole numbers in a list, such as [100]"
            case _:
                assert_never(self.kind)
        return f"{words} or none" if self.optional else words


def _either(names: tuple[str, ...]) -> str:
    return " or ".join([", ".join(names[:-1]), *names[-1:]])


def _of(names: tuple[str, ...]) -> Field:
    """One of some words."""
    return Field("word", _either(names), choices=names)


def _from_0(meaning: str) -> Field:
    """A whole number, 0 or more."""
    return Field("whole number", meaning, 0, LARGEST, "0 or more")


FIELDS: Mapping[str, Field] = {
    "data": Field(
        "name", f"{', '.join(DATASETS)}; or a file beside this: points.npz (arrays x, y), points.csv (label last)"
    ),
    "data_seed": _from_0("another one scatters the points anew"),
    "held_out": Field(
        "number", "share of each class kept from training and only measured, 0 to 0.9", 0, 0.9, "from 0 to 0.9"
    ),
    "hidden": Field(
        "whole numbers",
        "units of each hidden layer: [100] is one wide layer, [2, 2, 2] three narrow ones, [] none",
        1,
        1_000_000,
        "1 or more",
    ),
    "activation": _of(tuple(KINDS)),
    "slope": Field("number", "of the positive part below 0: 0 is ReLU, 0.01 is leaky", 0, 1, "from 0 to 1"),
    "embedding": Field(
        "whole number",
        'dimensions of the embedding; films show 2; "none": the classifier reads the last hidden layer',
        1,
        1_000_000,
        "1 or more, or none",
        optional=True,
    ),
    "bias": Field("switch", "true or false"),
    "initialisation": _of(INITIALISATIONS),
    "scale": Field(
        "number or numbers", "multiplies the initial weights and biases: one number, or one for each linear layer"
    ),
    "optimiser": _of(tuple(OPTIMISERS)),
    "learning_rate": Field("number", "more than 0", 1e-300, BIG, "more than 0"),
    "warm_up": _from_0("epochs over which the learning rate rises from 0"),
    "momentum": Field("number", "of sgd; the first β of adam and adamw", 0, 1 - 1e-12, "from 0 to below 1"),
    "beta2": Field("number", "the second β of adam and adamw", 0, 1 - 1e-12, "from 0 to below 1"),
    "weight_decay": Field("number", "0 or more", 0, BIG, "0 or more"),
    "batch": Field(
        "whole number",
        'points in a step; "none": all of them, one step an epoch',
        1,
        LARGEST,
        "1 or more, or none",
        optional=True,
    ),
    "epochs": Field("whole number", "how often the network sees all points", 1, LARGEST, "1 or more"),
    "seed": _from_0("another number draws other initial weights and mini-batches"),
    "upright": Field(
        "whole number",
        'epoch at which the embedding is turned to lie upright on the input (no score changes); "none": never',
        0,
        LARGEST,
        "0 or more, or none",
        optional=True,
    ),
    "precision": _of(get_args(Precision)),
}
"""Every key of a recipe but its data set's parameters, in the order in which they are written."""

PARAMETERS: Mapping[str, tuple[float, float, str]] = {
    "classes": (2, 10_000_000, "2 or more"),
    "points": (1, 10_000_000, "1 or more"),
    "dimensions": (1, 10_000_000, "1 or more"),
    "inner": (0, 1, "from 0 to 1"),
    "noise": (0, 1e9, "0 or more"),
    "spread": (0, 1e9, "0 or more"),
}
"""Ranges of data sets' parameters; others may be any number."""

OPENING = """\
# A recipe: everything that determines a training run. Change any value; a key that is left out takes its default.
# Train it: unspiral train THIS_FILE
"""


def checked(key: str, value: Any) -> Any:
    """The value of a key as plain Python. UnspiralError says what it must be."""
    field = FIELDS[key]
    if value is None and field.optional:
        return None
    value = of_kind(key, field.kind, value, field.wanted)
    if field.choices and value not in field.choices:
        if key == "activation":  # relu is not nearly gelu, it is the positive part: all are offered
            raise UnspiralError(f"unknown activation {value!r}; it must be {field.meaning}")
        raise unknown(key, value, field.choices)
    for number in value if isinstance(value, tuple) else (value,):
        if field.needed:
            check_range(key, number, field.low, field.high, field.needed)
    return value


def of_kind(key: str, kind: Kind, value: Any, wanted: str) -> Any:
    """The value as plain Python of its kind. UnspiralError says that it must be `wanted`."""
    if isinstance(value, list):
        value = tuple(value)
    match kind:
        case "name":
            return value
        case "whole number":
            if is_whole(value):
                return int(value)
        case "number":
            if is_number(value):
                return float(value)
        case "word":
            if isinstance(value, str):
                return value
        case "switch":
            if isinstance(value, bool):
                return value
        case "whole numbers":
            if isinstance(value, tuple) and all(map(is_whole, value)):
                return tuple(int(number) for number in value)
        case "number or numbers":
            if is_number(value):
                return float(value)
            if isinstance(value, tuple) and all(map(is_number, value)):
                return tuple(float(number) for number in value)
        case _:
            assert_never(kind)
    raise UnspiralError(f"{key} is {reprlib.repr(value)}; it must be {wanted}")


def check_range(key: str, number: float, low: float, high: float, needed: str) -> None:
    """UnspiralError unless low ≤ number ≤ high."""
    if not low <= number <= high:
        needed = needed if number < low or " to " in needed else f"at most {high:,}"
        raise UnspiralError(f"{key} is {reprlib.repr(number)}; it must be {needed}")


def checked_parameter(name: str, default: Any, value: Any) -> Any:
    """The value of a data set's parameter, which is of its default's kind. UnspiralError says what it must be."""
    match default:
        case bool():
            value = of_kind(name, "switch", value, "true or false")
        case int():
            value = of_kind(name, "whole number", value, "a whole number")
        case float():
            value = of_kind(name, "number", value, "a number")
        case str():
            value = of_kind(name, "word", value, "a word")
        case _:
            raise UnspiralError(f"{name} is {default!r} by default; it must be a number, a word, true or false")
    if name in PARAMETERS:
        check_range(name, value, *PARAMETERS[name])
    return value


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a finite number."""
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float holds
        return False


def is_whole(value: object) -> TypeGuard[int]:
    """Whether a value is a whole number."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def explained_toml(values: Mapping[str, Any]) -> str:
    """TOML of a recipe's plain values (`Recipe.as_dict`), a comment over every key."""
    values = dict(values)
    parameters = values.pop("parameters")
    parts = [OPENING]
    parts += [f"\n# {field.meaning}\n{_line({key: values[key]})}" for key, field in FIELDS.items()]
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


def spoken(text: str) -> Any:
    """A value as somebody writes it in a command: TOML, or a bare word, or numbers with commas: 250, none, 2,2,2."""
    for written in (text, f"[{text}]"):
        try:
            return tomllib.loads(f"value = {written}")["value"]
        except tomllib.TOMLDecodeError:
            continue
    return text
