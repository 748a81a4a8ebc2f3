"""Films of the linear classifier alone: its class vectors while it learns, and one point walking round them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.films.film import Curve, Frame, View, check_embedding
from engine.films.readings import in_common, loss_curve
from engine.films.training import OverEpochs
from engine.network.layers import Array, Linear, Network, classifier, logits
from engine.network.loss import judged
from engine.network.regions import argmax_regions
from engine.numbers import decimal
from engine.runs.run import Run
from engine.runs.showable import showable


@dataclass(frozen=True, kw_only=True)
class Spread(Frame):
    """A frame of class_vectors: which way the class vectors point, and how far apart."""

    order: NDArray[np.intp]
    """(K,), classes in the order of their vectors' directions, anti-clockwise."""
    angles: Array
    """(K,), radians from vector order[k] anti-clockwise to the next; they add up to 2π."""


@dataclass(frozen=True, eq=False)
class ClassVectors(OverEpochs):
    """The rows of a run's last layer while it learns; the playhead is the epoch."""

    view: View
    curve: Curve | None

    def __call__(self, playhead: float) -> Spread:
        """The frame at an epoch. UnspiralError outside the run."""
        run = self.run
        network = run.at(playhead)
        head, found = classifier(network), judged(logits(network, run.data.x), run.data.y)
        order, angles = spread(head.weight)
        smallest, even = math.degrees(angles.min()), 360 / len(angles)
        return Spread(
            class_vectors=head.weight,
            regions=argmax_regions(head, self.view.corners()),
            view=self.view,
            **in_common(run, playhead, found),
            class_names=run.class_names,
            curve=self.curve,
            caption=f"smallest angle {decimal(smallest, 0)}° (all alike: {even:g}°)",
            order=order,
            angles=angles,
        )


def class_vectors(run: Run) -> ClassVectors:
    """The classifier over training; the playhead is the epoch. UnspiralError if the embedding is not 2-D."""
    run = showable(run)
    rows = head_of(run.at(run.epochs[-1])).weight
    if len(rows) < 2:
        raise UnspiralError("this classifier has one class; at least two class vectors are needed")
    longest = float(np.linalg.norm(classifier(run.layers).weight, axis=2).max())
    return ClassVectors(run, View(half=1.25 * longest or 1.0), loss_curve(run))


def spread(vectors: Array) -> tuple[NDArray[np.intp], Array]:
    """Classes (K,) in the order of their vectors' directions, and the angles (K,) from each to the next, in radians."""
    directions = np.arctan2(vectors[:, 1], vectors[:, 0]).astype(float)
    order = np.argsort(directions, kind="stable")
    turned = directions[order]
    return order, np.append(np.diff(turned), turned[0] + 2 * math.pi - turned[-1])


def head_of(network: Network) -> Linear:
    """The network's classifier. UnspiralError unless it reads a plane."""
    check_embedding(network)
    return classifier(network)
