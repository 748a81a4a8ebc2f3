"""A recipe's network and optimiser in torch, and torch's layers as ours."""

from collections.abc import Iterable
from typing import Any, assert_never

import numpy as np
import torch
from torch import nn

from engine.errors import UnspiralError
from engine.network.layers import Array, Linear, Network
from engine.recipes.fields import OPTIMISERS
from engine.recipes.recipe import Recipe
from engine.recorder.twins import activation_of, known, twin


def build(recipe: Recipe) -> nn.Sequential:
    """The recipe's network in torch, freshly initialised from its seed."""
    data, _ = recipe.points()
    random = torch.Generator().manual_seed(recipe.seed)
    widths = [data.x.shape[1], *recipe.hidden]
    modules: list[nn.Module] = []
    for number, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        modules += [_linear(recipe, number, inputs, outputs, random), twin(recipe.bend)]
    if recipe.embedding is not None:
        modules.append(_linear(recipe, len(recipe.hidden), widths[-1], recipe.embedding, random))
        widths.append(recipe.embedding)
    modules.append(_linear(recipe, -1, widths[-1], int(data.y.max()) + 1, random))
    return nn.Sequential(*modules)


def to_network(model: nn.Module) -> Network:
    """A chain of torch modules that layers.py knows, in NumPy."""

    def array(parameter: torch.Tensor) -> Array:
        return parameter.detach().cpu().numpy().copy()

    layers = []
    for module in model.children():
        match module:
            case nn.Linear():
                weight = array(module.weight)
                layers.append(
                    Linear(weight, np.zeros_like(weight[:, 0]) if module.bias is None else array(module.bias))
                )
            case _ if (activation := activation_of(module)) is not None:
                layers.append(activation)
            case _:
                raise UnspiralError(f"{type(module).__name__} is not a layer that films know: Linear and {known()} are")
    return tuple(layers)


def _linear(recipe: Recipe, number: int, inputs: int, outputs: int, random: torch.Generator) -> nn.Linear:
    # by way of meta: torch's own initialisation would draw from the random state of whoever calls
    empty = nn.Linear(inputs, outputs, bias=recipe.bias, dtype=getattr(torch, recipe.precision), device="meta")
    layer = empty.to_empty(device="cpu")
    bound = inputs**-0.5
    with torch.no_grad():
        match recipe.initialisation:
            case "uniform":
                layer.weight.uniform_(-bound, bound, generator=random)
            case "normal":
                layer.weight.normal_(0, bound, generator=random)
            case "xavier":
                nn.init.xavier_uniform_(layer.weight, generator=random)
            case "orthogonal":
                nn.init.orthogonal_(layer.weight, generator=random)
            case _:
                assert_never(recipe.initialisation)
        if recipe.bias:
            layer.bias.uniform_(-bound, bound, generator=random)
        scale = recipe.scale[number] if isinstance(recipe.scale, tuple) else recipe.scale
        for parameter in layer.parameters():
            parameter.mul_(scale)
    return layer


def optimiser(recipe: Recipe, parameters: Iterable[torch.Tensor]) -> torch.optim.Optimizer:
    """The recipe's optimiser for these parameters."""
    name, arguments = OPTIMISERS[recipe.optimiser]

    def value(keys: str | tuple[str, ...]) -> Any:
        return getattr(recipe, keys) if isinstance(keys, str) else tuple(getattr(recipe, key) for key in keys)

    given = {argument: value(keys) for argument, keys in arguments.items()}
    return getattr(torch.optim, name)(parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay, **given)
