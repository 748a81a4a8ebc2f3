"""What a network says of its whole input plane: energies −s, curved decision regions, softargmax as surfaces."""

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from engine.films.film import Frame, View, check_input
from engine.films.readings import in_common
from engine.films.training import OverEpochs
from engine.network.layers import Array, logits
from engine.network.levels import even_level_lines
from engine.network.lines import extent_of
from engine.network.loss import judged
from engine.network.regions import Finer, finer_scores
from engine.network.solid import boundaries
from engine.runs.run import Run
from engine.runs.showable import showable

CELLS = 120
"""Cells of the grid each way: a whole number of pixels to each at every usual height."""
PANEL = 334
"""Side of an energy's panel in pixels of 1080: level lines are exact to one of them."""
MANY = 16
"""Classes beyond which panels are smaller."""


@dataclass(frozen=True, kw_only=True)
class Energies(Frame):
    """The input plane with the scores of all classes known on a grid."""

    ticks: Array
    """(CELLS + 1,), where the grid's lines are, on both axes."""
    scores: Array
    """(CELLS + 1, CELLS + 1, K), s at (ticks[column], ticks[row])."""
    finer: tuple[Finer, ...]
    """The scores where the answer changes, within a grid's cell."""
    edges: Array
    """(S, 2, 2), segments between where one class is the answer and where another is."""
    spacing: float
    """Of the levels of −s that are drawn."""
    levels: tuple[Array, ...]
    """For each class (S, 2, 2), segments along which −s has one of them."""


@dataclass(frozen=True, eq=False)
class Energy(OverEpochs):
    """A run's input plane while it learns; the playhead is the epoch."""

    view: View
    spacing: float

    def __call__(self, playhead: float) -> Energies:
        """The frame at an epoch."""
        network, (x, y) = self.run.at(playhead), self.run.data
        found = judged(logits(network, x), y)
        ticks = np.linspace(-self.view.half, self.view.half, CELLS + 1)
        known = over_plane(network, ticks)
        side, step = _panel(known.shape[-1])
        finer = finer_scores(lambda x: logits(network, x), known, ticks)
        return Energies(
            points=x,
            labels=y,
            wrong=found.wrong,
            view=self.view,
            **in_common(self.run, playhead, found),
            class_names=self.run.class_names,
            axes=("x₁", "x₂"),
            ticks=ticks,
            scores=known,
            finer=finer,
            edges=boundaries(known, ticks, ticks, finer),
            spacing=self.spacing,
            levels=even_level_lines(
                lambda x: logits(network, x),
                known[::step, ::step],
                ticks[::step],
                self.spacing,
                2 * self.view.half / side,
            ),
        )


def _panel(classes: int) -> tuple[float, int]:
    """Side of an energy's panel in pixels of 1080, and of how many cells of the grid one is enough for its lines.

    A hundred classes have panels of 70 pixels: lines exact to a fifth of one would take as long as forty other frames.
    """
    if classes <= MANY:
        return PANEL, 1
    side = 2 * (PANEL + 16) / ceil(sqrt(classes))
    return side, min(6, max(1, int(2 * CELLS / side)))


def energy(run: Run, half: float | None = None, spacing: float | None = None) -> Energy:
    """The input plane of a run over ± `half`; the playhead is the epoch, levels of −s are `spacing` apart.

    By default a little more than the points take, and a round number of which about twelve lie between the lowest and
    the highest score at the end. UnspiralError if x is not 2-D.
    """
    check_input(run.data)
    run = showable(run)
    half = extent_of(run.data.x) if half is None else half
    return Energy(run, View(half=half), _spacing(run, half) if spacing is None else spacing)


def _spacing(run: Run, half: float) -> float:
    known = over_plane(run.at(float(run.epochs[-1])), np.linspace(-half, half, 25))
    rough = float(np.ptp(known, (0, 1)).max()) / 12
    if not (np.isfinite(rough) and rough > 0):  # one and the same score everywhere
        return 1.0
    power = 10.0 ** np.floor(np.log10(rough))
    return float(f"{power * min((1, 2, 5, 10), key=lambda m: abs(np.log(m * power / rough))):.1g}")


def over_plane(network: tuple, ticks: Array) -> Array:
    """Scores (U, A, K) at all (ticks[a], ticks[u])."""
    x = np.stack(np.meshgrid(ticks, ticks), -1).reshape(-1, 2).astype(network[0].weight.dtype)
    return logits(network, x).reshape(len(ticks), len(ticks), -1)
