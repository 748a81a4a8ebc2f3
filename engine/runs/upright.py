"""Embeddings rotated or reflected once, for all epochs alike, to align best with the input (Procrustes)."""

from dataclasses import replace

import numpy as np

from engine.network.layers import Array, Linear
from engine.runs.run import Run


def upright(run: Run, epoch: float) -> Run:
    """The run with its embedding rotated or reflected, once for all epochs, to align best with its input at `epoch`.

    A network's embedding is defined up to an orthogonal map: turning it and the class vectors changes no score.
    A run whose x or embedding is not 2-D stays as it is, and one whose layers are not known.
    """
    if len(run.layers) < 2:
        return run
    before, last = run.layers[-2:]
    if not isinstance(before, Linear) or not isinstance(last, Linear):
        return run
    if run.points.x.shape[1] != 2 or last.weight.shape[2] != 2:
        return run
    turn = turn_onto(run.data.x, run.embedding(min(epoch, run.epochs[-1])))

    def turned(array: Array) -> Array:
        return (array.astype(float) @ turn).astype(array.dtype)

    before = Linear(np.swapaxes(turned(np.swapaxes(before.weight, 1, 2)), 1, 2), turned(before.bias))
    return replace(run, layers=(*run.layers[:-2], before, Linear(turned(last.weight), last.bias)))


def turn_onto(x: Array, e: Array) -> Array:
    """Orthogonal Procrustes: the orthogonal Q (2, 2) that aligns e Q (N, 2) best with x (N, 2), both centred."""
    x, e = x.astype(float), e.astype(float)
    left, _, right = np.linalg.svd((e - e.mean(0)).T @ (x - x.mean(0)))
    return left @ right
