"""TorchScript, which cannot be looked into: the chain of layers that gives the same, if one does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import UnspiralError
from engine.network.activations import KINDS, Activation, PositivePart
from engine.recorder.calm import calmly
from engine.recorder.chain import POINTS, SCALES
from engine.recorder.head import tensors_in
from engine.recorder.twins import twin

SLOPES = (0.01, 0.1, 0.2, 0.3)
"""Of leaky positive parts that are tried besides."""
RELATIVE = 1e-5
DEEPEST = 6
"""Linear layers of which every choice of bends is tried."""


def looked_into(model: nn.Module) -> nn.Sequential:
    """Layers of the very parameters of a TorchScript model, which give what it gives. UnspiralError if none do.

    Never by guess: on random points of three sizes, scores or their probabilities agree to `RELATIVE`.
    """
    named = [part for part in model.modules() if getattr(part, "original_name", "") == "Linear"]
    linear = [_layer(part) for part in named]
    own = {parameter.data_ptr() for parameter in model.parameters()}
    used = {parameter.data_ptr() for layer in linear for parameter in layer.parameters()}
    if own == used and 0 < len(linear) <= DEEPEST:
        random = torch.Generator().manual_seed(0)
        x = torch.randn(POINTS, linear[0].in_features, generator=random, dtype=torch.float64).to(linear[0].weight)
        try:
            points = [scale * x for scale in SCALES]
            with _of_random_weights(linear):
                given = _evaluated(model, points)
                for chain in _chains(linear):
                    if all(any(_same(chain(p), t) for t in tensors_in(g)) for p, g in zip(points, given)):
                        return chain
        except RuntimeError:  # layers that do not follow one another, or points of another shape
            pass
    raise UnspiralError(
        "the model is TorchScript, which cannot be looked into, and no chain of its Linear layers gives what it gives; "
        "give the module it was made from: its parameters are the same"
    )


@contextmanager
def _of_random_weights(linear: Sequence[nn.Linear]) -> Iterator[None]:
    """Weights of both signs, which bend somewhere whatever bends; those that were there come back bit for bit."""
    random = torch.Generator().manual_seed(1)
    own = [parameter.data for layer in linear for parameter in layer.parameters()]
    before = [data.clone() for data in own]
    try:
        for data in own:
            data.copy_(torch.randn(data.shape, generator=random, dtype=torch.float64) / max(1, data.shape[-1]) ** 0.5)
        yield
    finally:
        for data, kept in zip(own, before):
            data.copy_(kept)


def _evaluated(model: nn.Module, points: Sequence[Tensor]) -> list[Any]:
    """What the model gives in eval mode; its mode is as it was afterwards."""
    modes = [(module, module.training) for module in model.modules()]
    with calmly():
        try:
            return [model.eval()(some) for some in points]
        finally:
            for module, training in modes:  # a module before those within it
                module.train(training)


def _same(scores: Tensor, given: Tensor) -> bool:
    """Whether these are scores, log-probabilities, probabilities or chances, in this shape."""
    if given.shape != scores.shape:
        return False
    scores, given = scores.detach(), given.detach()
    ways = scores, scores.log_softmax(-1), scores.softmax(-1), scores.sigmoid()
    return any(torch.allclose(way, given, rtol=RELATIVE, atol=RELATIVE * float(way.abs().max()) / 10) for way in ways)


def _chains(linear: Sequence[nn.Linear]) -> Iterator[nn.Sequential]:
    """The layers with one activation, in all or some of the gaps between them; in all first."""
    bends: list[Activation] = [*(kind() for kind in KINDS.values()), *map(PositivePart, SLOPES)]
    gaps = sorted(product((True, False), repeat=len(linear) - 1), key=lambda chosen: -sum(chosen))
    for chosen, bend in product(gaps, bends):
        parts = [part for layer, bent in zip(linear, chosen) for part in (layer, *([twin(bend)] if bent else []))]
        yield nn.Sequential(*parts, linear[-1])


def _layer(part: Any) -> nn.Linear:
    rows, columns = part.weight.shape
    layer = nn.Linear(columns, rows, bias=part.bias is not None, device="meta")
    layer.weight = part.weight
    if part.bias is not None:
        layer.bias = part.bias
    return layer
