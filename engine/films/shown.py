"""Which film shows what a run holds under a name."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from engine.errors import UnspiralError, unknown
from engine.films.curves import curves
from engine.films.distributions import OF_LAYERS, OF_POINTS, distributions
from engine.films.fit import fit
from engine.films.flow import flow
from engine.films.images import images
from engine.films.input_plane import input_plane
from engine.films.matrix import matrix
from engine.films.metric import metric
from engine.films.points import points
from engine.films.sequence import sequence
from engine.films.space import space
from engine.films.training import training
from engine.runs.run import Run

FILMS: dict[str, Callable[[Run, str], Any]] = {
    "points": points, "images": images, "matrix": matrix, "fit": fit, "distributions": distributions, "flow": flow,
    "sequence": sequence, "metric": metric, "surface": partial(fit, surface=True),
}  # fmt: skip
"""Films of a series, by what is written behind its name: attention:matrix."""
SMALL = 3
"""Up to so many numbers a row, a series of tables is one of points."""


def shown(run: Run, name: str, held_out: bool = False) -> Any:
    """The film of a series or a metric, or of the run's embedding or input; `name:points` says how to show it.

    By itself, a series (T, B, H, W) or (T, B, H, W, 3) is images; (T, N, d) is points where d is at most 3 or N is the
    number of the run's points or labels, else a matrix; (T, S, N, 2) is a flow of N particles, unless it is a sequence
    (T, N, L, 2) of as many as there are labels; a row of numbers is a function where the constant NAME_x or grid holds
    as many places, else a distribution. Of a run whose layers are known, weights, activations, gradients, losses and
    margins are names too. With `held_out`, the embedding shows the points kept from training, too. UnspiralError lists
    what the run holds.
    """
    name, _, kind = name.partition(":")
    if kind and kind not in FILMS:
        raise unknown("film of a series", kind, FILMS)
    if name in run.series:
        return FILMS[kind or _kind(run, name)](run, name)
    if name in (*OF_LAYERS, *OF_POINTS) and run.layers and kind in ("", "distributions"):
        return distributions(run, name)
    if kind:
        raise unknown("series", name, run.series)
    if name in run.metrics:
        return curves(run, [name])
    if name == "input" and run.layers:
        return input_plane(run)
    if name == "space" and run.layers:
        return space(run, held_out=held_out)
    if name == "embedding" and run.layers:
        return training(run, held_out=held_out)
    held = [*run.series, *run.metrics, *(["embedding", "input", *OF_LAYERS, *OF_POINTS] if run.layers else [])]
    raise unknown("name in this run", name, held)


def all_shown(run: Run, names: Sequence[str], held_out: bool = False) -> tuple[tuple[Any, ...], tuple[str, ...]]:
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
            films.append(shown(run, name, held_out))
            titles.append(name.partition(":")[0])
    if not films:
        raise UnspiralError("name what is to be shown: --show codes,loss")
    return tuple(films), tuple(titles)


def by_themselves(run: Run) -> list[str]:
    """The series of a run that have a film without its being named."""
    found = []
    for name in run.series:
        with suppress(UnspiralError):
            shown(run, name)
            found.append(name)
    return found


def _kind(run: Run, name: str) -> str:
    shape = list(run.series[name].shape)
    counts = {len(run.points.y), len(run.data.y), len(run.constants.get("labels", ()))}
    places = run.constants.get(f"{name}_x", run.constants.get("grid"))
    if places is not None and len(shape) > 1:
        count = places.size // 2 if places.ndim > 1 and places.shape[-1] == 2 else places.size
        if count in (shape[-1], shape[1] * shape[-1]) and len(shape) <= 3:
            return "fit"
    if len(shape) == 2:
        return "distributions"
    if len(shape) == 3:
        return "points" if shape[2] <= SMALL or shape[1] in counts else "matrix"
    if len(shape) == 4 and shape[3] <= SMALL:
        return "sequence" if shape[1] in counts or shape[3] != 2 else "flow"
    if len(shape) == 4 or (len(shape) == 5 and shape[4] == 3):
        return "images"
    raise UnspiralError(
        f"the series {name!r} has shape {tuple(shape)}; films show (T, N, d), (T, A, B), (T, B, H, W), (T, B, H, W, 3)"
    )
