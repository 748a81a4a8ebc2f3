"""A model whose embedding and scores are a chain of layers that films know: recorded by its weights, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call

from engine.errors import UnspiralError
from engine.network.activations import KINDS, Activation, PositivePart
from engine.network.layers import Layer, Linear, Network, exact, forward
from engine.recorder.calm import undisturbed
from engine.recorder.head import Head
from engine.recorder.inputs import Inputs
from engine.recorder.probe import Probe
from engine.recorder.twins import activation_of, twin
from engine.runs.run_file import layer_arrays

POINTS, SCALES = 64, (1e-2, 1.0, 1e2)
"""Random points on which a model is tried, and their sizes: what is bounded or bent far out shows there."""

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""How closely, in float64, what a layer reads must be what the layer before it gave, bent or not."""

_CHANGED = "the model is not what it was when the recording began: {}; make another Recorder for it"


def changed(what: str) -> UnspiralError:
    """What is said of a model that no longer fits its recording."""
    return UnspiralError(_CHANGED.format(what))


def chain_of(model: nn.Module, called: Sequence[nn.Module], inputs: Inputs) -> list[nn.Linear | Layer] | None:
    """Linear modules and what bends between them, if they are all that the last of `called` reads; else None.

    Never by guess: with random weights, twice, what each layer reads is compared in float64 with what the layer before
    gave, as it is or bent by one of the functions that films know. Hooks may rewrite weights: with any, it is no chain.
    """
    x = inputs.alone
    linear = [module for module in called if isinstance(module, nn.Linear)]
    if x is None or not x.is_floating_point() or len(set(linear)) < len(linear) or not all(map(_plain, linear)):
        return None
    if any(module._forward_hooks or module._forward_pre_hooks for module in model.modules()):
        return None
    try:
        first, second = (_tried(model, linear, x, seed) for seed in (0, 1))
    except Exception:  # whatever somebody's forward does with weights of another width: then it is no chain
        return None
    return first if first == second else None  # a slope that is learned differs


def _plain(module: nn.Module) -> bool:
    return type(module).forward is nn.Linear.forward and isinstance(module._parameters.get("weight"), nn.Parameter)


def _tried(model: nn.Module, linear: Sequence[nn.Linear], x: Tensor, seed: int) -> list[nn.Linear | Layer] | None:
    """The chain that the model is with random weights; None if it is none."""
    random = torch.Generator().manual_seed(seed)
    weights = {
        name: torch.randn(t.shape, generator=random, dtype=torch.float64) / max(1, t.shape[-1] if t.ndim else 1) ** 0.5
        for name, t in (*model.named_parameters(), *model.named_buffers())
        if t.is_floating_point()
    }
    some = torch.randn((POINTS, *x.shape[1:]), generator=random, dtype=torch.float64)
    some = torch.cat([some * scale for scale in SCALES])
    read, gave = {}, {}

    def keep(module: nn.Linear, given: tuple[Tensor, ...], output: Tensor) -> None:
        if module in read:
            raise RuntimeError("called twice")
        own = weights[names[module]]
        if not torch.equal(module.weight, own):
            raise RuntimeError("forward changes its weights")
        read[module], gave[module] = given[0].clone(), output.clone()

    names = {module: f"{name}.weight" if name else "weight" for name, module in model.named_modules()}
    kept = {name: weight.clone() for name, weight in weights.items()}
    with undisturbed(model, torch.device("cpu")):
        handles = [module.register_forward_hook(keep) for module in linear]
        try:
            functional_call(model, kept, (some,))
        finally:
            for handle in handles:
                handle.remove()
    built = {activation_of(module) for module in model.modules()} - {None}
    likely = tuple(dict.fromkeys([*filter(None, built), *(kind() for kind in KINDS.values())]))
    return _traced(some.flatten(1), linear, read, gave, likely)


def _traced(
    x: Tensor,
    linear: Sequence[nn.Linear],
    read: Mapping[nn.Module, Tensor],
    gave: Mapping[nn.Module, Tensor],
    likely: Sequence[Activation],
) -> list[nn.Linear | Layer] | None:
    """From the last layer back to x: each time the layer, or x, of which it reads what it gave."""
    chain: list[nn.Linear | Layer] = [linear[-1]]
    after, earlier = read[linear[-1]], list(linear[:-1])
    while True:
        if torch.equal(x, after):
            return chain
        while earlier:
            module = earlier.pop()
            bend = _bend(gave[module], after, likely)
            if bend is not None:
                chain[:0] = [module, *bend]
                after = read[module]
                break
        else:
            return None


def _bend(before: Tensor, after: Tensor, likely: Sequence[Activation]) -> tuple[Activation, ...] | None:
    """What lies between what a layer gave and what another reads; None if it is nothing that films know.

    One of the `likely`, with their numbers, or a positive part of any slope.
    """
    if before.shape != after.shape:
        return None
    if torch.equal(before, after):
        return ()
    for activation in likely:
        if torch.allclose(twin(activation)(before), after, rtol=RELATIVE, atol=ABSOLUTE):
            return (activation,)
    negative = before < 0
    slopes = after[negative] / before[negative]
    slope = float(slopes.median().double()) if len(slopes) else -1.0
    slope = round(slope, 12)
    if not 0 <= slope <= 1 or not torch.allclose(
        torch.where(negative, slope * before, before), after, rtol=RELATIVE, atol=ABSOLUTE
    ):
        return None
    return (PositivePart(slope),)


class Chain:
    """What is recorded of a chain: its weights, gathered at once, for a snapshot is to cost little."""

    constants: Mapping[str, NDArray] = {}

    def __init__(self, probe: Probe, chain: Sequence[nn.Linear | Layer], head: Head, inputs: Inputs) -> None:
        self._probe, self._inputs = probe, inputs
        self._chain, self._head = chain, head
        self._linear = [module for module in chain if isinstance(module, nn.Linear)]
        self._shapes = [(module.weight.shape, module.out_features) for module in self._linear]
        self._registered = [
            (parent, name, module)
            for parent in probe.model.modules()
            for name, module in parent.named_children()
            if module in self._linear
        ]
        self.network = self._network()
        self._width = np.result_type(*layer_arrays(self.network).values())
        self.row = {name: array.astype(self._width) for name, array in layer_arrays(self.network).items()}
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
            # the same memory as last time: no call of torch, a tenth of the time
            return [np.concatenate(self._flat, dtype=self._width)]
        return self._gathered()

    def disagreement(self) -> float:
        """Largest difference of the recorded layers' embedding from the model's own, relative to its size."""
        some = self._inputs.part(0, POINTS)
        read: list[Tensor] = []
        self._probe(some, {self._linear[-1]: lambda _, given, __: read.append(given[0].double())})
        e = some.flat().astype(float)
        e = forward(exact(self._network()[:-1]), e)
        theirs = read[-1].cpu().numpy()
        return float(np.abs(theirs - e).max() / (np.abs(theirs).max() or 1.0)) if theirs.shape == e.shape else 1.0

    def _network(self) -> Network:
        layers = [_weights(part) if isinstance(part, nn.Linear) else part for part in self._chain]
        last = layers[-1]
        assert isinstance(last, Linear)
        return (*layers[:-1], self._head.rows(last))

    def _gathered(self) -> list[NDArray]:
        """The row's numbers, from parameters that may be anywhere and of any kind."""
        for parent, name, module in self._registered:
            if parent._modules.get(name) is not module:
                raise changed(f"its module {name!r} is another one now")
        plain = all(map(_plain, self._linear)) and not any(module._forward_pre_hooks for module in self._linear)
        for module, (shape, width) in zip(self._linear, self._shapes):
            if module.weight.shape != shape or (module.bias is not None and module.bias.shape != (width,)):
                raise changed(f"a weight of shape {tuple(shape)} has {tuple(module.weight.shape)} now")
        arrays = list(layer_arrays(self._network() if plain else self._called()).values())
        self._flat = []
        if plain and all(p.device.type == "cpu" and p.is_contiguous() and _wide(p.dtype) for p in self._all()):
            self._owned = [(m._parameters, n) for m in self._linear for n, p in m._parameters.items() if p is not None]
            self._parameters = list(self._all())
            self._places = [parameter.data_ptr() for parameter in self._parameters]
            self._owned += [(parent._modules, name) for parent, name, _ in self._registered]
            self._ids = [id(owner.get(name)) for owner, name in self._owned]
            self._flat = self._views()
        return [np.concatenate([array.reshape(-1) for array in arrays]).astype(self._width, copy=False)]

    def _called(self) -> Network:
        """The network of modules that were pruned or normalised since: such have their weights only while called."""
        weights: dict[nn.Module, Linear] = {}

        def keep(module: Any, *_: Any) -> None:
            weights[module] = _weights(module)

        self._probe(self._inputs.part(0, 2), dict.fromkeys(self._linear, keep))
        layers = [weights[part] if isinstance(part, nn.Linear) else part for part in self._chain]
        return (*layers[:-1], self._head.rows(weights[self._linear[-1]]))

    def _all(self) -> list[Tensor]:
        return [p for module in self._linear for p in (module.weight, module.bias) if p is not None]

    def _views(self) -> list[NDArray]:
        """The row's numbers where the parameters themselves lie."""
        views: list[NDArray] = []
        for module in self._linear:
            for parameter in (module.weight, module.bias):
                zeros = np.zeros(module.out_features, _numpy(module.weight).dtype)
                array = zeros if parameter is None else _numpy(parameter)
                if module is self._linear[-1] and (only := self._head.only) is not None:
                    views.append(np.zeros(array[only].size, array.dtype))
                    array = array[only : only + 1]
                views.append(array.reshape(-1))
        return views


def _weights(module: nn.Linear) -> Linear:
    weight = _numpy(module.weight)
    return Linear(weight, np.zeros_like(weight[:, 0]) if module.bias is None else _numpy(module.bias))


def _numpy(parameter: Tensor) -> NDArray:
    value = parameter.detach().cpu()
    return (value if _wide(value.dtype) else value.float()).numpy()


def _wide(dtype: torch.dtype) -> bool:
    return dtype in (torch.float32, torch.float64)
