"""The linear pieces of a piecewise-linear network: where its positive parts fold the input plane, exactly."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.films.film import Frame, View, check_input
from engine.films.seen import Brief
from engine.films.warping import Morph, warping
from engine.network.layers import Array, Network, embedding, logits
from engine.network.lines import Lines, extent_of, kinked
from engine.network.loss import judged
from engine.network.pieces import Pieces, answered, folded, pieces
from engine.recipes.data import Labelled


@dataclass(frozen=True, kw_only=True)
class Folded(Frame):
    """A frame that shows the pieces between folds under everything else: on each the network is one affine map.

    Neighbours may have the same one, where a later layer takes no notice of the fold between them.
    """

    pieces: Lines
    """Outlines of pieces, where they are shown."""
    tones: NDArray[np.int64]
    """(P,), what tells them apart."""
    answers: NDArray[np.int64] | None
    """(P,), the answer ŷ on each, where that gives the colour."""
    seams: Lines
    """Where pieces meet."""


@dataclass(frozen=True, eq=False)
class Folding(Brief):
    """The input plane, cut by one unit's fold after the other; the playhead is the number of units."""

    data: Labelled
    stages: tuple[Pieces, ...]
    view: View
    first: float = 0.0

    @property
    def last(self) -> float:
        """All folds."""
        return float(len(self.stages) - 1)

    def __call__(self, playhead: float) -> Folded:
        """The frame after `playhead` folds, only whole ones. UnspiralError outside the film."""
        if not 0 <= playhead <= self.last:
            raise UnspiralError(f"fold {playhead:g} was asked for; this network has {self.last:g}")
        done = int(playhead + 1e-9)
        found, totals = self.stages[done], [stage.total for stage in self.stages[: done + 1]]
        folds = sum(after > before for before, after in zip(totals, totals[1:]))  # units that cut what is seen
        readings = {"folds": float(folds), "pieces": float(found.total)}
        still = _still(self.data, self.view, found.outlines, found.tones, None, _straight(found.seams))
        return replace(still, playhead=playhead, readings=readings)


@dataclass(frozen=True, eq=False)
class Zooming(Brief):
    """Towards a place in the input plane, its pieces coloured by their answers; the playhead goes from 0 to 1."""

    frame: Folded
    to: View
    first: float = 0.0
    last: float = 1.0

    def __call__(self, playhead: float) -> Folded:
        """The frame at a playhead: the view shrinks by equal factors in equal times, round one fixed point."""
        begin, end = self.frame.view, self.to
        half = begin.half ** (1 - playhead) * end.half**playhead
        share = (begin.half - half) / (begin.half - end.half)
        x, y = ((1 - share) * a + share * b for a, b in zip(begin.centre, end.centre))
        readings = {**self.frame.readings, "magnified": begin.half / half}
        return replace(self.frame, view=View((x, y), half), playhead=playhead, readings=readings)


@dataclass(frozen=True, eq=False)
class Carrying(Brief):
    """The warping film with the pieces carried along: each is moved by one affine map, so it stays a polygon."""

    morph: Morph
    view: View
    """At the input; it goes over into that of the morph."""
    pieces: Lines
    image: Array
    tones: NDArray[np.int64]
    answers: NDArray[np.int64]
    seams: Lines
    """With a vertex wherever they bend on the way."""
    seams_image: Array
    readings: Mapping[str, float]
    """How many pieces there are, uncut by answers, and the accuracy of the network on its points."""
    first: float = 0.0
    last: float = 1.0

    def __call__(self, playhead: float) -> Folded:
        """The frame at a playhead: 0 input, 1 embedding."""
        frame = self.morph(playhead)
        view = View(half=(1 - playhead) * self.view.half + playhead * frame.view.half)
        shapes = (self.pieces, self.image), (self.seams, self.seams_image)
        pieces, seams = (
            lines._replace(vertices=(1 - playhead) * lines.vertices + playhead * image) for lines, image in shapes
        )
        still = _still(self.morph.data, view, pieces, self.tones, self.answers, seams)
        return replace(still, points=frame.points, playhead=playhead, readings=self.readings, axes=frame.axes)


def folding(network: Network, data: Labelled, extent: float | None = None) -> Folding:
    """The square ± `extent` of the input plane, fold after fold; the playhead is the number of folds.

    By default the square is a little larger than the points need, here and in the other films of folds.
    """
    check_input(data)
    extent = extent_of(data.x) if extent is None else extent
    stages = tuple(folded(network[:-1], ((-extent, -extent), (extent, extent))))
    return Folding(data, stages, View(half=1.04 * extent))


def zooming(
    network: Network,
    data: Labelled,
    near: tuple[float, float] | None = None,
    half: float | None = None,
    extent: float | None = None,
) -> Zooming:
    """From the square ± `extent` towards the piece nearest to `near` where answers meet, until ± `half` is seen.

    By default a place to the upper right of the middle, and a twenty-fourth of `extent`.
    """
    check_input(data)
    extent = extent_of(data.x) if extent is None else extent
    near = (0.5 * extent / 1.2, 0.3 * extent / 1.2) if near is None else near
    half = 0.05 * extent / 1.2 if half is None else half
    found = pieces(network[:-1], ((-extent, -extent), (extent, extent)))
    outlines, answers, owners, borders = answered(network, found)
    view = View(half=1.04 * extent)
    seams = _straight(np.concatenate([found.seams, borders]))
    frame = _still(data, view, outlines, found.tones[owners], answers, seams)
    frame = replace(frame, readings={"pieces": float(found.total)})
    shared = np.flatnonzero(np.bincount(owners)[owners] > 1)
    middles = np.add.reduceat(outlines.vertices, outlines.starts[:-1]) / np.diff(outlines.starts)[:, None]
    if not len(shared):
        return Zooming(frame, View(near, half))
    x, y = middles[shared[np.linalg.norm(middles[shared] - near, axis=1).argmin()]].tolist()
    return Zooming(frame, View((x, y), half))


def carrying(network: Network, data: Labelled, extent: float | None = None, every: int = 1) -> Carrying:
    """The pieces of the square ± `extent` on their way from the input (playhead 0) to the embedding (1).

    Of the points, one in `every` is shown; the accuracy to be read off is that of all.
    """
    check_input(data)
    extent = extent_of(data.x) if extent is None else extent
    morph = warping(network, Labelled(data.x[::every], data.y[::every]), extent)
    assert isinstance(morph, Morph)
    found = pieces(network[:-1], ((-extent, -extent), (extent, extent)))
    outlines, answers, owners, borders = answered(network, found)
    seams = kinked(network[:-1], np.concatenate([found.seams, borders]))
    image, seams_image = (embedding(network, lines.vertices) / morph.scale for lines in (outlines, seams))
    accuracy = judged(logits(network, data.exact().x), data.y).accuracy
    readings = {"pieces": float(found.total), "accuracy": accuracy}
    tones, view = found.tones[owners], View(half=1.04 * extent)
    return Carrying(morph, view, outlines, image, tones, answers, seams, seams_image, readings)


def _straight(segments: Array) -> Lines:
    """Segments (S, 2, 2) as polylines."""
    return Lines(segments.reshape(-1, 2), 2 * np.arange(len(segments) + 1))


def _still(
    data: Labelled,
    view: View,
    outlines: Lines,
    tones: NDArray[np.int64],
    answers: NDArray[np.int64] | None,
    seams: Lines,
) -> Folded:
    """The input plane with its points and pieces, and nothing else."""
    return Folded(
        points=data.x,
        labels=data.y,
        view=view,
        axes=("x₁", "x₂"),
        pieces=outlines,
        tones=tones,
        answers=answers,
        seams=seams,
    )
