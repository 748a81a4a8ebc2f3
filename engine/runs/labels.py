"""Of a run whose points may have several labels, the one that is to be shown: those that have it against the rest."""

from dataclasses import replace

import numpy as np

from engine.errors import UnspiralError, unknown
from engine.network.layers import Linear
from engine.recipes.data import Labelled
from engine.runs.run import Run

LABEL_WEIGHTS = "label_weights"
"""The series (T, L, d + 1) that holds the classifier's row for each of L labels, and its bias."""


def of_label(run: Run, label: int | str) -> Run:
    """The run with one label shown, by its name or its number from 0: two classes, and the half-plane of its score > 0.

    UnspiralError if the recording holds no several labels a point, or not this one.
    """
    values = run.constants.get("values")
    if LABEL_WEIGHTS not in run.series or values is None or values.ndim != 2 or len(values) != len(run.points.y):
        raise UnspiralError("this run holds one label for each point; a label is chosen where points have several")
    names = run.names.get("values", ())
    known = names or tuple(map(str, range(values.shape[1])))
    if str(label) not in known and not (isinstance(label, int) and 0 <= label < values.shape[1]):
        raise unknown("label", label, known)
    number = known.index(str(label)) if str(label) in known else int(label)
    rows = run.series[LABEL_WEIGHTS][:, number]
    weight, bias = np.zeros((len(rows), 2, rows.shape[1] - 1), rows.dtype), np.zeros((len(rows), 2), rows.dtype)
    weight[:, 1], bias[:, 1] = rows[:, :-1], rows[:, -1]
    shown = {"y": (f"not {known[number]}", known[number])} if names else {}
    return replace(
        run,
        layers=(*run.layers[:-1], Linear(weight, bias)),
        points=Labelled(run.points.x, values[:, number].astype(np.int64)),
        names={**run.names, **shown},
    )
