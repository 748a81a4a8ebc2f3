"""A copy of the model, evaluated by another thread while the training goes on with the model itself."""

from __future__ import annotations

import copy
import os
import random
import time
import types
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from engine.recorder.calm import calmly
from engine.recorder.inputs import Inputs
from engine.recorder.probe import Keep, with_all_arguments

WORTH = 1e-3
"""Seconds that an evaluation takes at least for another thread to do it."""

_PLAIN = (int, float, bool, str, bytes, type(None), type, torch.dtype, torch.device, types.BuiltinFunctionType)
T = TypeVar("T")
_OF_MODULES = frozenset(nn.Module().__dict__)


class Twin:
    """The model's weights and settings as they were when `follow` was last called, in eval mode.

    Calls of it touch neither the model nor random numbers: what draws them, or holds what cannot be copied with
    certainty, has no twin.
    """

    def __init__(self, model: nn.Module) -> None:
        self.model = copy.deepcopy(model)
        for module in self.model.modules():
            module.training = False
        self._original = model
        self._modules = list(model.modules())
        self._pairs = list(zip(self.model.modules(), self._modules))

    def follow(self) -> bool:
        """Take over the model's weights and settings; False if it is made of other parts than it was."""
        if list(self._original.modules()) != self._modules:
            return False
        for mine, theirs in self._pairs:
            if theirs._forward_hooks or theirs._forward_pre_hooks or not _is_plain(theirs):
                return False
            for name in theirs.__dict__.keys() - _OF_MODULES:
                mine.__dict__[name] = theirs.__dict__[name]
            for ours, own in ((mine._parameters, theirs._parameters), (mine._buffers, theirs._buffers)):
                if ours.keys() != own.keys():
                    return False
                for name, value in own.items():
                    room = ours[name]
                    if value is None or room is None or value.shape != room.shape or value.dtype != room.dtype:
                        if value is not room:
                            return False
                    else:
                        room.data.copy_(value.detach())
        return True

    def __call__(self, inputs: Inputs, keep: Mapping[nn.Module, Keep]) -> Any:
        """model(inputs), as a `Probe` calls it, from any thread."""
        handles = [
            module.register_forward_hook(with_all_arguments(seen), with_kwargs=True) for module, seen in keep.items()
        ]
        try:
            with torch.no_grad():
                return self.model(*inputs.args, **inputs.kwargs)
        finally:
            for handle in handles:
                handle.remove()


def twin_of(model: nn.Module, device: torch.device) -> Twin | None:
    """A twin, if there is a processor for it and the model can be copied with certainty."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if device.type != "cpu" or torch.get_num_threads() >= cores:
        return None
    try:
        twin = Twin(model)
        return twin if twin.follow() else None
    except Exception:  # whatever somebody's module does when it is copied
        return None


def worth_it(evaluate: Callable[[], T]) -> T | None:
    """What an evaluation gives, if it takes long enough for another thread to do it, and draws no random numbers."""
    with calmly():
        before = _drawn()
        began = time.perf_counter()
        given = evaluate()
        took = time.perf_counter() - began
        return given if took > WORTH and before == _drawn() else None


def _drawn() -> tuple[Any, ...]:
    return torch.get_rng_state().numpy().tobytes(), random.getstate(), repr(np.random.get_state(legacy=False))


def _is_plain(module: nn.Module) -> bool:
    """Whether nothing that a module holds besides its parts can change unseen, or leads back to the model."""
    return all(map(_is_setting, (value for name, value in module.__dict__.items() if name not in _OF_MODULES)))


def _is_setting(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_setting, value))
    if isinstance(value, types.FunctionType):
        return value.__closure__ is None and value.__module__.startswith("torch.")
    return isinstance(value, _PLAIN) and not isinstance(value, Tensor)
