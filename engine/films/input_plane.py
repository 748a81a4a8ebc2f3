"""The input plane while a network learns, with the true regions of its answers; the playhead is the epoch."""

from dataclasses import dataclass

import numpy as np

from engine.films.energy import over_plane
from engine.films.film import Answered, Curve, Film, Frame, View, check_input
from engine.films.readings import in_common, loss_curve
from engine.films.training import OverEpochs
from engine.network.layers import logits
from engine.network.lines import Lines, extent_of, square_grid
from engine.network.loss import judged
from engine.network.regions import finer_scores
from engine.runs.run import Run
from engine.runs.showable import showable

REACH = 2.1
"""How far the regions are known, in halves of the view: as far as the widest picture shows the plane."""
CELLS = 240
"""Of the grid on which scores are computed, each way; within a cell they are interpolated."""


@dataclass(frozen=True, eq=False)
class InputPlane(OverEpochs):
    """A run's input plane while it learns."""

    view: View
    grid: Lines
    bright: tuple[int, ...]
    curve: Curve | None

    def __call__(self, playhead: float) -> Frame:
        """The frame at an epoch. UnspiralError outside the run."""
        network, (x, y) = self.run.at(playhead), self.run.data
        found = judged(logits(network, x), y)
        ticks = REACH * self.view.half * np.linspace(-1, 1, CELLS + 1)
        known = over_plane(network, ticks)
        return Frame(
            points=x,
            labels=y,
            wrong=found.wrong,
            lines=self.grid,
            bright=self.bright,
            curved=Answered(ticks, known, finer=finer_scores(lambda x: logits(network, x), known, ticks)),
            view=self.view,
            **in_common(self.run, playhead, found),
            class_names=self.run.class_names,
            curve=self.curve,
            axes=("x₁", "x₂"),
        )


def input_plane(run: Run, extent: float | None = None, lines: int = 21, view: View | None = None) -> Film[Frame]:
    """The input plane of a run, where each class is answered being a region of its true, curved shape.

    Beside `training(run)` it shows the same points and the same grid, `lines` each way over ± `extent`, before the
    network. The playhead is the epoch. UnspiralError if x is not 2-D, or if layers are not known.
    """
    check_input(run.data)
    run = showable(run)
    reach = extent_of(run.data.x) if extent is None else extent
    segments = square_grid(reach, lines)
    grid = Lines(segments.reshape(-1, 2), 2 * np.arange(len(segments) + 1))
    bright = (lines // 2, lines + lines // 2) if lines % 2 else ()
    return InputPlane(run, view or View.holding(reach, reach), grid, bright, loss_curve(run))
