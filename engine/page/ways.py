"""Functions, flows, sequences and distributions on a page: lines and dots, each in a panel of its own."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.films.distributions import Distributions
from engine.films.film import View
from engine.films.fit import Fit
from engine.films.flow import Flow
from engine.films.sequence import Sequences
from engine.network.layers import Array
from engine.numbers import significant
from engine.page.codec import Blob
from engine.page.recorded import COARSE, sparse

STRAYS = 1 / 2000
"""Of the panel, by which a vertex or a dot may be off between the snapshots that are kept."""
RIDGE = 0.9
"""How high the highest ridge is, in shares of its row."""

Ways = Fit | Flow | Sequences | Distributions


class Drawing(NamedTuple):
    """What such a film shows at an epoch, in shares of its panel from the bottom left."""

    lines: Array
    """(L, V, 2), L lines of V vertices."""
    dots: Array
    """(N, 2)."""


def packed_ways(film: Ways, name: str, epochs: NDArray, blob: Blob) -> dict[str, Any]:
    """What a page must know of a film, looked at at `epochs`; its arrays are added to `blob`.

    Between snapshots all goes as numbers do: ridges pass over into one another.
    """
    peak = 1.0
    if isinstance(film, Distributions):
        peak = max(float(film(epoch).shares.max()) for epoch in epochs.tolist()) or 1.0
    drawings = [_drawn(film, epoch, peak) for epoch in epochs.tolist()]
    places = np.stack([np.concatenate([d.lines.reshape(-1, 2), d.dots]) for d in drawings]).astype(np.float32)
    chosen = sparse(epochs, places, STRAYS)
    count, vertices, _ = drawings[0].lines.shape
    return {
        "kind": "ways",
        "name": name,
        "epochs": epochs[chosen].tolist(),
        "places": blob.add(places[chosen].astype(float), COARSE, over_time=True),
        "lines": [count, vertices],
        **_looks(film, count),
    }


def _drawn(film: Ways, epoch: float, peak: float) -> Drawing:
    if isinstance(film, Fit):
        frame = film(epoch)
        x = np.broadcast_to(_share(frame.at, film.across), frame.values.shape)
        return Drawing(np.stack([x, _share(frame.values, film.up)], -1), np.zeros((0, 2)))
    if isinstance(film, Distributions):
        ridges = film(epoch)
        count, bins = ridges.shares.shape
        y = (np.arange(count)[::-1, None] + RIDGE * ridges.shares / peak) / count
        x = np.broadcast_to(np.linspace(0, 1, bins), (count, bins))
        return Drawing(np.stack([x, y], -1), np.zeros((0, 2)))
    carried = film(epoch)
    points = _in(film.view, carried.points)
    lines = np.zeros((0, 2, 2))
    if isinstance(film, Sequences):
        lines = _in(film.view, carried.lines.vertices).reshape(len(points), -1, 2)
    return Drawing(lines, points)


def _looks(film: Ways, count: int) -> dict[str, Any]:
    """What stays: which class's colour each line and dot has, what is fitted, names, the ends of both axes."""
    about: dict[str, Any] = {"square": True, "fixed": [], "ofLines": [0] * count, "ofDots": [], "names": [], "rows": []}
    if isinstance(film, Fit):
        ends = [significant(end) for end in (*film.across, *film.up)]
        data = np.stack([_share(film.data[:, 0], film.across), _share(film.data[:, 1], film.up)], 1)
        about |= {"square": False, "fixed": _short(data), "ofLines": list(film.group), "ends": ends}
        return about | {"names": [name for name in film.names if name]}
    if isinstance(film, Distributions):
        frame = film(float(film.first))
        ends = [significant(film.low), significant(film.high), "", ""]
        of = list(frame.classes) or list(range(count))
        return about | {"square": False, "ofLines": of, "rows": list(frame.names), "ends": ends}
    labels = film.labels.tolist()
    reach = significant(film.view.half * film.view.across)
    about |= {"ofDots": labels, "ends": [f"−{reach}", reach, f"−{reach}", reach]}
    if isinstance(film, Flow):
        return about | {"fixed": _short(_in(film.view, film.target))}
    return about | {"ofLines": labels}


def _share(values: Array, ends: tuple[float, float]) -> Array:
    return (values - ends[0]) / ((ends[1] - ends[0]) or 1.0)


def _in(view: View, places: Array) -> Array:
    """Places (…, 2) in shares of the square that a view holds."""
    return (places - np.asarray(view.centre)) / (2 * view.half * view.across) + 0.5


def _short(places: Array) -> list[list[float]]:
    return np.round(places, 4).tolist()
