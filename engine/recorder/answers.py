"""A classifier that is no module and no product: distances to prototypes, sums, whatever is linear in its effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad
from torch.overrides import TorchFunctionMode

from engine.network.layers import Linear
from engine.recorder.chain import changed
from engine.recorder.head import array_of, close, tensors_in

SCALES = (0.5, 1.0, 2.0)
"""Sizes of the random embeddings on which an answer is tried, in those of the model's own."""
WIDEST = 512
"""Numbers of an embedding up to which it is tried: as many answers are asked for as it has."""
INPUT = -1
"""The place of the embedding where it is what the model is given."""


class Answers(NamedTuple):
    """Scores that are W e + b and something that all classes share; e is what one step of the model's forward gives.

    Found by putting other embeddings in its place, and seeing what the model returns for them.
    """

    place: int
    step: str
    """The name of the function that gives it."""
    given: int
    """Which of the tensors that the model returns tells its scores."""
    how: Callable[[Tensor], Tensor]
    """They follow from it so."""
    whole: bool = False
    """Whether what all share is linear, too, but for a multiple of |e|²: then W and b have it."""

    def __call__(self, model: nn.Module, x: Any) -> Tensor:
        """The embedding (N, d) of x, with which the model is called."""
        with _Steps() as seen:
            ask(model, x)
        return self._embedding(x, seen.gave)

    def weights(self, model: nn.Module, x: Any) -> Linear:
        """W (K, d) and b (K,) as they are now: 2 w and -|w|² of prototypes w; where not `whole`, with a mean of 0."""
        with _Steps() as seen:
            returned = ask(model, x)
        e = self._embedding(x, seen.gave)
        weight, bias = self._linear(model, x, e)
        if not close(e @ weight.T + bias, self._scores(returned)):
            raise changed("its scores are no longer linear in its embedding")
        if self.whole:
            slope, shared, _ = self._shared(model, x, e)
            weight, bias = weight + slope, bias + shared
        return Linear(array_of(weight), array_of(bias))

    def is_whole(self, model: nn.Module, x: Any, e: Tensor) -> bool:
        """Whether what all classes share is m · e + c + q |e|²."""
        slope, shared, square = self._shared(model, x, e)
        made = e @ slope + shared + square * (e * e).sum(1)
        return close(made, self.how(self._answers(model, x, e)).mean(1))

    def holds(self, model: nn.Module, x: Any, e: Tensor) -> bool:
        """Whether it is so for embeddings that the model never gave; not where e is the scores themselves."""
        weight, bias = self._linear(model, x, e)
        classes = len(weight)
        if weight.shape == (classes, classes):
            same = torch.eye(classes).to(weight) - 1 / classes
            if close(weight, weight.trace() / (classes - 1) * same):
                return False
        steps = weight.diff(dim=0)
        if self.how in ORDERED and not close(steps, steps[:1].expand_as(steps)):
            return False  # thresholds lie along one direction
        random = torch.Generator().manual_seed(0)
        for scale in SCALES:
            other = torch.randn(e.shape, generator=random, dtype=torch.float64).to(e) * scale * _size(e)
            if not close(other @ weight.T + bias, self._of(model, x, other)):
                return False
        return True

    def tells_all(self, model: nn.Module, x: Any, e: Tensor) -> bool:
        """Whether what the model returns depends on x through e alone: what all classes share, too."""
        given = self._answers(model, x, e[:1].expand_as(e).contiguous())
        return close(given, given[:1].expand_as(given))

    def _linear(self, model: nn.Module, x: Any, e: Tensor) -> tuple[Tensor, Tensor]:
        """W and b but for what all share, from what the model returns for unit vectors."""
        scores = self._at_units(model, x, e, 1)
        scores = scores - scores.mean(1, keepdim=True)
        return (scores[1:] - scores[:1]).T.contiguous() / _size(e), scores[0]

    def _shared(self, model: nn.Module, x: Any, e: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The m (d,), c and q of what all classes share, from what the model returns on both sides of 0."""
        there, back = (self._at_units(model, x, e, sign).mean(1) for sign in (1, -1))
        square = ((there + back)[1:] / 2 - there[0]).mean() / _size(e) ** 2
        return (there - back)[1:] / (2 * _size(e)), there[0], square

    def _at_units(self, model: nn.Module, x: Any, e: Tensor, sign: int) -> Tensor:
        """Scores (d + 1, K) at 0 and where one number of the embedding is as large as e is."""
        (rows, width), size = e.shape, sign * _size(e)
        units = torch.cat(
            [e.new_zeros(1, width), size * torch.eye(width).to(e), e.new_zeros(-(width + 1) % rows, width)]
        )
        return torch.cat([self.how(self._answers(model, x, some)) for some in units.split(rows)])[: width + 1]

    def _of(self, model: nn.Module, x: Any, e: Tensor) -> Tensor:
        """The scores where e (N, d) stands for the embedding."""
        return self._centred(self._answers(model, x, e))

    def _answers(self, model: nn.Module, x: Any, e: Tensor) -> Tensor:
        if self.place == INPUT:
            return _floats(ask(model, e))[self.given].detach()
        with _Steps(self.place, e):
            return _floats(ask(model, x))[self.given].detach()

    def _scores(self, returned: Any) -> Tensor:
        return self._centred(_floats(returned)[self.given].detach())

    def _centred(self, given: Tensor) -> Tensor:
        scores = self.how(given)
        return scores - scores.mean(1, keepdim=True)

    def _embedding(self, x: Any, gave: list[tuple[str, Tensor]]) -> Tensor:
        if self.place == INPUT:
            return x
        if len(gave) <= self.place or gave[self.place][0] != self.step:
            raise changed(f"its {self.step}, which gave the embedding, is not where it was")
        return gave[self.place][1]


def answers_of(model: nn.Module, x: Any, wanted: set[int], ordered: bool = False) -> Answers | None:
    """How the scores of a model follow from an embedding; None if from none.

    The narrowest, and of those as narrow the last from which all that the model returns follows, else the last. Called
    on points x, within a probe. Tried, not guessed: `Answers.holds`. `ordered`: the model returns how far points are
    beyond each threshold, of which there is one less than classes.
    """
    with _Steps() as seen:
        returned = ask(model, x)
    steps = [(number, step, e) for number, (step, e) in enumerate(seen.gave)]
    if isinstance(x, Tensor) and x.ndim == 2 and x.is_floating_point():
        steps.insert(0, (INPUT, "", x))
    for number, given in enumerate(_floats(returned)):
        classes = given.shape[1] + ordered if given.ndim == 2 else 0
        if classes not in wanted or classes < 2 + ordered or not bool(given.isfinite().all()):
            continue
        fitting = [step for step in steps if len(step[2]) == len(given) and 0 < step[2].shape[1] <= WIDEST]
        narrow: list[tuple[Answers, Tensor]] = []
        for place, step, e in sorted(fitting, key=lambda one: (one[2].shape[1], -one[0])):
            if narrow and e.shape[1] > narrow[0][1].shape[1]:
                break
            ways = (Answers(place, step, number, how) for how in ([_between(given)] if ordered else _ways(given)))
            found = next((way for way in ways if _may_be(e, way._scores(returned)) and way.holds(model, x, e)), None)
            narrow += [(found, e)] if found is not None else []
            if found is not None and found.tells_all(model, x, e):
                return found._replace(whole=found.is_whole(model, x, e))
        if narrow:
            found, e = narrow[0]
            return found._replace(whole=found.is_whole(model, x, e))
    return None


def ask(model: nn.Module, x: Any) -> Any:
    """What a model gives for all that it takes: one thing, several in order, or by name."""
    return model(**x) if isinstance(x, Mapping) else model(*x) if isinstance(x, tuple) else model(x)


def _ways(given: Tensor) -> list[Callable[[Tensor], Tensor]]:
    """How scores may follow from what a model returns, the likeliest first."""
    if bool((given >= 0).all()):
        if close(given.sum(1), torch.ones_like(given[:, 0])):
            return [torch.log]
        return [nearest, nearest_by_square, as_it_is]
    return [as_it_is, nearest_by_square] if bool((given <= 0).all()) else [as_it_is]


def as_it_is(given: Tensor) -> Tensor:
    """Scores, their log_softmax, or squared distances below 0."""
    return given


def nearest(given: Tensor) -> Tensor:
    """Squared distances, of which the smallest is the answer: none may be below 0."""
    return torch.where(given >= 0, -given, torch.nan)


def nearest_by_square(given: Tensor) -> Tensor:
    """Distances, or these below 0: their squares have the same answer, and are linear but for what all share."""
    return -given * given


def between(given: Tensor) -> Tensor:
    """How far points are beyond thresholds: where these rise, the highest sum is that of the last one passed."""
    return pad(given.cumsum(1), (1, 0))


def between_by_chance(given: Tensor) -> Tensor:
    """Probabilities to be beyond thresholds."""
    return between(torch.logit(given))


ORDERED = (between, between_by_chance)


def _between(given: Tensor) -> Callable[[Tensor], Tensor]:
    return between_by_chance if bool(((given > 0) & (given < 1)).all()) else between


def _may_be(e: Tensor, scores: Tensor) -> bool:
    """Whether scores are linear in e where the model is; cheap, and most steps are not."""
    if len(e) < e.shape[1] + 2:
        return True
    known, told = torch.cat([e, torch.ones_like(e[:, :1])], 1).double().cpu(), scores.double().cpu()
    fitted = known @ torch.from_numpy(np.linalg.lstsq(known.numpy(), told.numpy(), rcond=None)[0])
    return close(fitted, told)


def _size(e: Tensor) -> float:
    return float(e.abs().mean()) or 1.0


def _floats(returned: Any) -> list[Tensor]:
    return [tensor for tensor in tensors_in(returned) if tensor.is_floating_point()]


class _Steps(TorchFunctionMode):
    """The matrices that a model's forward makes, in order; `e` stands in the place of one of them."""

    def __init__(self, place: int | None = None, e: Tensor | None = None) -> None:
        super().__init__()
        self._place, self._e = place, e
        self.gave: list[tuple[str, Tensor]] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = func(*args, **(kwargs or {}))
        if isinstance(output, Tensor) and output.ndim == 2 and output.is_floating_point():
            number = len(self.gave)
            self.gave.append((getattr(func, "__name__", "step"), output.detach().clone()))
            if number == self._place and self._e is not None:
                return self._e.to(output)
        return output
