"""Films: pure functions from a playhead to a frame of plain arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError, unknown
from engine.films.seen import Brief, Seen
from engine.network.layers import Array, Network, classifier
from engine.network.lines import NO_LINES, Lines
from engine.network.regions import Finer
from engine.recipes.data import Labelled

ASIDE = 1.3
"""How far the plot of a wide frame reaches to each side, in halves of its height."""


class View(NamedTuple):
    """What is to be seen of the plane: `half` data units from the centre up and down, and as much or more aside."""

    centre: tuple[float, float] = (0.0, 0.0)
    half: float = 1.0
    across: float = 1.0
    """What must be seen to each side, in halves, however narrow the plot is; 1 or more."""

    @classmethod
    def holding(cls, across: float, up: float, margin: float = 1.06) -> "View":
        """A view round the origin that holds what reaches so far to the sides and so far up and down.

        As large as a plot lets it be that is 1.3 times as wide as high, such as that of a wide frame.
        """
        half = margin * max(up, across / ASIDE) or 1.0
        return cls(half=half, across=max(1.0, margin * across / half))

    def scale(self, width: float, height: float) -> float:
        """Pixels to a data unit in a plot of so many pixels: all that must be seen is."""
        return min(height, width / self.across) / 2 / self.half

    def corners(self, reach: float = 4.0) -> Array:
        """((left, bottom), (right, top)) of a square `reach` times the view: no screen shows more of the plane."""
        centre, half = np.asarray(self.centre, float), reach * self.half
        return np.stack([centre - half, centre + half])


class Curve(NamedTuple):
    """A quantity over the whole run, for a plot that draws itself: at (T,) and value (T,)."""

    at: Array
    value: Array


class Answered(NamedTuple):
    """Scores known on a square grid, where the regions of the answer have curved edges."""

    ticks: Array
    """(A,), where the grid's lines are, on both axes."""
    scores: Array
    """(A, A, K), at (ticks[column], ticks[row])."""
    radius: float = np.inf
    """How far from the origin they are meant."""
    finer: tuple[Finer, ...] = ()
    """The scores within a grid's cell where the answer changes, if they are known."""


class Trails(NamedTuple):
    """The ways that some of the points have just gone."""

    of: NDArray[np.int64]
    """(M,), which points."""
    places: Array
    """(S, M, 2), where they were, the earliest first; the last is where they are."""


class Depths(NamedTuple):
    """How far towards us things in space lie, in data units: what is nearer covers what is farther."""

    points: Array
    """(N,), of the points."""
    vertices: Array
    """(V,), of the lines' vertices."""
    tips: Array
    """(K,), of the class vectors' tips; the origin is at 0."""


NO_TRAILS = Trails(np.zeros(0, np.int64), np.zeros((0, 0, 2)))


@dataclass(frozen=True)
class Frame(Seen):
    """What is to be seen at one playhead, as plain arrays; pictures draw it."""

    points: Array = field(default_factory=lambda: np.zeros((0, 2)))
    """(N, 2), data units."""
    labels: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """(N,), the truth y: a point's colour; without any, all points are of class 0."""
    wrong: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    """(N,), mistakes: points whose class is not the answer, the first class with the highest score; or none at all."""
    held: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    """(N,), points kept from training, which have a mark of their own; or none at all."""
    trails: Trails = NO_TRAILS
    """Where points come from, while they move fast."""
    marked: Array = field(default_factory=lambda: np.zeros((0, 2)))
    """(M, 2), a way that is pointed at, over everything: a ring is drawn round its last place."""
    lines: Lines = NO_LINES
    """Images of the input plane's grid."""
    bright: tuple[int, ...] = ()
    """Which of them are images of the input's own axes."""
    class_vectors: Array = field(default_factory=lambda: np.zeros((0, 2)))
    """(K, 2), rows of the classifier's weight; none (0, 2) where they mean nothing in the plane shown."""
    regions: tuple[Array, ...] = ()
    """K polygons, where each class has the highest score: a region's colour; none where they mean nothing."""
    curved: Answered | None = None
    """What stands in for regions where their edges are curved."""
    depths: Depths | None = None
    """Where space is seen, and not a plane: what is in front of what."""
    view: View = View()  # noqa: RUF009 (it cannot be changed)
    playhead: float = 0.0
    readings: Mapping[str, float] = field(default_factory=dict)
    """Named numbers to read off: epoch, loss, accuracy …"""
    measured: Mapping[str, float] = field(default_factory=dict)
    """Of readings that are older than the playhead, the epoch at which they were measured."""
    notes: tuple[tuple[str, str], ...] = ()
    """What the key says besides the usual: a mark (arrow or ray) and its text, such as how much smaller it is drawn."""
    tied: int = 0
    """Of how many points the highest score is that of several classes: the first of them is the answer."""
    curve: Curve | None = None
    """The loss, of the points trained on."""
    held_curve: Curve | None = None
    """The same of the points kept from training, if there are any."""
    axes: tuple[str, str] = ("e₁", "e₂")
    """Names of the plane's axes."""
    caption: str = ""
    class_names: tuple[str, ...] = ()
    """What classes are called; none where nobody named them, or a theme does."""
    decided: float = 1.0
    """How far regions and class vectors have appeared, 0 … 1; 0 where there are none."""

    def __post_init__(self) -> None:
        if len(self.held) != len(self.points) and not self.held.any():
            object.__setattr__(self, "held", np.zeros(len(self.points), bool))
        for name, kind in (("labels", np.int64), ("wrong", bool)):
            if len(self.points) and not len(getattr(self, name)):
                object.__setattr__(self, name, np.zeros(len(self.points), kind))
        if not self.regions and not len(self.class_vectors) and self.curved is None:
            object.__setattr__(self, "decided", 0.0)

    @property
    def in_space(self) -> bool:
        """Whether space is seen, with axes of its own, and no plane with two axes and ticks."""
        return self.curved is not None and bool(np.isfinite(self.curved.radius))


F_co = TypeVar("F_co", covariant=True)


class Film(Protocol[F_co]):
    """A pure function from playhead to frame, for playheads from `first` to `last`; F is the kind of its frames."""

    @property
    def first(self) -> float: ...  # noqa: D102
    @property
    def last(self) -> float: ...  # noqa: D102
    def __call__(self, playhead: float) -> F_co: ...  # noqa: D102


@dataclass(frozen=True, eq=False, kw_only=True)
class Varied(Brief):
    """A film with one of its `settings` as the playhead, the one called `name`, from `first` to `last`."""

    settings: Mapping[str, Any]
    name: str
    first: float = 0.0
    last: float = 0.0

    def vary(self, name: str, first: float, last: float, **settings: Any) -> Self:
        """The film in which setting `name` goes from `first` to `last`; other `settings` stay as they are given.

        UnspiralError lists the settings if one is not known.
        """
        for given in (name, *settings):
            if given not in self.settings:
                raise unknown("setting", given, self.settings)
        return replace(self, settings={**self.settings, **settings}, name=name, first=first, last=last)

    def set_to(self, playhead: float) -> dict[str, Any]:
        """All settings where the one that varies has the value `playhead`."""
        return {**self.settings, self.name: playhead}


def check_input(data: Labelled) -> None:
    """UnspiralError unless the points lie in a plane."""
    count = data.x.shape[1]
    if count != 2:
        raise UnspiralError(f"the input has {count} dimension{'s' if count > 1 else ''}; this film starts from 2")


def check_embedding(network: Network) -> None:
    """UnspiralError unless the classifier reads a plane."""
    width = classifier(network).weight.shape[1]
    if width != 2:
        raise UnspiralError(
            f"the embedding has {width} dimension{'s' if width > 1 else ''}; films show 2: "
            "use a recipe with embedding = 2"
        )


def check_playhead(playhead: float, last: float) -> None:
    """UnspiralError unless the film has this playhead."""
    if not 0 <= playhead <= last:
        raise UnspiralError(f"playhead {playhead:g} was asked for; this film goes from 0 to {last:g}")
