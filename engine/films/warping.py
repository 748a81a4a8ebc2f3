"""A trained network carries the input plane to the embedding: one straight morph; playhead 0 … 1."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.films.film import Film, Frame, View, check_playhead
from engine.films.seen import Brief
from engine.films.unfolding import axes_of, bright_lines, check_planes, shrink, shrunk, wrong_points
from engine.network.layers import Array, Linear, Network, classifier, embedding, exact
from engine.network.lines import Lines, extent_of, kinked, square_grid
from engine.network.regions import argmax_regions
from engine.recipes.data import Labelled


@dataclass(frozen=True, eq=False)
class Morph(Brief):
    """x goes straight to its embedding, made as small as x; the playhead is 0 at the input, 1 at the embedding.

    From 1 to 2 the classifier's answer appears: regions and class vectors, as small as the embedding.
    """

    data: Labelled
    image: Array
    """The points' embedding ÷ scale."""
    grid: Lines
    grid_image: Array
    bright: tuple[int, ...]
    head: Linear
    """The classifier on the embedding ÷ scale."""
    scale: float
    shrink: float
    """Class vectors are shown ÷ scale ÷ this, so that they fit."""
    view: View
    first: float = 0.0
    last: float = 2.0

    def some_points(self, playhead: float, which: NDArray[np.int64]) -> Array:
        """Of the frame's points those with these numbers, (M, 2)."""
        t = min(playhead, 1.0)
        return (1 - t) * self.data.x[which] + t * self.image[which]

    def __call__(self, playhead: float) -> Frame:
        """The frame at a playhead. UnspiralError outside 0 … 2."""
        check_playhead(playhead, self.last)
        t, decided = min(playhead, 1.0), max(playhead - 1.0, 0.0)
        return Frame(
            points=(1 - t) * self.data.x + t * self.image,
            labels=self.data.y,
            wrong=wrong_points(self.image, self.data, self.head, decided),
            lines=self.grid._replace(vertices=(1 - t) * self.grid.vertices + t * self.grid_image),
            bright=self.bright,
            class_vectors=self.head.weight / self.scale**2 / self.shrink,
            regions=argmax_regions(self.head, self.view.corners()),
            view=self.view,
            playhead=playhead,
            readings={"t": t, "scale": self.scale},
            axes=axes_of(t, self.scale),
            caption="" if decided == 0 or self.shrink == 1 else shrunk(self.shrink).strip("; "),
            decided=decided,
        )


def warping(network: Network, data: Labelled, extent: float | None = None, lines: int = 21) -> Film[Frame]:
    """The points and their plane morph straight from input (playhead 0) to embedding (1); then (to 2) the answer.

    The embedding is shown ÷ scale, its root mean square over the input's: both are equally large, and the morph does
    not fold earlier than it must. The frame's axes and its reading `scale` say so. The grid ± `extent`, by default a
    little more than the points take, is exact all the way. UnspiralError if input or embedding are not 2-D.
    """
    check_planes(network, data)
    data = data.exact()
    image = embedding(network, data.x)
    size = float(np.sqrt((image**2).sum(1).mean() / max((data.x**2).sum(1).mean(), 1e-300)))
    scale = size if size > 0 else 1.0
    last = classifier(exact(network))
    head = last._replace(weight=last.weight * scale)
    ends = np.concatenate([data.x, image / scale])  # on the straight way between them nothing is farther out
    across, up = np.abs(ends).max(0).tolist()
    view = View.holding(across, up)
    extent = extent_of(data.x) if extent is None else extent
    grid = kinked(network[:-1], square_grid(extent, lines), scale * view.half)
    grid_image = embedding(network, grid.vertices) / scale
    factor = shrink(last.weight / scale, 0.72 * view.half)
    return Morph(data, image / scale, grid, grid_image, bright_lines(lines), head, scale, factor, view)
