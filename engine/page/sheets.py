"""What a run holds beside points: images and matrices in 256 shades at few snapshots, and metrics as curves."""

from contextlib import suppress
from typing import Any

import numpy as np

from engine.errors import UnspiralError
from engine.films.curves import Curves, curves
from engine.films.images import Images
from engine.films.matrix import Matrix
from engine.films.shown import shown
from engine.network.layers import Array
from engine.numbers import significant
from engine.page.codec import Blob
from engine.page.recorded import sparse
from engine.runs.run import Run

SHADES = 255
STRAYS = 2.5
"""Shades by which an image or a cell may be off between the snapshots that are kept."""
LOOKED_AT = 200
"""Snapshots that are looked at."""
MOST = 6_000_000
"""Numbers of a series that are looked at: of more images, the first are shown."""
DRAWN = 400
"""Places of a curve."""

Sheet = Images | Matrix | Curves


def sheets_of(run: Run) -> list[Sheet]:
    """The films of a run that are shown beside its planes: images, matrices, and metrics if it has no network."""
    found: list[Sheet] = []
    for name in run.series:
        with suppress(UnspiralError):
            film = shown(run, name)
            if isinstance(film, Images | Matrix):
                found.append(film)
    if not run.layers and (len(run.metrics) > 1 or not run.series):  # of one, the slider's track is the curve
        with suppress(UnspiralError):
            found.append(curves(run))
    return found


def packed_sheet(film: Sheet, blob: Blob) -> dict[str, Any]:
    """What a page must know of a film of images, of a matrix or of curves, its arrays added to `blob`."""
    if isinstance(film, Curves):
        return _curves(film)
    epochs = film.run.epochs[np.unique(np.linspace(0, len(film.run.epochs) - 1, LOOKED_AT).astype(int))]
    first = _values(film, float(epochs[0]))
    count = len(first) if isinstance(film, Matrix) else max(1, min(len(first), MOST // (first[0].size * len(epochs))))
    stacked = np.stack([np.rint(SHADES * _values(film, epoch)[:count]) for epoch in epochs.tolist()])
    chosen = sparse(epochs, stacked.reshape(len(epochs), -1, 1).astype(np.float32), STRAYS)
    about: dict[str, Any] = {
        "kind": "matrix" if isinstance(film, Matrix) else "images",
        "name": film.name if count == len(first) else f"{film.name}: {count} of {len(first)}",
        "epochs": epochs[chosen].tolist(),
        "values": blob.add(stacked[chosen].astype(np.int64), over_time=True),
        "ends": [significant(film.low), significant(film.high)],
        "signed": film.low < 0,
    }
    return about | ({"rows": list(film.rows), "columns": list(film.columns)} if isinstance(film, Matrix) else {})


def _values(film: Images | Matrix, epoch: float) -> Array:
    """From 0 to 1: images (B, H, W, 1 or 3), or cells (A, B)."""
    frame = film(epoch)
    if isinstance(film, Images):
        return film(epoch).images
    return np.clip((frame.values - film.low) / ((film.high - film.low) or 1.0), 0, 1)  # pyright: ignore


def _curves(film: Curves) -> dict[str, Any]:
    """Metrics with few places each, their values as shares of the axis."""
    scaled = np.log if film.logarithmic else np.asarray
    low, high = (float(scaled(end)) for end in (film.low, film.high))
    drawn = []
    for name, curve in zip(film.names, film.all):
        some = np.unique(np.linspace(0, len(curve.at) - 1, DRAWN).astype(int)) if len(curve.at) else []
        shares = (scaled(curve.value[some]) - low) / (high - low)
        drawn.append({"name": name.replace("_", " "), "at": curve.at[some].tolist(), "value": shares.round(4).tolist()})
    ends = [significant(film.low), significant(film.high)]
    name = "metrics, logarithmic" if film.logarithmic else "metrics"
    return {"kind": "curves", "name": name, "curves": drawn, "ends": ends}
