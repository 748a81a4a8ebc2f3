"""What is read off a film of a run: numbers of the very network that is drawn, and of others the last one measured."""

from typing import TypedDict

import numpy as np

from engine.films.film import Curve
from engine.network.layers import classifier
from engine.network.loss import Judged, judged_by
from engine.runs.run import Run

DRAWN = 241
"""Places of a loss curve that has to be worked out."""
FEWEST, SCORES = 25, 200_000_000
"""Of so many classes and points that this many scores are fewer places, it has these at least."""
_PROBED = 9
"""Snapshots at which a recorded loss is compared with the loss of their weights."""


def readings(run: Run, epoch: float, found: Judged | None) -> tuple[dict[str, float], dict[str, float]]:
    """Named numbers at `epoch`, and of those that are older the epoch at which they were measured.

    Loss and accuracy are those of the points `found`, and of held-out points, under the network as it is at `epoch`, if
    it has a classifier. Of any other metric it is the last value measured, from its epoch on; it is old when a later
    snapshot has none, or when a whole epoch has passed.
    """
    values = {"epoch": epoch}
    if found is not None:
        values |= {"accuracy": found.accuracy, "loss": found.loss}
    if found is not None and (unseen := run.held_out) is not None:
        held = judged_by(run.classifier(epoch), run.embedding(epoch, held_out=True), unseen.y)
        values |= {"held_out_accuracy": held.accuracy, "held_out_loss": held.loss}
    last = run.epochs[np.searchsorted(run.epochs, epoch, side="right") - 1]
    measured = {name: run.metric(name, epoch) for name in run.metrics if name not in values}
    known = {name: metric for name, metric in measured.items() if metric is not None}
    old = {n: m.epoch for n, m in known.items() if m.epoch < last or int(m.epoch + 1e-6) < int(epoch + 1e-6)}
    return values | {name: metric.value for name, metric in known.items()}, old


class InCommon(TypedDict):
    """What every frame of a run has, whatever it shows: fields of `Frame`."""

    playhead: float
    readings: dict[str, float]
    measured: dict[str, float]
    tied: int


def in_common(run: Run, epoch: float, found: Judged | None = None) -> InCommon:
    """What a frame at `epoch` says of the run and, if it has a classifier, of the points `found`; see `readings`."""
    values, measured = readings(run, epoch, found)
    return InCommon(
        playhead=epoch,
        readings=values,
        measured=measured,
        tied=found.tied if found else 0,
    )


def loss_curve(run: Run, held_out: bool = False) -> Curve | None:
    """The loss over the run, of the weights at each of its epochs; none of a run with one snapshot.

    What was recorded, if that is the loss of the recorded weights; else worked out at up to `DRAWN` snapshots.
    `held_out`: that of the points kept from training, none of a run without any.
    """
    count = len(run.epochs)
    if count < 2 or (held_out and run.held_out is None):
        return None
    name = "held_out_loss" if held_out else "loss"
    if name in run.metrics:
        loss = run.metrics[name]
        there = np.flatnonzero(np.isfinite(loss))
        probed = there[np.unique(np.linspace(0, len(there) - 1, _PROBED).astype(int))] if len(there) else there
        recorded = Curve(run.epochs[there], loss[there]) if len(there) > 1 else None
        agrees = not run.layers or np.allclose(loss[probed], _losses(run, probed, held_out), rtol=1e-3, atol=1e-5)
        if recorded is not None and agrees:
            return recorded
    if not run.layers:
        return None
    work = len(run.data.y) * classifier(run.layers).weight.shape[1]
    drawn = min(DRAWN, max(FEWEST, SCORES // work))
    some = np.unique(np.linspace(0, count - 1, drawn).astype(int))
    return Curve(run.epochs[some], _losses(run, some, held_out))


def _losses(run: Run, snapshots: np.ndarray, held_out: bool) -> np.ndarray:
    y = run.held_out.y if held_out and run.held_out is not None else run.data.y
    moments = (float(run.epochs[i]) for i in snapshots)
    return np.array([judged_by(run.classifier(t), run.embedding(t, held_out), y).loss for t in moments])
