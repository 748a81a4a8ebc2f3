"""A network in the plane, taken apart into moves the eye can follow: rotate, reflect, scale, shift, fold."""

import math
from collections.abc import Iterator
from typing import Literal, NamedTuple, assert_never, cast

import numpy as np

from engine.errors import UnspiralError, unknown
from engine.network.activations import KINDS, Activation
from engine.network.layers import Array, Linear, Network
from engine.numbers import decimal, factor

Reflections = Literal["lecture", "reduced"]
Move = Literal["rotate", "reflect", "scale", "shift"]

_BENDS = {kind.title: kind for kind in KINDS.values()}

_FLAT = 1e-9
"""A singular value below this share of the larger one is no factor to grow by: the plane falls onto a line."""
_ROUNDING = 1e-14
"""Below this share of the larger part, a part of a matrix is rounding."""


class Step(NamedTuple):
    """One move of the plane: `step(x, 0)` is x, `step(x, 1)` is done, in between it moves along its own geometry."""

    name: str
    """Of a linear layer's moves rotate, reflect, scale or shift; else the activation's title: positive part, tanh …"""
    layer: int
    """The layer it belongs to, as its place in the network."""
    numbers: tuple[float, ...]
    """rotate: angle in radians, anti-clockwise; reflect: the coordinate that changes its sign, 0 or 1; scale: the two
    singular values, along the horizontal and the vertical; shift: the bias; an activation: its own, such as the
    positive part's slope below 0."""

    @property
    def activation(self) -> Activation | None:
        """What bends the plane in this step; None in a linear layer's moves."""
        return _BENDS[self.name](*self.numbers) if self.name in _BENDS else None

    def __call__(self, x: Array, t: float) -> Array:
        """Points x (N, 2) when the share t of the move is done, 0 ≤ t ≤ 1."""
        if t == 0:
            return x
        if (bend := self.activation) is not None:
            return bend.partly(x, t)
        match move := cast(Move, self.name):
            case "rotate":
                angle = t * self.numbers[0]
                cos, sin = math.cos(angle), math.sin(angle)
                return np.stack([cos * x[..., 0] - sin * x[..., 1], sin * x[..., 0] + cos * x[..., 1]], -1)
            case "reflect":
                factors = np.ones(2)
                factors[int(self.numbers[0])] = 1 - 2 * t  # through zero, where the plane is seen from its edge
                return x * factors
            case "scale":
                return x * np.array([_grown(value, max(self.numbers), t) for value in self.numbers])
            case "shift":
                return x + t * np.array(self.numbers)
            case _:
                assert_never(move)

    @property
    def amount(self) -> str:
        """The move's numbers alone, short enough for a list."""
        if (bend := self.activation) is not None:
            return bend.amount
        match move := cast(Move, self.name):
            case "rotate":
                return f"{decimal(math.degrees(self.numbers[0]), 0)}°"
            case "reflect":
                return "↔" if self.numbers[0] == 0 else "↕"
            case "scale":
                return ", ".join(map(factor, self.numbers))
            case "shift":
                return ", ".join(map(decimal, self.numbers))
            case _:
                assert_never(move)

    @property
    def caption(self) -> str:
        """What the move does, with its numbers, as it stands on the screen."""
        if (bend := self.activation) is not None:
            return bend.caption
        match move := cast(Move, self.name):
            case "rotate":
                return f"rotate by {decimal(math.degrees(self.numbers[0]), 0)}°"
            case "reflect":
                return f"reflect: {'left ↔ right' if self.numbers[0] == 0 else 'up ↔ down'}"
            case "scale":
                return f"scale by {factor(self.numbers[0])} and {factor(self.numbers[1])}"
            case "shift":
                return f"shift by ({decimal(self.numbers[0])}, {decimal(self.numbers[1])})"
            case _:
                assert_never(move)


def steps(network: Network, reflections: Reflections = "reduced") -> tuple[Step, ...]:
    """The feature extractor of a network in the plane, move by move; composed they are its embedding.

    A linear layer becomes rotate, (reflect,) scale, rotate, (reflect,) shift: its singular value decomposition, with
    the least turning of all that there are. `reflections` "reduced" reflects once where the determinant is negative;
    "lecture" also reflects twice where it is positive, as the lecture shows it (segment 13). UnspiralError names the
    first layer that is not 2 × 2.
    """
    if reflections not in ("lecture", "reduced"):
        raise unknown("reflections", reflections, ("lecture", "reduced"))
    moves: list[Step] = []
    for number, layer in enumerate(network[:-1]):
        if not isinstance(layer, Linear):
            moves.append(Step(layer.title, number, tuple(float(value) for value in layer.numbers.values())))
            continue
        weight, bias = layer
        if weight.shape != (2, 2):
            raise UnspiralError(
                f"layer {number} is {weight.shape[0]} × {weight.shape[1]}; unfolding needs 2 × 2 layers: "
                "use a recipe with hidden=(2, 2, 2, 2), such as THREE_SPIRALS_NARROW"
            )
        moves += [Step(name, number, numbers) for name, numbers in _taken_apart(weight, reflections)]
        moves.append(Step("shift", number, (float(bias[0]), float(bias[1]))))
    return tuple(moves)


def moved(moves: tuple[Step, ...], x: Array, playhead: float) -> Array:
    """Points x (N, 2) after `playhead` moves: the whole ones before it, then the broken part of the next."""
    whole = min(int(playhead), len(moves))
    for step in moves[:whole]:
        x = step(x, 1)
    return moves[whole](x, playhead - whole) if whole < len(moves) else x


def _taken_apart(weight: Array, reflections: Reflections) -> list[tuple[Move, tuple[float, ...]]]:
    """The moves of x ↦ weight x, the ones with the least turning among its decompositions."""

    def turning(moves: list[tuple[Move, tuple[float, ...]]]) -> float:
        return round(sum(abs(numbers[0]) for name, numbers in moves if name == "rotate"), 9)

    return min(_decompositions(weight, reflections), key=turning)


def _decompositions(weight: Array, reflections: Reflections) -> Iterator[list[tuple[Move, tuple[float, ...]]]]:
    """Every way to make `weight` of rotate, (reflect,) scale, rotate, (reflect)."""
    (a, b), (c, d) = weight.astype(float).tolist()
    # weight is a turn by `turn` stretched by `even`, plus a mirror image turned by `mirror` and stretched by `odd`
    even, odd = math.hypot(a + d, c - b) / 2, math.hypot(a - d, c + b) / 2
    turn, mirror = math.atan2(c - b, a + d), math.atan2(c + b, a - d)
    if min(even, odd) < _ROUNDING * max(even, odd):  # no direction is special: turn once
        turn = mirror = turn if even > odd else mirror
    before, after = (turn - mirror) / 2, (turn + mirror) / 2  # weight = R(after) diag(large, small) R(before)
    large, small = even + odd, even - odd
    if abs(small) < _ROUNDING * large:
        small = 0.0
    for quarter in range(4):  # a quarter turn more before, one less after: the singular values change places
        inner = before + quarter * math.pi / 2
        outer = after - quarter * math.pi / 2
        values = (large, abs(small)) if quarter % 2 == 0 else (abs(small), large)
        for axis in (0, 1):
            if small < 0:
                half = 0.0 if (axis == 0) == (quarter % 2 == 1) else math.pi  # the other axis: half a turn more
                yield [_turn(inner), ("reflect", (axis,)), ("scale", values), _turn(outer + half)]
            elif reflections == "lecture":  # mirrored before and after: the turn between runs the other way
                for second in (0, 1):
                    half = 0.0 if axis == second else math.pi
                    mirrored = _turn(half - outer)
                    yield [_turn(inner), ("reflect", (axis,)), ("scale", values), mirrored, ("reflect", (second,))]
            else:
                yield [_turn(inner), ("scale", values), _turn(outer)]


def _turn(angle: float) -> tuple[Move, tuple[float, ...]]:
    """A rotation the short way round."""
    return "rotate", (math.remainder(angle, 2 * math.pi),)


def _grown(value: float, largest: float, t: float) -> float:
    """1 at t = 0, `value` at t = 1, growing by equal factors in equal times; straight down to (nearly) zero."""
    return value**t if value > _FLAT * largest else (1 - t) + t * value
