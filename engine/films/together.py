"""Several films on one playhead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple

import numpy as np

from engine.errors import UnspiralError
from engine.films.film import F_co, Film, check_playhead
from engine.films.readings import readings
from engine.films.seen import Brief
from engine.network.layers import Array
from engine.network.loss import judged
from engine.runs.run import Run


class Samples(NamedTuple):
    """What a chart shows: values (C, S) from 0 to 1, S for each of C names."""

    names: tuple[str, ...]
    values: Array
    axes: tuple[str, str]
    """What the names are, and what the values are."""
    readings: Mapping[str, float] = {}
    floor: float = 0.0
    """Where the axis of values begins."""
    each: str = "one run"
    """What a dot is."""
    shown: float = np.inf
    """How many of the names have their values yet; the next one's appear with the fraction."""


@dataclass(frozen=True, eq=False)
class InTurn(Brief):
    """A chart that is filled one name after the other; the playhead is how many have their values."""

    samples: Samples
    first: float = 0.0

    @property
    def last(self) -> float:
        """How many names there are."""
        return float(len(self.samples.names))

    def __call__(self, playhead: float) -> Samples:
        """The chart with so many names' values. UnspiralError for more than there are."""
        check_playhead(playhead, self.last)
        return self.samples._replace(shown=playhead)


@dataclass(frozen=True, eq=False)
class Accuracies(Brief):
    """The accuracies of groups of runs, a name for each group; the playhead is the epoch, `axis` says what differs."""

    names: tuple[str, ...]
    groups: tuple[tuple[Run, ...], ...]
    axis: str
    metric: str = field(default="accuracy")

    def __post_init__(self) -> None:
        if len(self.names) != len(self.groups) or len({len(group) for group in self.groups}) != 1:
            raise UnspiralError("every name needs a group of runs, and all groups the same number of them")

    def __call__(self, playhead: float) -> Samples:
        """All runs' accuracies at an epoch, of the networks as they are then."""
        values = np.array([[self._read(run, playhead) for run in group] for group in self.groups])
        return Samples(self.names, values, (self.axis, "accuracy"), {"epoch": playhead})

    def _read(self, run: Run, epoch: float) -> float:
        return readings(run, epoch, judged(run.scores(epoch), run.data.y))[0].get(self.metric, np.nan)


def groups(runs: Sequence[Run], size: int) -> tuple[tuple[Run, ...], ...]:
    """Runs in groups of `size`, in order."""
    return tuple(tuple(runs[k : k + size]) for k in range(0, len(runs), size))


@dataclass(frozen=True)
class Together(Brief, Generic[F_co]):
    """Several films on one playhead: a frame of each, all at the same epoch."""

    films: tuple[Film[F_co], ...]

    @property
    def first(self) -> float:
        """The first playhead that all of them have."""
        return max(film.first for film in self.films)

    @property
    def last(self) -> float:
        """The last playhead that all of them have."""
        return min(film.last for film in self.films)

    def __call__(self, playhead: float) -> tuple[F_co, ...]:
        """A frame of each film at `playhead`."""
        return tuple(film(playhead) for film in self.films)
