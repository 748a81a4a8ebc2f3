"""What somebody's model takes: arrays, tuples, dictionaries, data sets, graphs."""

from __future__ import annotations

import inspect
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, IterableDataset

from engine.errors import UnspiralError
from engine.recorder.calm import calmly

READ = 5000
"""Points that are read of a data set."""

_LABELS = ("y", "label", "labels", "target", "targets")


class Inputs(NamedTuple):
    """The arguments of one call of a model, for `rows` points."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    rows: int

    def part(self, begin: int, end: int) -> Inputs:
        """The points from `begin` to `end`: of every tensor that has a row for each point, those rows."""

        def some(value: Any) -> Any:
            if isinstance(value, Mapping):
                return {name: some(part) for name, part in value.items()}
            rows = _is_dense(value) or (isinstance(value, Sequence) and not isinstance(value, str))
            return value[begin:end] if rows and len(value) == self.rows else value

        args, kwargs = tuple(map(some, self.args)), {name: some(value) for name, value in self.kwargs.items()}
        return Inputs(args, kwargs, min(end, self.rows) - begin)

    def some(self, rows: NDArray[np.intp]) -> Inputs:
        """Those points of the one tensor that there is."""
        assert self.alone is not None
        return Inputs((self.alone[torch.as_tensor(rows, device=self.alone.device)],), {}, len(rows))

    @property
    def tensors(self) -> list[Tensor]:
        """All tensors among the arguments."""
        values = [*self.args, *self.kwargs.values()]
        values += [part for value in values if isinstance(value, Mapping) for part in value.values()]
        return [value for value in values if isinstance(value, Tensor)]

    @property
    def alone(self) -> Tensor | None:
        """The one tensor that is all that the model takes."""
        return self.args[0] if len(self.args) == 1 and not self.kwargs and isinstance(self.args[0], Tensor) else None

    def flat(self) -> NDArray:
        """(N, n), the points as numbers: of the first tensor with a row for each, floats before whole numbers."""
        rows = [t for t in self.tensors if t.ndim and t.shape[0] == self.rows and t.numel()]
        rows.sort(key=lambda tensor: not tensor.is_floating_point())
        if not rows or rows[0].is_complex():
            return np.arange(self.rows, dtype="f4")[:, None]
        flat = (
            (rows[0].to_dense() if rows[0].layout != torch.strided else rows[0]).detach().reshape(self.rows, -1).cpu()
        )
        return (flat if flat.dtype == torch.float64 else flat.float()).numpy()

    def __str__(self) -> str:
        values = [*self.args, *(f"{name} {_shape(value)}" for name, value in self.kwargs.items())]
        shown = ", ".join(value if isinstance(value, str) else _shape(value) for value in values)
        return shown if len(values) == 1 else f"[{shown}]"


def _is_dense(value: Any) -> bool:
    return isinstance(value, Tensor) and value.layout == torch.strided and value.ndim > 0


def _shape(value: Any) -> str:
    return str(tuple(value.shape)) if isinstance(value, Tensor) else type(value).__name__


def inputs_of(model: nn.Module, x: Any, y: Any) -> tuple[list[Inputs], Any, str]:
    """Copies of x as the model may take it; y, which a data set brings along; and what is to be said about it."""
    said = ""
    if isinstance(x, DataLoader | Dataset):
        x, read, said = _read(x)
        y = read if y is None else y
    like = next((p for p in model.parameters() if p.is_floating_point()), None)

    def tensor(value: Any, name: str = "x") -> Any:
        return _tensor(value, name, like)

    if isinstance(x, Mapping):
        given = dict(x)
        accepted = _accepted(model, given)
        if y is None:
            y = next((given[name] for name in _LABELS if name in given), None)
        if accepted is None:
            args, kwargs = ({name: tensor(value, name) for name, value in given.items()},), {}
        else:
            args, kwargs = (), {name: tensor(value, name) for name, value in accepted.items()}
    elif isinstance(x, tuple):
        args, kwargs = tuple(tensor(value, f"x[{i}]") for i, value in enumerate(x)), {}
    else:
        args, kwargs = (tensor(x),), {}
    meant: list[tuple[tuple[Any, ...], dict[str, Any]]] = [(args, kwargs)]
    if isinstance(x, Mapping) and not kwargs:
        alone = [tensor(value, name) for name, value in x.items() if name not in _LABELS]
        meant += [((alone[0],), {})] if len(alone) == 1 else []
    return [Inputs(args, kwargs, _count(args, kwargs, y)) for args, kwargs in meant], y, said


def _count(args: tuple[Any, ...], kwargs: Mapping[str, Any], y: Any) -> int:
    """How many points: as many as labels if there are any and a dimension of that length."""
    lengths = [d for t in Inputs(args, kwargs, 0).tensors for d in t.shape[:2]]
    try:
        labels = len(y) if y is not None else 0
    except TypeError:
        labels = 0
    if labels and (labels in lengths or not lengths):
        return labels
    if lengths:
        return lengths[0]
    values = [*args, *kwargs.values()]
    return next((len(value) for value in values if isinstance(value, Sequence)), labels)


def _tensor(value: Any, name: str, like: Tensor | None) -> Any:
    """A copy of anything that holds numbers, where and as wide as the model's; what holds none, as it is."""
    if isinstance(value, Tensor) and value.requires_grad:
        raise UnspiralError(f"{name} needs a gradient; give {name}.detach()")
    if isinstance(value, Tensor):
        given = value.detach().clone()
    elif isinstance(value, tuple) and value and all(isinstance(part, Tensor) for part in value):
        return tuple(_tensor(part, f"{name}[{i}]", like) for i, part in enumerate(value))  # the state of an LSTM
    elif isinstance(value, list) and value and all(isinstance(part, Tensor) for part in value):
        if len({part.shape for part in value}) > 1:
            return [part.detach().clone() for part in value]
        given = torch.stack([part.detach() for part in value])
    else:
        try:
            array = np.asarray(value)
        except ValueError:
            raise UnspiralError(
                f"{name} must be an array of numbers, a row per point: its rows differ in length"
            ) from None
        if array.dtype.kind not in "biufc" and hasattr(value, "columns") and hasattr(value, "to_numpy"):
            array = _table(value, name)
        if array.dtype.kind not in "biufc":
            return value  # a graph, texts …: whatever the model takes
        given = torch.tensor(array)
    if name == "x" and given.ndim < 2 and given.is_floating_point():
        raise UnspiralError(f"x has shape {tuple(given.shape)}; it needs one row per point: (N, …)")
    if like is None:
        return given
    return given.to(like.device, like.dtype) if given.is_floating_point() else given.to(like.device)


def _table(table: Any, name: str) -> NDArray[np.float64]:
    """A data frame's numbers, of columns of several kinds. UnspiralError names a column that holds none."""
    columns = []
    for column in table.columns:
        try:
            columns.append(np.asarray(table[column].to_numpy(dtype=float), float))
        except (TypeError, ValueError):
            said = f"{name} has a column that holds no numbers, {str(column)[:60]!r}"
            raise UnspiralError(f"{said}: leave it out, or make numbers of it (pandas.get_dummies)") from None
    return np.stack(columns, 1)


def _accepted(model: nn.Module, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Those entries of a dictionary that the model's `forward` takes by name; None if it takes the dictionary."""
    parameters = inspect.signature(model.forward).parameters
    kinds = [parameter.kind for parameter in parameters.values()]
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return dict(given)
    accepted = {name: value for name, value in given.items() if name in parameters}
    return accepted or None


def _read(data: Any) -> tuple[Any, Any, str]:
    """Points and labels of a data set, or of a loader's: in its own order, without touching a random number."""
    collate = torch.utils.data.default_collate
    if isinstance(data, DataLoader):
        data, collate = data.dataset, data.collate_fn
    if isinstance(data, IterableDataset):
        raise UnspiralError("x is a stream of points; give some of them as an array x, and their labels y")
    count = len(data)
    if not count:
        raise UnspiralError("the data set is empty; at least one point is needed")
    kept = np.unique(np.linspace(0, count - 1, min(count, READ)).astype(int)).tolist()
    try:
        with calmly(), _own_generators(data):
            batch = collate([data[i] for i in kept])
    except (TypeError, RuntimeError, ValueError) as error:
        reason = (str(error).splitlines() or [""])[0][:120]
        raise UnspiralError(f"the data set's points do not make one batch ({reason}); give arrays x and y") from None
    said = ""
    if len(kept) < count:
        said = f"of {count:,} points {len(kept):,} are recorded, evenly chosen; give arrays x and y for others"
    if isinstance(batch, Sequence) and not isinstance(batch, str):
        *x, y = batch if len(batch) > 1 else (*batch, None)
        return x[0] if len(x) == 1 else tuple(x), y, said
    return batch, None, said


@contextmanager
def _own_generators(data: Any) -> Iterator[None]:
    """Random generators that a data set holds draw afterwards what they would have drawn."""
    states: list[tuple[Any, Any]] = []
    for value in (*vars(data).values(), *vars(getattr(data, "transform", None) or object).values()):
        if isinstance(value, torch.Generator):
            states.append((value, value.get_state()))
        elif isinstance(value, np.random.Generator):
            states.append((value, value.bit_generator.state))
        elif isinstance(value, random.Random):
            states.append((value, value.getstate()))
    try:
        yield
    finally:
        for generator, state in states:
            if isinstance(generator, np.random.Generator):
                generator.bit_generator.state = state
            elif isinstance(generator, torch.Generator):
                generator.set_state(state)
            else:
                generator.setstate(state)
