"""What a snapshot is given besides the network: numbers are metrics, arrays are series."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import UnspiralError
from engine.recorder.calm import calmly, modules_in_eval_mode
from engine.recorder.said import Said
from engine.runs.run_file import is_name

NUMBERS = ("loss", "accuracy", "held_out_loss", "held_out_accuracy")
"""Metrics that films read: always one number a snapshot."""

_KEPT = ("f2", "f4", "f8", "i4", "i8", "u1", "b1")
_WIDER = {"i1": "i4", "i2": "i4", "u2": "i4", "u4": "i8", "u8": "i8"}

Watched = Callable[[], Any]


class Series:
    """Sorts what snapshots are given, and holds each series to its shape at its first snapshot.

    `float16` names the series that are to be stored in half the room; `watch` holds functions that are called at every
    snapshot and whose value is recorded under their name.
    """

    def __init__(self, float16: Collection[str], watch: Mapping[str, Watched], said: Said) -> None:
        self.row: dict[str, NDArray] = {}
        """Every series' layout, by its name in the file."""
        self._half, self._watch, self._said = frozenset(float16), dict(watch), said
        self._numbers: set[str] = set()
        self._taken = 0
        for name, function in self._watch.items():
            if not callable(function):
                raise UnspiralError(f"watch={{{name!r}: …}} is a {type(function).__name__}; give a function: lambda: …")
            _named("series", name)

    def watch(self, name: str, function: Watched) -> None:
        """Record what a function gives at every snapshot, unless somebody has given the name to something else."""
        self._watch.setdefault(name, function)

    def read(self, moment: float, values: Mapping[str, Any]) -> tuple[dict[str, float], list[NDArray]]:
        """Metrics, and one array for each of `row`, of which this may have made some wider, or more."""
        watched = {name: function for name, function in self._watch.items() if name not in values}
        values = {**values, **self._called(watched)} if watched else values
        metrics: dict[str, float] = {}
        arrays: dict[str, NDArray] = {}
        for name, value in values.items():
            if value is None:
                continue
            if type(value) is float or (_is_number(value) and f"series.{name}" not in self.row):
                if self._may_be_number(name):
                    metrics[name] = number = float(value if isinstance(value, int | float) else value.item())
                    if number > 1 and name in NUMBERS and "accuracy" in name:
                        self._said(name, f"{name} is {number:g}; it is read as a share from 0 to 1: divide it by 100")
            elif (array := self._array(name, value, moment)) is not None:
                arrays[f"series.{name}"] = array
        if not self.row and not arrays:
            self._taken += 1
            return metrics, []
        for name, array in arrays.items():
            self._fit(name, array)
        for name in self.row.keys() - arrays.keys():
            self._fit(name, np.empty(self.row[name].shape, "f2"))  # NaN says that it was not given
        self._taken += 1
        return metrics, [
            np.ascontiguousarray(arrays[name], layout.dtype)
            if name in arrays
            else np.full(layout.shape, np.nan, layout.dtype)
            for name, layout in self.row.items()
        ]

    def _called(self, watched: Mapping[str, Watched]) -> dict[str, Any]:
        values = {}
        for name, function in watched.items():
            try:
                with calmly(), modules_in_eval_mode():
                    values[name] = function()
            except Exception as error:
                reason = (str(error).splitlines() or [""])[0][:150]
                self._said(f"watch {name}", f"watch={{{name!r}: …}} raised {type(error).__name__}: {reason}")
        return values

    def _may_be_number(self, name: str) -> bool:
        if name not in self._numbers:
            if not is_name(f"metrics.{name}"):
                self._said(f"name {name}", f"a metric cannot be called {name[:120]!r}; give it a short name of letters")
                return False
            self._numbers.add(name)
        return True

    def _array(self, name: str, value: Any, moment: float) -> NDArray | None:
        """What was given as an array that a run can hold; None, said once, if there is no such."""
        try:
            if name in self._numbers or name in NUMBERS:
                raise UnspiralError(f"{name} is {_shown(value)}; it must be one number")
            array = stored(name, value)
            if name in self._half and array.dtype.kind == "f":
                array = array.astype("f2")
            known = self.row.get(f"series.{name}")
            if known is not None and known.shape != array.shape:
                raise UnspiralError(
                    f"{name} has shape {array.shape} at epoch {moment:g}, {known.shape} when it was first given; a "
                    "series keeps its shape: give the same points each time"
                )
        except UnspiralError as error:
            self._said(f"series {name}", str(error))
            return None
        return array

    def _fit(self, name: str, array: NDArray) -> None:
        """Let the layout of a series hold this array."""
        known = self.row.get(name)
        if known is None:
            late = self._taken > 0 and array.dtype.kind != "f"  # NaN stands where there was none
            self.row[name] = np.zeros(array.shape, np.result_type(array.dtype, np.float16) if late else array.dtype)
        elif array.dtype != known.dtype and (known.dtype.kind != "f" or array.dtype == np.float64 != known.dtype):
            wider = np.result_type(array.dtype, known.dtype)
            if wider != known.dtype and name.removeprefix("series.") not in self._half:
                self.row[name] = known.astype(wider)


def stored(name: str, value: Any) -> NDArray:
    """Anything that holds numbers as an array of a kind that run files hold, its numbers unchanged.

    UnspiralError if it holds none.
    """
    _named("series", name)
    try:
        if isinstance(value, Tensor):
            value = value.detach().cpu()
            array = (value.float() if value.dtype == torch.bfloat16 else value.to_dense()).numpy()
        elif isinstance(value, Sequence) and any(isinstance(part, Tensor) for part in value):
            array = np.stack([stored(name, part) for part in value])
        else:
            array = np.asarray(value)
    except UnspiralError:
        raise
    except Exception:  # whatever somebody's object does when it is asked for its numbers
        array = np.array(None)
    kind = array.dtype.str[1:]
    if kind in _WIDER:
        return array.astype(_WIDER[kind])
    if array.dtype.kind == "c":
        raise UnspiralError(f"{name} holds complex numbers; give .real and .imag, or abs()")
    if kind not in _KEPT:
        raise UnspiralError(f"{name} is {_shown(value)}; it must be one number, or an array of numbers")
    return array.astype(array.dtype.newbyteorder("<"), copy=False)


def constants_of(given: Mapping[str, Any], names: Sequence[str]) -> tuple[dict[str, NDArray], dict[str, list[str]]]:
    """Arrays that do not change, as a file holds them, and the words that some of them number.

    UnspiralError for what holds no numbers.
    """
    arrays, words = {}, {}
    for name, value in given.items():
        if isinstance(value, Tensor) or not _holds_words(value):
            arrays[f"constants.{name}"] = stored(name, value)
            continue
        texts = np.asarray(value, dtype=str)
        known = list(names) or sorted(set(texts.ravel().tolist()))
        strange = sorted(set(texts.ravel().tolist()) - set(known))
        if strange:
            raise UnspiralError(f"{name} holds {strange[0][:60]!r}, which is not among the names that were given")
        number = {word: k for k, word in enumerate(known)}
        flat = np.array([number[word] for word in texts.ravel().tolist()], np.int64)
        arrays[f"constants.{name}"], words[name] = flat.reshape(texts.shape), known
    if names and not words and "labels" in given:
        words["labels"] = list(names)
    return arrays, words


def _holds_words(value: Any) -> bool:
    ours = not hasattr(value, "dtype") or isinstance(value, np.ndarray) or hasattr(value, "to_numpy")
    array = np.asarray(value) if ours else None
    return array is not None and (
        array.dtype.kind in "US"
        or (array.dtype.kind == "O" and all(isinstance(v, str) for v in array.ravel().tolist()))
    )


def _named(kind: str, name: str) -> None:
    if not is_name(f"{kind}.{name}"):
        raise UnspiralError(f"a series cannot be called {name[:120]!r}; give it a short name of letters")


def _is_number(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.numel() == 1 and not value.is_complex()
    if isinstance(value, np.ndarray | np.generic):
        return value.size == 1 and value.dtype.kind in "biuf"
    return isinstance(value, int | float)


def _shown(value: Any) -> str:
    return f"an array {tuple(value.shape)}" if hasattr(value, "shape") else repr(value)[:60]
