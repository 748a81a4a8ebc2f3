"""The part of a run that can be shown: a training that diverges ends in numbers that no picture has room for."""

from dataclasses import replace

import numpy as np

from engine.errors import UnspiralError
from engine.runs.run import Run
from engine.runs.thin import kept

LARGEST = 1e15
"""Of an embedding, in data units; squares of larger numbers do not fit into single precision."""


def showable(run: Run) -> Run:
    """The run up to the last snapshot whose embedding is made of numbers that can be shown; mostly the run itself.

    41 snapshots are looked at and, if one is too large, all before it; `unfinished` says so. UnspiralError if the first
    is too large already.
    """
    if not run.layers and run.trajectories is None:
        return run
    some = np.unique(np.linspace(0, len(run.epochs) - 1, 41).astype(int)).tolist()
    first_bad = next((i for i in some if not _small(run, i)), None)
    if first_bad is None:
        return run
    begin = max((i for i in some if i < first_bad), default=0)
    end = next(i for i in range(begin, first_bad + 1) if not _small(run, i))
    too_large = f"its numbers are too large to show from epoch {run.epochs[end]:g} on"
    if end == 0:
        raise UnspiralError(f"{too_large}, its first: the training diverged; lower the learning rate")
    said = f"{too_large}; it is played up to epoch {run.epochs[end - 1]:g}"
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
    return all(float(np.abs(numbers).max()) <= LARGEST for numbers in shown)  # not so if one is not a number
