"""Softargmax of a network as a solid over the input plane, from soft to hard."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.films.energy import over_plane
from engine.films.film import Varied, check_input
from engine.films.seen import Seen
from engine.network.layers import Array, softargmax
from engine.network.lines import extent_of
from engine.network.solid import Facets, boundaries, envelope
from engine.runs.run import Run
from engine.runs.showable import showable

FINE = 3
"""Lines of a surface's grid to a coarse cell; where the surface is flat, one piece is as large as that or larger."""
RISEN = 0.5
"""How far a solid has risen that has lost the lines between the answers."""


@dataclass(frozen=True)
class Sheets(Seen):
    """Softargmax over the input plane, a surface a class, and from where it is seen."""

    ticks: Array
    """(U,), on both axes."""
    scores: Array
    """(U, U, K), s."""
    pieces: Facets
    """The highest surface as flat pieces, over the plane from −1 to 1."""
    order: NDArray[np.intp]
    """(P,), pieces from the farthest to the nearest."""
    edges: Array
    """(S, 2, 2), segments between where one class is the answer and where another is; none once it has RISEN."""
    azimuth: float
    """Radians that the plane is turned, anti-clockwise from above."""
    elevation: float
    """Radians of the eye over the plane: π/2 is from above."""
    epoch: float
    risen: float = 1.0
    """How far the solid has risen from the plane of answers that a landscape shows, 0 … 1."""
    class_names: tuple[str, ...] = ()
    """What classes are called; none where nobody named them, or a theme does."""

    @property
    def heights(self) -> Array:
        """(U, U, K), ỹ, 0 … 1."""
        return softargmax(self.scores)


@dataclass(frozen=True, eq=False)
class Softening(Varied):
    """Softargmax as surfaces.

    Settings: epoch, azimuth, elevation and turned, 0 … 1, which goes from above to a look from the side, with a quarter
    turn. With rising = 1 the solid rises from the flat plane of answers as it is turned.
    """

    run: Run
    ticks: Array

    def __call__(self, playhead: float) -> Sheets:
        """The frame where the setting that varies has the value `playhead`."""
        s, ticks = self.set_to(playhead), self.ticks
        scores = over_plane(self.run.at(s["epoch"]), ticks)
        azimuth, risen = s["azimuth"] + s["turned"] * np.pi / 5, s["turned"] if s["rising"] else 1.0
        pieces = envelope(scores, ticks / ticks[-1], FINE)
        return Sheets(
            ticks=ticks,
            scores=scores,
            pieces=pieces,
            order=pieces.farthest_first(azimuth),
            edges=boundaries(scores, ticks, ticks) if risen <= RISEN else np.zeros((0, 2, 2)),
            azimuth=azimuth,
            elevation=s["elevation"] - s["turned"] * np.radians(52),
            epoch=s["epoch"],
            class_names=self.run.class_names,
            risen=risen,
        )


def softening(run: Run, half: float | None = None, cells: int = 40) -> Softening:
    """Softargmax of a run over ± `half` of its input plane, by default a little more than the points take.

    At its last epoch, seen from above; `vary` makes films of it. UnspiralError if x is not 2-D.
    """
    check_input(run.data)
    run = showable(run)
    half = extent_of(run.data.x) if half is None else half
    settings = {"epoch": float(run.epochs[-1]), "azimuth": 0.0, "elevation": np.pi / 2, "turned": 0.0, "rising": 0.0}
    return Softening(run, np.linspace(-half, half, FINE * cells + 1), settings=settings, name="epoch")
