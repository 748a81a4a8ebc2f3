"""Snapshots out of anybody's torch training loop."""

from __future__ import annotations

import json
import math
import warnings
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from engine.errors import UnspiralError, unknown
from engine.recorder.chain import Weights, is_chain
from engine.recorder.embeddings import Embeddings
from engine.recorder.probe import PROBED, evaluated, points_of, same_numbers, unwrapped
from engine.runs import journal, tensors
from engine.runs.run import Diverged, Run, described
from engine.runs.run_file import about_layers, is_name


class Recorder:
    """Records a model while somebody's own loop trains it; closing it makes one run file of all snapshots.

        with Recorder("my.safetensors", model, x, y, embedding="2", classifier="3") as recorder:
            for epoch in range(...):
                ...
                recorder.snapshot(epoch, loss=loss)

    `embedding` and `classifier` are names as in `model.named_modules()`; the classifier is the linear layer that reads
    the embedding and gives the model's output. x (N, …) is what the model takes, y (N,) its labels.

    A model that is a chain of layers that unspiral knows (Linear, ReLU, LeakyReLU, Tanh; Dropout, Flatten and Identity
    do nothing in it) is recorded by its weights, exactly as they are. Of any other, the embedding of the points is
    recorded at every snapshot and, where x is (N, 2), of 21 × 2 lines of the input plane with 201 points on each, in
    eval mode. Nothing of the training is disturbed: neither weights, gradients, modes nor random numbers.

    What `snapshot` has returned is in `PATH.journal`, handed to the operating system, which `Run.load` opens whatever
    became of the process; it is forced to the disk once a second, so that a power cut costs a second at most.
    A snapshot of a 2–100–2–5 network takes 0.1 ms; of a model that is not a chain as long as the points and lines take
    to go through it (5,000 points and 8,442 of the lines: 5 ms with 100 hidden units).
    """

    def __init__(
        self, path: str | Path, model: nn.Module, x: ArrayLike | Tensor, y: ArrayLike | Tensor,
        embedding: str, classifier: str,
    ) -> None:  # fmt: skip
        self.path = Path(path)
        self.stopped = ""
        """Why nothing more is recorded, if that is so."""
        self.model, wrappers = unwrapped(model)
        self._names = tuple(name.removeprefix(wrappers) for name in (embedding, classifier))
        self._modules()  # before anything else: names are what is mistaken most
        self._x, points = points_of(self.model, x, y)
        called = self._check(points.y)
        if is_chain(self.model, called, self._x):
            self._recorded: Weights | Embeddings = Weights(self.model, called)
        else:
            self._recorded = Embeddings(self.model, self._names, self._x, points.x)
        self._last = -math.inf
        self._metrics: set[str] = set()
        constants = {"x": points.x, "y": points.y, **self._recorded.constants}
        layers = about_layers(self._recorded.network, isinstance(self._recorded, Embeddings))
        about = json.dumps(layers | {"recipe": None, "unfinished": ""})
        self._lock = _locked(self.path)
        try:
            _set_aside(self.path)
            self._journal = journal.Journal(journal.beside(self.path), about, constants, self._recorded.row)
        except BaseException as error:
            self._unlock()
            if isinstance(error, OSError):
                raise UnspiralError(f"cannot write beside {self.path}: {error.strerror or error}") from None
            raise
        self._open = True

    def snapshot(self, epoch: float, **metrics: float | Tensor) -> None:
        """Record the model as it is now. `epoch` is any number larger than the last one given; metrics are numbers.

        UnspiralError for a mistake in what is given; Diverged once the weights are no longer finite numbers, and what
        was recorded before them stays.
        """
        if not self._open:
            raise UnspiralError(f"the recording {self.path} is closed; make another Recorder to record more")
        if self.stopped:
            raise Diverged(self.stopped)
        moment = _number("epoch", epoch)
        if not math.isfinite(moment):
            raise UnspiralError(f"epoch is {epoch}; it must be a number")
        if moment <= self._last:
            again = "was recorded already" if moment == self._last else f"comes after {self._last:g}"
            raise UnspiralError(f"epoch {moment:g} {again}; epochs must increase from snapshot to snapshot")
        numbers = {name: _number(name, value) for name, value in metrics.items() if value is not None}
        for name in numbers.keys() - self._metrics:
            if not is_name(f"metrics.{name}"):
                raise UnspiralError(f"a metric cannot be called {name[:120]!r}; give it a short name of letters")
            self._metrics.add(name)
        values = self._recorded.values()
        if not all(map(_finite, values)):
            self.stopped = f"the model no longer computes finite numbers at epoch {moment:g}; lower the learning rate"
            raise Diverged(f"{self.stopped}; the {self._journal.count} snapshots before it are kept")
        try:
            self._journal.append(moment, values, numbers)
        except OSError as error:
            raise UnspiralError(
                f"cannot write {self._journal.path}: {error.strerror or error}; "
                f"the {self._journal.count} snapshots before epoch {moment:g} are there"
            ) from None
        self._last = moment

    def close(self) -> None:
        """Make one run file of all snapshots, whole or not at all; if it cannot be written, the journal stays."""
        if not self._open:
            return
        self._open = False
        self._journal.close()
        path = self._journal.path
        try:
            if not self._journal.count:
                path.unlink(missing_ok=True)
                if not self.stopped:
                    raise UnspiralError(f"nothing was recorded in {self.path}: call snapshot(epoch) in the loop")
                return
            try:
                run = Run.load(path)
                tensors.save(self.path, *described(replace(run, unfinished=self.stopped)), run.forget)
            except UnspiralError as error:
                raise UnspiralError(f"{error}; its {self._journal.count} snapshots are safe in {path}") from None
            with suppress(OSError):
                path.unlink()
        finally:
            self._unlock()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            return self.close()
        self.stopped = self.stopped or f"the training stopped: {type(error).__name__} {error}".strip()[:200]
        try:
            self.close()
        except UnspiralError as trouble:
            error.add_note(str(trouble))

    def _unlock(self) -> None:
        with suppress(OSError):
            Path(self._lock.lock_file).unlink()  # before it is released: who waits for it notices
        self._lock.release()

    def _modules(self) -> tuple[nn.Module, nn.Linear]:
        """The embedding's and the classifier's module as the model has them now."""
        modules = dict(self.model.named_modules())
        for kind, name in zip(("embedding", "classifier"), self._names):
            if name not in modules or not name:
                raise unknown(f"{kind} module", name, [known for known in modules if known])
        first, last = (modules[name] for name in self._names)
        if not isinstance(last, nn.Linear):
            linear = ", ".join(repr(name) for name, module in modules.items() if isinstance(module, nn.Linear))
            raise UnspiralError(
                f"the classifier {self._names[1]!r} is a {type(last).__name__}; it must be a Linear layer: {linear}"
            )
        return first, last

    def _check(self, y: NDArray[np.int64]) -> list[nn.Module]:
        """Try the model on a few points: does the classifier read the embedding and give the output?

        Returns the innermost modules that they went through, in that order.
        """
        embedding, last = self._modules()
        names = {module: name for name, module in self.model.named_modules()}
        outputs: dict[nn.Module, Any] = {}
        read: list[Tensor] = []
        called: list[nn.Module] = []

        def keep(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
            copied = module is embedding and isinstance(output, Tensor)  # an in-place activation may come after it
            outputs[module] = output.clone() if copied else output
            if next(module.children(), None) is None:
                called.append(module)
            if module is last:
                read.append(inputs[0])

        result = evaluated(self.model, self._x[:PROBED], keep)
        one, other = self._names
        for module, name in ((embedding, one), (last, other)):
            if module not in outputs:
                raise UnspiralError(
                    f"the model does not use its module {name!r}; name modules that model(x) goes through"
                )
        e = outputs[embedding]
        if not isinstance(e, Tensor) or len(e) != len(self._x[:PROBED]):
            raise UnspiralError(f"the embedding {one!r} does not give one vector for each point of x")
        if e.flatten(1).shape[1] != last.in_features:
            raise UnspiralError(
                f"the classifier {other!r} reads {last.in_features} numbers, the embedding {one!r} gives "
                f"{e.flatten(1).shape[1]}: name the module whose output the classifier reads"
            )
        if not same_numbers(e.flatten(1), read[0].flatten(1)):
            fitting = [names[m] for m, out in outputs.items() if out is read[0] and names.get(m)]
            hint = f"embedding={fitting[0]!r}" if fitting else "the module right before it"
            raise UnspiralError(f"the classifier {other!r} does not read the embedding {one!r} itself; name {hint}")
        if not isinstance(result, Tensor) or not same_numbers(result, outputs[last]):
            raise UnspiralError(
                f"the model's output is not what its classifier {other!r} gives; films show scores s = W e + b: let "
                "the model return them, softargmax belongs into the loss"
            )
        if y.max() >= last.out_features or y.min() < 0:
            raise UnspiralError(
                f"labels run from {y.min()} to {y.max()}; the classifier {other!r} has {last.out_features} classes: "
                f"0 … {last.out_features - 1}"
            )
        return called


def _finite(array: NDArray) -> bool:
    flat = array.reshape(-1)
    with np.errstate(all="ignore"):  # squares may overflow: then every number is looked at
        return math.isfinite(np.dot(flat, flat)) or bool(np.isfinite(flat).all())


def _number(name: str, value: Any) -> float:
    try:
        return float(value.item() if isinstance(value, Tensor) else value)
    except (TypeError, ValueError, RuntimeError):
        shape = f"an array {tuple(value.shape)}" if hasattr(value, "shape") else repr(value)[:60]
        raise UnspiralError(f"{name} is {shape}; it must be one number") from None


def _locked(path: Path) -> FileLock:
    """A lock that lasts as long as the recording; another recorder on the same path is refused."""
    lock = FileLock(f"{path}.lock", timeout=0)
    try:
        if path.is_dir():
            raise UnspiralError(f"{path} is a folder; name a file in it, such as {path / 'run.safetensors'}")
        if not path.parent.is_dir():
            raise UnspiralError(f"cannot write {path}: there is no folder {path.parent}; make it first")
        lock.acquire()
    except Timeout:
        raise UnspiralError(f"{path} is being recorded already: close that recorder, or name another file") from None
    except OSError as error:
        raise UnspiralError(f"cannot write into {path.parent}: {error.strerror or error}") from None
    return lock


def _set_aside(path: Path) -> None:
    """Keep what an earlier recording on this path left, if it was cut short."""
    left = journal.beside(path)
    if not left.exists():
        return
    count = journal.snapshots(left)
    if not count:
        left.unlink()
        return
    number = 1
    while (kept := journal.beside(path.with_name(f"{path.stem}-unfinished-{number}{path.suffix}"))).exists():
        number += 1
    left.rename(kept)
    warnings.warn(f"an earlier recording was cut short; its {count} snapshots are kept in {kept}", stacklevel=4)
