"""Leaving a training as it was: modes, random numbers, what modules keep of their last call."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook


@contextmanager
def undisturbed(model: nn.Module, device: torch.device, graded: bool = False) -> Iterator[None]:
    """Eval mode within; afterwards modes, random numbers and what modules keep of their last call are as before."""
    modules = list(model.modules())
    before = [(m, m.__dict__.copy(), m._buffers.copy(), m._parameters.copy()) for m in modules]
    try:
        for module in modules:  # not model.eval(): models override it
            module.training = False
        with calmly(device, graded), torch.autocast(device.type, enabled=False):
            yield
    finally:
        for module, attributes, buffers, parameters in before:
            _put_back(module.__dict__, attributes)
            _put_back(module._buffers, buffers)
            _put_back(module._parameters, parameters)


def _put_back(now: dict[str, Any], before: dict[str, Any]) -> None:
    for name in now.keys() - before.keys():
        del now[name]
    for name, value in before.items():
        if now.get(name, now) is not value:
            now[name] = value


@contextmanager
def calmly(device: torch.device | None = None, graded: bool = False) -> Iterator[None]:
    """Random numbers afterwards are what they would have been; no gradients unless `graded`."""
    numbers, others = random.getstate(), np.random.get_state()
    devices = [device] if device is not None and device.type == "cuda" else []
    try:
        with torch.set_grad_enabled(graded), torch.random.fork_rng(devices):
            yield
    finally:
        random.setstate(numbers)
        np.random.set_state(others)


@contextmanager
def modules_in_eval_mode() -> Iterator[None]:
    """Whatever module is called within is in eval mode for it: of a function that is given, nobody knows its model."""
    changed: list[nn.Module] = []

    def evaluate(module: nn.Module, _: Any) -> None:
        if module.training:
            module.training = False
            changed.append(module)

    handle = register_module_forward_pre_hook(evaluate)
    try:
        yield
    finally:
        handle.remove()
        for module in changed:
            module.training = True
