"""Smaller runs that play alike: fewer snapshots, interpolated between."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.network.layers import mapped
from engine.runs.between import weights_between
from engine.runs.checksums import sound
from engine.runs.run import Run
from engine.runs.run_file import Trajectories


def every(run: Run, step: int) -> Run:
    """The run with every `step`-th of its snapshots, the first and the last among them."""
    if step < 1:
        raise UnspiralError(f"every {step} snapshots: it must be 1 or more")
    last = len(run.epochs) - 1
    return kept(run, np.unique([*range(0, last + 1, step), last]))


def within(run: Run, error: float) -> tuple[Run, float]:
    """The run with so few of its snapshots that the embedding of its points stays within `error` of what it was.

    Returns it with the largest distance of a point, in data units, from where the whole run has it: at all snapshots
    and half-way between them. Stretches between snapshots are split where they stray until none strays too far.
    """
    if not error > 0:
        raise UnspiralError(f"the error is {error:g}; it must be more than 0, in the embedding's own units")
    last = len(run.epochs) - 1
    chosen = [0, last] if last else [0]
    known: dict[tuple[int, ...], float] = {}  # largest distance in a stretch, by the snapshots its cubic reads
    while True:
        stretches = [(a, b, (a, b, *chosen[max(k - 1, 0) : k + 3])) for k, (a, b) in enumerate(zip(chosen, chosen[1:]))]
        new = {m for a, b, key in stretches if key not in known and _strays(run, chosen, m := (a + b) // 2, error)}
        new -= set(chosen)
        if not new:  # only then is every moment looked at
            for a, b, key in stretches:
                if key not in known:
                    strayed = [_distance(run, chosen, place / 2) for place in range(2 * a + 1, 2 * b)]
                    known[key] = max(strayed)
                    if known[key] > error:
                        worst = a + (int(np.argmax(strayed)) + 1) // 2
                        new |= {min(max(worst, a + 1), b - 1)} if b - a > 1 else {max(a - 1, 0), min(b + 1, last)}
        if new <= set(chosen):
            return kept(run, np.array(chosen)), max((known[key] for _, _, key in stretches), default=0.0)
        chosen = sorted({*chosen, *new})


def _strays(run: Run, chosen: list[int], snapshot: int, error: float) -> bool:
    return _distance(run, chosen, snapshot) > error


def _distance(run: Run, chosen: list[int], place: float) -> float:
    """How far the chosen snapshots alone take any point from where the run has it, at a snapshot or half-way after."""
    i = int(place)
    epoch = run.epochs[i] if place == i else (run.epochs[i] + run.epochs[i + 1]) / 2
    mix = [(chosen[k], share) for k, share in weights_between(run.epochs[chosen], epoch)]
    apart = run.embedding_of(tuple(mix), epoch) - run.embedding(epoch)
    return float(np.sqrt((apart.astype(float) ** 2).sum(1).max()))


def kept(run: Run, chosen: NDArray[np.intp] | slice) -> Run:
    """The run with the snapshots numbered in `chosen` alone; a slice copies nothing."""

    def some(array: NDArray) -> NDArray:
        if not isinstance(chosen, slice):
            for number in chosen.tolist():
                sound(array[number])
                run.forget()
        return array[chosen]

    layers = mapped(some, run.layers)
    trajectories = run.trajectories and Trajectories(
        some(run.trajectories.points), run.trajectories.segments, some(run.trajectories.lines)
    )
    metrics = {name: curve[chosen] for name, curve in run.metrics.items()}
    series = {name: some(array) for name, array in run.series.items()}
    return replace(
        run, epochs=run.epochs[chosen], layers=layers, metrics=metrics, trajectories=trajectories, series=series
    )
