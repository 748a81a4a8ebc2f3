"""What a third feature does (lecture, segment 3): disc and ring come apart when they are pulled out of the board."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import UnspiralError
from engine.films.film import check_playhead
from engine.films.seen import Brief, Seen
from engine.library import record
from engine.network.layers import Array, Linear, apply, classifier, exact, mistaken
from engine.network.regions import argmax_regions
from engine.recipes.data import Labelled, rings
from engine.recipes.named import LINEAR
from engine.runs.run import Run

BOARD = 1.25
"""The board reaches from − this to + this, both ways."""
KEYS = (  # lift, elevation and azimuth in degrees, how far the line, the plane and the circle have appeared
    (0.0, 90.0, 0.0, 0.0, 0.0, 0.0),
    (0.0, 90.0, 0.0, 1.0, 0.0, 0.0),
    (1.0, 22.0, 40.0, 0.0, 0.0, 0.0),
    (1.0, 22.0, 140.0, 0.0, 1.0, 0.0),
    (1.0, 22.0, 220.0, 0.0, 1.0, 0.0),
    (0.0, 90.0, 360.0, 0.0, 0.0, 1.0),
)
"""What is seen at the whole playheads: flat, with its best line, lifted, cut, from all sides, and flat again."""


def lifted(x: ArrayLike, lift: float = 1.0) -> Array:
    """Features f = (x₁, x₂, x₁² + x₂²) of points x (N, 2), its third part times `lift`: (N, 3)."""
    x = np.asarray(x, float)
    return np.concatenate([x, lift * (x**2).sum(-1, keepdims=True)], -1)


@dataclass(frozen=True)
class Space(Seen):
    """A frame in three dimensions, seen from far away."""

    points: Array
    """(N, 3)."""
    labels: NDArray[np.int64]
    wrong: NDArray[np.bool_]
    sheet: Array
    """(L, M, 3), lines of the board's grid, lifted as the points are."""
    straight: tuple[Array, ...]
    """On the board, where each class has the highest score if a line decides: K polygons (V, 2)."""
    line: float
    """How far they have appeared, 0 … 1."""
    plane: Linear
    """weight (1, 3), bias (1,): above 0 the answer is class 1."""
    cut: float
    """How far the plane has appeared, 0 … 1."""
    circle: Array
    """(M, 3), where it cuts the lifted board."""
    round: float
    """How far the circle has become what decides on the board, 0 … 1."""
    elevation: float
    """Radians, of the eye above the board."""
    azimuth: float
    """Radians, by which the eye has gone round, anti-clockwise."""
    readings: Mapping[str, float]
    caption: str

    def axes(self) -> Array:
        """Unit vectors (3, 3) to the right, upwards on the screen, and to the eye."""
        cos, sin = np.cos(self.azimuth), np.sin(self.azimuth)
        high, low = np.sin(self.elevation), np.cos(self.elevation)
        return np.array([[cos, sin, 0.0], [-sin * high, cos * high, low], [sin * low, -cos * low, high]])

    def behind(self, points: Array) -> NDArray[np.bool_]:
        """Which points (…, 3) the plane lies before, as seen by the eye."""
        normal = self.plane.weight[0]
        return (points @ normal + self.plane.bias[0]) * (normal @ self.axes()[2]) < 0


@dataclass(frozen=True, eq=False)
class Lifting(Brief):
    """Disc and ring: no line, lifted, cut by a plane, and back on the board; the playhead goes through `KEYS`."""

    flat: Run
    """The linear classifier on x."""
    high: Run
    """The linear classifier on f."""
    first: float = 0.0
    last: float = float(len(KEYS) - 1)

    def __call__(self, playhead: float) -> Space:
        """The frame at a playhead. UnspiralError outside the film."""
        check_playhead(playhead, self.last)
        k = min(int(playhead), len(KEYS) - 2)
        t = playhead - k
        keys = np.array(KEYS)
        lift, elevation, azimuth, line, cut, whole = ((1 - t) * keys[k] + t * keys[k + 1]).tolist()
        x, y = self.flat.data
        straight, plane = _last(self.flat), self.plane
        by_line, by_plane = (mistaken(apply(head, f), y) for f, head in self._answers())
        wrong = by_line if line > 0.5 else by_plane if max(cut, whole) > 0.5 else np.zeros(len(y), bool)
        decided = line > 0.5 or max(cut, whole) > 0.5
        across = BOARD * np.linspace(-0.9, 0.9, 13)[:, None]
        along = np.sqrt(BOARD**2 - across**2) * np.linspace(-1, 1, 57)  # round: lifted, corners would tower
        rows = np.stack([along, np.broadcast_to(across, along.shape)], -1)  # 13 57 2
        turn = np.linspace(0, 2 * np.pi, rows.shape[1])
        rim = BOARD * np.stack([np.cos(turn), np.sin(turn)], -1)[None]  # where all of them end
        grid = np.concatenate([rows, rows[..., ::-1], rim])
        return Space(
            points=lifted(x, lift),
            labels=y,
            wrong=wrong,
            sheet=lifted(grid, lift),
            straight=argmax_regions(straight, ((-BOARD, -BOARD), (BOARD, BOARD))),
            line=line,
            plane=plane,
            cut=cut,
            circle=lifted(circle(plane), lift),
            round=whole,
            elevation=np.radians(elevation),
            azimuth=np.radians(azimuth),
            readings={"accuracy": 1 - float(wrong.mean())} if decided else {},
            caption=self._caption(line, lift, max(cut, whole)),
        )

    @property
    def plane(self) -> Linear:
        """Where the classifier on f changes its answer: weight (1, 3), bias (1,)."""
        weight, bias = _last(self.high)
        return Linear(weight[1:] - weight[:1], bias[1:] - bias[:1])

    def _answers(self) -> tuple[tuple[Array, Linear], tuple[Array, Linear]]:
        x = self.flat.data.x
        return (x, _last(self.flat)), (lifted(x), _last(self.high))

    def _caption(self, line: float, lift: float, cut: float) -> str:
        if cut > 0.5:
            return "a plane cuts them apart" if lift > 0.5 else "on the board, the cut is a circle"
        return "no line cuts them apart" if line > 0.5 else "pulled out of the board" if lift > 0.5 else ""


def circle(plane: Linear, count: int = 145) -> Array:
    """Where a plane in f = (x₁, x₂, x₁² + x₂²) meets the lifted board, seen from above: (count, 2), closed.

    w₁x₁ + w₂x₂ + w₃(x₁² + x₂²) + b = 0 is a circle. UnspiralError if the plane is upright or misses the board.
    """
    (w1, w2, w3), b = plane.weight[0].tolist(), float(plane.bias[0])
    square = ((w1**2 + w2**2) / (4 * w3**2) - b / w3) if w3 else -1.0
    if square <= 0:
        raise UnspiralError("the plane does not cut the lifted board in a circle; train for longer")
    angle = np.linspace(0, 2 * np.pi, count)
    centre = np.array([-w1, -w2]) / (2 * w3)
    return centre + np.sqrt(square) * np.stack([np.cos(angle), np.sin(angle)], 1)


def lifting(points: int = 200, seed: int = 0, epochs: int = 400) -> Lifting:
    """Disc and ring, `points` each, and the two linear classifiers trained on x and on f."""
    data = rings(seed, points=points, noise=0.07)
    flat, high = (
        record(replace(LINEAR, data=Labelled(x, data.y), parameters={}, epochs=epochs, upright=None))
        for x in (data.x, lifted(data.x))
    )
    return Lifting(flat, high)


def _last(run: Run) -> Linear:
    """A run's classifier at its end, in float64."""
    return classifier(exact(run.at(run.epochs[-1])))
