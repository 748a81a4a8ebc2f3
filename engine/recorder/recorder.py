"""Snapshots out of anybody's torch training loop."""

from __future__ import annotations

import json
import math
import random
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import torch
from filelock import FileLock, Timeout
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.func import functional_call

from engine.errors import Diverged, UnspiralError, unknown
from engine.network.layers import Linear, Network, PositivePart, Tanh, logits
from engine.network.lines import extent_of, square_grid
from engine.recipes.data import labelled
from engine.runs import journal as journal
from engine.runs import tensors as tensors
from engine.runs.run import Run, about_layers, described, is_name, layer_arrays

LINES, SAMPLES = 21, 201
"""Lines each way of the input plane, and points on each, whose embedding is recorded where layers are not known."""

_PROBED = 256  # points on which the model is tried before anything is recorded
_AT_ONCE = 1 << 22  # numbers of x that go through the model at once


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
        self.model, wrappers = _unwrapped(model)
        self._names = tuple(name.removeprefix(wrappers) for name in (embedding, classifier))
        self._modules()  # before anything else: names are what is mistaken most
        self._x, points = _points(self.model, x, y)
        called = self._check(points.y)
        if _is_chain(self.model, called, self._x):
            self._recorded: _Weights | _Embeddings = _Weights(self.model, called)
        else:
            self._recorded = _Embeddings(self.model, self._names, self._x, points.x)
        self._last = -math.inf
        self._metrics: set[str] = set()
        constants = {"x": points.x, "y": points.y, **self._recorded.constants}
        layers = about_layers(self._recorded.network, isinstance(self._recorded, _Embeddings))
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

        result = _evaluated(self.model, self._x[:_PROBED], keep)
        one, other = self._names
        for module, name in ((embedding, one), (last, other)):
            if module not in outputs:
                raise UnspiralError(
                    f"the model does not use its module {name!r}; name modules that model(x) goes through"
                )
        e = outputs[embedding]
        if not isinstance(e, Tensor) or len(e) != len(self._x[:_PROBED]):
            raise UnspiralError(f"the embedding {one!r} does not give one vector for each point of x")
        if e.flatten(1).shape[1] != last.in_features:
            raise UnspiralError(
                f"the classifier {other!r} reads {last.in_features} numbers, the embedding {one!r} gives "
                f"{e.flatten(1).shape[1]}: name the module whose output the classifier reads"
            )
        if not _same(e.flatten(1), read[0].flatten(1)):
            fitting = [names[m] for m, out in outputs.items() if out is read[0] and names.get(m)]
            hint = f"embedding={fitting[0]!r}" if fitting else "the module right before it"
            raise UnspiralError(f"the classifier {other!r} does not read the embedding {one!r} itself; name {hint}")
        if not isinstance(result, Tensor) or not _same(result, outputs[last]):
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


class _Weights:
    """What is recorded of a chain of known layers: its weights, gathered at once, for a snapshot is to cost little."""

    constants: Mapping[str, NDArray] = {}

    def __init__(self, model: nn.Module, called: Sequence[nn.Module]) -> None:
        self.network = _layers(called)
        self.row = layer_arrays(self.network)
        width = np.result_type(*self.row.values())
        self.row = {name: array.astype(width) for name, array in self.row.items()}
        self._linear = [module for module in called if isinstance(module, nn.Linear)]
        self._shapes = [(module.weight.shape, module.out_features) for module in self._linear]
        self._registered = [
            (parent, name, module)
            for parent in model.modules()
            for name, module in parent.named_children()
            if module in called
        ]
        self._flat: list[NDArray] = []
        self._parameters: list[Tensor] = []
        self._places: list[int] = []
        self._owned: list[tuple[dict[str, Any], str]] = []
        self._ids: list[int] = []

    def values(self) -> list[NDArray]:
        """All numbers of the row, one after another."""
        if (
            self._flat
            and self._ids == [id(owner.get(name)) for owner, name in self._owned]
            and self._places == [parameter.data_ptr() for parameter in self._parameters]
        ):
            return [np.concatenate(self._flat)]  # the same memory as last time: no call of torch, a tenth of the time
        return self._gathered()

    def _gathered(self) -> list[NDArray]:
        """The row's numbers, from parameters that may be anywhere and of any kind."""
        for parent, name, module in self._registered:
            if parent._modules.get(name) is not module:
                raise _other(f"its module {name!r} is another one now")
        parts: list[Tensor] = []
        with torch.no_grad():
            for module, (shape, width) in zip(self._linear, self._shapes):
                weight, bias = module.weight, module.bias
                if weight.shape != shape or (bias is not None and bias.shape != (width,)):
                    raise _other(f"a weight of shape {tuple(shape)} has {tuple(weight.shape)} now")
                parts += [weight.reshape(-1), weight.new_zeros(width) if bias is None else bias]
            values = _array(torch.cat(parts))
        plain = all(p.device.type == "cpu" and _plain(p.dtype) and p.is_contiguous() for p in parts)
        owned = [(m._parameters, name) for m in self._linear for name, p in m._parameters.items() if p is not None]
        self._flat = []
        if plain and len(owned) == len(parts):
            self._parameters = [p for owner, name in owned if (p := owner[name]) is not None]
            self._flat = [parameter.detach().reshape(-1).numpy() for parameter in self._parameters]
            self._places = [parameter.data_ptr() for parameter in self._parameters]
            self._owned = [*owned, *((parent._modules, name) for parent, name, _ in self._registered)]
            self._ids = [id(owner.get(name)) for owner, name in self._owned]
        return [values]


class _Embeddings:
    """What is recorded of any other model: where it sends the points and, if x is a plane, lines of it."""

    def __init__(self, model: nn.Module, names: tuple[str, ...], x: Tensor, points: NDArray) -> None:
        self._model, self._names, self._x = model, names, x
        segments, self._grid = np.zeros((0, 2, points.shape[1])), x[:0]
        if x.shape[1:] == (2,) and x.is_floating_point():
            segments = square_grid(extent_of(points), LINES)
            t = np.linspace(0, 1, SAMPLES)[:, None]
            grid = (1 - t) * segments[:, :1] + t * segments[:, 1:]  # L S 2
            self._grid = torch.as_tensor(grid.reshape(-1, 2)).to(x)
        self.constants: Mapping[str, NDArray] = {"trajectories.segments": segments}
        self._shape = (len(segments), SAMPLES)
        last = model.get_submodule(names[1])
        assert isinstance(last, nn.Linear)
        self.network = (self._classifier(last),)
        self._rooms = {name: array.shape for name, array in layer_arrays(self.network).items()}
        names_ = ("trajectories.points", "trajectories.lines", *self._rooms)
        self.row = dict(zip(names_, self.values()))

    def values(self) -> list[NDArray]:
        """The arrays of the row."""
        try:
            embedding, last = (self._model.get_submodule(name) for name in self._names)
        except AttributeError:
            raise _other("a module that was named is gone") from None
        width = self.network[0].weight.shape[1]
        points, lines = (_array(self._embedded(embedding, x, width)).astype("f4") for x in (self._x, self._grid))
        layers = layer_arrays((self._classifier(last),)) if isinstance(last, nn.Linear) else {}
        if {name: array.shape for name, array in layers.items()} != self._rooms:
            raise _other(f"the classifier {self._names[1]!r} has another shape now")
        return [points, lines.reshape(*self._shape, points.shape[1]), *layers.values()]

    def _classifier(self, module: nn.Linear) -> Linear:
        """The classifier's weights, read in eval mode: normalised layers compute them, in training with effects."""
        with _undisturbed(self._model, self._x.device):
            return _linear(module)

    def _embedded(self, module: nn.Module, x: Tensor, width: int) -> Tensor:
        """Embedding (N, d) of x by the model as it is, a bounded part of x at a time."""
        kept: list[Tensor] = []

        def keep(called: nn.Module, _: tuple[Any, ...], output: Tensor) -> None:
            kept.append(output.flatten(1))

        if not len(x):
            return x.new_zeros((0, width))
        for part in x.split(max(1, _AT_ONCE // max(1, x[0].numel()))):
            _evaluated(self._model, part, keep, [module])
        if sum(map(len, kept)) != len(x) or kept[0].shape[1] != width:
            raise _other(f"its module {self._names[0]!r} gives something else now")
        return torch.cat(kept)


def _other(what: str) -> UnspiralError:
    return UnspiralError(f"the model is not what it was when the recording began: {what}; make another Recorder for it")


def lightning_callback(
    path: str | Path, x: ArrayLike | Tensor, y: ArrayLike | Tensor, embedding: str, classifier: str, every: int = 1
) -> Any:
    """A Lightning callback that records the module it trains, after every `every` epochs, with what it logged.

    trainer = Trainer(callbacks=[lightning_callback("my.safetensors", x, y, "model.2", "model.3")])
    """
    try:
        from lightning.pytorch import Callback  # pyright: ignore[reportMissingImports]
    except ImportError:
        try:
            from pytorch_lightning import Callback  # pyright: ignore[reportMissingImports]
        except ImportError:
            raise UnspiralError("Lightning is not installed: pip install lightning") from None

    class Record(Callback):
        recorder: Recorder | None = None

        def on_fit_start(self, trainer: Any, pl_module: nn.Module) -> None:
            if trainer.is_global_zero:
                self.recorder = Recorder(path, pl_module, x, y, embedding, classifier)
                self.recorder.snapshot(trainer.current_epoch)

        def on_train_epoch_end(self, trainer: Any, pl_module: nn.Module) -> None:
            epoch = trainer.current_epoch + 1
            if self.recorder is not None and epoch % every == 0:
                self.recorder.snapshot(epoch, **_logged(trainer.callback_metrics))

        def on_exception(self, trainer: Any, pl_module: nn.Module, exception: BaseException) -> None:
            if self.recorder is not None:
                self.recorder.__exit__(type(exception), exception, None)

        def on_fit_end(self, trainer: Any, pl_module: nn.Module) -> None:
            if self.recorder is not None:
                self.recorder.close()

    return Record()


def _logged(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """What Lightning logged, with the training's loss under the name that films read."""
    named = {name.replace("/", "_"): value for name, value in metrics.items()}
    losses = [name for name in ("loss", "train_loss", "train_loss_epoch", "loss_epoch") if name in named]
    return {**named, "loss": named[losses[0]]} if losses else named


def _unwrapped(model: nn.Module) -> tuple[nn.Module, str]:
    """The module within torch.compile's and DataParallel's wrappers, and what they put before its modules' names."""
    if not isinstance(model, nn.Module):
        raise UnspiralError(f"model is a {type(model).__name__}; it must be a torch nn.Module")
    before = ""
    while True:
        if isinstance(inner := getattr(model, "_orig_mod", None), nn.Module):
            model, before = inner, before + "_orig_mod."
        elif isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel):
            model, before = model.module, before + "module."
        else:
            break
    if any(isinstance(p, nn.UninitializedParameter) for p in model.parameters()):
        raise UnspiralError("the model has layers that take their width from x: call model(x) once before recording")
    return model, before


def _points(model: nn.Module, x: ArrayLike | Tensor, y: ArrayLike | Tensor) -> tuple[Tensor, Any]:
    """A copy of x as the model takes it, and the labelled points (N, n) as a run holds them."""
    for name, value in (("x", x), ("y", y)):
        if isinstance(value, Tensor) and value.requires_grad:
            raise UnspiralError(f"{name} needs a gradient; give {name}.detach()")
    try:
        given = x.detach().clone() if isinstance(x, Tensor) else torch.tensor(np.asarray(x))
    except (TypeError, ValueError) as error:
        raise UnspiralError(f"x must be an array of numbers, a row per point: {error}") from None
    if given.ndim < 2:
        raise UnspiralError(f"x has shape {tuple(given.shape)}; it needs one row per point: (N, …)")
    like = next(model.parameters(), None)
    if like is not None:
        given = given.to(like.device)
        if given.is_floating_point():
            given = given.to(like.dtype)
    labels = y.cpu().numpy() if isinstance(y, Tensor) else y
    flat = given.flatten(1).cpu()
    points = labelled((flat if flat.dtype == torch.float64 else flat.float()).numpy(), labels)
    width = "f8" if given.dtype == torch.float64 else "f4"
    return given, points._replace(x=points.x.astype(width))


def _evaluated(
    model: nn.Module,
    x: Tensor,
    keep: Callable[[nn.Module, tuple[Any, ...], Any], None],
    modules: Sequence[nn.Module] | None = None,
) -> Any:
    """model(x) in eval mode; `keep` is given every module (or `modules`), its inputs and its output.

    Everything else is left as it was: modes, gradients, random numbers.
    """
    with _undisturbed(model, x.device):
        handles = [module.register_forward_hook(keep) for module in (modules or list(model.modules()))]
        try:
            return model(x)
        except UnspiralError:
            raise
        except Exception as error:
            reason = (str(error).splitlines() or [""])[0][:200]
            raise UnspiralError(f"the model cannot be called with x {tuple(x.shape)}: {reason}") from None
        finally:
            for handle in handles:
                handle.remove()


@contextmanager
def _undisturbed(model: nn.Module, device: torch.device) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    numbers, others = random.getstate(), np.random.get_state()
    devices = [device] if device.type == "cuda" else []
    try:
        for module, _ in modes:  # not model.eval(): models override it
            module.training = False
        with torch.no_grad(), torch.random.fork_rng(devices), torch.autocast(device.type, enabled=False):
            yield
    finally:
        for module, mode in modes:
            module.training = mode
        random.setstate(numbers)
        np.random.set_state(others)


def _is_chain(model: nn.Module, called: Sequence[nn.Module], x: Tensor) -> bool:
    """Whether the model does nothing but send x through the modules `called`, and films know them all."""
    kinds = (nn.Linear, nn.ReLU, nn.LeakyReLU, nn.Tanh, nn.Dropout, nn.Identity, nn.Flatten)
    slopes = [module.negative_slope for module in called if isinstance(module, nn.LeakyReLU)]
    if not all(type(module) in kinds for module in called) or not all(0 <= slope <= 1 for slope in slopes):
        return False
    random_ = torch.Generator().manual_seed(0)
    weights = {  # others than its own, lest a branch that starts at zero goes unnoticed
        name: torch.randn(p.shape, generator=random_, dtype=torch.float64) / max(1, p.shape[-1]) ** 0.5
        for name, p in model.named_parameters()
    }
    some = torch.randn((32, *x.shape[1:]), generator=random_, dtype=torch.float64)
    with _undisturbed(model, torch.device("cpu")):
        try:
            scores = functional_call(model, weights, (some,)).numpy()
            network = functional_call(_Layers(model, called), {f"model.{n}": w for n, w in weights.items()}, ())
            return np.allclose(logits(network, some.flatten(1).numpy()), scores, atol=1e-9)
        except Exception:  # whatever somebody's forward does with them: then it is no chain
            return False


class _Layers(nn.Module):
    """Gives modules as layers of films, with whatever weights it is called with."""

    def __init__(self, model: nn.Module, called: Sequence[nn.Module]) -> None:
        super().__init__()
        self.model = model
        self.called = tuple(called)

    def forward(self) -> Network:
        return _layers(self.called)


def _layers(modules: Sequence[nn.Module]) -> Network:
    return tuple(layer for layer in map(_layer, modules) if layer is not None)


def _layer(module: nn.Module) -> Linear | PositivePart | Tanh | None:
    """A module as a layer of films; None for one that does nothing in eval mode."""
    match module:
        case nn.Linear():
            return _linear(module)
        case nn.ReLU():
            return PositivePart()
        case nn.LeakyReLU():
            return PositivePart(float(module.negative_slope))
        case nn.Tanh():
            return Tanh()
    return None


def _linear(module: nn.Linear) -> Linear:
    weight = _array(module.weight)
    return Linear(weight, np.zeros_like(weight[:, 0]) if module.bias is None else _array(module.bias))


def _array(parameter: Tensor) -> NDArray:
    value = parameter.detach().cpu()
    return (value if _plain(value.dtype) else value.float()).numpy()


def _plain(dtype: torch.dtype) -> bool:
    return dtype in (torch.float32, torch.float64)


def _same(a: Tensor, b: Any) -> bool:
    if not isinstance(b, Tensor) or a.shape != b.shape:
        return False
    return torch.allclose(a.double(), b.double(), rtol=1e-4, atol=1e-6, equal_nan=True)


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
