"""Gradient descent, stochastic and by mini-batches, over the loss of a problem with two weights (segments 4–5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError, unknown
from engine.films.film import Varied, View
from engine.films.seen import Seen
from engine.network.layers import Array
from engine.recipes.data import Labelled, blobs

METHODS: Mapping[str, int] = {"gradient descent": 0, "mini-batch": 6, "stochastic": 1}
"""Samples a step; 0: all of them."""


def two_clouds(seed: int = 2) -> Labelled:
    """Thirty points each of two clouds that overlap, wider than high and turned: no two weights get all of them."""
    data = blobs(seed, classes=2, points=30, spread=0.9)
    turn = np.array([[np.cos(0.5), np.sin(0.5)], [-np.sin(0.5), np.cos(0.5)]])
    return Labelled(data.x * (2.2, 1.0) @ turn, data.y)


LADDER = (
    *(
        0.01,
        0.02,
        0.05,
        0.1,
        0.15,
        0.2,
        0.25,
        0.31,
        0.33,
        0.36,
        0.42,
        0.5,
        0.62,
        0.8,
        1.05,
        1.4,
        1.9,
        2.5,
        3.2,
        4.0,
        5.0,
    ),
    *(7.0, 10.0, 14.0, 20.0, 28.0, 40.0, 56.0, 80.0, 110.0, 160.0, 220.0, 320.0, 450.0, 640.0, 900.0),
)
"""Losses of which level lines are drawn: closer where the valley is flat."""


def levels_over(data: Labelled, view: View) -> tuple[float, ...]:
    """Those of the `LADDER` from the lowest average loss in view up to half of the highest, but at least to 5."""
    ticks = np.linspace(-view.half, view.half, 41)
    losses = sample_losses(np.stack(np.meshgrid(ticks, ticks), -1) + view.centre, data).mean(-1)
    return tuple(level for level in LADDER if losses.min() < level <= max(5.0, losses.max() / 2))


def sample_losses(weights: Array, data: Labelled) -> Array:
    """Cross-entropy of each sample: weights (…, 2) → (…, N). The class vectors are w and −w, so s = (wᵀx, −wᵀx)."""
    return np.logaddexp(0.0, -2.0 * (weights @ data.x.T) * _sides(data))


def sample_gradients(weights: Array, data: Labelled) -> Array:
    """∂L/∂w of each sample at weights (2,) → (N, 2)."""
    z = -2.0 * (data.x @ weights) * _sides(data)
    pulls = -2.0 * _sides(data) / (1 + np.exp(-z))
    return pulls[:, None] * data.x


def _sides(data: Labelled) -> Array:
    return 1.0 - 2.0 * data.y


def path(data: Labelled, start: Array, rate: float, batch: int, samples: int, seed: int = 0) -> tuple[Array, NDArray]:
    """Weights (T + 1, 2) before the first step and after each, and the samples in the order they were seen.

    `batch` samples a step (0: all), drawn without repetition until each was seen, then anew; `rate` is η.
    """
    random, count = np.random.default_rng(seed), len(data.y)
    batch = batch or count
    weights, order = [np.asarray(start, float)], []
    while len(weights) - 1 < samples // batch:
        if len(order) % count == 0:
            order += random.permutation(count).tolist()
        members = order[(len(weights) - 1) * batch :][:batch]
        weights.append(
            weights[-1] - rate * sample_gradients(weights[-1], Labelled(data.x[members], data.y[members])).mean(0)
        )
    return np.array(weights), np.array(order)


@dataclass(frozen=True)
class Descending(Seen):
    """The plane of the two weights, and who has come how far."""

    samples: float
    """Samples seen by each."""
    methods: tuple[str, ...]
    tracks: tuple[Array, ...]
    """(T, 2) each, weights step by step, the last where it is now."""
    losses: tuple[float, ...]
    """𝓛, the average over all samples, where each is now."""
    steps: tuple[int, ...]
    """Whole steps each has taken."""
    sample: Labelled
    """One sample (1, 2), whose loss is ghosted over the plane; none (0, 2)."""
    ghost: float
    """How far it is to be seen, 0 … 1."""
    arrows: Array
    """(N, 2), −∂L/∂w of every sample where the first of the methods is; their mean is −∂𝓛/∂w."""
    arrows_shown: float
    view: View
    levels: tuple[float, ...]
    """Losses of which level lines are drawn."""


@dataclass(frozen=True, eq=False)
class Descent(Varied):
    """Real paths over a real loss.

    Settings: samples (seen); arrows (0 … 1); ghost, the number of samples whose losses have been shown one after the
    other. Fixed are methods, a tuple of names, and follow, which ghosts the sample that stochastic descent sees.
    """

    data: Labelled
    paths: Mapping[str, Array]
    order: NDArray
    """Samples in the order in which stochastic descent sees them."""
    rate: float
    view: View
    levels: tuple[float, ...]

    def vary(self, name: str, first: float, last: float, **settings: Any) -> Self:
        """As `Varied` does. UnspiralError lists the methods if one is not known."""
        for method in settings.get("methods", ()):
            if method not in METHODS:
                raise unknown("method", method, METHODS)
        return super().vary(name, first, last, **settings)

    def __call__(self, playhead: float) -> Descending:
        """The frame where the setting that varies has the value `playhead`."""
        s = self.set_to(playhead)
        count = len(self.data.y)
        tracks, steps = [], []
        for method in s["methods"]:
            whole, part = divmod(s["samples"] / (METHODS[method] or count), 1)
            track, i = self.paths[method], int(whole)
            if i >= len(track):
                raise UnspiralError(f"{s['samples']:g} samples were asked for; {method} has seen fewer")
            here = (1 - part) * track[i] + part * track[min(i + 1, len(track) - 1)]
            tracks.append(np.concatenate([track[: i + 1], here[None]]))
            steps.append(i)
        at = tracks[0][-1] if tracks else self.paths["gradient descent"][0]
        number, share = divmod(s["ghost"], 1)
        if s["follow"]:
            ghosted, shown = int(self.order[min(int(s["samples"]), len(self.order) - 1)]), 1.0
        else:
            ghosted, shown = int(number) % count, float(np.sin(np.pi * share)) ** 0.5 if share else 0.0
        return Descending(
            samples=s["samples"],
            methods=tuple(s["methods"]),
            tracks=tuple(tracks),
            losses=tuple(float(sample_losses(t[-1], self.data).mean()) for t in tracks),
            steps=tuple(steps),
            sample=Labelled(self.data.x[ghosted : ghosted + 1], self.data.y[ghosted : ghosted + 1]),
            ghost=shown,
            arrows=-sample_gradients(at, self.data),
            arrows_shown=s["arrows"],
            view=self.view,
            levels=self.levels,
        )


def descent(
    data: Labelled, start: tuple[float, float] = (1.5, -1.0), rate: float = 0.12, samples: int = 900
) -> Descent:
    """Paths of all methods from `start`, at the same learning rate and for the same number of samples.

    UnspiralError unless the data are two classes in the plane.
    """
    if data.x.shape[1] != 2 or set(np.unique(data.y)) != {0, 1}:
        raise UnspiralError("descent shows two weights: give it two classes of points in the plane")
    found = {name: path(data, np.array(start), rate, batch, samples) for name, batch in METHODS.items()}
    settings = {"samples": 0.0, "methods": (), "ghost": 0.0, "follow": False, "arrows": 0.0}
    paths, order = {name: way for name, (way, _) in found.items()}, found["stochastic"][1]
    view = _holding(np.concatenate([*paths.values(), np.zeros((1, 2))]))
    return Descent(data, paths, order, rate, view, levels_over(data, view), settings=settings, name="samples")


def _holding(places: Array) -> View:
    """What holds places (N, 2): the view of the lecture's clouds, or one round them."""
    low, high = places.min(0), places.max(0)
    if np.abs(places - (0.3, 0.0)).max() < 2.1:
        return View((0.3, 0.0), 2.2)
    x, y = ((low + high) / 2).tolist()
    return View((x, y), 0.6 * float((high - low).max()))
