"""A run's file: what its tensors are called, and what is checked when one is opened."""

import hashlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.files import opening
from engine.files.opening import Unreadable, path_is_folder
from engine.network.activations import KINDS, Activation
from engine.network.layers import Array, Layer, Linear, Network
from engine.recipes.data import Labelled
from engine.recipes.recipe import Recipe
from engine.runs import rows, tensors
from engine.runs.checksums import Mapped, sound

FORMAT = 2
"""Of files with series, constants or no network; those that need none of it say 1, which older ones read too."""

_HASHED_WHOLE = 256 << 20  # bytes
_PART = 16 << 20  # bytes

_NAME = re.compile(
    r"x|y|epochs|held_out|layers\.\d+\.(weight|bias)|trajectories\.\w+|(series|constants)\.[\w -]{1,100}"
    r"|metrics\.(?!.*\.\.)[^\x00-\x1f]{1,100}"
)


class Trajectories(NamedTuple):
    """Where a network whose layers are not known sends points: recorded instead of weights. T snapshots, width d."""

    points: Array
    """(T, N, d), the embedding of every point."""
    segments: Array
    """(L, 2, n), straight lines of the input plane; none (0, 2, n) where the input is not a plane."""
    lines: Array
    """(T, L, S, d), the embedding of S evenly spaced points on each line."""


class Source(NamedTuple):
    """The file that a run's arrays are views of."""

    path: Path
    content: Mapped | bytes
    checksum: str

    def digest(self) -> str:
        """Of the file: its checksum, or that of all its bytes; of a large one without, of pieces spread over it."""
        if self.checksum:
            return self.checksum
        size = len(self.content)
        if size <= _HASHED_WHOLE or isinstance(self.content, bytes):
            digest, places, length = hashlib.sha256(), range(0, size, _PART), _PART
        else:
            digest, places, length = hashlib.sha256(repr(self.content.stamp).encode()), _spread(size), 4096
        with memoryview(self.content) as content:
            for place in places:
                digest.update(content[place : place + length])
                self.forget()
        return digest.hexdigest()

    def forget(self) -> None:
        """Give back the memory of a large file's pages, so that replaying it takes that of a few snapshots."""
        if isinstance(self.content, Mapped):
            self.content.forget()

    def check(self) -> str:
        """Read all of the file, and say in what way it is sound. UnspiralError if it is not."""
        if isinstance(self.content, Mapped):
            self.content.check_all()
        if not self.checksum:
            return "it carries no checksums; its shapes fit"
        return f"all {len(self.content):,} bytes match their checksums"


def _spread(size: int) -> list[int]:
    """64 places in a file, from its beginning to its end."""
    return [k * (size - 4096) // 63 for k in range(64)]


def about_layers(layers: Network, trajectories: bool, more: bool = False) -> dict[str, Any]:
    """The description of a network's layers, without their arrays; `more`: there are series, constants or names."""
    described = [{"kind": "linear"} if isinstance(v, Linear) else {"kind": v.name, **v.numbers} for v in layers]
    return {
        "format": FORMAT if more else 1,
        "layers": described,
        "trajectories": trajectories,
    }


def layer_arrays(layers: Network) -> dict[str, NDArray]:
    """The arrays of a network's layers, by the names that they have in files."""
    return {
        f"layers.{number}.{name}": value
        for number, layer in enumerate(layers)
        if isinstance(layer, Linear)
        for name, value in layer._asdict().items()
    }


def is_name(name: str) -> bool:
    """Whether a tensor of a run file may be called this."""
    return _NAME.fullmatch(name) is not None


def opened(path: Path) -> tuple[dict[str, Any], Source]:
    """The fields of a run from a run file or a journal, and the file that its arrays are mapped from."""
    if path_is_folder(path):
        raise UnspiralError("is a folder; name a run file (.safetensors)")
    if not os.path.lexists(path):
        raise UnspiralError("no such file")
    with opening.opened(path) as file:
        beginning = file.read(len(rows.MAGIC))
    unfinished, checksum = "", ""
    if beginning == rows.MAGIC:
        opened, count, lost = rows.load(path)
        unfinished = f"the recording was not closed; it holds {count:,} snapshot{'s' if count > 1 else ''}"
        unfinished += f", {lost:,} damaged ones left out" if lost else ""
    else:
        opened = tensors.load(path)
        checksum = opened.checksum
    try:
        about = json.loads(opened.about)
        version = about["format"]
    except (KeyError, TypeError, ValueError, RecursionError):
        raise UnspiralError("a safetensors file, but not a run: it was not written by unspiral") from None
    if type(version) is not int or version < 1:
        raise UnspiralError("its description does not say which format it is in")
    if version > FORMAT:
        raise Unreadable(f"written in format {version:g}, this unspiral reads up to {FORMAT}; update unspiral")
    fields = _assembled(about, opened.tensors)
    if unfinished:
        fields["unfinished"] = unfinished
    return fields, Source(path, opened.content, checksum)


def _assembled(about: dict[str, Any], arrays: dict[str, NDArray]) -> dict[str, Any]:
    """A run's fields from a file's parts, checked for what films rely on; the weights themselves are not read."""

    def tensor(name: str, kinds: str = "f") -> NDArray:
        if name not in arrays:
            raise UnspiralError(f"lacks tensor {name}; it is not a whole run")
        if arrays[name].dtype.kind not in kinds:
            raise UnspiralError(f"tensor {name} holds {arrays[name].dtype}, which it cannot")
        return arrays[name] if name.startswith(("layers.", "trajectories.")) else sound(arrays[name])

    strange = next((name for name in arrays if not is_name(name)), None)
    if strange is not None:
        raise UnspiralError(f"holds a tensor {strange[:60]!r}, which no run has")
    epochs = tensor("epochs").astype(np.float64)
    count = len(epochs) if epochs.ndim == 1 else 0
    if not count or not np.isfinite(epochs).all() or not (epochs[1:] > epochs[:-1]).all():
        raise UnspiralError("epochs must be increasing numbers, at least one")
    recorded = about.get("trajectories")
    if type(recorded) is not bool:
        raise UnspiralError("its description does not say whether it holds trajectories")
    alone = about["format"] > 1 and about.get("layers") == []  # no classifier, or no network at all
    points = Labelled(np.zeros((0, 1)), np.zeros(0, np.int64))
    if recorded or not alone:
        points = _checked(tensor("x"), tensor("y", "i"))
    width = tensor("trajectories.points").shape[-1] if recorded else points.x.shape[1]
    layers, width = _network(about, tensor, count, width)
    if not alone and (not layers or not isinstance(layers[-1], Linear)):
        raise UnspiralError("its network does not end in a linear classifier")
    if (not alone and not 0 < points.y.max(initial=0) + 1 <= width) or points.y.min(initial=0) < 0:
        raise UnspiralError(f"its labels do not fit its {width} classes")
    held = sound(arrays.get("held_out", np.zeros(len(points.y), bool)))
    if held.shape != points.y.shape or held.dtype != bool or (len(held) and held.all()):
        raise UnspiralError(f"held_out is {held.dtype} {held.shape}; expected a mask {points.y.shape} of some points")
    trajectories = None
    if recorded:
        trajectories = Trajectories(*(tensor(f"trajectories.{name}") for name in Trajectories._fields))
        _check_trajectories(trajectories, count, points)
    recipe = about.get("recipe")
    if not isinstance(recipe, dict | None):
        raise UnspiralError("its recipe cannot be read")
    made = Recipe.from_dict(recipe, points if recipe.get("data") == "own" else None) if recipe is not None else None
    unfinished = about.get("unfinished")
    return {
        "recipe": made,
        "points": points,
        "held": held,
        "epochs": epochs,
        "layers": layers,
        "metrics": _metrics(arrays, count),
        "unfinished": str(unfinished)[:300] if unfinished else "",
        "trajectories": trajectories,
        "series": _series(arrays, count),
        "constants": _called("constants.", arrays),
        "names": _names(about.get("names", {})),
    }


def _network(
    about: dict[str, Any], tensor: Callable[[str], NDArray], count: int, width: int
) -> tuple[tuple[Layer, ...], int]:
    """Its layers, each number of theirs over `count` epochs, and how wide the last is; `width` is what they read."""
    layers: list[Layer] = []
    try:
        for number, layer in enumerate(about["layers"]):
            if layer["kind"] == "linear":
                weight, bias = (tensor(f"layers.{number}.{name}") for name in Linear._fields)
                if weight.ndim != 3 or weight.shape[::2] != (count, width) or bias.shape != weight.shape[:2]:
                    raise UnspiralError(
                        f"layer {number}: weights {weight.shape}, biases {bias.shape}; expected ({count}, out, {width})"
                    )
                width = weight.shape[1]
                layers.append(Linear(weight, bias))
            else:
                layers.append(_activation(number, **layer))
    except (KeyError, TypeError, AttributeError):
        raise UnspiralError("its description of the network cannot be read") from None
    return tuple(layers), width


def _metrics(arrays: dict[str, NDArray], count: int) -> dict[str, NDArray]:
    metrics = {name: sound(curve) for name, curve in _called("metrics.", arrays).items()}
    for name, curve in metrics.items():
        if curve.shape != (count,) or curve.dtype.kind != "f":
            raise UnspiralError(f"metric {name[:60]} is {curve.dtype} {curve.shape}; expected numbers ({count},)")
    return metrics


def _series(arrays: dict[str, NDArray], count: int) -> dict[str, NDArray]:
    series = _called("series.", arrays)
    for name, array in series.items():
        if array.ndim < 2 or len(array) != count:
            raise UnspiralError(f"series {name[:60]} is {array.dtype} {array.shape}; expected an array ({count}, …)")
    return series


def _called(prefix: str, arrays: dict[str, NDArray]) -> dict[str, NDArray]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _names(given: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(given, dict) or not all(
        isinstance(words, list) and all(isinstance(word, str) for word in words) for words in given.values()
    ):
        raise UnspiralError("its names of classes cannot be read")
    return {name: tuple(word[:200] for word in words) for name, words in given.items()}


def _activation(number: int, kind: str, **numbers: float) -> Activation:
    """An activation from a file's description of layer `number`."""
    if kind not in KINDS:
        raise UnspiralError(f"layer {number} is of kind {kind[:40]!r}, which this unspiral lacks; update unspiral")
    activation = KINDS[kind](**numbers)
    if misfit := activation.misfit():
        raise UnspiralError(f"layer {number}: {misfit}")
    return activation


def _checked(x: NDArray, y: NDArray) -> Labelled:
    if x.ndim != 2 or y.shape != x.shape[:1] or not x.size or y.dtype != np.int64:
        raise UnspiralError(f"x has shape {x.shape}, y {y.dtype} {y.shape}; expected (N, n) and whole numbers (N,)")
    if not np.isfinite(x).all():
        raise UnspiralError("x holds NaN or infinity")
    return Labelled(x, y)


def _check_trajectories(trajectories: Trajectories, count: int, points: Labelled) -> None:
    e, segments, lines = trajectories
    width = e.shape[-1] if e.ndim == 3 else 0
    if e.shape != (count, len(points.y), width) or not width:
        raise UnspiralError(f"embeddings have shape {e.shape}; expected ({count}, {len(points.y)}, d)")
    if segments.shape != (len(segments), 2, points.x.shape[1]) or not np.isfinite(segments).all():
        raise UnspiralError(f"segments have shape {segments.shape}; expected (L, 2, {points.x.shape[1]})")
    if lines.ndim != 4 or lines.shape[::3] != (count, width) or lines.shape[1] != len(segments):
        raise UnspiralError(f"lines have shape {lines.shape}; expected ({count}, {len(segments)}, S, {width})")
