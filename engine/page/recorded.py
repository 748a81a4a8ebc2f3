"""Runs whose points were recorded, or that a page had better not compute: where the points go, in 16 bits."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.films.points import Points
from engine.films.training import Training
from engine.network.layers import Array
from engine.page.codec import Blob
from engine.runs.between import weights_between
from engine.runs.run import Run
from engine.runs.thin import kept

COARSE = 15
"""Bits below the largest number: with the sign, positions take 16."""
HEIGHT = 1080


def followed(
    film: Training | Points, points: Callable[[float], Array], strays: float, blob: Blob
) -> tuple[dict[str, Any], float]:
    """Where a film's points go at few snapshots; and by how many pixels a point may be off at any snapshot."""
    run, pixel = film.run, 2 * film.view.half / HEIGHT
    places = np.stack([points(epoch) for epoch in run.epochs.tolist()]).astype(np.float32)
    chosen = sparse(run.epochs, places, strays * pixel)
    entry = blob.add(places[chosen].astype(float), COARSE, over_time=True)
    read = blob.read(entry)
    off = max(_astray(run.epochs, places, chosen, read, i) for i in range(len(run.epochs)))
    labels = film.labels if isinstance(film, Points) else run.data.y
    about = {
        "kind": "places",
        "epochs": run.epochs[chosen].tolist(),
        "places": entry,
        "labels": blob.add(np.asarray(labels, np.int64)),
    }
    if isinstance(film, Points):
        view = {"half": film.view.half, "across": film.view.across, "centre": list(film.view.centre)}
        names = {"classNames": list(film.run.class_names), "axisNames": list(film.axes), "caption": film.caption}
        about |= {**_BARE, **names, "view": view}
    return about, off / pixel


_BARE: dict[str, Any] = {
    **{"shadow": None, "neverShown": True, "shownFrom": None, "shrink": 1.0, "note": "", "input": None},
    **{"segments": [], "bright": []},
}
"""A plane with points alone."""


def no_points(run: Run, blob: Blob) -> dict[str, Any]:
    """A run that has no plane: nothing but images, matrices or curves."""
    ends = np.unique(run.epochs[[0, -1]])
    return {
        **{**_BARE, "kind": "places", "planeless": True, "epochs": ends.tolist(), "view": {"half": 1.0, "across": 1.0}},
        **{"classNames": [], "axisNames": ["", ""], "caption": ""},
        "places": blob.add(np.zeros((len(ends), 0, 2))),
        "labels": blob.add(np.zeros(0, np.int64)),
    }


def sparse(epochs: NDArray, places: Array, error: float) -> list[int]:
    """So few snapshots that between them, as films interpolate, no point of places (T, N, d) strays further."""
    chosen = [0, len(epochs) - 1] if len(epochs) > 1 else [0]
    while True:
        read = places[chosen]
        far = [_astray(epochs, places, chosen, read, i) > error for i in range(len(epochs))]
        middles = {(a + b) // 2 for a, b in zip(chosen, chosen[1:]) if any(far[a + 1 : b])}
        if not middles:
            return chosen
        chosen = sorted({*chosen, *middles})


def _astray(epochs: NDArray, places: Array, chosen: Sequence[int], read: Array, i: int) -> float:
    """How far the chosen snapshots, as they are read, take any point from where it is at snapshot i."""
    mix = weights_between(epochs[chosen], float(epochs[i]))
    found = sum(share * read[k] for k, share in mix)
    return float(np.sqrt(((found - places[i]) ** 2).sum(1).max(initial=0.0)))


def kept_at(run: Run, epochs: Sequence[float]) -> Run:
    """The run with the snapshots at these epochs alone."""
    return kept(run, np.searchsorted(run.epochs, epochs))


def recorded_lines(film: Training, run: Run, blob: Blob) -> dict[str, Any]:
    """The recorded images of the grid (T, L, S, 2), if there are any."""
    if run.trajectories is None or not run.trajectories.lines.size:
        return {"lines": None}
    lines = np.stack([film.plane(run.lines(epoch)) for epoch in run.epochs.tolist()])
    return {"lines": blob.add(lines.astype(float), COARSE, over_time=True), "bright": list(film.bright)}


def recorded_answers(film: Training, run: Run, blob: Blob) -> dict[str, Any]:
    """The answers (T, N), where the plane that is shown leaves out what decides them."""
    if film.plane.whole or not run.layers:
        return {"answers": None}
    answers = np.stack([run.scores(epoch).argmax(1) for epoch in run.epochs.tolist()])
    return {"answers": blob.add(answers, over_time=True)}
