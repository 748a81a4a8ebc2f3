"""Recipes: everything that determines a training run, as one frozen value."""

import hashlib
import inspect
import json
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import UnspiralError, unknown
from engine.files.opening import toml
from engine.files.room import check_memory
from engine.network.activations import KINDS, Activation
from engine.recipes.data import DATASETS, Labelled, hold_out, labelled, read_points
from engine.recipes.fields import FIELDS, Initialisation, Precision, checked, checked_parameter, explained_toml

DEEPEST = 1000
"""How many hidden layers a network may have."""


@dataclass(frozen=True)
class Recipe:
    """What to learn and how; two equal recipes make the same run on one machine.

    The network is a linear layer and an activation for each width in `hidden`, a linear layer to the `embedding`,
    and the linear classifier. UnspiralError says which value does not fit and what does.
    """

    data: str | Labelled = "spirals"
    """A name in `engine.recipes.data.DATASETS`, or your own points."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """The data set's own parameters; those not given take its defaults."""
    data_seed: int = 0
    held_out: float = 0.0
    """Share of each class kept from training, 0 ≤ share < 1."""
    hidden: tuple[int, ...] = (100,)
    activation: str = "positive_part"
    slope: float = 0.0
    """Of the positive part below 0: 0 is ReLU, more is leaky."""
    embedding: int | None = 2
    """Width of the embedding; None: the classifier reads the last hidden layer, or x itself."""
    bias: bool = True
    initialisation: Initialisation = "uniform"
    """uniform ± 1/√fan-in (biases too), or weights normal, xavier or orthogonal, with biases uniform."""
    scale: float | tuple[float, ...] = 1.0
    """Multiplies the initial weights and biases; a tuple gives one number a linear layer."""
    optimiser: str = "sgd"
    learning_rate: float = 0.04
    warm_up: int = 0
    """Epochs over which the learning rate rises linearly from 0."""
    momentum: float = 0.9
    """Of SGD; Adam's β₁."""
    beta2: float = 0.999
    """Adam's β₂."""
    weight_decay: float = 1e-5
    batch: int | None = None
    """Points per step; None: all of them, one step an epoch."""
    epochs: int = 2000
    seed: int = 0
    """Of the initial weights and of the mini-batches."""
    upright: int | None = 250
    """Epoch at which the recorded embedding is turned to lie upright on the input, no score changed; None: as it is."""
    precision: Precision = "float32"

    def __new__(cls, *_: Any, **given: Any) -> "Recipe":
        """A recipe. UnspiralError offers the nearest keys for one that there is not, which Python would call a type."""
        for name in given:
            if name not in cls.__dataclass_fields__:
                raise unknown("key of a recipe", name, cls.__dataclass_fields__)
        return super().__new__(cls)

    def __post_init__(self) -> None:
        for name in FIELDS:
            object.__setattr__(self, name, checked(name, getattr(self, name)))
        object.__setattr__(self, "parameters", _parameters(self.data, self.parameters))
        if isinstance(self.data, tuple):
            object.__setattr__(self, "data", _own(self.data))
        if isinstance(self.data, Labelled) and np.abs(self.data.x).max() > np.finfo(self.precision).max:
            raise UnspiralError(f"x holds numbers that {self.precision} does not; divide x by a constant")
        if len(self.hidden) > DEEPEST:
            raise UnspiralError(f"hidden has {len(self.hidden):,} layers; it must be at most {DEEPEST:,}")
        linear = len(self.hidden) + (self.embedding is not None) + 1
        if isinstance(self.scale, tuple) and len(self.scale) != linear:
            raise UnspiralError(
                f"scale has {len(self.scale)} numbers, the network {linear} linear layers: give {linear}, or one"
            )

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipe) and self.digest == other.digest

    @property
    def bend(self) -> Activation:
        """The activation, with those of the recipe's keys that are its numbers."""
        kind = KINDS[self.activation]
        return kind(**{name: getattr(self, name) for name in kind().numbers if name in FIELDS})

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many points the data set has, of how many dimensions and classes; nothing is made to say so."""
        if isinstance(self.data, Labelled):
            return (*self.data.x.shape, int(self.data.y.max()) + 1)
        classes = self.parameters.get("classes", 2)  # moons are always two
        return classes * self.parameters.get("points", 0), self.parameters.get("dimensions", 2), classes

    def points(self) -> tuple[Labelled, np.ndarray]:
        """The data set, and the mask (N,) of its held-out points. UnspiralError if memory does not hold them."""
        data = self.data
        if not isinstance(data, Labelled):
            count, width, _ = self.shape
            check_memory(50 * count * width, f"making {count:,} points of {data}", "lower points or classes")
            data = labelled(*DATASETS[data](self.data_seed, **self.parameters))
        return data, hold_out(data, self.held_out, self.data_seed)

    @property
    def digest(self) -> str:
        """Twenty hexadecimal digits that name this recipe: equal for equal recipes, on every machine."""
        content = hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode())
        if isinstance(self.data, Labelled):
            trained_on = self.data.x.astype(self.precision)  # what a run file holds: its recipe has this digest too
            content.update(np.ascontiguousarray(trained_on, "<f8").tobytes())
            content.update(np.ascontiguousarray(self.data.y, "<i8").tobytes())
        return content.hexdigest()[:20]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as they stand in TOML and in run files; your own points become the word "own"."""
        values: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        values["data"] = "own" if isinstance(self.data, Labelled) else self.data
        values["parameters"] = dict(self.parameters)
        return {k: list(v) if isinstance(v, tuple) else "none" if v is None else v for k, v in values.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], data: Labelled | None = None) -> "Recipe":
        """The inverse of `as_dict`; `data` are the points where it says "own"."""
        known = [f.name for f in fields(cls)]
        for name in values:
            if name not in known:
                raise unknown("key", name, known)
        given: dict[str, Any] = {}
        for name, value in values.items():
            given[name] = None if value == "none" and name in FIELDS and FIELDS[name].optional else value
        if data is not None:
            given["data"] = data
        return cls(**given)

    def text(self) -> str:
        """The recipe as TOML, a comment over every key. Your own points do not fit: name their file instead."""
        if isinstance(self.data, Labelled):
            raise UnspiralError(
                'your own points do not fit into TOML; save them as .npz or .csv and write data = "points.npz"'
            )
        return explained_toml(self.as_dict())

    def to_toml(self, path: str | Path) -> None:
        """Write the recipe where a lecturer can edit it, every key explained."""
        text = self.text()
        try:
            Path(path).write_text(text, encoding="utf-8")
        except OSError as error:
            raise UnspiralError(f"cannot write {path}: {error.strerror or error}") from None

    @classmethod
    def from_toml(cls, path: str | Path) -> "Recipe":
        """Read a recipe; `data` may name a .npz or .csv file beside it. UnspiralError names the file and the key."""
        path = Path(path)
        try:
            values = toml(path)
        except UnspiralError as error:
            raise UnspiralError(f"cannot read {path}: {error}") from None
        data = None
        if isinstance(values.get("data"), str) and Path(values["data"]).suffix:
            data = read_points(path.parent / values["data"])
        try:
            return cls.from_dict(values, data)
        except UnspiralError as error:
            raise UnspiralError(f"{path}: {error}") from None


def _parameters(data: object, given: Mapping[str, Any]) -> dict[str, Any]:
    """The data set's parameters, defaults filled in, checked against the function's own signature."""
    if not isinstance(given, Mapping):
        raise UnspiralError(f"parameters is {reprlib.repr(given)}; it must be names and values, such as classes = 5")
    if isinstance(data, tuple):
        if given:
            raise UnspiralError(f"your own points take no parameters, but {', '.join(map(str, given))} was given")
        return {}
    if not isinstance(data, str) or data not in DATASETS:
        raise unknown("data", data, DATASETS)
    signature = inspect.signature(DATASETS[data]).parameters
    defaults = {name: p.default for name, p in signature.items() if p.kind is p.KEYWORD_ONLY}
    for name, value in given.items():
        if name not in defaults:
            raise unknown(f"parameter of {data}", name, defaults)
        defaults[name] = checked_parameter(name, defaults[name], value)
    return defaults


def _own(data: tuple[Any, ...]) -> Labelled:
    """Your own points, checked, in arrays that nobody changes afterwards."""
    if len(data) != 2:
        raise UnspiralError(f"data holds {len(data)} arrays; it must be two, x and y")
    x, y = labelled(*data)
    x, y = x.copy(), y.copy()
    x.flags.writeable = y.flags.writeable = False
    return Labelled(x, y)
