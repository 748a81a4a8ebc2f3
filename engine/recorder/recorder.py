"""Snapshots out of anybody's torch training loop, or of arrays alone."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import UnspiralError
from engine.progress import recorded
from engine.recorder.chain import Chain
from engine.recorder.embeddings import Embeddings
from engine.recorder.model import AUTO, Given, is_lazy, observe, unwrapped
from engine.recorder.place import Destination
from engine.recorder.said import NoLongerFinite, Said
from engine.recorder.series import Series, constants_of
from engine.recorder.watching import Unmoved, finite
from engine.runs import journal, tensors
from engine.runs.labels import LABEL_WEIGHTS
from engine.runs.run import Run, described
from engine.runs.run_file import about_layers

AGREEING = 1e-2
"""How far, of their size, embeddings of a chain may be from the model's own when the recording ends: the model's may be
computed in fewer digits."""


class Recorder:
    """Records while somebody's own loop trains; closing it makes one run file of all snapshots.

        with Recorder("my.safetensors", model, x, y) as recorder:
            for epoch in range(...):
                loss = ...
                recorder.snapshot(epoch, loss=loss)
                ...  # backwards, and a step

    **The model** is recorded by what its classifier reads, which is the embedding, and by the classifier's weights;
    what the model returns does not matter. `classifier` is a module of it or that one's name as in `named_modules()`,
    by default the last Linear layer (or 1 × 1 convolution) whose outputs are as many as y has classes; one output
    stands for two. With `classifier=None` the `embedding` alone is recorded: what the module of that name gives, or
    what the function `embedding(model, x)` returns. x is what the model takes: an array, a tuple of several, a
    dictionary, a data set or its loader. y are labels: numbers, words, one-hot rows, several a point (of which `label`
    says the one to show, and `training(run, label=…)` another); −100 is left out; numbers to fit are kept as
    `constants["values"]`. `names` are the classes', `held_out=(x, y)` points that are not trained on, `points` how many
    are recorded if not all.

    A model that computes a chain of layers that unspiral knows (Linear and `engine.network.activations`, however
    written) is recorded by its weights, exactly as they are; that it is one is tried with random weights. Of any other,
    the embedding of the points is recorded at every snapshot and, where x is (N, 2), of lines of the input plane, in
    eval mode. Nothing of the training is disturbed: neither weights, gradients, modes, buffers nor random numbers.

    **Arrays** need no model: after `Recorder("my.safetensors", labels=y)`, `snapshot(epoch, loss=loss, codes=mu)`
    records numbers as metrics and arrays as series: `Run.series["codes"]` is (T, …). `float16` names those to be stored
    in half the room. Other arguments by name are arrays that do not change: `Run.constants["labels"]`. `watch` holds
    functions that are called at every snapshot, such as {"fit": lambda: model(grid)}, with modules in eval mode.

    A loss is best given together with the weights that it is the loss of: call `snapshot` between computing it and the
    optimiser's step, as above. Given after the step, it is the loss of the weights before. Films show the loss and the
    accuracy of the recorded weights, worked out; what is given here is kept as `Run.metrics`.

    What `snapshot` has returned is in `PATH.journal`, handed to the operating system, which `Run.load` opens whatever
    became of the process; it is forced to the disk once a second, so that a power cut costs a second at most. Of a
    model that is no chain, and takes more than a millisecond to evaluate, a copy may be evaluated by another thread
    where a processor is free for it: then the last snapshot is in the journal that much later.

    Mistakes that are seen before the training are an UnspiralError. During it nothing that the recorder dislikes ends
    it: it warns once (NotRecorded) and goes on.
    """

    def __init__(
        self, path: str | Path, model: nn.Module | None = None, x: Any = None, y: Any = None,
        embedding: str | nn.Module | Callable[[nn.Module, Any], Any] | None = None,
        classifier: str | nn.Module | None = AUTO, *,
        held_out: tuple[Any, Any] | None = None, points: int | None = None, label: int | str = 0,
        names: Sequence[str] = (), watch: Mapping[str, Callable[[], Any]] | None = None,
        float16: Collection[str] = (), **constants: Any,
    ) -> None:  # fmt: skip
        self.path = Path(path)
        self.stopped = ""
        """Why nothing more is recorded, if that is so."""
        self.in_use = False
        self._said = Said()
        self._series = Series(float16, watch or {}, self._said)
        self._journal: journal.Journal | None = None
        self._recorded: Any = None
        self._unmoved = Unmoved()
        self._last = -math.inf
        self._beside: ThreadPoolExecutor | None = None
        self._pending: Future[None] | None = None
        if model is None:
            given = {"x": x, "labels": y} if y is not None else {"x": x}
            constants = {name: value for name, value in given.items() if value is not None} | constants
            if embedding is not None or classifier is not AUTO or held_out is not None:
                raise UnspiralError("embedding, classifier and held_out belong to a model: Recorder(path, model, x, y)")
        self._constants, self._names = constants_of(constants, names)
        self._model, self._wrappers = (None, "") if model is None else unwrapped(model)
        self._given = Given(x, y, embedding, classifier, held_out, points, label, names)
        self._place: Destination | None = None
        if self._model is None or not is_lazy(self._model):
            self._begin()
        else:  # it has its weights only once the training has called it
            self._place = Destination(self.path, self)
        self._open = True

    def _begin(self) -> None:
        """Find out what is to be recorded, and open the journal for it."""
        constants, names = self._constants, self._names
        layers: tuple[Any, ...] = ()
        trajectories = False
        if self._model is not None:
            seen = observe(self._model, self._wrappers, self._given, self._said)
            self._recorded, layers = seen.recorded, seen.recorded.network
            trajectories = not isinstance(seen.recorded, Chain)
            constants = {"x": seen.points.x, "y": seen.points.y, **seen.recorded.constants, **constants}
            if seen.held.any():
                constants["held_out"] = seen.held
            if seen.values is not None:
                constants["constants.values"] = seen.values
            if seen.labels.names:
                names = {**names, "y": list(seen.labels.names)}
            if seen.only is not None and seen.labels.names:  # y says whether a point has this label
                shown = seen.labels.names[seen.only]
                names |= {"y": [f"not {shown}", shown], "values": list(seen.labels.names)}
            if seen.every is not None:
                self._series.watch(LABEL_WEIGHTS, seen.every)
        about = about_layers(layers, trajectories, more=True) | {"recipe": None, "unfinished": "", "names": names}
        self._place = self._place or Destination(self.path, self)
        try:
            self._place.clear(self._said)
            self._journal = journal.Journal(journal.path_for(self.path), json.dumps(about), constants, self._row())
        except BaseException as error:
            self._unlock()
            if isinstance(error, OSError):
                raise UnspiralError(f"cannot write beside {self.path}: {error.strerror or error}") from None
            raise

    def _row(self) -> dict[str, NDArray]:
        return {**(self._recorded.row if self._recorded is not None else {}), **self._series.row}

    @property
    def empty(self) -> bool:
        """Whether no snapshot was recorded yet."""
        return self._last == -math.inf

    @property
    def classifies(self) -> bool:
        """Whether scores can be worked out from what is recorded: a classifier is known."""
        return bool(getattr(self._recorded, "network", ()))

    def snapshot(self, epoch: float, **values: Any) -> None:
        """Record the model as it is now, and `values`: numbers are metrics, arrays are series.

        `epoch` is any number larger than the last one given. A series keeps the shape of its first snapshot; where one
        was not given there is NaN. What cannot be recorded is said once; once the weights are no longer finite numbers
        nothing more is recorded, and what was recorded before them stays.
        """
        if not self._open:
            return self._said("closed", f"the recording {self.path} is closed; make another Recorder to record more")
        self._settle()
        if self.stopped:
            return None
        try:
            moment = self._moment(epoch)
            if self._journal is None:
                self._begin_late()
            self._append(moment, values)
            self._last = moment
            recorded(self.path.name, moment)
            if question := self._unmoved.question():
                self._said("unmoved", question)
        except NoLongerFinite as error:
            self._said("finite", error)
        except UnspiralError as error:
            self._said(_kind(error), str(error))
        return None

    def _begin_late(self) -> None:
        try:
            self._begin()
        except UnspiralError as error:
            self.stopped = str(error)
            raise

    def _moment(self, epoch: Any) -> float:
        try:
            moment = float(epoch.item() if isinstance(epoch, Tensor) else epoch)
        except (TypeError, ValueError, RuntimeError):
            raise UnspiralError(f"epoch is {repr(epoch)[:60]}; it must be one number") from None
        if not math.isfinite(moment):
            raise UnspiralError(f"epoch is {epoch}; it must be a number")
        if moment <= self._last:
            again = "was recorded already" if moment == self._last else f"comes after {self._last:g}"
            raise UnspiralError(f"epoch {moment:g} {again}; epochs must increase from snapshot to snapshot")
        return moment

    def _append(self, moment: float, given: Mapping[str, Any]) -> None:
        metrics, arrays = self._series.read(moment, given)
        aside = self._recorded.aside() if isinstance(self._recorded, Embeddings) else None
        if aside is None:
            values = self._recorded.values() if self._recorded is not None else []
            return self._write(moment, values, arrays, metrics)
        arrays = [array.copy() for array in arrays]  # the training goes on to change what they were made of
        if self._beside is None:
            self._beside = ThreadPoolExecutor(1, "unspiral", torch.get_num_threads)  # else it takes every core
        self._pending = self._beside.submit(lambda: self._write(moment, aside(), arrays, metrics))
        return None

    def _settle(self) -> None:
        """Wait for the snapshot that another thread still works on, and say what became of it."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        try:
            pending.result()
        except NoLongerFinite as error:
            self._said("finite", error)
        except Exception as error:
            self._said(_kind(error), str(error) or type(error).__name__)

    def _write(self, moment: float, values: list[NDArray], arrays: list[NDArray], metrics: Mapping[str, float]) -> None:
        assert self._journal is not None
        self._unmoved.look(values)
        if not all(map(finite, values)):
            self.stopped = f"the model no longer computes finite numbers at epoch {moment:g}; lower the learning rate"
            raise NoLongerFinite(f"{self.stopped}; the {self._journal.count} snapshots before it are kept")
        try:
            if arrays:
                self._journal.describe(self._row())
            self._journal.append(moment, [*values, *arrays], metrics)
        except OSError as error:
            raise UnspiralError(
                f"cannot write {self._journal.path}: {error.strerror or error}; "
                f"the {self._journal.count} snapshots before epoch {moment:g} are there"
            ) from None

    def close(self) -> None:
        """Make one run file of all snapshots, whole or not at all; if it cannot be written, the journal stays."""
        if not self._open:
            return
        try:
            self._settle()
            if not self.stopped:
                self._compare()
        finally:
            trouble = self._closed()
        if trouble:
            self._said("close", trouble)

    def _compare(self) -> None:
        """Whether a chain still is one: its layers' embedding beside the model's own."""
        if not isinstance(self._recorded, Chain):
            return
        try:
            apart = self._recorded.disagreement()
        except Exception:  # it may be on another device by now, or taken apart
            return
        if apart > AGREEING:
            self.stopped = (
                f"the model now computes something else than its layers do alone, by {100 * apart:.0f} %: what was "
                "recorded by its weights may not be what it computed"
            )
            self._said("chain", self.stopped)

    def _closed(self) -> str:
        """Close, and what there is to be said about it."""
        if not self._open:
            return ""
        self._open = False
        if self._beside is not None:
            self._beside.shutdown()
        try:
            return self._written()
        finally:
            self._unlock()

    def _unlock(self) -> None:
        if self._place is not None:
            self._place.leave()

    def _written(self) -> str:
        if self._journal is None:
            return "" if self.stopped else f"nothing was recorded in {self.path}: call snapshot(epoch) in the loop"
        self._journal.close()
        path = self._journal.path
        if not self._journal.count:
            path.unlink(missing_ok=True)
            return "" if self.stopped else f"nothing was recorded in {self.path}: call snapshot(epoch) in the loop"
        try:
            run = Run.load(path)
            lost = self._journal.count - len(run.epochs)
            stopped = self.stopped or (f"{lost} damaged snapshots were left out" if lost else "")
            tensors.save(self.path, *described(replace(run, unfinished=stopped)), run.forget)
        except UnspiralError as error:
            return f"{error}; its {self._journal.count} snapshots are safe in {path}"
        if lost:
            self._said("damaged", f"{lost} snapshots were damaged on the disk; {journal.set_aside(self.path)}")
            return ""
        with suppress(OSError):
            path.unlink()
        return ""

    def abandon(self) -> None:
        """Stop recording and leave what was recorded as it lies."""
        self._open = False
        if self._beside is not None:
            self._beside.shutdown()
        if self._journal is not None:
            self._journal.close()
        self._unlock()

    def __enter__(self) -> Recorder:
        self.in_use = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            return self.close()
        self.stopped = self.stopped or f"the training stopped: {type(error).__name__} {error}".strip()[:200]
        trouble = self._closed()
        if trouble:
            error.add_note(trouble)
        return None


def _kind(error: Exception) -> str:
    """What an error says, whatever the numbers in it: each kind is said once."""
    return re.sub(r"[\d.]+", "", str(error))[:60]
