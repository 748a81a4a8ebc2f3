"""What was recorded of a training: the network with a leading time axis, in one safetensors file."""

import json
import mmap
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from engine.data import Labelled, labelled
from engine.errors import UnspiralError
from engine.layers import Array, Layer, Linear, Network, PositivePart, Tanh, embedding
from engine.recipes import Recipe

FORMAT = 1
_LAYERS: dict[str, type] = {"linear": Linear, "positive_part": PositivePart, "tanh": Tanh}
_DTYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "I64": "<i8", "I32": "<i4", "BOOL": "?"}


@dataclass(frozen=True, eq=False)
class Run:
    """A recorded training: T snapshots of one network.

    `layers` is a Network whose arrays have a leading time axis: weight (T, out, in), bias (T, out).
    """

    recipe: Recipe | None
    points: Labelled
    """All points, held-out ones among them."""
    held: NDArray[np.bool_]
    """Mask (N,) of the points kept from training."""
    epochs: NDArray[np.float64]
    """(T,), increasing; whole numbers where a snapshot was taken after each epoch."""
    layers: Network
    metrics: Mapping[str, Array] = field(default_factory=dict)
    """Named curves (T,): loss and accuracy, held_out_loss and held_out_accuracy where points were held out."""
    unfinished: str = ""
    """Why the recording stopped early; empty for a whole run."""

    @property
    def data(self) -> Labelled:
        """The points trained on."""
        return Labelled(self.points.x[~self.held], self.points.y[~self.held])

    @property
    def held_out(self) -> Labelled | None:
        """The points kept from training, if any."""
        return Labelled(self.points.x[self.held], self.points.y[self.held]) if self.held.any() else None

    @property
    def loss(self) -> Array:
        """(T,), average cross-entropy over the points trained on."""
        return self.metrics["loss"]

    @property
    def accuracy(self) -> Array:
        """(T,), share of the points trained on whose own score is strictly the highest."""
        return self.metrics["accuracy"]

    def at(self, epoch: float) -> Network:
        """The network at `epoch`: exact at snapshots, straight lines between them. UnspiralError outside the run."""
        first, last = self.epochs[0], self.epochs[-1]
        if not first <= epoch <= last:
            raise UnspiralError(f"epoch {epoch:g} was asked for; this run holds epochs {first:g} to {last:g}")
        i = (
            min(int(np.searchsorted(self.epochs, epoch, side="right")) - 1, len(self.epochs) - 2)
            if len(self.epochs) > 1
            else 0
        )
        j = min(i + 1, len(self.epochs) - 1)
        s = (epoch - self.epochs[i]) / (self.epochs[j] - self.epochs[i]) if j > i else 0.0

        def between(stacked: Any) -> Any:
            if not isinstance(stacked, np.ndarray):
                return stacked
            if s in (0, 1):
                return stacked[i if s == 0 else j]
            return ((1 - s) * stacked[i] + s * stacked[j]).astype(stacked.dtype, copy=False)

        return tuple(_map(between, layer) for layer in self.layers)

    def metric(self, name: str, epoch: float) -> float:
        """A named curve at `epoch`, straight lines between snapshots."""
        return float(np.interp(epoch, self.epochs, self.metrics[name]))

    def save(self, path: str | Path) -> None:
        """Write one safetensors file, whole or not at all. UnspiralError says why it could not be written."""
        path = Path(path)
        tensors = {"x": self.points.x, "y": self.points.y, "epochs": self.epochs}
        if self.held.any():
            tensors["held_out"] = self.held
        tensors |= {f"metrics.{name}": curve for name, curve in self.metrics.items()}
        described = []
        for number, layer in enumerate(self.layers):
            kind = next(name for name, cls in _LAYERS.items() if isinstance(layer, cls))
            values = layer._asdict()
            tensors |= {f"layers.{number}.{k}": v for k, v in values.items() if isinstance(v, np.ndarray)}
            described.append({"kind": kind, **{k: v for k, v in values.items() if not isinstance(v, np.ndarray)}})
        about = {
            "format": FORMAT,
            "recipe": self.recipe.as_dict() if self.recipe else None,
            "layers": described,
            "unfinished": self.unfinished,
        }
        # one key: safetensors writes several in a random order, and equal runs are to be equal files
        metadata = {"unspiral": json.dumps(about, sort_keys=True)}
        arrays = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
        write_whole(path, lambda temporary: save_file(arrays, temporary, metadata))

    @classmethod
    def load(cls, path: str | Path) -> "Run":
        """Open a run file; arrays are mapped, not read. UnspiralError says in one line what is wrong with the file."""
        path = Path(path)
        try:
            about, tensors = _open(path)
            return _assemble(about, tensors)
        except UnspiralError as error:
            raise UnspiralError(f"{path}: {error}") from None


def _open(path: Path) -> tuple[dict[str, Any], dict[str, NDArray]]:
    """The run's description and its tensors, mapped into memory."""
    if path.is_dir():
        raise UnspiralError("is a folder; name a run file (.safetensors)")
    try:
        with safe_open(path, "numpy") as file:  # checks sizes, offsets and lengths
            metadata = file.metadata() or {}
            shapes = {
                name: (_DTYPES.get((part := file.get_slice(name)).get_dtype()), part.get_shape())
                for name in file.offset_keys()
            }
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        raise UnspiralError("no such file") from None
    except (SafetensorError, OSError, ValueError) as error:
        raise UnspiralError(f"not a complete safetensors file ({error}); was it cut off while copying?") from None
    try:
        about = json.loads(metadata["unspiral"])
        version = about["format"]
    except (KeyError, TypeError, ValueError):
        raise UnspiralError("a safetensors file, but not a run: it was not written by unspiral") from None
    if not isinstance(version, int) or version > FORMAT:
        raise UnspiralError(
            f"written in format {version}, this version of unspiral reads up to {FORMAT}; update unspiral"
        )
    offset = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, (dtype, shape) in shapes.items():
        if dtype is None:
            raise UnspiralError(f"tensor {name} has a number type that runs do not use")
        count = int(np.prod(shape))
        tensors[name] = np.frombuffer(data, dtype, count, offset).reshape(shape)
        offset += tensors[name].nbytes
    return about, tensors


def _assemble(about: dict[str, Any], tensors: dict[str, NDArray]) -> Run:
    """A Run from a file's parts, checked for what films rely on."""

    def tensor(name: str) -> NDArray:
        if name not in tensors:
            raise UnspiralError(f"lacks tensor {name}; it is not a whole run")
        return tensors[name]

    epochs = tensor("epochs").astype(np.float64)
    count = len(epochs) if epochs.ndim == 1 else 0
    if not count or not np.isfinite(epochs).all() or (np.diff(epochs) <= 0).any():
        raise UnspiralError("epochs must be increasing numbers, at least one")
    layers: list[Layer] = []
    width = tensor("x").shape[-1]
    try:
        for number, described in enumerate(about["layers"]):
            kind = _LAYERS[described["kind"]]
            given = {k: v for k, v in described.items() if k != "kind"}
            if kind is Linear:
                given = {k: tensor(f"layers.{number}.{k}") for k in ("weight", "bias")}
                weight, bias = given["weight"], given["bias"]
                if weight.ndim != 3 or weight.shape[::2] != (count, width) or bias.shape != weight.shape[:2]:
                    raise UnspiralError(
                        f"layer {number}: weights {weight.shape}, biases {bias.shape}; expected ({count}, out, {width})"
                    )
                width = weight.shape[1]
            layers.append(kind(**given))
        recipe = about["recipe"]
        unfinished = str(about.get("unfinished", ""))
    except (KeyError, TypeError, AttributeError):
        raise UnspiralError("its description of the network cannot be read") from None
    if not layers or not isinstance(layers[-1], Linear):
        raise UnspiralError("its network does not end in a linear classifier")
    x, y = tensor("x"), tensor("y")
    labelled(x, y, classes=width)
    held = tensors.get("held_out", np.zeros(len(y), bool))
    if held.shape != y.shape or held.dtype != bool:
        raise UnspiralError(f"held_out has shape {held.shape}; expected {y.shape}")
    metrics = {name.removeprefix("metrics."): curve for name, curve in tensors.items() if name.startswith("metrics.")}
    for name in ("loss", "accuracy"):
        tensor(f"metrics.{name}")
    for name, curve in metrics.items():
        if curve.shape != (count,):
            raise UnspiralError(f"metric {name} has shape {curve.shape}; expected ({count},)")
    points = Labelled(x, y)
    own = isinstance(recipe, dict) and recipe.get("data") == "own"
    made = Recipe.from_dict(recipe, points if own else None) if isinstance(recipe, dict) else None
    return Run(made, points, held, epochs, tuple(layers), metrics, unfinished)


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file beside `path`, then give it that name: whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
    except OSError as error:
        raise UnspiralError(f"cannot write {path}: {error.strerror or error}") from None
    try:
        write(temporary)
        os.chmod(temporary, 0o666 & ~_umask())
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, SafetensorError) as error:
        raise UnspiralError(
            f"cannot write {path}: {getattr(error, 'strerror', None) or error}; nothing was left there"
        ) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _map(function: Callable[[Any], Any], layer: Layer) -> Layer:
    return type(layer)(*map(function, layer))


def runs_folder() -> Path:
    """Where `record` keeps runs: the folder named by UNSPIRAL_RUNS, or unspiral's in the user's cache."""
    named = os.environ.get("UNSPIRAL_RUNS")
    return Path(named) if named else user_cache_path("unspiral") / "runs"


def upright(run: Run, epoch: float) -> Run:
    """The run with its embedding turned, once for all epochs, to lie on the input as it does best at `epoch`.

    A network's embedding is defined up to an orthogonal map: turning it and the class vectors changes no score.
    Orthogonal Procrustes: the Q that minimises |e Q − x|². A run whose x or embedding is not 2-D stays as it is.
    """
    if len(run.layers) < 2:
        return run
    before, last = run.layers[-2:]
    if not isinstance(before, Linear) or not isinstance(last, Linear):
        return run
    if run.points.x.shape[1] != 2 or last.weight.shape[2] != 2:
        return run
    x = run.data.x.astype(float)
    e = embedding(run.at(min(epoch, run.epochs[-1])), x)
    left, _, right = np.linalg.svd((e - e.mean(0)).T @ (x - x.mean(0)))
    turn = left @ right  # e @ turn lies on x

    def turned(array: Array) -> Array:
        return (array.astype(float) @ turn).astype(array.dtype)

    before = Linear(np.swapaxes(turned(np.swapaxes(before.weight, 1, 2)), 1, 2), turned(before.bias))
    return replace(run, layers=(*run.layers[:-2], before, Linear(turned(last.weight), last.bias)))
