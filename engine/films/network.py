"""One point through a network, its loss's gradient back, and one step of the weights (segments 2–6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import UnspiralError
from engine.films.film import Varied
from engine.films.seen import Brief, Seen
from engine.network.layers import Array, Linear, Network, exact, softargmax
from engine.network.loss import backward, stepped
from engine.recipes.recipe import Recipe


class Module(NamedTuple):
    """A box of the circuit: what it is called, what leaves it, and whether it extracts features or classifies."""

    name: str
    """linear, an activation's symbol such as (·)⁺, or W."""
    width: int
    """Units that leave it."""
    classifies: bool = False
    bends: bool = False
    """Whether it is an activation."""


class Circuit(NamedTuple):
    """A network as boxes: x goes in, s comes out; softargmax, ỹ, C and y follow."""

    inputs: int
    modules: tuple[Module, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of x, of each activation or embedding, of the scores."""
        following = (*self.modules[1:], None)
        kept = [m.width for m, after in zip(self.modules, following) if after is None or not after.bends]
        return (self.inputs, *kept)


def circuit(recipe: Recipe) -> Circuit:
    """The boxes of a recipe's network, nothing trained."""
    points, _ = recipe.points()
    bend, modules = recipe.bend.symbol, []
    for width in recipe.hidden:
        modules += [Module("linear", width), Module(bend, width, bends=True)]
    if recipe.embedding is not None:
        modules.append(Module("linear", recipe.embedding))
    modules.append(Module("W", int(points.y.max()) + 1, classifies=True))
    return Circuit(points.x.shape[1], tuple(modules))


@dataclass(frozen=True)
class Flow(Seen):
    """What stands in the network while one point goes through it and its gradient comes back."""

    names: tuple[str, ...]
    """Of the columns of units: x, f, e, s …"""
    values: tuple[Array, ...]
    """Of their units."""
    signals: tuple[Array, ...]
    """∂L/∂value."""
    weights: tuple[Array, ...]
    """From each column to the next, (out, in)."""
    slopes: tuple[Array, ...]
    """∂L/∂weight."""
    probabilities: Array
    """(K,), ỹ."""
    label: int
    """The class y of the point."""
    loss: float
    forward: float
    """How many columns the values have travelled; one more for ỹ, and one for the loss."""
    backward: float
    """How many columns the gradient has travelled back from there."""
    stepped: float
    """How much of the step of the weights is done, 0 … 1."""
    rate: float
    """η."""
    first_loss: float
    """Before the step."""


class Stretch(NamedTuple):
    """A part of a film, a film itself."""

    film: "Flowing"
    first: float
    last: float

    def __call__(self, playhead: float) -> Flow:
        """The film's own frame."""
        return self.film(playhead)


@dataclass(frozen=True, eq=False)
class Flowing(Brief):
    """The point's way: forwards up to `turn`, back to x up to `2 turn`, then one step of all weights."""

    network: Network
    gradients: Network
    x: Array
    label: int
    rate: float

    @property
    def turn(self) -> int:
        """Where the loss stands and the gradient sets out: one stretch a column, one to ỹ, one to the loss."""
        return sum(isinstance(layer, Linear) for layer in self.network) + 2

    @property
    def first(self) -> float:
        """Only x is there."""
        return 0.0

    @property
    def last(self) -> float:
        """The step is done."""
        return 2.0 * self.turn + 1

    def stretch(self, first: float, last: float) -> Stretch:
        """The film from one playhead to another."""
        return Stretch(self, first, last)

    def __call__(self, playhead: float) -> Flow:
        """The frame at a playhead; after the step begins, values, loss and gradients are those of the moved weights."""
        step = min(1.0, max(0.0, playhead - 2 * self.turn))
        network = stepped(self.network, self.gradients, step * self.rate)
        now = backward(network, self.x, [self.label])
        kept = _columns(network)
        return Flow(
            names=_names(network),
            values=tuple(now.values[i][0] for i in kept),
            signals=tuple(now.signals[i][0] for i in kept),
            weights=tuple(layer.weight for layer in network if isinstance(layer, Linear)),
            slopes=tuple(layer.weight for layer in now.gradients if isinstance(layer, Linear)),
            probabilities=softargmax(now.values[-1][0]),
            label=self.label,
            loss=float(now.losses[0]),
            forward=min(playhead, float(self.turn)),
            backward=min(max(playhead - self.turn, 0.0), float(self.turn)),
            stepped=step,
            rate=self.rate,
            first_loss=float(backward(self.network, self.x, [self.label]).losses[0]),
        )


def flowing(network: Network, x: ArrayLike, label: int, rate: float = 0.05) -> Flowing:
    """The film of one point x (n,) of class `label` through a network, and of one step at learning rate `rate`."""
    point = np.asarray(x, float)[None]
    inputs = next(layer.weight.shape[1] for layer in network if isinstance(layer, Linear))
    if point.ndim != 2 or point.shape[1] != inputs:
        raise UnspiralError(f"the point has shape {point.shape[1:]}, the network takes {inputs} numbers")
    network = exact(network)
    return Flowing(network, backward(network, point, [label]).gradients, point, int(label), rate)


def _columns(network: Network) -> list[int]:
    """Which of a pass's values are shown: x, and what leaves each linear layer and its activation, if it has one."""
    following: Sequence = (*network[1:], None)
    return [0, *(i + 1 for i, after in enumerate(following) if after is None or isinstance(after, Linear))]


def _names(network: Network) -> tuple[str, ...]:
    """Of the columns: x, f or f₁, f₂ …, e if nothing bends it, s."""
    bent = [not isinstance(network[i - 1], Linear) for i in _columns(network)[1:-1]]
    number, names = 0, []
    for is_bent in bent:
        number += is_bent
        names.append(("f" if sum(bent) == 1 else f"f{'₁₂₃₄₅₆₇₈₉'[number - 1]}") if is_bent else "e")
    return ("x", *names, "s")


@dataclass(frozen=True)
class Assembly(Seen):
    """A circuit on the board: how much of it stands there, and how far it has been summed up."""

    circuit: Circuit
    shown: float
    """How many of its parts have appeared: x, each module, softargmax, ỹ, C and y."""
    collapsed: float
    """0: every module a box; 1: two boxes, feature extractor and linear classifier."""
    lifted: float
    """0: in the middle of the board; 1: a strip over it."""


@dataclass(frozen=True, eq=False)
class Assembling(Varied):
    """A circuit. Settings: shown, collapsed and lifted."""

    circuit: Circuit

    def __call__(self, playhead: float) -> Assembly:
        """The frame where the setting that varies has the value `playhead`."""
        return Assembly(self.circuit, **self.set_to(playhead))


def assembling(recipe: Recipe) -> Assembling:
    """The circuit of a recipe's network, whole; `vary` makes films of it."""
    made = circuit(recipe)
    settings = {"shown": float(len(made.modules) + 5), "collapsed": 0.0, "lifted": 0.0}
    return Assembling(made, settings=settings, name="shown")
