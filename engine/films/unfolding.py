"""Films of a trained network at work: the plane warped in one go, and unfolded step by step."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.films.film import Frame, View, check_embedding, check_input, check_playhead
from engine.films.seen import Brief
from engine.network.layers import Array, Linear, Network, apply, classifier, embedding, exact, mistaken
from engine.network.lines import Lines, extent_of, kinked, square_grid
from engine.network.regions import argmax_regions
from engine.network.steps import Reflections, Step, steps
from engine.numbers import scaled
from engine.recipes.data import Labelled
from engine.runs.showable import LARGEST

ROOM = (1.25, 0.8)
"""How far unfolding lets things come from the view's centre, in halves of the view: captions above and below."""
ZOOM = 1.1
"""The fastest that unfolding's view grows, shrinks or moves in a step, as a share of its size (e-folds)."""
GRAIN = 40
"""Playheads in a step at which unfolding's view is worked out."""


@dataclass(frozen=True, kw_only=True)
class Unfolded(Frame):
    """A frame of unfolding: how far the network's steps have come."""

    step: int
    """The step that is under way or just done; len(steps) once the classifier's answer appears."""
    share: float
    """How much of it is done, 0 … 1."""
    folds: tuple[Array, ...]
    """The half-planes below 0 that a positive part is about to fold or folding: polygons (4, 2)."""
    shade: float
    """How strongly they are shown, 0 … 1."""


@dataclass(frozen=True, eq=False)
class Unfolding(Brief):
    """A narrow network step by step; the playhead counts steps. After the last, the classifier's answer appears."""

    steps: tuple[Step, ...]
    data: Labelled
    stages: Array
    """(len(steps) + 1, N + V, 2): points and grid vertices before each step and at the end."""
    starts: NDArray[np.intp]
    bright: tuple[int, ...]
    head: Linear
    shrink: float
    """Class vectors are shown ÷ this, so that they fit."""
    track: tuple[Array, Array, Array]
    """The view at some playheads (P,): centres (P, 2) and logarithms of halves (P,)."""
    first: float = 0.0

    @property
    def last(self) -> float:
        """All steps, and one more for the answer."""
        return float(len(self.steps) + 1)

    def view(self, playhead: float) -> View:
        """Where the camera is: it follows slowly enough for the eye, and early enough for everything to stay in."""
        at, centre, half = self.track
        x, y = (float(np.interp(playhead, at, centre[:, axis])) for axis in (0, 1))
        return View((x, y), float(np.exp(np.interp(playhead, at, half))), ROOM[0])

    def __call__(self, playhead: float) -> Unfolded:
        """The frame after `playhead` steps. UnspiralError outside the film."""
        check_playhead(playhead, self.last)
        done = max(math.ceil(playhead) - 1, 0)  # at a whole number the step before it is done, not the next begun
        share = playhead - done
        moving = done < len(self.steps)
        places = self.steps[done](self.stages[done], share) if moving else self.stages[done]
        count = len(self.data.y)
        decided = 0.0 if moving else share
        view = self.view(playhead)
        folds, shade = self._folds(done, share, view)
        return Unfolded(
            points=places[:count],
            labels=self.data.y,
            wrong=wrong_points(places[:count], self.data, self.head, decided),
            lines=Lines(places[count:], self.starts),
            bright=self.bright,
            class_vectors=self.head.weight / self.shrink,
            regions=argmax_regions(self.head, view.corners()),
            view=view,
            playhead=playhead,
            axes=("", ""),
            caption=self._caption(done),
            decided=decided,
            step=done,
            share=share,
            folds=folds,
            shade=shade,
        )

    def _caption(self, done: int) -> str:
        return self.steps[done].caption if done < len(self.steps) else "linear classifier" + shrunk(self.shrink)

    def _folds(self, done: int, share: float, view: View) -> tuple[tuple[Array, ...], float]:
        """Half-planes that fold in this step, or, towards its end, in the next."""
        for number, shade, t in ((done, 1 - share, share), (done + 1, max(0.0, (share - 0.6) / 0.4), 0.0)):
            bend = self.steps[number].activation if number < len(self.steps) else None
            if shade > 0 and bend is not None and bend.kinks == (0.0,):
                (left, bottom), (right, top) = view.corners()
                left, bottom = min(left, 0.0), min(bottom, 0.0)
                corners = np.array([[[left, bottom], [0, bottom], [0, top], [left, top]],
                                    [[left, bottom], [right, bottom], [right, 0], [left, 0]]])  # fmt: skip
                return tuple(self.steps[number](corners, t)), shade
        return (), 0.0


def unfolding(
    network: Network,
    data: Labelled,
    reflections: Reflections = "reduced",
    extent: float | None = None,
    lines: int = 21,
) -> Unfolding:
    """A network whose layers are all 2 × 2, taken apart step by step; the playhead is the step number.

    At step k the frame is what the first k steps make of points and grid; between, the next step moves along its own
    geometry. The grid covers ± `extent`, by default what the points take. From len(steps) to len(steps) + 1 the
    classifier's answer appears. The view follows: nothing leaves it, and it never changes by more than `ZOOM` in a
    step. UnspiralError names the layer that is not 2 × 2.
    """
    check_input(data)
    moves = steps(network, reflections)
    check_planes(network, data)
    if not moves:
        raise UnspiralError(
            "this network is its classifier alone; unfolding needs hidden layers: use a recipe with hidden=(2, 2, 2, 2)"
        )
    extent = extent_of(data.x) / 1.2 if extent is None else extent
    grid = kinked(network[:-1], square_grid(extent, lines))
    start = np.concatenate([data.exact().x, grid.vertices])
    stages = [start]
    for step in moves:
        stages.append(step(stages[-1], 1))
    head = classifier(exact(network))
    track = _following(moves, np.stack(stages))
    factor = shrink(head.weight, 0.62 * float(np.exp(track[2][-1])))
    track = _following(moves, np.stack(stages), head.weight / factor)
    return Unfolding(moves, data, np.stack(stages), grid.starts, bright_lines(lines), head, factor, track)


def _following(moves: tuple[Step, ...], stages: Array, tips: Array | None = None) -> tuple[Array, Array, Array]:
    """A view that holds everything at every playhead, at the last also `tips` (K, 2), and never changes fast."""
    at = np.arange(len(moves) * GRAIN + 1) / GRAIN
    boxes = []
    for playhead in at:
        done = min(int(playhead), len(moves) - 1)
        places = moves[done](stages[done], playhead - done)
        boxes.append((np.minimum(places.min(0), 0), np.maximum(places.max(0), 0)))  # the origin stays in, too
    if tips is not None:
        low, high = boxes[-1]
        boxes[-1] = np.minimum(low, tips.min(0)), np.maximum(high, tips.max(0))
    low, high = np.array(boxes).swapaxes(0, 1)  # (P, 2) each
    for width in (1.0, 2.0, 4.0, 8.0, np.inf):
        centre = _smoothed((low + high) / 2, width) if np.isfinite(width) else np.zeros_like(low)
        need = np.log(np.maximum((np.maximum(high - centre, centre - low) / ROOM).max(1), 1e-9) * 1.03)
        # the least that grows and shrinks no faster than ZOOM and is nowhere less than needed
        half = _rounded((need[None, :] - ZOOM * np.abs(at[:, None] - at[None, :])).max(1))
        speed = np.abs(np.diff(centre, axis=0)).max(1) * GRAIN / np.exp(half[:-1])
        if speed.max(initial=0.0) <= ZOOM:
            break
    return at, centre, half


def _rounded(path: Array, width: float = 0.15) -> Array:
    """A path (P,) without its corners, nowhere lower and nowhere steeper: the mean of what is highest near by."""
    reach = round(width * GRAIN)
    padded = np.pad(path, 2 * reach, mode="edge")
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(1)
    return np.lib.stride_tricks.sliding_window_view(highest, 2 * reach + 1).mean(1)


def _smoothed(path: Array, width: float) -> Array:
    """Averages of a path (P, 2) over `width` steps, twice: no corners."""
    reach = max(1, round(width * GRAIN / 2))
    kernel = np.full(2 * reach + 1, 1 / (2 * reach + 1))
    for _ in range(2):
        padded = np.pad(path, ((reach, reach), (0, 0)), mode="edge")
        path = np.stack([np.convolve(padded[:, axis], kernel, "valid") for axis in (0, 1)], 1)
    return path


def check_planes(network: Network, data: Labelled) -> None:
    """UnspiralError unless input and embedding are planes."""
    check_input(data)
    check_embedding(network)
    with np.errstate(all="ignore"):
        e = embedding(network, data.x)
    if not float(np.abs(e).max(initial=0.0)) <= LARGEST:  # not so if one is not a number
        raise UnspiralError("the network's numbers are too large to show: its training diverged; take an earlier epoch")


def wrong_points(image: Array, data: Labelled, head: Linear, decided: float) -> NDArray[np.bool_]:
    """Mistakes, once there is an answer."""
    if decided < 0.5:
        return np.zeros(len(data.y), bool)
    return mistaken(apply(head, image), data.y)


def axes_of(t: float, scale: float) -> tuple[str, str]:
    """The input's axes, the embedding's, which say how much smaller it is drawn, and both on the way between."""
    if t == 0:
        return "x₁", "x₂"
    ends = f"e₁ {scaled(scale)}", f"e₂ {scaled(scale)}"
    return ends if t == 1 else (f"x₁ → {ends[0]}", f"x₂ → {ends[1]}")


def bright_lines(lines: int) -> tuple[int, ...]:
    """The grid lines that are the input's axes, if there are such."""
    return (lines // 2, lines + lines // 2) if lines % 2 else ()


def shrink(vectors: Array, reach: float) -> float:
    """1, 2, 5, 10 … : what these vectors must be divided by to be no longer than `reach`."""
    longest = float(np.linalg.norm(vectors, axis=1).max())
    powers = (m * 10.0**k for k in range(300) for m in (1, 2, 5))
    return next(factor for factor in powers if longest <= factor * reach)


def shrunk(factor: float) -> str:
    """How a caption goes on where class vectors are drawn divided by `factor`."""
    return "" if factor == 1 else f"; class vectors drawn {scaled(factor)}"
