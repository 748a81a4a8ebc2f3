"""What bends a network's lines: layers that send each number through one function.

A kind is a class here, and a word in the union at the end. Everything else follows from what the class says of itself:
what recipes and run files call it, what torch trains in its stead and what the Recorder recognises, its gradient, where
lines have their kinks or how finely they are sampled, how unfolding moves it, what stands beside it on the board.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from math import pi, sqrt
from typing import Any, ClassVar, NamedTuple, Protocol, final, get_args

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


class Twin(NamedTuple):
    """A module of torch.nn that computes the same."""

    module: str
    """Its name there."""
    numbers: Mapping[str, str] = {}
    """Which of our numbers are which of its arguments and attributes; all others must have their defaults."""
    settings: Mapping[str, Any] = {}
    """What else it must have been given."""


class Elementwise(Protocol):
    """What a kind of activation says of itself; its dataclass fields are its numbers."""

    name: ClassVar[str]
    """In recipes and run files."""
    title: ClassVar[str]
    """In captions."""
    symbol: ClassVar[str]
    """On the board, where there is little room."""
    twins: ClassVar[tuple[Twin, ...]]
    """What torch calls it; the first that has all its numbers trains in its stead."""
    kinks: ClassVar[tuple[float, ...] | None]
    """The inputs at which it bends, in order, if it is straight between them and has no jumps; None: it is curved."""
    ranges: ClassVar[Mapping[str, tuple[float, float]]] = {}
    """The least and greatest that each of its numbers may be."""

    @abstractmethod
    def __call__(self, x: Array) -> Array:
        """Its values, of the shape and precision of x."""
        raise NotImplementedError

    @abstractmethod
    def derivative(self, x: Array) -> Array:
        """Its derivative; at a kink torch's."""
        raise NotImplementedError

    def __post_init__(self) -> None:
        """Keep the kind's name in the instance: Manim's cache sees its `__dict__` alone, and some have no numbers."""
        object.__setattr__(self, "name", type(self).name)

    @property
    def numbers(self) -> dict[str, float]:
        """Its numbers by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # pyright: ignore[reportArgumentType]

    def __iter__(self) -> Iterator[float]:
        """Its numbers, one after the other, as a linear layer gives its arrays."""
        return iter(self.numbers.values())

    @property
    def unusual(self) -> dict[str, float]:
        """Those of its numbers that are not the usual ones."""
        usual = type(self)().numbers
        return {name: value for name, value in self.numbers.items() if value != usual[name]}

    @property
    def caption(self) -> str:
        """What it is called, with its numbers where they are not the usual ones."""
        return ", ".join([self.title, *(f"{name} {value:g}" for name, value in self.unusual.items())])

    @property
    def amount(self) -> str:
        """The same numbers alone, short enough for a list."""
        return ", ".join(f"{value:g}" for value in self.unusual.values())

    def partly(self, x: Array, t: float) -> Array:
        """On the way from x, at t = 0, to its values, at t = 1: between the diagonal and its own graph."""
        values = self(x)
        return np.where(values == x, x, (1 - t) * x + t * values)

    def pieces(self) -> tuple[Array, Array]:
        """Slopes and offsets (k + 1,) between its k kinks: there it is slope · x + offset."""
        assert self.kinks is not None
        ends = np.array([self.kinks[0] - 2, *self.kinks, self.kinks[-1] + 2]) if self.kinks else np.array([-1.0, 1.0])
        middles = (ends[:-1] + ends[1:]) / 2
        slopes = self.derivative(middles)
        return slopes, self(middles) - slopes * middles

    def misfit(self) -> str:
        """What is wrong with its numbers, as the end of a sentence; empty if nothing is."""
        for name, value in self.numbers.items():
            low, high = self.ranges[name]
            if type(value) not in (int, float) or not low <= value <= high:
                return f"{name} is {str(value)[:40]}; it must be from {low:g} to {high:g}"
        return ""


@final
@dataclass(frozen=True)
class PositivePart(Elementwise):
    """(x)⁺, leaky where `slope` is not 0: x ↦ max(x, 0) + slope · min(x, 0)."""

    slope: float = 0.0

    name = "positive_part"
    title = "positive part"
    symbol = "(·)⁺"
    twins = (Twin("ReLU"), Twin("LeakyReLU", {"slope": "negative_slope"}))
    kinks = (0.0,)
    ranges: ClassVar = {"slope": (0.0, 1.0)}

    def __call__(self, x: Array) -> Array:  # noqa: D102
        return np.maximum(x, self.slope * x) if 0 <= self.slope <= 1 else np.where(x > 0, x, self.slope * x)

    def derivative(self, x: Array) -> Array:  # noqa: D102
        return np.where(x > 0, x.dtype.type(1), x.dtype.type(self.slope))

    @property
    def caption(self) -> str:
        """Which slope it has, if it is leaky."""
        return f"{self.title}, slope {self.slope:g} below 0" if self.slope else self.title

    @property
    def amount(self) -> str:
        """The slope."""
        return f"{self.slope:g}"


@final
@dataclass(frozen=True)
class Tanh(Elementwise):
    """x ↦ tanh x."""

    name = title = symbol = "tanh"
    twins = (Twin("Tanh"),)
    kinks = None

    def __call__(self, x: Array) -> Array:  # noqa: D102
        return np.tanh(x)

    def derivative(self, x: Array) -> Array:  # noqa: D102
        return 1 - np.tanh(x) ** 2


@final
@dataclass(frozen=True)
class Sigmoid(Elementwise):
    """x ↦ 1 / (1 + exp(−x))."""

    name = title = "sigmoid"
    symbol = "σ(·)"
    twins = (Twin("Sigmoid"),)
    kinks = None

    def __call__(self, x: Array) -> Array:  # noqa: D102
        return _sigmoid(x)

    def derivative(self, x: Array) -> Array:  # noqa: D102
        return _sigmoid(x) * _sigmoid(-x)


@final
@dataclass(frozen=True)
class Gelu(Elementwise):
    """x ↦ x Φ(x), Φ being the normal distribution's cumulative function (Hendrycks and Gimpel 2016)."""

    name = "gelu"
    title = symbol = "GELU"
    twins = (Twin("GELU", settings={"approximate": "none"}),)
    kinks = None

    def __call__(self, x: Array) -> Array:  # noqa: D102
        from scipy.special import ndtr  # a tenth of a second, which networks of positive parts need not wait

        return x * ndtr(x)

    def derivative(self, x: Array) -> Array:  # noqa: D102
        from scipy.special import ndtr

        z = np.clip(x, -40, 40)  # beyond, the density is 0, and x² may overflow
        return ndtr(x) + z * np.exp(-(z**2) / 2) / sqrt(2 * pi)


@final
@dataclass(frozen=True)
class GeluTanh(Elementwise):
    """GELU by way of tanh: x ↦ x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))."""

    name = "gelu_tanh"
    title = "GELU (tanh)"
    symbol = "GELU"
    twins = (Twin("GELU", settings={"approximate": "tanh"}),)
    kinks = None

    def __call__(self, x: Array) -> Array:  # noqa: D102
        return x / 2 * (1 + self._tanh(np.clip(x, -40, 40)))

    def derivative(self, x: Array) -> Array:  # noqa: D102
        z = np.clip(x, -40, 40)  # beyond, tanh is ± 1, and x³ may overflow
        t = self._tanh(z)
        return (1 + t) / 2 + z / 2 * (1 - t**2) * sqrt(2 / pi) * (1 + 3 * 0.044715 * z**2)

    def _tanh(self, z: Array) -> Array:
        return np.tanh(sqrt(2 / pi) * (z + 0.044715 * z**3))


@final
@dataclass(frozen=True)
class Silu(Elementwise):
    """x ↦ x / (1 + exp(−x)), also called swish."""

    name = "silu"
    title = symbol = "SiLU"
    twins = (Twin("SiLU"),)
    kinks = None

    def __call__(self, x: Array) -> Array:  # noqa: D102
        return x * _sigmoid(x)

    def derivative(self, x: Array) -> Array:  # noqa: D102
        return _sigmoid(x) * (1 + x * _sigmoid(-x))


@final
@dataclass(frozen=True)
class Elu(Elementwise):
    """x ↦ x above 0, α (exp(x) − 1) below; a kink at 0 unless α is 1."""

    alpha: float = 1.0

    name = "elu"
    title = symbol = "ELU"
    twins = (Twin("ELU", {"alpha": "alpha"}),)
    kinks = None
    ranges: ClassVar = {"alpha": (0.0, 1e6)}

    def __call__(self, x: Array) -> Array:  # noqa: D102
        return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0)))

    def derivative(self, x: Array) -> Array:  # noqa: D102
        return np.where(x > 0, x.dtype.type(1), self.alpha * np.exp(np.minimum(x, 0)))


@final
@dataclass(frozen=True)
class Softplus(Elementwise):
    """x ↦ log(1 + exp(β x)) / β; where β x is above `threshold` it is x, as in torch."""

    beta: float = 1.0
    threshold: float = 20.0

    name = title = symbol = "softplus"
    twins = (Twin("Softplus", {"beta": "beta", "threshold": "threshold"}),)
    kinks = None
    ranges: ClassVar = {"beta": (1e-6, 1e6), "threshold": (10.0, 1e6)}  # a lower one makes a jump that is seen

    def __call__(self, x: Array) -> Array:  # noqa: D102
        z = self.beta * x
        return np.where(z > self.threshold, x, np.logaddexp(0, z) / self.beta)

    def derivative(self, x: Array) -> Array:  # noqa: D102
        z = self.beta * x
        return np.where(z > self.threshold, x.dtype.type(1), _sigmoid(z))


def _sigmoid(x: Array) -> Array:
    from scipy.special import expit  # a tenth of a second, which networks of positive parts need not wait

    return expit(x)


Activation = PositivePart | Tanh | Sigmoid | Gelu | GeluTanh | Silu | Elu | Softplus
"""Every kind there is."""

KINDS: Mapping[str, type[Activation]] = {kind().name: kind for kind in get_args(Activation)}
"""The kinds by name. A kind that lacks something cannot be made, and this line names what it lacks."""
