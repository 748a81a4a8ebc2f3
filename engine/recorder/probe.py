"""Looking at a model in the middle of its training without disturbing it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from engine.errors import UnspiralError
from engine.recipes.data import labelled

PROBED = 256  # points on which the model is tried before anything is recorded


def unwrapped(model: nn.Module) -> tuple[nn.Module, str]:
    """The module within torch.compile's and DataParallel's wrappers, and what they put before its modules' names."""
    if not isinstance(model, nn.Module):
        raise UnspiralError(f"model is a {type(model).__name__}; it must be a torch nn.Module")
    before = ""
    while True:
        if isinstance(inner := getattr(model, "_orig_mod", None), nn.Module):
            model, before = inner, before + "_orig_mod."
        elif isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel):
            model, before = model.module, before + "module."
        else:
            break
    if any(isinstance(p, nn.UninitializedParameter) for p in model.parameters()):
        raise UnspiralError("the model has layers that take their width from x: call model(x) once before recording")
    return model, before


def points_of(model: nn.Module, x: ArrayLike | Tensor, y: ArrayLike | Tensor) -> tuple[Tensor, Any]:
    """A copy of x as the model takes it, and the labelled points (N, n) as a run holds them."""
    for name, value in (("x", x), ("y", y)):
        if isinstance(value, Tensor) and value.requires_grad:
            raise UnspiralError(f"{name} needs a gradient; give {name}.detach()")
    try:
        given = x.detach().clone() if isinstance(x, Tensor) else torch.tensor(np.asarray(x))
    except (TypeError, ValueError) as error:
        raise UnspiralError(f"x must be an array of numbers, a row per point: {error}") from None
    if given.ndim < 2:
        raise UnspiralError(f"x has shape {tuple(given.shape)}; it needs one row per point: (N, …)")
    like = next(model.parameters(), None)
    if like is not None:
        given = given.to(like.device)
        if given.is_floating_point():
            given = given.to(like.dtype)
    labels = y.cpu().numpy() if isinstance(y, Tensor) else y
    flat = given.flatten(1).cpu()
    points = labelled((flat if flat.dtype == torch.float64 else flat.float()).numpy(), labels)
    width = "f8" if given.dtype == torch.float64 else "f4"
    return given, points._replace(x=points.x.astype(width))


def evaluated(
    model: nn.Module,
    x: Tensor,
    keep: Callable[[nn.Module, tuple[Any, ...], Any], None],
    modules: Sequence[nn.Module] | None = None,
) -> Any:
    """model(x) in eval mode; `keep` is given every module (or `modules`), its inputs and its output.

    Everything else is left as it was: modes, gradients, random numbers.
    """
    with undisturbed(model, x.device):
        handles = [module.register_forward_hook(keep) for module in (modules or list(model.modules()))]
        try:
            return model(x)
        except UnspiralError:
            raise
        except Exception as error:
            reason = (str(error).splitlines() or [""])[0][:200]
            raise UnspiralError(f"the model cannot be called with x {tuple(x.shape)}: {reason}") from None
        finally:
            for handle in handles:
                handle.remove()


@contextmanager
def undisturbed(model: nn.Module, device: torch.device) -> Iterator[None]:
    """In eval mode, without gradients; afterwards modes and random states are what they were."""
    modes = [(module, module.training) for module in model.modules()]
    numbers, others = random.getstate(), np.random.get_state()
    devices = [device] if device.type == "cuda" else []
    try:
        for module, _ in modes:  # not model.eval(): models override it
            module.training = False
        with torch.no_grad(), torch.random.fork_rng(devices), torch.autocast(device.type, enabled=False):
            yield
    finally:
        for module, mode in modes:
            module.training = mode
        random.setstate(numbers)
        np.random.set_state(others)


def same_numbers(a: Tensor, b: Any) -> bool:
    """Whether b is a tensor of the same shape and, but for rounding, the same numbers."""
    if not isinstance(b, Tensor) or a.shape != b.shape:
        return False
    return torch.allclose(a.double(), b.double(), rtol=1e-4, atol=1e-6, equal_nan=True)
