"""What was recorded of a training: the network with a leading time axis, in one safetensors file."""

import hashlib
import json
import mmap
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from engine.errors import UnspiralError
from engine.network.layers import Array, Layer, Linear, Network, PositivePart, Tanh, classifier, forward, mistaken
from engine.recipes.data import Labelled
from engine.recipes.recipe import Recipe
from engine.runs import journal as journal
from engine.runs import tensors as tensors

FORMAT = 1
_LAYERS: dict[str, type] = {"linear": Linear, "positive_part": PositivePart, "tanh": Tanh}
_HASHED_WHOLE = 256 << 20  # bytes
_PART = 16 << 20  # bytes

_NAME = re.compile(
    r"x|y|epochs|held_out|layers\.\d+\.(weight|bias)|trajectories\.\w+|metrics\.(?!.*\.\.)[^\x00-\x1f]{1,100}"
)

Mix = tuple[tuple[int, float], ...]


class Trajectories(NamedTuple):
    """Where a network whose layers are not known sends points: recorded instead of weights. T snapshots, width d."""

    points: Array
    """(T, N, d), the embedding of every point."""
    segments: Array
    """(L, 2, n), straight lines of the input plane; none (0, 2, n) where the input is not a plane."""
    lines: Array
    """(T, L, S, d), the embedding of S evenly spaced points on each line."""


class _SeenByDigest:
    """Shows Manim's segment cache, which hashes every object's `__dict__` at each play, a digest for gigabytes."""

    __slots__ = ()

    @property
    def __dict__(self) -> dict[str, Any]:  # pyright: ignore[reportIncompatibleVariableOverride]
        return {"digest": self.digest}

    @property
    def digest(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True, eq=False, repr=False, slots=True, weakref_slot=True)
class Run(_SeenByDigest):
    """A recorded training: T snapshots of one network.

    `layers` is a Network whose arrays have a leading time axis: weight (T, out, in), bias (T, out). Where the layers
    are not known it holds the classifier alone, and `trajectories` what was recorded in the other layers' stead.
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
    trajectories: Trajectories | None = None
    _source: "_Source | None" = field(default=None, init=False)  # not init: a run made by `replace` has another content
    _known: dict[str, Any] = field(default_factory=dict, init=False)

    @property
    def data(self) -> Labelled:
        """The points trained on."""
        if not self.held.any():
            return self.points
        return Labelled(self.points.x[~self.held], self.points.y[~self.held])

    @property
    def held_out(self) -> Labelled | None:
        """The points kept from training, if any."""
        return Labelled(self.points.x[self.held], self.points.y[self.held]) if self.held.any() else None

    @property
    def width(self) -> int:
        """Of the embedding."""
        return classifier(self.layers).weight.shape[2]

    @property
    def loss(self) -> Array:
        """(T,), average cross-entropy over the points trained on: as recorded, or else computed."""
        return self.metrics["loss"] if "loss" in self.metrics else self._computed()[0]

    @property
    def accuracy(self) -> Array:
        """(T,), share of the points trained on whose own score is strictly highest: as recorded, or else computed."""
        return self.metrics["accuracy"] if "accuracy" in self.metrics else self._computed()[1]

    @property
    def digest(self) -> str:
        """Hexadecimal digits that name this run's content: another weight, another digest.

        sha256 of all of it up to 256 MB; of larger files, of their size, the times of their last change and 64 pages,
        so that one that was written to has another digest, though not every byte is read.
        """
        if "digest" not in self._known:
            self._known["digest"] = self._source.digest() if self._source else self._content()
        return self._known["digest"]

    def at(self, epoch: float) -> Network:
        """The network at `epoch`: exact at snapshots; between them straight lines where snapshots lie no more than an
        epoch apart, else cubics through their neighbours. UnspiralError outside the run, and if layers are not known.
        """
        if self.trajectories is not None:
            raise UnspiralError(
                "this run holds embeddings, not weights: its model has layers that unspiral does not know; "
                "the training film can show it"
            )
        mix = self._mix(epoch)
        return tuple(_map(lambda value: _mixed(value, mix, epoch), layer) for layer in self.layers)

    def classifier(self, epoch: float) -> Linear:
        """The classifier at `epoch`, of any run; its weight's rows (K, d) are the class vectors."""
        mix = self._mix(epoch)
        return Linear(*(_mixed(value, mix, epoch) for value in classifier(self.layers)))

    def embedding(self, epoch: float) -> Array:
        """The embedding (N, d) of the points trained on, at `epoch`, of any run."""
        return self.embedding_of(self._mix(epoch), epoch)

    def embedding_of(self, mix: Mix, epoch: float) -> Array:
        """The embedding (N, d) at a mix of snapshots, as `weights_between` gives it; errors name `epoch`."""
        if self.trajectories is None:
            network = tuple(_map(lambda value: _mixed(value, mix, epoch), layer) for layer in self.layers[:-1])
            return forward(network, self.data.x)
        e = _mixed(self.trajectories.points, mix, epoch)
        return e[~self.held] if self.held.any() else e

    def lines(self, epoch: float) -> Array:
        """The recorded lines (L, S, d) of the input plane at `epoch`; only a run with trajectories has them."""
        if self.trajectories is None:
            raise UnspiralError("this run holds weights: its lines' images are computed exactly from them")
        return _mixed(self.trajectories.lines, self._mix(epoch), epoch)

    def metric(self, name: str, epoch: float) -> float:
        """A named curve at `epoch`, straight lines between the snapshots that have it."""
        curve = self.metrics[name]
        there = ~np.isnan(curve)
        if there.all():
            return float(np.interp(epoch, self.epochs, curve))
        return float(np.interp(epoch, self.epochs[there], curve[there])) if there.any() else float("nan")

    def _repr_png_(self) -> bytes:
        """What a notebook shows of it: the contact sheet, nine epochs of the embedding."""
        from engine.commands.show import draw_sheet

        with tempfile.TemporaryDirectory() as name:
            path, sheet = Path(name) / "run.safetensors", Path(name) / "sheet.png"
            self.save(path)
            draw_sheet(path, sheet)
            return sheet.read_bytes()

    def save(self, path: str | Path) -> None:
        """Write one safetensors file, whole or not at all. UnspiralError says why it could not be written."""
        about, arrays = described(self)
        tensors.save(Path(path), about, arrays, self.forget)

    def forget(self) -> None:
        """Give back the memory that reading a large file took; what is read again is mapped again."""
        if self._source is not None:
            self._source.forget()

    @classmethod
    def load(cls, path: str | Path) -> "Run":
        """Open a run file, or the journal of a recording that was not closed; arrays are mapped, not read.

        `path` may name the run that the recording was to become. UnspiralError says in one line what is wrong.
        """
        path = Path(path)
        try:
            beside = journal.beside(path)
            if beside.is_file() and (not path.exists() or journal.snapshots(beside)):
                path = beside
            return _opened(path)
        except UnspiralError as error:
            raise UnspiralError(f"{path}: {error}") from None
        except (OverflowError, RecursionError):
            raise UnspiralError(f"{path}: its description holds numbers or lists that no run has") from None

    def __repr__(self) -> str:
        count, first, last = len(self.epochs), self.epochs[0], self.epochs[-1]
        return f"<Run: {count:,} snapshots, epochs {first:g} to {last:g}, {len(self.points.y):,} points>"

    def __copy__(self) -> "Run":
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> "Run":
        return self  # nothing in it changes; Manim copies what it animates, and this may be gigabytes

    def _mix(self, epoch: float) -> Mix:
        """Which snapshots to add up at `epoch`, and how much of each."""
        self.forget()
        return weights_between(self.epochs, epoch)

    def _computed(self) -> tuple[Array, Array]:
        """Loss and accuracy (T,) of a run that did not record them."""
        if "computed" not in self._known:
            y = self.data.y
            curves = np.empty((2, len(self.epochs)))
            for i, epoch in enumerate(self.epochs.tolist()):
                last = self.classifier(epoch)
                scores = (self.embedding(epoch) @ last.weight.T + last.bias).astype(float)
                highest = scores.max(1)
                own = np.take_along_axis(scores, y[:, None], 1)[:, 0]
                curves[0, i] = (highest + np.log(np.exp(scores - highest[:, None]).sum(1)) - own).mean()
                curves[1, i] = 1 - mistaken(scores, y).mean()
            self._known["computed"] = curves
        loss, accuracy = self._known["computed"]
        return loss, accuracy

    def _content(self) -> str:
        about, arrays = described(self)
        digest = hashlib.sha256(about.encode())
        for name, array in arrays.items():
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            for part in tensors.parts(array):
                digest.update(part)
        return digest.hexdigest()


def weights_between(epochs: NDArray[np.float64], epoch: float) -> Mix:
    """Snapshots and their shares at `epoch`: one where it is a snapshot's; two on a straight line if that one spans no
    more than an epoch; else up to four, on the cubic whose slopes are those of parabolas through three neighbours.
    """
    first, last = epochs[0], epochs[-1]
    if not first <= epoch <= last:
        raise UnspiralError(f"epoch {epoch:g} was asked for; this run holds epochs {first:g} to {last:g}")
    i = int(np.searchsorted(epochs, epoch, side="right")) - 1
    if epochs[i] == epoch:
        return ((i, 1.0),)
    width = float(epochs[i + 1] - epochs[i])
    s = float(epoch - epochs[i]) / width
    if width <= 1 or len(epochs) == 2:
        return ((i, 1 - s), (i + 1, s))
    shares = {i: (1 + 2 * s) * (1 - s) ** 2, i + 1: s * s * (3 - 2 * s)}
    for k, share in ((i, s * (1 - s) ** 2 * width), (i + 1, -s * s * (1 - s) * width)):
        for j, slope in _slope(epochs, k).items():
            shares[j] = shares.get(j, 0.0) + share * slope
    return tuple(sorted(shares.items()))


def _slope(epochs: NDArray[np.float64], k: int) -> dict[int, float]:
    """Derivative at snapshot k of the parabola through it and its neighbours, as shares of their values."""
    i = min(max(k - 1, 0), len(epochs) - 3)
    a, b, c = epochs[i : i + 3].tolist()
    t = float(epochs[k])
    return {
        i: (2 * t - b - c) / ((a - b) * (a - c)),
        i + 1: (2 * t - a - c) / ((b - a) * (b - c)),
        i + 2: (2 * t - a - b) / ((c - a) * (c - b)),
    }


def _mixed(stacked: Any, mix: Mix, epoch: float) -> Any:
    """A stacked array at a mix of snapshots; anything else as it is."""
    if not isinstance(stacked, np.ndarray):
        return stacked
    (i, share), *others = mix
    value = stacked[i] if not others else share * stacked[i]
    for i, share in others:
        value += share * stacked[i]
    if not np.isfinite(value).all():
        raise UnspiralError(f"what was recorded at epoch {epoch:g} is not finite; play the run up to there")
    return value


class _Source(NamedTuple):
    """The file that a run's arrays are mapped from."""

    path: Path
    mapped: mmap.mmap
    checksum: str
    stamp: tuple[int, int, int]
    """Size and times when it was opened."""

    def digest(self) -> str:
        if self.checksum:
            return self.checksum
        size = len(self.mapped)
        if size <= _HASHED_WHOLE:
            digest, places, length = hashlib.sha256(), range(0, size, _PART), _PART
        else:
            digest, places, length = hashlib.sha256(repr(self.stamp).encode()), _spread(size), 4096
        with memoryview(self.mapped) as content:
            for place in places:
                digest.update(content[place : place + length])
                self.forget()
        return digest.hexdigest()

    def forget(self) -> None:
        """Give back the memory of a large file's pages, so that replaying it takes that of a few snapshots."""
        if len(self.mapped) > tensors.CHECKED and hasattr(mmap, "MADV_DONTNEED"):
            self.mapped.madvise(mmap.MADV_DONTNEED)


def _spread(size: int) -> list[int]:
    """64 places in a file, from its beginning to its end."""
    return [k * (size - 4096) // 63 for k in range(64)]


def described(run: Run) -> tuple[str, dict[str, NDArray]]:
    """A run's description (JSON) and its named tensors, as they stand in a file."""
    arrays: dict[str, NDArray] = {"x": run.points.x, "y": run.points.y, "epochs": run.epochs}
    if run.held.any():
        arrays["held_out"] = run.held
    arrays |= {f"metrics.{name}": curve for name, curve in run.metrics.items()}
    if run.trajectories is not None:
        arrays |= {f"trajectories.{name}": array for name, array in run.trajectories._asdict().items()}
    about = about_layers(run.layers, run.trajectories is not None)
    arrays |= layer_arrays(run.layers)
    about |= {"recipe": run.recipe.as_dict() if run.recipe else None, "unfinished": run.unfinished}
    return json.dumps(about, sort_keys=True), arrays


def about_layers(layers: Network, trajectories: bool) -> dict[str, Any]:
    """The description of a network's layers, without their arrays."""
    kinds = [next(name for name, kind in _LAYERS.items() if isinstance(layer, kind)) for layer in layers]
    numbers = [{k: v for k, v in layer._asdict().items() if not isinstance(v, np.ndarray)} for layer in layers]
    return {
        "format": FORMAT,
        "layers": [{"kind": kind, **given} for kind, given in zip(kinds, numbers)],
        "trajectories": trajectories,
    }


def layer_arrays(layers: Network) -> dict[str, NDArray]:
    """The arrays of a network's layers, by the names that they have in files."""
    return {
        f"layers.{number}.{name}": value
        for number, layer in enumerate(layers)
        for name, value in layer._asdict().items()
        if isinstance(value, np.ndarray)
    }


def is_name(name: str) -> bool:
    """Whether a tensor of a run file may be called this."""
    return _NAME.fullmatch(name) is not None


def _opened(path: Path) -> Run:
    """A run from a run file or a journal."""
    if path.is_dir():
        raise UnspiralError("is a folder; name a run file (.safetensors)")
    if not path.exists():
        raise UnspiralError("no such file")
    if not path.is_file():
        raise UnspiralError("is not a regular file; name a run file (.safetensors)")
    try:
        with path.open("rb") as file:
            beginning = file.read(len(journal.MAGIC))
            stat = os.fstat(file.fileno())
    except OSError as error:
        raise UnspiralError(f"cannot be read: {error.strerror or error}") from None
    unfinished = ""
    if beginning == journal.MAGIC:
        opened, count = journal.load(path)
        unfinished = f"the recording was not closed; it holds {count:,} snapshot{'s' if count > 1 else ''}"
    else:
        opened = tensors.load(path)
    try:
        about = json.loads(opened.about)
        version = about["format"]
    except (KeyError, TypeError, ValueError, RecursionError):
        raise UnspiralError("a safetensors file, but not a run: it was not written by unspiral") from None
    if type(version) is not int or version < 1:
        raise UnspiralError("its description does not say which format it is in")
    if version > FORMAT:
        raise UnspiralError(f"written in format {version:g}, this unspiral reads up to {FORMAT}; update unspiral")
    run = _assembled(about, opened.tensors)
    if unfinished:
        run = replace(run, unfinished=unfinished)
    stamp = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    object.__setattr__(run, "_source", _Source(path, opened.mapped, opened.checksum, stamp))
    return run


def _assembled(about: dict[str, Any], arrays: dict[str, NDArray]) -> Run:
    """A Run from a file's parts, checked for what films rely on; the weights themselves are not read."""

    def tensor(name: str, kinds: str = "f") -> NDArray:
        if name not in arrays:
            raise UnspiralError(f"lacks tensor {name}; it is not a whole run")
        if arrays[name].dtype.kind not in kinds:
            raise UnspiralError(f"tensor {name} holds {arrays[name].dtype}, which it cannot")
        return arrays[name]

    strange = next((name for name in arrays if not is_name(name)), None)
    if strange is not None:
        raise UnspiralError(f"holds a tensor {strange[:60]!r}, which no run has")
    epochs = tensor("epochs").astype(np.float64)
    count = len(epochs) if epochs.ndim == 1 else 0
    if not count or not np.isfinite(epochs).all() or not (epochs[1:] > epochs[:-1]).all():
        raise UnspiralError("epochs must be increasing numbers, at least one")
    points = _checked(tensor("x"), tensor("y", "i"))
    recorded = about.get("trajectories")
    if type(recorded) is not bool:
        raise UnspiralError("its description does not say whether it holds trajectories")
    width = tensor("trajectories.points").shape[-1] if recorded else points.x.shape[1]
    layers: list[Layer] = []
    try:
        for number, layer in enumerate(about["layers"]):
            kind = _LAYERS[layer["kind"]]
            given = {k: v for k, v in layer.items() if k != "kind"}
            if kind is Linear:
                given = {k: tensor(f"layers.{number}.{k}") for k in ("weight", "bias")}
                weight, bias = given["weight"], given["bias"]
                if weight.ndim != 3 or weight.shape[::2] != (count, width) or bias.shape != weight.shape[:2]:
                    raise UnspiralError(
                        f"layer {number}: weights {weight.shape}, biases {bias.shape}; expected ({count}, out, {width})"
                    )
                width = weight.shape[1]
            elif not all(type(value) in (int, float) and 0 <= value <= 1 for value in given.values()):
                raise UnspiralError(f"layer {number}: {given} is not a slope from 0 to 1")
            layers.append(kind(**given))
    except (KeyError, TypeError, AttributeError):
        raise UnspiralError("its description of the network cannot be read") from None
    if not layers or not isinstance(layers[-1], Linear):
        raise UnspiralError("its network does not end in a linear classifier")
    if not 0 < points.y.max(initial=0) + 1 <= width or points.y.min(initial=0) < 0:
        raise UnspiralError(f"its labels do not fit its {width} classes")
    held = arrays.get("held_out", np.zeros(len(points.y), bool))
    if held.shape != points.y.shape or held.dtype != bool or held.all():
        raise UnspiralError(f"held_out is {held.dtype} {held.shape}; expected a mask {points.y.shape} of some points")
    metrics = {n.removeprefix("metrics."): curve for n, curve in arrays.items() if n.startswith("metrics.")}
    for name, curve in metrics.items():
        if curve.shape != (count,) or curve.dtype.kind != "f":
            raise UnspiralError(f"metric {name[:60]} is {curve.dtype} {curve.shape}; expected numbers ({count},)")
    trajectories = None
    if recorded:
        trajectories = Trajectories(*(tensor(f"trajectories.{name}") for name in Trajectories._fields))
        _check_trajectories(trajectories, count, points)
    recipe = about.get("recipe")
    if not isinstance(recipe, dict | None):
        raise UnspiralError("its recipe cannot be read")
    made = Recipe.from_dict(recipe, points if recipe.get("data") == "own" else None) if recipe is not None else None
    unfinished = about.get("unfinished")
    return Run(
        made, points, held, epochs, tuple(layers), metrics, str(unfinished)[:300] if unfinished else "", trajectories
    )


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


def _map(function: Callable[[Any], Any], layer: Layer) -> Layer:
    return type(layer)(*map(function, layer))


def runs_folder() -> Path:
    """Where `record` keeps runs: the folder named by UNSPIRAL_RUNS, or unspiral's in the user's cache."""
    named = os.environ.get("UNSPIRAL_RUNS")
    return Path(named) if named else user_cache_path("unspiral") / "runs"


def upright(run: Run, epoch: float) -> Run:
    """The run with its embedding turned, once for all epochs, to lie on the input as it does best at `epoch`.

    A network's embedding is defined up to an orthogonal map: turning it and the class vectors changes no score.
    A run whose x or embedding is not 2-D stays as it is, and one whose layers are not known.
    """
    if len(run.layers) < 2:
        return run
    before, last = run.layers[-2:]
    if not isinstance(before, Linear) or not isinstance(last, Linear):
        return run
    if run.points.x.shape[1] != 2 or last.weight.shape[2] != 2:
        return run
    turn = turn_onto(run.data.x, run.embedding(min(epoch, run.epochs[-1])))

    def turned(array: Array) -> Array:
        return (array.astype(float) @ turn).astype(array.dtype)

    before = Linear(np.swapaxes(turned(np.swapaxes(before.weight, 1, 2)), 1, 2), turned(before.bias))
    return replace(run, layers=(*run.layers[:-2], before, Linear(turned(last.weight), last.bias)))


def turn_onto(x: Array, e: Array) -> Array:
    """Orthogonal Procrustes: the orthogonal Q (2, 2) for which e Q lies on x (N, 2) best, both centred."""
    x, e = x.astype(float), e.astype(float)
    left, _, right = np.linalg.svd((e - e.mean(0)).T @ (x - x.mean(0)))
    return left @ right
