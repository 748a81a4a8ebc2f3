"""One training loop, read top to bottom, that yields a snapshot an epoch."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import cross_entropy

from engine.errors import Diverged, UnspiralError
from engine.layers import Array, Linear, Network, PositivePart, Tanh, mapped, mistaken
from engine.recipes import Recipe

SMALL = 50_000_000
"""Up to so many weights × points in a step one thread trains: more gain nothing, and on a busy machine each step waits
for all of them (2–100–2–5 on 5,000 points, two cores beside two other processes: 5 times slower)."""


class Snapshot(NamedTuple):
    """The network after `epoch` epochs, with its loss and accuracy there, on held-out points too if there are any."""

    epoch: int
    network: Network
    loss: float
    accuracy: float
    held_out_loss: float | None = None
    held_out_accuracy: float | None = None


def train(recipe: Recipe, device: str = "cpu") -> Iterator[Snapshot]:
    """Train as `recipe` says and yield a snapshot before the first epoch and after each.

    Diverged is raised, after the last usable snapshot, when the loss is no longer finite.
    """
    data, held_out = recipe.points()
    dtype = getattr(torch, recipe.precision)
    if device.partition(":")[0] not in ("cpu", "cuda", "mps", "xpu"):
        raise UnspiralError(f"device is {device!r}; it must be cpu, cuda (cuda:1 …), or on a Mac mps")
    try:
        x = torch.tensor(data.x, dtype=dtype, device=device)  # N n
        y = torch.tensor(data.y, device=device)  # N
        model = build(recipe).to(device)
    except (RuntimeError, AssertionError, TypeError) as error:
        raise UnspiralError(f"cannot train on {device!r}: {str(error).splitlines()[0]}; try cpu") from None
    kept = torch.tensor(~held_out, device=device)
    x, y, held_x, held_y = x[kept], y[kept], x[~kept], y[~kept]
    truth, held_truth = data.y[~held_out], data.y[held_out]
    batch = min(recipe.batch or len(x), len(x))
    steps = -(-len(x) // batch)  # per epoch
    descent = optimiser(recipe, model.parameters())
    shuffle = torch.Generator().manual_seed(recipe.seed)

    work = batch * sum(parameter.numel() for parameter in model.parameters())
    threads = torch.get_num_threads() if work > SMALL else 1
    shared = to_network(model, copy=False) if x.device.type == "cpu" else ()  # a window on the weights as they change

    for epoch in range(recipe.epochs + 1):
        with on_threads(threads):
            scores = model(x)  # N K
            loss = cross_entropy(scores, y)
            value = loss.item()
            if not np.isfinite(value):
                lower = f"learning_rate (it is {recipe.learning_rate:g})" if epoch else "scale, or the size of x"
                raise Diverged(f"the loss is no longer finite at epoch {epoch}; lower {lower}")
            with torch.no_grad():
                held_scores = model(held_x) if len(held_x) else None
                snapshot = Snapshot(
                    epoch,
                    mapped(np.copy, shared) if shared else to_network(model),
                    value,
                    _accuracy(scores, truth),
                    None if held_scores is None else cross_entropy(held_scores, held_y).item(),
                    None if held_scores is None else _accuracy(held_scores, held_truth),
                )
        yield snapshot
        if epoch == recipe.epochs:
            return

        with on_threads(threads):
            order = torch.randperm(len(x), generator=shuffle).to(device) if steps > 1 else None
            for step in range(steps):
                if order is not None:
                    members = order[step * batch : (step + 1) * batch]
                    loss = cross_entropy(model(x[members]), y[members])
                if recipe.warm_up:
                    progress = (epoch * steps + step + 1) / (recipe.warm_up * steps)
                    descent.param_groups[0]["lr"] = recipe.learning_rate * min(1.0, progress)
                descent.zero_grad()
                loss.backward()
                descent.step()


def build(recipe: Recipe) -> nn.Sequential:
    """The recipe's network in torch, freshly initialised from its seed."""
    data, _ = recipe.points()
    random = torch.Generator().manual_seed(recipe.seed)
    widths = [data.x.shape[1], *recipe.hidden]
    modules: list[nn.Module] = []
    for number, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        modules += [_linear(recipe, number, inputs, outputs, random), _activation(recipe)]
    if recipe.embedding is not None:
        modules.append(_linear(recipe, len(recipe.hidden), widths[-1], recipe.embedding, random))
        widths.append(recipe.embedding)
    modules.append(_linear(recipe, -1, widths[-1], int(data.y.max()) + 1, random))
    return nn.Sequential(*modules)


def to_network(model: nn.Module, *, copy: bool = True) -> Network:
    """A chain of torch modules that layers.py knows, in NumPy; without `copy` (on the CPU) it shares their memory."""

    def array(parameter: torch.Tensor) -> Array:
        values = parameter.detach().cpu().numpy()
        return values.copy() if copy else values

    layers = []
    for module in model.children():
        match module:
            case nn.Linear():
                weight = array(module.weight)
                layers.append(
                    Linear(weight, np.zeros_like(weight[:, 0]) if module.bias is None else array(module.bias))
                )
            case nn.ReLU():
                layers.append(PositivePart())
            case nn.LeakyReLU():
                layers.append(PositivePart(module.negative_slope))
            case nn.Tanh():
                layers.append(Tanh())
            case _:
                raise UnspiralError(
                    f"{type(module).__name__} is not a layer that films know: Linear, ReLU, LeakyReLU, Tanh are"
                )
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
        if recipe.bias:
            layer.bias.uniform_(-bound, bound, generator=random)
        scale = recipe.scale[number] if isinstance(recipe.scale, tuple) else recipe.scale
        for parameter in layer.parameters():
            parameter.mul_(scale)
    return layer


def _activation(recipe: Recipe) -> nn.Module:
    if recipe.activation == "tanh":
        return nn.Tanh()
    return nn.LeakyReLU(recipe.slope) if recipe.slope else nn.ReLU()


def optimiser(recipe: Recipe, parameters: Iterable[torch.Tensor]) -> torch.optim.Optimizer:
    """The recipe's optimiser for these parameters."""
    rate, decay = recipe.learning_rate, recipe.weight_decay
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(parameters, lr=rate, momentum=recipe.momentum, weight_decay=decay)
    kind = torch.optim.Adam if recipe.optimiser == "adam" else torch.optim.AdamW
    return kind(parameters, lr=rate, betas=(recipe.momentum, recipe.beta2), weight_decay=decay)


def _accuracy(scores: torch.Tensor, y: NDArray[np.int64]) -> float:
    """Share of points whose own score is strictly the highest: a dead network's ties count as mistakes."""
    return 1 - float(np.count_nonzero(mistaken(scores.detach().cpu().numpy(), y))) / len(y)


@contextmanager
def on_threads(count: int) -> Iterator[None]:
    """Let torch compute on `count` threads; between snapshots the caller has its own number."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
