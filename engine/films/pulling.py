"""One point pulled to its class vector by gradient steps on the feature extractor; what follows? (segments 9–10)

Measured over the 112 mistakes that the half-learned networks of 10 and of 100 features of seeds 0 to 4 have in common,
medians: pulled by its loss alone, a point takes the others with it at both widths (those far from it go 0.86 of its
way), but that breaks 53 % of the others' answers with 10 features and 30 % with 100. With the others asked to stay
(800 steps, hold 10) what is far goes 0.18 and 0.06 of its way, what is near 0.86 and 0.62; its loss stays at 1.09 and
gets to 0.42, and 74 % and 100 % of the points reach their region: width is freedom, not locality.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.films.film import Frame, View, check_embedding, check_input, check_playhead
from engine.films.seen import Brief
from engine.network.layers import (
    Array,
    Linear,
    Network,
    apply,
    classifier,
    embedding,
    exact,
    logits,
    mistaken,
    softargmax,
)
from engine.network.lines import extent_of, images, square_grid
from engine.network.loss import backwards, forwards, losses, stepped
from engine.network.regions import argmax_regions
from engine.recipes.data import Labelled

NEAR, FAR = 0.15, 0.5
"""Points are near the pulled one within the first distance in the input plane, far from it beyond the second, where
points reach as far as 1 from the origin; else as much more or less."""
SOME = 33
"""Moments of a pull at which it is looked how far points go."""


@dataclass(frozen=True, kw_only=True)
class Pull(Frame):
    """The embedding plane while one point is pulled."""

    pulled: int
    """Its number."""
    trail: Array
    """(T, 2), where it was, step by step, up to now."""
    slope: Array
    """(2,), ∂L/∂e = Wᵀ(ỹ − y)."""
    loss: float
    """L = softmax(W e + b) − yᵀ(W e + b) of the point."""
    steps: float
    """Gradient steps taken."""
    moved: float
    """How far it went, in the embedding plane."""
    within: float
    """Distance in the input plane up to which points are near."""
    beyond: float
    """Distance from which on they are far."""
    counts: tuple[int, int]
    """How many points are near, and how many far."""
    near: float
    """How far the points near it went, on average, as a share of that; 0 as long as it has not moved."""
    far: float
    """How far the points far from it went, as a share of that."""
    broken: float
    """Share of the other points, right before, that are wrong now."""
    width: int
    """Dimensions of f."""


@dataclass(frozen=True, eq=False)
class Pulling(Brief):
    """Gradient steps for one point, the classifier fixed; the playhead is the share of its way that it has gone."""

    networks: tuple[Network, ...]
    """Before the first step and after each."""
    data: Labelled
    pulled: int
    trail: Array
    """(T, 2), its embedding before the first step and after each."""
    way: Array
    """(T,), how far it has gone by then."""
    before: Array
    """(N, 2), embedding of all points before the first step."""
    view: View
    segments: Array
    first: float = 0.0
    last: float = 1.0

    def at(self, playhead: float) -> tuple[float, Network]:
        """How many steps are taken, and the network; a part of a step goes a part of its way."""
        steps = float(np.interp(playhead * self.way[-1], self.way, np.arange(len(self.way))))
        i = min(int(steps), len(self.networks) - 2)
        s = steps - i
        return steps, tuple(
            Linear((1 - s) * a.weight + s * b.weight, (1 - s) * a.bias + s * b.bias)
            if isinstance(a, Linear) and isinstance(b, Linear)
            else a
            for a, b in zip(self.networks[i], self.networks[i + 1])
        )

    def __call__(self, playhead: float) -> Pull:
        """The frame at a share of the way, 0 … 1. UnspiralError outside."""
        check_playhead(playhead, self.last)
        steps, network = self.at(playhead)
        last, (x, y), k = classifier(network), self.data, self.pulled
        points = embedding(network, x)
        scores = apply(last, points)
        wrong = mistaken(scores, y)
        went = np.linalg.norm(points - self.before, axis=1)
        distance = np.linalg.norm(x - x[k], axis=1)
        unit = extent_of(x) / 1.2
        within, beyond = (float(f"{share * unit:.2g}") for share in (NEAR, FAR))
        moved, near, far = float(went[k]), (distance < within) & (distance > 0), distance > beyond
        right = ~mistaken(apply(last, self.before), y)
        slope = (softargmax(scores[k]) - np.eye(len(last.weight))[y[k]]) @ last.weight
        return Pull(
            points=points,
            labels=y,
            wrong=wrong,
            lines=images(network[:-1], self.segments, self.view.half),
            class_vectors=last.weight,
            regions=argmax_regions(last, self.view.corners()),
            view=self.view,
            playhead=playhead,
            pulled=k,
            trail=np.concatenate([self.trail[: int(steps) + 1], points[k : k + 1]]),
            slope=slope,
            loss=float(losses(scores[k : k + 1], y[k : k + 1])[0]),
            steps=steps,
            moved=moved,
            within=within,
            beyond=beyond,
            counts=(int(near.sum()), int(far.sum())),
            near=_share(went[near], moved),
            far=_share(went[far], moved),
            broken=float((right & wrong).sum() / max(right.sum(), 1)),
            width=network[0].weight.shape[0] if isinstance(network[0], Linear) else 0,
        )


def _share(went: Array, moved: float) -> float:
    """How far points went on average, as a share of `moved`; 0 if there are none, or nothing has moved."""
    return float(went.mean()) / moved if len(went) and moved > 1e-9 else 0.0


def pulling(
    network: Network,
    data: Labelled,
    point: int,
    rate: float = 0.0005,
    until: float = 0.05,
    most: int = 5000,
    hold: float = 0.0,
    momentum: float = 0.0,
    view: View | None = None,
) -> Pulling:
    """Take gradient steps for one point on all layers but the last, until its loss is below `until`.

    Gradient descent at learning rate `rate`, at most `most` steps, on L + hold · 1/N Σ ‖e_i − e_i before‖², the sum
    over all other points: with `hold` they are asked to stay where they are. The view holds all points all the way;
    it is `view`, of another film, if that is larger. UnspiralError if input or embedding are not 2-D or the point's
    loss is below `until` from the beginning.
    """
    x, y = data.exact()
    now = exact(network)
    check_input(data)
    if len(now) < 2:
        raise UnspiralError(
            "this network is its classifier alone; pulling moves features: use a recipe with embedding = 2"
        )
    check_embedding(now)
    before = embedding(now, x)
    last, truth = classifier(now), np.eye(len(classifier(now).weight))[y[point]]
    part = slice(None) if hold else slice(point, point + 1)  # of the points: those that have a say
    which = point if hold else 0
    networks: list[Network] = [now]
    pace = tuple(Linear(0 * v.weight, 0 * v.bias) if isinstance(v, Linear) else v for v in now[:-1])
    while len(networks) <= most:
        values = forwards(now[:-1], x[part])
        scores = apply(last, values[-1][which])
        if losses(scores[None], y[point : point + 1])[0] < until:
            break
        signal = 2 * hold / len(x) * (values[-1] - before[part])
        signal[which] = (softargmax(scores) - truth) @ last.weight
        _, slopes = backwards(now[:-1], values, signal)
        pace = stepped(slopes, pace, -momentum)
        now = (*stepped(now[:-1], pace, rate), last)
        networks.append(now)
    if len(networks) == 1:
        raise UnspiralError(f"point {point} has a loss below {until:g} already; name one that is a mistake")
    trail = np.concatenate([embedding(n, x[point : point + 1]) for n in networks])
    some = np.unique(np.linspace(0, len(networks) - 1, SOME).astype(int))
    moments = (before, *(embedding(networks[i], x) for i in some[1:]), trail, last.weight)
    reach = 1.04 * max(float(np.abs(e).max()) for e in moments)
    view = View(half=max(reach, view.half) if view else reach)
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(trail, axis=0), axis=1))])
    grid = square_grid(extent_of(x), 15)
    return Pulling(tuple(networks), Labelled(x, y), point, trail, way, before, view, grid)


def mistakes_of_all(networks: Sequence[Network], data: Labelled) -> NDArray[np.intp]:
    """Numbers of the points that every one of the networks gets wrong."""
    wrong = [mistaken(logits(network, data.x), data.y) for network in networks]
    return np.flatnonzero(np.logical_and.reduce(wrong))


def typical_mistake(networks: Sequence[Network], data: Labelled) -> int:
    """Of the points that all networks get wrong, the one whose loss under the last of them is the median.

    Chosen before anything is pulled, lest it flatter a network. UnspiralError if there is no such point.
    """
    common = mistakes_of_all(networks, data)
    if not len(common):
        raise UnspiralError("no point is a mistake of all these networks; train them for fewer epochs")
    found = losses(logits(networks[-1], data.x[common]), data.y[common])
    return int(common[np.argsort(found, kind="stable")[(len(common) - 1) // 2]])


def held_back(pulled: Pulling, hold: float = 10.0, momentum: float = 0.9) -> Pulling:
    """The same point pulled anew, 400 steps at most, while all others are asked to stay: see `pulling`."""
    return pulling(
        pulled.networks[0], pulled.data, pulled.pulled, 0.001, most=400, hold=hold, momentum=momentum, view=pulled.view
    )
