"""A model that is a chain of layers, recorded by its weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call

from engine.errors import UnspiralError
from engine.network.layers import Linear, Network, PositivePart, Tanh, logits
from engine.recorder.probe import undisturbed
from engine.runs.run_file import layer_arrays


class Weights:
    """What is recorded of a chain of known layers: its weights, gathered at once, for a snapshot is to cost little."""

    constants: Mapping[str, NDArray] = {}

    def __init__(self, model: nn.Module, called: Sequence[nn.Module]) -> None:
        self.network = _layers(called)
        self.row = layer_arrays(self.network)
        width = np.result_type(*self.row.values())
        self.row = {name: array.astype(width) for name, array in self.row.items()}
        self._linear = [module for module in called if isinstance(module, nn.Linear)]
        self._shapes = [(module.weight.shape, module.out_features) for module in self._linear]
        self._registered = [
            (parent, name, module)
            for parent in model.modules()
            for name, module in parent.named_children()
            if module in called
        ]
        self._flat: list[NDArray] = []
        self._parameters: list[Tensor] = []
        self._places: list[int] = []
        self._owned: list[tuple[dict[str, Any], str]] = []
        self._ids: list[int] = []

    def values(self) -> list[NDArray]:
        """All numbers of the row, one after another."""
        if (
            self._flat
            and self._ids == [id(owner.get(name)) for owner, name in self._owned]
            and self._places == [parameter.data_ptr() for parameter in self._parameters]
        ):
            return [np.concatenate(self._flat)]  # the same memory as last time: no call of torch, a tenth of the time
        return self._gathered()

    def _gathered(self) -> list[NDArray]:
        """The row's numbers, from parameters that may be anywhere and of any kind."""
        for parent, name, module in self._registered:
            if parent._modules.get(name) is not module:
                raise other_model(f"its module {name!r} is another one now")
        parts: list[Tensor] = []
        with torch.no_grad():
            for module, (shape, width) in zip(self._linear, self._shapes):
                weight, bias = module.weight, module.bias
                if weight.shape != shape or (bias is not None and bias.shape != (width,)):
                    raise other_model(f"a weight of shape {tuple(shape)} has {tuple(weight.shape)} now")
                parts += [weight.reshape(-1), weight.new_zeros(width) if bias is None else bias]
            values = array_of(torch.cat(parts))
        plain = all(p.device.type == "cpu" and _plain(p.dtype) and p.is_contiguous() for p in parts)
        owned = [(m._parameters, name) for m in self._linear for name, p in m._parameters.items() if p is not None]
        self._flat = []
        if plain and len(owned) == len(parts):
            self._parameters = [p for owner, name in owned if (p := owner[name]) is not None]
            self._flat = [parameter.detach().reshape(-1).numpy() for parameter in self._parameters]
            self._places = [parameter.data_ptr() for parameter in self._parameters]
            self._owned = [*owned, *((parent._modules, name) for parent, name, _ in self._registered)]
            self._ids = [id(owner.get(name)) for owner, name in self._owned]
        return [values]


def other_model(what: str) -> UnspiralError:
    """The error that says what has changed about the model since the recording began."""
    return UnspiralError(f"the model is not what it was when the recording began: {what}; make another Recorder for it")


def is_chain(model: nn.Module, called: Sequence[nn.Module], x: Tensor) -> bool:
    """Whether the model does nothing but send x through the modules `called`, and films know them all."""
    kinds = (nn.Linear, nn.ReLU, nn.LeakyReLU, nn.Tanh, nn.Dropout, nn.Identity, nn.Flatten)
    slopes = [module.negative_slope for module in called if isinstance(module, nn.LeakyReLU)]
    if not all(type(module) in kinds for module in called) or not all(0 <= slope <= 1 for slope in slopes):
        return False
    random_ = torch.Generator().manual_seed(0)
    weights = {  # others than its own, lest a branch that starts at zero goes unnoticed
        name: torch.randn(p.shape, generator=random_, dtype=torch.float64) / max(1, p.shape[-1]) ** 0.5
        for name, p in model.named_parameters()
    }
    some = torch.randn((32, *x.shape[1:]), generator=random_, dtype=torch.float64)
    with undisturbed(model, torch.device("cpu")):
        try:
            scores = functional_call(model, weights, (some,)).numpy()
            network = functional_call(_Layers(model, called), {f"model.{n}": w for n, w in weights.items()}, ())
            return np.allclose(logits(network, some.flatten(1).numpy()), scores, atol=1e-9)
        except Exception:  # whatever somebody's forward does with them: then it is no chain
            return False


class _Layers(nn.Module):
    """Gives modules as layers of films, with whatever weights it is called with."""

    def __init__(self, model: nn.Module, called: Sequence[nn.Module]) -> None:
        super().__init__()
        self.model = model
        self.called = tuple(called)

    def forward(self) -> Network:
        return _layers(self.called)


def _layers(modules: Sequence[nn.Module]) -> Network:
    return tuple(layer for layer in map(_layer, modules) if layer is not None)


def _layer(module: nn.Module) -> Linear | PositivePart | Tanh | None:
    """A module as a layer of films; None for one that does nothing in eval mode."""
    match module:
        case nn.Linear():
            return as_linear(module)
        case nn.ReLU():
            return PositivePart()
        case nn.LeakyReLU():
            return PositivePart(float(module.negative_slope))
        case nn.Tanh():
            return Tanh()
    return None


def as_linear(module: nn.Linear) -> Linear:
    """A torch layer as a film's; a missing bias is zeros."""
    weight = array_of(module.weight)
    return Linear(weight, np.zeros_like(weight[:, 0]) if module.bias is None else array_of(module.bias))


def array_of(parameter: Tensor) -> NDArray:
    """The parameter as an array of float32 or float64; it shares memory where that can be."""
    value = parameter.detach().cpu()
    return (value if _plain(value.dtype) else value.float()).numpy()


def _plain(dtype: torch.dtype) -> bool:
    return dtype in (torch.float32, torch.float64)
