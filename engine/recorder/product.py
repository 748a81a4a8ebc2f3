"""A classifier that is no module: weights of its own with which a model's forward multiplies."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear
from torch.overrides import TorchFunctionMode

from engine.network.layers import Linear
from engine.recorder.answers import ask
from engine.recorder.chain import changed
from engine.recorder.head import array_of, same_scores, tensors_in

FACTORS = {
    linear: (0, 1),
    torch.matmul: (0, 1),
    torch.mm: (0, 1),
    Tensor.matmul: (0, 1),
    Tensor.__matmul__: (0, 1),
    Tensor.mm: (0, 1),
    torch.addmm: (1, 2),
    Tensor.addmm: (1, 2),
}
"""Functions that multiply a row for each point with weights, and which of their arguments those are."""


class Product(NamedTuple):
    """Scores e W or e Wᵀ, and a bias, of parameters of these names; the embedding is what W is multiplied with."""

    weight: str
    bias: str | None
    columns: bool
    """Whether a class is a column of W."""

    def __call__(self, model: nn.Module, x: Any) -> Tensor:
        """The embedding (N, d) of x, with which the model is called."""
        weight = model.get_parameter(self.weight)
        with _Multiplied([weight]) as seen:
            ask(model, x)
        if not seen.rows:
            raise changed(f"it no longer multiplies with its weights {self.weight!r}")
        return seen.rows[-1][1]

    def weights(self, model: nn.Module, _: Any = None) -> Linear:
        """W (K, d) and b (K,) as they are now."""
        weight = model.get_parameter(self.weight).detach()
        rows = weight.T if self.columns else weight
        bias = model.get_parameter(self.bias).detach().flatten() if self.bias else rows.new_zeros(len(rows))
        return Linear(array_of(rows), array_of(bias))


def product_of(model: nn.Module, x: Any, wanted: set[int]) -> Product | None:
    """The last of a model's own weights that gives as many scores as are `wanted`, and exactly those it returns.

    Called on points x, within a probe. None if there is none: it is tried, not guessed.
    """
    named = dict(model.named_parameters())
    with _Multiplied([p for p in named.values() if p.ndim == 2]) as seen:
        returned = ask(model, x)
    given = [tensor for tensor in tensors_in(returned) if tensor.is_floating_point()]
    for weight, read in reversed(seen.rows):
        name = next(known for known, parameter in named.items() if parameter is weight)
        for columns in (True, False):
            rows = weight.T if columns else weight
            if len(rows) not in wanted or rows.shape[1] != read.shape[1]:
                continue
            scores = read @ rows.T
            biases = [(known, p) for known, p in named.items() if p.numel() == len(rows) and p is not weight]
            for bias, moved in ((None, scores), *((known, scores + p.flatten()) for known, p in biases)):
                if any(same_scores(moved, tensor) for tensor in given):
                    return Product(name, bias, columns)
    return None


class _Multiplied(TorchFunctionMode):
    """Which rows (N, d) each of some weights is multiplied with, in the order of the calls."""

    def __init__(self, weights: list[nn.Parameter]) -> None:
        super().__init__()
        self._weights = {(weight.data_ptr(), weight.numel()): weight for weight in weights}
        self.rows: list[tuple[nn.Parameter, Tensor]] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = func(*args, **(kwargs or {}))
        first, second = FACTORS.get(func, (0, len(args)))
        if len(args) > second:
            read, other = args[first], args[second]
            if isinstance(other, Tensor) and isinstance(read, Tensor) and read.ndim == 2 and read.is_floating_point():
                weight = self._weights.get((other.data_ptr(), other.numel()))  # itself, or the same transposed
                if weight is not None:
                    self.rows.append((weight, read.detach().clone()))
        return output
