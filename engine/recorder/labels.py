"""What people give as y: whole numbers from 0 or 1, words, one-hot rows, several labels a point, numbers to fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import UnspiralError

IGNORED = -100
"""The label of what a loss leaves out, as in torch."""


@dataclass(frozen=True)
class Labels:
    """y, read."""

    classes: NDArray[np.int64] | None
    """(N,) or (N, P) for P places in each point; IGNORED where there is none. None where y are no classes."""
    values: NDArray | None = None
    """Of y that is no class: the numbers to fit, or several labels a point (N, L)."""
    names: tuple[str, ...] = ()
    """Of the classes, where y are words."""
    several: bool = False
    """Whether a point may have several labels."""
    said: str = ""
    """What is to be said about how they were read."""

    def flat(self, count: int) -> NDArray[np.int64]:
        """(count,) the class of each point, or of each place in it; 0 where there are no classes."""
        return np.zeros(count, np.int64) if self.classes is None else self.classes.reshape(-1)


def read_labels(y: Any, count: int, outputs: int | None, names: Sequence[str] = (), classifier: str = "") -> Labels:
    """Y of `count` points for a classifier of so many `outputs`, None if there is no classifier.

    UnspiralError says what does not fit.
    """
    if y is None:
        return Labels(None)
    array = _array(y)
    if array.dtype.kind in "US" and array.ndim and len(array) == count:
        return _words(array, names, outputs, classifier)
    while array.ndim > 1 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim == 0 or len(array) != count:
        raise UnspiralError(f"x has {count} rows and y has shape {array.shape}; every point needs one label")
    whole = array.dtype.kind in "iub" or bool((np.isfinite(array) & (array == np.round(array))).all())
    if array.ndim == 2 and outputs is not None and array.shape[1] == outputs > 1 and (array >= 0).all():
        if np.allclose(array.sum(1), 1, atol=1e-3):
            return Labels(array.argmax(1).astype(np.int64), names=tuple(names))
        if whole and array.max(initial=0) <= 1:
            return Labels(None, array.astype("f4"), tuple(names), several=True)
    if not whole:
        if outputs in (None, 1) or (array.ndim == 2 and array.shape[1] == outputs):
            return Labels(None, array.astype("f8" if array.dtype == np.float64 else "f4"))
        raise UnspiralError("labels are not whole; they must be whole numbers 0, 1, 2 …, one per class")
    classes = array.astype(np.int64)
    there = classes[classes != IGNORED]
    if not len(there):
        raise UnspiralError(f"every label is {IGNORED}, which a loss leaves out; at least one point needs a label")
    return _numbered(classes, there, outputs, tuple(names), classifier)


def _numbered(
    classes: NDArray[np.int64], there: NDArray[np.int64], outputs: int | None, names: tuple[str, ...], classifier: str
) -> Labels:
    low, high = int(there.min()), int(there.max())
    fitting = max(2, outputs) if outputs is not None else high + 1  # one logit is two classes
    if low >= 0 and high < fitting:
        if names and len(names) != fitting and outputs is not None:
            raise UnspiralError(f"{len(names)} names were given for {fitting} classes; give one for each")
        return Labels(classes, names=names)
    if fitting == 2 and set(np.unique(there)) == {-1, 1}:
        return Labels(np.where(classes == IGNORED, IGNORED, (classes + 1) // 2), names=names or ("−1", "1"))
    if outputs is None or outputs == 1:
        return Labels(None, classes.astype("f8"))
    if low == 1 and high == outputs:
        said = (
            f"labels run from 1 to {high}; they are recorded as 0 to {high - 1}: make sure that your loss takes them so"
        )
        named = names or tuple(map(str, range(1, high + 1)))
        return Labels(np.where(classes == IGNORED, IGNORED, classes - 1), names=named, said=said)
    raise UnspiralError(
        f"labels run from {low} to {high}; the classifier {classifier!r} has {outputs} classes: 0 … {outputs - 1}"
    )


def _words(array: NDArray, names: Sequence[str], outputs: int | None, classifier: str) -> Labels:
    """Classes by their names, in the order given, else in the alphabet's."""
    words = array.astype(str)
    known = list(names) or sorted(set(words.ravel().tolist()))
    strange = sorted(set(words.ravel().tolist()) - set(known))
    if strange:
        raise UnspiralError(f"y holds {strange[0][:60]!r}, which is not among the names: {', '.join(known)[:100]}")
    if outputs is not None and len(known) > max(2, outputs):
        raise UnspiralError(
            f"y holds {len(known)} different words; the classifier {classifier!r} has {outputs} classes"
        )
    number = {name: k for k, name in enumerate(known)}
    classes = np.array([number[word] for word in words.ravel().tolist()], np.int64).reshape(words.shape)
    return Labels(classes, names=tuple(known))


def _array(y: Any) -> NDArray:
    if isinstance(y, Tensor) and y.requires_grad:
        raise UnspiralError("y needs a gradient; give y.detach()")
    try:
        array = (
            y.detach().cpu().float().numpy()
            if isinstance(y, Tensor) and y.dtype.itemsize < 4 and y.is_floating_point()
            else np.asarray(y.detach().cpu() if isinstance(y, Tensor) else y)
        )
    except (TypeError, ValueError):
        raise UnspiralError("y must be an array of labels, one for each point") from None
    if array.dtype.kind == "O" and all(isinstance(value, str) for value in array.ravel().tolist()):
        array = array.astype(str)
    if array.dtype.kind not in "iubfUS":
        raise UnspiralError(f"labels are of type {array.dtype}; they must be whole numbers 0, 1, 2 …, or words")
    return array
