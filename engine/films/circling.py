"""One point walks on a circle: its projections on the class vectors, its scores, the answer."""

import math
from dataclasses import dataclass

import numpy as np

from engine.films.class_vectors import head_of
from engine.films.film import Frame, View, check_playhead
from engine.films.seen import Brief
from engine.network.layers import Array, Linear, Network, exact, softargmax
from engine.network.regions import argmax_regions


@dataclass(frozen=True, kw_only=True)
class Circled(Frame):
    """A frame of circling: one embedding, its projections, its scores and probabilities."""

    e: Array
    """(2,), the point."""
    feet: Array
    """(K, 2), its projections on the lines along the class vectors."""
    scores: Array
    """(K,), s = W e + b."""
    probabilities: Array
    """(K,), ỹ = softargmax(s)."""
    reach: float
    """No score on the whole circle is farther from 0."""
    soft: float
    """How far the bars have turned from scores into probabilities, 0 … 1."""

    @property
    def answer(self) -> int:
        """ŷ = argmax s."""
        return int(self.scores.argmax())

    @property
    def bars(self) -> Array:
        """(K,), lengths of the bars: scores as shares of `reach`, then probabilities; their order never changes."""
        return (1 - self.soft) * self.scores / self.reach + self.soft * self.probabilities


@dataclass(frozen=True, eq=False)
class Circling(Brief):
    """One point on a circle in the embedding plane; see `circling`."""

    head: Linear
    radius: float
    start: float
    reach: float
    view: View
    first: float = 0.0
    last: float = 3.0

    def __call__(self, playhead: float) -> Circled:
        """The frame at a playhead. UnspiralError outside 0 … 3."""
        check_playhead(playhead, self.last)
        soft = min(max(playhead - 1, 0.0), 1.0)
        angle = self.start + 2 * math.pi * (playhead - soft)
        e = self.radius * np.array([math.cos(angle), math.sin(angle)])
        scores = self.head.weight @ e + self.head.bias
        along = self.head.weight / np.maximum(np.linalg.norm(self.head.weight, axis=1, keepdims=True), 1e-300)
        return Circled(
            class_vectors=self.head.weight,
            regions=argmax_regions(self.head, self.view.corners()),
            view=self.view,
            playhead=playhead,
            e=e,
            feet=(along @ e)[:, None] * along,
            scores=scores,
            probabilities=softargmax(scores),
            reach=self.reach,
            soft=soft,
        )


def circling(network: Network, radius: float | None = None) -> Circling:
    """One point goes round in front of the network's classifier: 0 to 1 once, with its projections and scores.

    From 1 to 2 it waits while softargmax turns the scores into probabilities; from 2 to 3 it goes round once more. It
    starts on the first class vector and goes anti-clockwise, at `radius`, by default half the longest class vector.
    UnspiralError if the embedding is not 2-D.
    """
    head = head_of(exact(network))
    lengths = np.linalg.norm(head.weight, axis=1)
    longest = float(lengths.max()) or 1.0
    radius = 0.5 * longest if radius is None else radius
    start = math.atan2(head.weight[0, 1], head.weight[0, 0])
    reach = float((lengths * radius + np.abs(head.bias)).max()) or 1.0
    return Circling(head, radius, start, reach, View(half=1.25 * max(longest, radius)))
