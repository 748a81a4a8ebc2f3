"""The part of a run that can be shown: a training that diverges ends in numbers that no picture has room for."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError, given
from engine.runs.run import Run
from engine.runs.thin import kept

LARGEST = 1e15
"""Of an embedding, in data units; squares of larger numbers do not fit into single precision."""


def showable(run: Run) -> Run:
    """The run up to the last snapshot whose embedding is made of numbers that can be shown; mostly the run itself.

    41 snapshots are looked at and, if one is too large, all before it; `unfinished` says so. UnspiralError if the first
    is too large already.
    """
    _check(run)
    if not run.layers and run.trajectories is None:
        return run
    end = _end(run, lambda snapshot: _small(run, snapshot))
    if end == 0:
        first = f"{run.epochs[0]:g} on, its first"
        raise UnspiralError(f"{_SAID} from epoch {first}: the training diverged; lower the learning rate")
    return _until(run, end, _SAID)


def series_showable(run: Run, name: str) -> Run:
    """The run up to the last snapshot at which a series is made of numbers that can be shown; as `showable` does it."""
    _check(run)
    if name not in run.series or run.series[name].dtype.kind not in "fc":
        return run
    end = _end(run, lambda snapshot: numbers_showable(run.array(name, float(run.epochs[snapshot]))))
    if end == 0:
        said = "holds infinities, what is no number, or more than 10¹⁵ at its first snapshot: record finite numbers"
        raise UnspiralError(f"the series {name[:60]!r} {said}")
    return _until(run, end, f"the numbers of {name[:60]!r} are too large to show")


def _check(run: object) -> None:
    if not isinstance(run, Run):
        raise UnspiralError(f"{given(run)} was given, where a run is needed: record(recipe), or Run.load(file)")


_SAID = "its numbers are too large to show"


def _end(run: Run, fits: Callable[[int], bool]) -> int:
    """How many snapshots, from the first on, fit."""
    some = np.unique(np.linspace(0, len(run.epochs) - 1, 41).astype(int)).tolist()
    first_bad = next((i for i in some if not fits(i)), None)
    if first_bad is None:
        return len(run.epochs)
    begin = max((i for i in some if i < first_bad), default=0)
    return next(i for i in range(begin, first_bad + 1) if not fits(i))


def _until(run: Run, end: int, said: str) -> Run:
    if end == len(run.epochs):
        return run
    said = f"{said} from epoch {run.epochs[end]:g} on; it is played up to epoch {run.epochs[end - 1]:g}"
    return replace(kept(run, slice(0, end)), unfinished=f"{run.unfinished}; {said}" if run.unfinished else said)


def _small(run: Run, snapshot: int) -> bool:
    epoch = float(run.epochs[snapshot])
    try:
        with np.errstate(all="ignore"):
            shown = [run.embedding(epoch), *([run.classifier(epoch).weight] if run.layers else [])]
    except UnspiralError as error:
        if "finite" not in str(error):
            raise
        return False
    return all(map(numbers_showable, shown))


def numbers_showable(numbers: NDArray) -> bool:
    """Whether all are finite, and none is larger than `LARGEST`."""
    return float(np.abs(numbers).max(initial=0)) <= LARGEST  # not so if one is not a number
