"""Runs that nobody trained, for tests of what becomes of a run."""

import numpy as np

from engine import Labelled, Linear, PositivePart, Run


def small_run(snapshots: int = 5, hidden: int = 7, seed: int = 3, grown: float = 1.0, held: int = 0) -> Run:
    """A run of a 2–hidden–2–3 network that nobody trained; the last snapshots `grown` times as large.

    Its last `held` points of 20 are kept from training.
    """
    random = np.random.default_rng(seed)

    def weights(*shape: int) -> np.ndarray:
        values = random.standard_normal((snapshots, *shape)).astype("f4")
        values[-2:] *= grown
        return values

    layers = (
        Linear(weights(hidden, 2), weights(hidden)),
        PositivePart(0.1),
        Linear(weights(2, hidden), weights(2)),
        Linear(weights(3, 2), weights(3)),
    )
    points = Labelled(random.standard_normal((20, 2)).astype("f4"), np.arange(20) % 3)
    metrics = {name: random.uniform(size=snapshots) for name in ("loss", "accuracy")}
    return Run(None, points, np.arange(20) >= 20 - held, np.arange(snapshots, dtype=float), layers, metrics)
