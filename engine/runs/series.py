"""A series between its snapshots: exact at them, and NaN in the rows at which it was not given."""

import numpy as np
from numpy.typing import NDArray

from engine.runs.between import weights_between
from engine.runs.checksums import sound


def given_at(stacked: NDArray) -> NDArray[np.intp]:
    """The snapshots at which a series (T, …) was given: all whose numbers are not all NaN."""
    if stacked.dtype.kind != "f":
        return np.arange(len(stacked))
    begins = stacked.reshape(len(stacked), -1)[:, :1]
    absent = [i for i in np.flatnonzero(np.isnan(begins).all(1)) if np.isnan(stacked[i]).all()]
    return np.setdiff1d(np.arange(len(stacked)), absent)


def at(stacked: NDArray, there: NDArray[np.intp], epochs: NDArray[np.float64], epoch: float) -> NDArray:
    """The array (…) of a series (T, …) at `epoch`, from the snapshots `there` that have it.

    Whole numbers and truth values stay as they were at the last snapshot.
    """
    known = epochs[there]
    moment = float(np.clip(epoch, known[0], known[-1]))
    if stacked.dtype.kind != "f":
        return sound(stacked[there[int(np.searchsorted(known, moment, side="right")) - 1]])
    (i, share), *others = weights_between(known, moment)
    value = sound(stacked[there[i]]) if not others else share * sound(stacked[there[i]])
    for i, share in others:
        value += share * sound(stacked[there[i]])
    return value
