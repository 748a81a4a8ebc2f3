"""A run as a page computes it: few snapshots of its weights, and what is read off at every epoch."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from engine.errors import UnspiralError
from engine.films.film import Curve
from engine.films.pace import pace
from engine.films.points import Points
from engine.films.readings import loss_curve, readings
from engine.films.shown import by_themselves, shown
from engine.films.training import Training, training
from engine.network.layers import Array, Layer, Linear, apply
from engine.network.lines import extent_of
from engine.network.loss import judged
from engine.numbers import decimal, percent, scaled
from engine.page.codec import FINE, Blob
from engine.page.recorded import followed, kept_at, no_points, recorded_answers, recorded_lines
from engine.page.shaders import check_kinds, computable
from engine.page.sheets import Sheet, left_out, packed_sheet, sheets_of
from engine.recipes.data import Labelled
from engine.runs import thin
from engine.runs.run import Run
from engine.runs.showable import showable

HEIGHT = 1080
"""Pixels of the view that errors are measured in."""
STRAYS = 0.09
"""Pixels that interpolation between the kept snapshots may lead a point astray."""
MOST_OFF = 0.107
"""Pixels that a computed point should be off at most, all in all: 10⁻⁴ of the view is 0.108."""
MOST_BITS = 24
"""Single precision has no more."""
MOST_READ = 4001
"""Epochs at which numbers are read off."""
MOST_CLASSES = 100
"""Colours that every graphics card holds at once."""
DRAWN = 400
"""Places of the loss curve."""
ROWS = ("accuracy", "held_out_accuracy", "loss", "held_out_loss")
"""What is read off, in the clips' order."""


def packed(run: Run, name: str, blob: Blob) -> list[tuple[dict[str, Any], float]]:
    """What a page must know of a run, its arrays added to `blob`; and by how many pixels a point may be off.

    One of each plane: that of the network or the recorded embedding, and that of each series of points. The first has
    the run's images, matrices and curves. The error is that of a view `HEIGHT` pixels high, at any snapshot or half-way
    between two: what interpolation between the snapshots that are kept adds, and what storing them in steps does.
    UnspiralError for a run of which a page can show nothing.
    """
    run = showable(run)
    found = [_plane_of(run, name, blob)] if run.layers or run.trajectories is not None else []
    series = [film for film in _films(run) if isinstance(film, Points)]
    for film in series:
        about, error = followed(film, film.points, 2 * STRAYS, blob)
        called = name if len(series) == 1 and not found else f"{name}: {film.name}"
        found.append(({"name": called, "series": film.name, **about, **_timing(film), **_read_off(run)}, error))
    shown = sheets_of(run)
    if not found and not shown:
        raise UnspiralError(
            f"a page shows networks and series of points, images and matrices, functions, sequences, flows and "
            f"distributions; {name} holds {', '.join(run.series) or 'none'}"
        )
    if not found:
        found.append(({"name": name, **no_points(run, blob), **_timing(shown[0]), **_read_off(run)}, 0.0))
    found[0][0].update(
        sheets=[packed_sheet(film, blob) for film in shown], leftOut=list(left_out(run)), unfinished=run.unfinished
    )
    for number, (about, _) in enumerate(found):
        about["of"] = name
        if number:
            about["rows"] = []
    return found


def _plane_of(run: Run, name: str, blob: Blob) -> tuple[dict[str, Any], float]:
    """The plane of a network, or of a recorded embedding."""
    if run.layers and run.layers[-1].bias.shape[1] > MOST_CLASSES:  # pyright: ignore
        raise UnspiralError(
            f"a page shows up to {MOST_CLASSES} classes; {name} has more: make a clip with unspiral film"
        )
    film = cast(Training, training(run))
    if run.trajectories is None and computable(run.layers):
        check_kinds(run.layers)
        about, error = _weights(film, blob)
    else:
        about, error = followed(film, film.points, 2 * STRAYS, blob)
        kept = kept_at(run, about["epochs"])
        about |= {**_plane(film, kept, blob), "input": None, "segments": [], "bright": []}
        about |= recorded_lines(film, kept, blob) | recorded_answers(film, kept, blob)
    about |= {"name": name, "classNames": list(run.names.get("y", ()))}
    return {**about, **_timing(film), **_read_off(run)}, error


def _films(run: Run) -> list[Any]:
    """The films of a run's series."""
    return [shown(run, name) for name in by_themselves(run)]


def _weights(film: Training, blob: Blob) -> tuple[dict[str, Any], float]:
    """A network that the page computes: its weights at few snapshots."""
    run, pixel = film.run, 2 * film.view.half / HEIGHT
    kept, strayed = thin.within(run, STRAYS * pixel)
    tried = ((bits, _rounded(film, kept, bits)) for bits in range(FINE, MOST_BITS + 1))
    bits, rounded = next(t for t in tried if strayed + t[1] <= MOST_OFF * pixel or t[0] == MOST_BITS)
    about = {
        "kind": "weights",
        "epochs": kept.epochs.tolist(),
        "layers": [_layer(layer, bits, blob) for layer in kept.layers],
        "x": blob.add(run.data.x, bits),
        "labels": blob.add(run.data.y),
    }
    return about | _plane(film, kept, blob), (strayed + rounded) / pixel


def _rounded(film: Training, kept: Run, bits: int) -> float:
    """How far from its place any point of any snapshot goes where numbers are stored in so many bits."""
    scratch = Blob()
    stored = replace(
        kept,
        points=Labelled(scratch.read(scratch.add(kept.data.x, bits)), kept.data.y),
        held=np.zeros(len(kept.data.y), bool),
        layers=tuple(_stored(layer, _layer(layer, bits, scratch), scratch) for layer in kept.layers),
    )
    off = [film.plane(stored.embedding(epoch) - kept.embedding(epoch)) for epoch in kept.epochs.tolist()]
    return max(float(np.linalg.norm(each, axis=1).max()) for each in off)


def _layer(layer: Layer, bits: int, blob: Blob) -> dict[str, Any]:
    """A layer's arrays, stored; an activation's numbers."""
    if isinstance(layer, Linear):
        weight, bias = (blob.add(array, bits, over_time=True) for array in layer)
        return {"kind": "linear", "weight": weight, "bias": bias}
    return {"kind": layer.name, "numbers": list(layer), "kinks": None if layer.kinks is None else list(layer.kinks)}


def _stored(layer: Layer, entry: dict[str, Any], blob: Blob) -> Layer:
    """A layer as the page will have it."""
    return Linear(blob.read(entry["weight"]), blob.read(entry["bias"])) if isinstance(layer, Linear) else layer


def _plane(film: Training, kept: Run, blob: Blob) -> dict[str, Any]:
    """The plane that is shown: views, grid, names, and the classifier as it is in it."""
    plane, run = film.plane, kept
    x = run.data.x
    shadow = None
    if run.layers:
        shadows = [plane.shadow(run.classifier(e), run.embedding(e).mean(0)) for e in run.epochs.tolist()]
        stacked = [np.stack([part[k] for part in shadows]).astype(float) for k in range(2)]
        shadow = {name: blob.add(array, over_time=True) for name, array in zip(("weight", "bias"), stacked)}
    return {
        "axes": np.asarray(plane.axes, float).tolist(),
        "shadow": shadow,
        "shownFrom": plane.shown_from if np.isfinite(plane.shown_from) else None,
        "neverShown": plane.shown_from == np.inf or not run.layers,
        "shrink": film.shrink,
        "note": f"class vectors {scaled(film.shrink)}" if film.shrink != 1 else "",
        "view": {"half": film.view.half, "across": film.view.across},
        "input": {"half": extent_of(x)} if x.shape[1] == 2 else None,
        "segments": np.asarray(film.segments, float).tolist() if x.shape[1] == 2 else [],
        "bright": list(film.bright),
        "axisNames": list(plane.names),
        "caption": plane.caption,
    }


def _timing(film: Training | Points | Sheet) -> dict[str, Any]:
    """How time passes, and the curve that is the slider's track: the loss, or what comes next to it."""
    when, span = pace(film, film.first, film.last), film.last - film.first
    about: dict[str, Any] = {"pace": [film.first + span * when(s) for s in np.linspace(0, 1, 65).tolist()]}
    name, curve = next(_curves(film.run), ("", None))
    if curve is not None:
        some = np.unique(np.linspace(0, len(curve.at) - 1, DRAWN).astype(int))
        named = name.replace("_", " ")
        about["curve"] = {"name": named, "at": _short(curve.at[some]), "value": _short(curve.value[some])}
    return about


def _curves(run: Run) -> Iterator[tuple[str, Curve]]:
    """The loss, other metrics that are called a loss or an error, then those that fall, then the others."""
    if (loss := loss_curve(run)) is not None:
        yield "loss", loss
    others: dict[str, Curve] = {}
    for name, metric in run.metrics.items():
        there = np.flatnonzero(np.isfinite(metric))
        if len(there) > 1:
            others[name] = Curve(run.epochs[there], metric[there])
    falling = {name for name, curve in others.items() if curve.value[-1] < curve.value[0]}
    yield from sorted(
        others.items(), key=lambda one: ("loss" not in one[0], "error" not in one[0], one[0] not in falling)
    )


def _short(values: Array) -> list[float]:
    """Numbers with five digits, enough to draw them."""
    return [float(f"{value:.5g}") for value in values.tolist()]


def _read_off(run: Run) -> dict[str, Any]:
    """At which epochs numbers are read off, and what is written then, as in the clips."""
    whole = np.arange(np.ceil(run.epochs[0]), np.floor(run.epochs[-1]) + 1)
    at = whole if 0 < len(whole) <= MOST_READ else run.epochs
    at = at[np.unique(np.linspace(0, len(at) - 1, MOST_READ).astype(int))]
    rows: dict[str, list[str]] = {}
    for number, epoch in enumerate(at.tolist()):
        found = judged(apply(run.classifier(epoch), run.embedding(epoch)), run.data.y) if run.layers else None
        values, measured = readings(run, epoch, found)
        for name in [*ROWS, *(n for n in values if n not in ROWS and n != "epoch")]:
            if name in values:
                old = f" (at {measured[name]:g})" if name in measured else ""
                rows.setdefault(name, [""] * len(at))[number] = _written(name, values[name]) + old
    return {"readAt": at.tolist(), "rows": [{"name": name, "texts": texts} for name, texts in rows.items()]}


def _written(name: str, value: float) -> str:
    """A reading as it stands on the screen."""
    return percent(value) if "accuracy" in name else decimal(value, 3)


def classes_of(about: Sequence[dict[str, Any]], blob: Blob) -> int:
    """How many classes the runs' colours must tell apart."""
    heads = [run["shadow"]["bias"]["shape"][1] for run in about if run["shadow"]]
    curves = [len(sheet.get("curves", ())) for run in about for sheet in run.get("sheets", ())]
    return max([1, *heads, *curves, *(int(blob.read(run["labels"]).max(initial=0)) + 1 for run in about)])
