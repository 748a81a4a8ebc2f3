"""What was recorded of a training: the network with a leading time axis, in one safetensors file."""

import hashlib
import json
import tempfile
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError, unknown
from engine.files.making import held
from engine.network.layers import Array, Linear, Network, apply, classifier, forward, mapped
from engine.network.loss import judged
from engine.recipes.data import Labelled
from engine.recipes.recipe import Recipe
from engine.runs import again, journal, paging, series, tensors
from engine.runs.between import Mix, mixed, weights_between
from engine.runs.run_file import Source, Trajectories, about_layers, layer_arrays, opened
from engine.runs.tensors import Replaced


class Measured(NamedTuple):
    """A number, and the epoch at which it was measured."""

    value: float
    epoch: float


class _SeenByDigest:
    """`vars(run)` returns only the digest: Manim hashes the `__dict__` of all that a play shows, gigabytes here."""

    __slots__ = ()

    @property
    def __dict__(self) -> dict[str, Any]:  # pyright: ignore[reportIncompatibleVariableOverride]
        return {"digest": self.digest}

    @property
    def digest(self) -> str:
        raise NotImplementedError


_DRAWN_BY: list[Callable[[Path, Path], None]] = []


def drawn_by(draw: Callable[[Path, Path], None]) -> None:
    """Let notebooks show runs by `draw(run file, PNG)`: what draws stands above what is drawn, so it says so itself."""
    _DRAWN_BY[:] = [draw]


@dataclass(frozen=True, eq=False, repr=False, slots=True, weakref_slot=True)
class Run(_SeenByDigest):
    """A recorded training: T snapshots of named arrays, and a network as one way to read them.

    `layers` is a Network whose arrays have a leading time axis: weight (T, out, in), bias (T, out). Where the layers
    are not known it holds the classifier alone, and `trajectories` what was recorded in the other layers' stead; where
    there is no classifier, or no network at all, it is empty, and so are `points` without a network.
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
    series: Mapping[str, NDArray] = field(default_factory=dict)
    """Named arrays (T, …) of whatever the training computed: codes (T, N, d), images (T, B, H, W). Where one was not
    given at a snapshot, that row of it is NaN. `array` reads them at any epoch."""
    constants: Mapping[str, NDArray] = field(default_factory=dict)
    """Named arrays that do not change: labels (N,), x."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of classes, by the array that numbers them: y, or a constant such as labels. Empty where they have none."""
    _source: "Source | None" = field(default=None, init=False)  # not init: a run made by `replace` has another content
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
    def class_names(self) -> tuple[str, ...]:
        """What classes are called, of the points or of the constant labels; empty where they have no names."""
        return self.names.get("y") or self.names.get("labels", ())

    @property
    def width(self) -> int:
        """Of the embedding."""
        if self.trajectories is not None:
            return self.trajectories.points.shape[2]
        self._needs_network()
        return classifier(self.layers).weight.shape[2]

    @property
    def loss(self) -> Array:
        """(T,), average cross-entropy over the points trained on: as recorded, or else computed."""
        return self.metrics["loss"] if "loss" in self.metrics else self._computed("loss")[0]

    @property
    def accuracy(self) -> Array:
        """(T,), share of the points trained on that are answered rightly: as recorded, or else computed."""
        return self.metrics["accuracy"] if "accuracy" in self.metrics else self._computed("accuracy")[1]

    @property
    def digest(self) -> str:
        """Hexadecimal digits that name this run's content: another weight, another digest.

        sha256 of a file's bytes; of one larger than 32 MB, of its description and the checksums of its pieces, or
        where it carries none of some of its bytes and the times of its last change.
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
        self._needs_network()
        mix = self._mix(epoch)
        return mapped(lambda array: mixed(array, mix, epoch), self.layers)

    def classifier(self, epoch: float) -> Linear:
        """The classifier at `epoch`; its weight's rows (K, d) are the class vectors. UnspiralError if there is none."""
        self._needs_network()
        if not self.layers:
            raise UnspiralError("this run holds an embedding without a classifier: it has no scores and no regions")
        mix = self._mix(epoch)
        return Linear(*(mixed(value, mix, epoch) for value in classifier(self.layers)))

    def embedding(self, epoch: float, held_out: bool = False) -> Array:
        """The embedding (N, d) of the points trained on, or of the held-out ones, at `epoch`.

        UnspiralError if no network was recorded.
        """
        self._needs_network()
        if held_out and self.trajectories is not None:
            return mixed(self.trajectories.points, self._mix(epoch), epoch)[self.held]
        if held_out:
            return forward(self.at(epoch)[:-1], self.points.x[self.held])
        return again.remembered(self._known, epoch, lambda: self.embedding_of(self._mix(epoch), epoch))

    def embedding_of(self, mix: Mix, epoch: float) -> Array:
        """The embedding (N, d) at a mix of snapshots, as `weights_between` gives it; errors name `epoch`."""
        if self.trajectories is None:
            network = mapped(lambda array: mixed(array, mix, epoch), self.layers[:-1])
            return forward(network, self.data.x)
        e = mixed(self.trajectories.points, mix, epoch)
        return e[~self.held] if self.held.any() else e

    def lines(self, epoch: float) -> Array:
        """The recorded lines (L, S, d) of the input plane at `epoch`; only a run with trajectories has them."""
        if self.trajectories is None:
            raise UnspiralError("this run holds weights: its lines' images are computed exactly from them")
        return mixed(self.trajectories.lines, self._mix(epoch), epoch)

    def array(self, name: str, epoch: float) -> NDArray:
        """A series' array (…) at `epoch`: exact at its snapshots, between them as weights are.

        Whole numbers and truth values stay as they were at the last snapshot; before the first snapshot that has it,
        and after the last, it is as there. UnspiralError for a name that is no series, or an epoch outside the run.
        """
        if name not in self.series:
            raise unknown("series", name, self.series) if self.series else UnspiralError("this run holds no series")
        self._mix(epoch)  # says whether it is in the run
        key, stacked = f"given at {name}", self.series[name]
        if key not in self._known:
            self._known[key] = series.given_at(stacked)
        there = self._known[key]
        if not len(there):
            raise UnspiralError(f"the series {name!r} holds no numbers at any snapshot")
        return series.at(stacked, there, self.epochs, epoch)

    def scores(self, epoch: float, held_out: bool = False) -> Array:
        """Scores (N, K) of the points trained on, or of the held-out ones, at `epoch`, of any run."""
        return apply(self.classifier(epoch), self.embedding(epoch, held_out))

    def metric(self, name: str, epoch: float) -> Measured | None:
        """The last value of a named curve that was measured up to `epoch`; None before the first."""
        there = np.flatnonzero(~np.isnan(self.metrics[name]) & (self.epochs <= epoch))
        return Measured(float(self.metrics[name][there[-1]]), float(self.epochs[there[-1]])) if len(there) else None

    def _repr_png_(self) -> bytes:
        """What a notebook shows of it: the contact sheet, nine epochs of the embedding."""
        if not _DRAWN_BY:
            raise UnspiralError("nothing draws runs here: import engine first")
        with tempfile.TemporaryDirectory() as name:
            path, sheet = Path(name) / "run.safetensors", Path(name) / "sheet.png"
            self.save(path)
            _DRAWN_BY[0](path, sheet)
            return sheet.read_bytes()

    def page(self) -> Any:
        """The run as a page to touch: a notebook shows it in its cell, `.save("page.html")` writes it for a browser."""
        return paging.paged(self)

    def save(self, path: str | Path) -> None:
        """Write one safetensors file, whole or not at all. UnspiralError says why it could not be written.

        What an earlier recording left beside it is kept under another name, and a warning says so.
        """
        about, arrays = described(self)
        tensors.save(Path(path), about, arrays, self.forget)
        live = held(journal.lock_of(Path(path)))
        if not live and (remark := journal.set_aside(Path(path))):
            warnings.warn(remark, stacklevel=2)

    def check(self) -> str:
        """Read the whole file, and say in what way it is sound. UnspiralError if it is damaged anywhere."""
        return self._source.check() if self._source is not None else "it is not in a file"

    def forget(self) -> None:
        """Give back the memory that reading a large file took; what is read again is mapped again."""
        if self._source is not None:
            self._source.forget()

    @classmethod
    def load(cls, path: str | Path) -> "Run":
        """Open a run file, or the journal of a recording that was not closed; arrays are mapped, not read.

        `path` may name the run that the recording was to become. UnspiralError says in one line what is wrong.
        """
        return again.loaded(Path(path), cls._load_whole)

    @classmethod
    def _load_whole(cls, path: Path) -> "Run":
        for _ in range(20):  # a file may be replaced, whole, while it is being opened: then the new one is opened
            with suppress(Replaced):
                return cls._load(path)
        return cls._load(path)

    @classmethod
    def _load(cls, path: Path) -> "Run":
        try:
            beside = journal.path_for(path)
            if beside.is_file():
                if not path.exists() or journal.newer(path):
                    path = beside
                else:
                    warnings.warn(f"{beside} is an earlier recording that was cut short; {path} is newer", stacklevel=2)
            fields, source = opened(path)
            run = cls(**fields)
            object.__setattr__(run, "_source", source)  # not a field of what `replace` makes of it
            return run
        except UnspiralError as error:
            raise type(error)(f"{path}: {error}") from None
        except (OverflowError, RecursionError):
            raise UnspiralError(f"{path}: its description holds numbers or lists that no run has") from None

    def __repr__(self) -> str:
        count, first, last = len(self.epochs), self.epochs[0], self.epochs[-1]
        held = [f"{len(self.points.y):,} points"] if len(self.points.y) else []
        held += [f"{name} {tuple(array.shape[1:])}" for name, array in self.series.items()]
        return f"<Run: {count:,} snapshots, epochs {first:g} to {last:g}, {', '.join(held) or 'metrics alone'}>"

    def __copy__(self) -> "Run":
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> "Run":
        return self  # nothing in it changes; Manim copies what it animates, and this may be gigabytes

    def _mix(self, epoch: float) -> Mix:
        """Which snapshots to add up at `epoch`, and how much of each."""
        self.forget()
        return weights_between(self.epochs, epoch)

    def _needs_network(self) -> None:
        if not self.layers and self.trajectories is None:
            named = ", ".join([*self.series, *self.metrics])[:120]
            raise UnspiralError(f"this run holds no network, only what was recorded by name: {named or 'nothing'}")

    def _computed(self, name: str) -> tuple[Array, Array]:
        """Loss and accuracy (T,) of a run that did not record them."""
        if not self.layers:
            raise UnspiralError(f"this run recorded no {name}, and holds no classifier to compute it from")
        if "computed" not in self._known:
            curves = []
            for epoch in self.epochs.tolist():
                scores = apply(self.classifier(epoch), self.embedding(epoch))
                found = judged(scores.astype(float), self.data.y)
                curves.append((found.loss, found.accuracy))
            self._known["computed"] = np.array(curves).T
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


class Diverged(UnspiralError):
    """The loss is no longer finite; `run` is what was recorded before, None if that is nothing."""

    def __init__(self, message: str, run: Run | None = None) -> None:
        super().__init__(message)
        self.run = run


def described(run: Run) -> tuple[str, dict[str, NDArray]]:
    """A run's description (JSON) and its named tensors, as they stand in a file."""
    arrays: dict[str, NDArray] = {"epochs": run.epochs}
    if run.layers or run.trajectories is not None:
        arrays |= {"x": run.points.x, "y": run.points.y}
    if run.held.any():
        arrays["held_out"] = run.held
    arrays |= {f"metrics.{name}": curve for name, curve in run.metrics.items()}
    if run.trajectories is not None:
        arrays |= {f"trajectories.{name}": array for name, array in run.trajectories._asdict().items()}
    arrays |= {f"series.{name}": array for name, array in run.series.items()}
    arrays |= {f"constants.{name}": array for name, array in run.constants.items()}
    more = bool(run.series or run.constants or run.names or not run.layers)
    about = about_layers(run.layers, run.trajectories is not None, more)
    if run.names:
        about["names"] = {name: list(words) for name, words in run.names.items()}
    arrays |= layer_arrays(run.layers)
    about |= {"recipe": run.recipe.as_dict() if run.recipe else None, "unfinished": run.unfinished}
    return json.dumps(about, sort_keys=True), arrays
