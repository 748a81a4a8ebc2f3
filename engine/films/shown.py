"""Which film shows what a run holds under a name."""

from collections.abc import Sequence
from typing import Any

from engine.errors import UnspiralError, unknown
from engine.films.curves import curves
from engine.films.images import images
from engine.films.matrix import matrix
from engine.films.points import points
from engine.films.training import training
from engine.runs.run import Run

FILMS = {"points": points, "images": images, "matrix": matrix}
"""Films of a series, by what is written behind its name: attention:matrix."""
SMALL = 3
"""Up to so many numbers a row, a series of tables is one of points."""


def shown(run: Run, name: str) -> Any:
    """The film of a series or a metric, or of the run's embedding; `name:points`, `name:matrix` says how to show it.

    By itself, a series (T, B, H, W) or (T, B, H, W, 3) is images; (T, N, d) is points where d is at most 3 or N is the
    number of the run's points or labels, else a matrix. UnspiralError lists what the run holds.
    """
    name, _, kind = name.partition(":")
    if kind and kind not in FILMS:
        raise unknown("film of a series", kind, FILMS)
    if name in run.series:
        return FILMS[kind or _kind(run, name)](run, name)
    if kind:
        raise unknown("series", name, run.series)
    if name in run.metrics:
        return curves(run, [name])
    if name == "embedding" and run.layers:
        return training(run)
    held = [*run.series, *run.metrics, *(["embedding"] if run.layers else [])]
    raise unknown("name in this run", name, held)


def all_shown(run: Run, names: Sequence[str]) -> tuple[tuple[Any, ...], tuple[str, ...]]:
    """A film for each of `names` and its title; metrics beside one another share one chart."""
    films: list[Any] = []
    titles: list[str] = []
    metrics = [name for name in names if name in run.metrics and name not in run.series]
    for name in names:
        if name in metrics:
            if metrics[0] == name:
                films.append(curves(run, metrics))
                titles.append(", ".join(metrics))
        else:
            films.append(shown(run, name))
            titles.append(name.partition(":")[0])
    if not films:
        raise UnspiralError("name what is to be shown: --show codes,loss")
    return tuple(films), tuple(titles)


def _kind(run: Run, name: str) -> str:
    shape = run.series[name].shape
    if len(shape) in (4, 5):
        return "images"
    if len(shape) == 3:
        counts = {len(run.points.y), len(run.constants.get("labels", ()))}
        return "points" if shape[2] <= SMALL or shape[1] in counts else "matrix"
    raise UnspiralError(
        f"the series {name!r} has shape {shape}; films show (T, N, d), (T, A, B), (T, B, H, W) and (T, B, H, W, 3)"
    )
