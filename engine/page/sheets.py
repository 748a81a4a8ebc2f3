"""What a run holds beside points: images and matrices in 256 shades at few snapshots, and metrics as curves."""

from contextlib import suppress
from typing import Any

import numpy as np

from engine.errors import UnspiralError
from engine.films.curves import Curves, curves
from engine.films.distributions import Distributions
from engine.films.fit import Fit, FitOverPlane
from engine.films.flow import Flow
from engine.films.images import Images
from engine.films.matrix import Matrix
from engine.films.points import Points
from engine.films.sequence import Sequences
from engine.films.shown import shown
from engine.network.layers import Array
from engine.numbers import significant
from engine.page.codec import Blob
from engine.page.recorded import sparse
from engine.page.ways import packed_ways
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

Shaded = Images | Matrix | FitOverPlane
Drawn = Fit | Flow | Sequences | Distributions
Sheet = Shaded | Drawn | Curves


def sheets_of(run: Run) -> list[Sheet]:
    """The films of a run that are shown beside its planes: of its series, and of its metrics if it has no network."""
    found: list[Sheet] = [film for film in _films(run).values() if isinstance(film, Shaded | Drawn)]
    if not run.layers and (len(run.metrics) > 1 or not run.series):  # of one, the slider's track is the curve
        with suppress(UnspiralError):
            found.append(curves(run))
    return found


def left_out(run: Run) -> tuple[str, ...]:
    """The series of a run that a page does not show."""
    return tuple(name for name, film in _films(run).items() if not isinstance(film, Shaded | Drawn | Points))


def _films(run: Run) -> dict[str, Any]:
    """The film that shows each series by itself; None where none does, or it would need others to mean something."""
    found: dict[str, Any] = dict.fromkeys(run.series)
    for name in run.series:
        with suppress(UnspiralError):
            film = shown(run, name)
            if not (isinstance(film, Flow) and f"{name}_x" in run.constants):  # velocities are no places
                found[name] = film
    return found


def packed_sheet(film: Sheet, blob: Blob) -> dict[str, Any]:
    """What a page must know of a film of images, of a matrix or of curves, its arrays added to `blob`."""
    if isinstance(film, Curves):
        return _curves(film)
    epochs = film.run.epochs[np.unique(np.linspace(0, len(film.run.epochs) - 1, LOOKED_AT).astype(int))]
    if isinstance(film, Drawn):
        return packed_ways(film, film.measure if isinstance(film, Distributions) else film.name, epochs, blob)
    first = _values(film, float(epochs[0]))
    count = len(first)
    if isinstance(film, Images):
        count = max(1, min(count, MOST // (first[0].size * len(epochs))))
    stacked = np.stack([np.rint(SHADES * _values(film, epoch)[:count]) for epoch in epochs.tolist()])
    chosen = sparse(epochs, stacked.reshape(len(epochs), -1, 1).astype(np.float32), STRAYS)
    about: dict[str, Any] = {
        "kind": "images" if isinstance(film, Images) else "matrix",
        "name": film.name if count == len(first) else f"{film.name}: {count} of {len(first)}",
        "epochs": epochs[chosen].tolist(),
        "values": blob.add(stacked[chosen].astype(np.int64), over_time=True),
        "ends": [significant(film.low), significant(film.high)],
        "signed": film.low < 0,
    }
    if isinstance(film, Images):
        return about
    named = isinstance(film, Matrix)
    return about | {"rows": list(film.rows) if named else [], "columns": list(film.columns) if named else []}


def _values(film: Shaded, epoch: float) -> Array:
    """From 0 to 1: images (B, H, W, 1 or 3), or cells (A, B) whose first row is at the top."""
    if isinstance(film, Images):
        return film(epoch).images
    values = film(epoch).values if isinstance(film, Matrix) else film(epoch).values[::-1]
    return np.clip((values - film.low) / ((film.high - film.low) or 1.0), 0, 1)


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
