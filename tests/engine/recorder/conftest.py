"""Trainings as people write them: each is run bare and recorded, and nothing of it may differ."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from engine import Run
from engine.recorder import Recorder


class Bare:
    """What stands where the recorder would: a training without one."""

    def __enter__(self) -> "Bare":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def snapshot(self, epoch: float, **_: Any) -> None:
        pass


class Outcome(NamedTuple):
    """A recorded training."""

    run: Run
    model: nn.Module
    given: tuple[Any, ...]
    named: dict[str, Any]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # models this small only wait for a second one
    yield
    torch.set_num_threads(threads)


def fit(
    model: nn.Module, x: Any, y: Any, recorder: Any, loss: Callable[..., torch.Tensor] = F.cross_entropy,
    call: Callable[[nn.Module], Any] | None = None,
) -> nn.Module:  # fmt: skip
    """The loop of all of them."""
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05)
    for epoch in range(3):
        optimiser.zero_grad()
        value = loss(call(model) if call else model(x), y)
        value.backward()
        optimiser.step()
        recorder.snapshot(epoch, loss=value)
    return model


def state_of(model: nn.Module) -> dict[str, Any]:
    tensors = {name: t.detach().clone() for name, t in model.state_dict().items() if isinstance(t, torch.Tensor)}
    grads = {f"{name}.grad": p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    modes = {f"{name}.training": torch.tensor(m.training) for name, m in model.named_modules()}
    hooks = {
        f"{name}.hooks": torch.tensor(len(m._forward_hooks) + len(m._forward_pre_hooks))
        for name, m in model.named_modules()
    }
    drawn = {"torch": torch.rand(2), "numpy": torch.tensor(np.random.rand()), "python": torch.tensor(random.random())}
    return tensors | grads | modes | hooks | drawn


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[..., Outcome]:
    """Runs a script twice, bare and recorded, and compares all that a training leaves behind, bit for bit."""

    def both(script: Callable[..., nn.Module]) -> Outcome:
        path, given = tmp_path / "run.safetensors", []

        def recording(*args: Any, **named: Any) -> Recorder:
            given.append((args, named))
            return Recorder(path, *args, **named)

        left = []
        for begin in (lambda *_, **__: Bare(), recording):
            torch.manual_seed(0), np.random.seed(0), random.seed(0)
            model = script(begin, fit)
            left.append(state_of(model))
        bare, with_recorder = left
        assert bare.keys() == with_recorder.keys()
        for name, value in bare.items():
            assert torch.equal(value, with_recorder[name]), f"{name} is another one with the recorder"
        run = Run.load(path)
        assert not run.unfinished and len(run.epochs) > 1
        return Outcome(run, model, *given[0])

    return both


def read_by(model: nn.Module, classifier: str, *x: Any, **named: Any) -> tuple[np.ndarray, np.ndarray]:
    """What a model's classifier reads and gives in eval mode."""
    seen: list[tuple[torch.Tensor, torch.Tensor]] = []
    handle = model.get_submodule(classifier).register_forward_hook(
        lambda _, i, o: seen.append((i[0].clone(), o.clone()))
    )
    with torch.no_grad():
        model.eval()(*x, **named)
    handle.remove()
    return seen[-1][0].numpy(), seen[-1][1].numpy()


@pytest.fixture
def read() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    return read_by
