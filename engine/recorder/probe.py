"""Calling somebody's model in the middle of its training, without a trace."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import UnspiralError
from engine.recorder.calm import undisturbed
from engine.recorder.inputs import Inputs

Keep = Callable[[nn.Module, tuple[Any, ...], Any], None]


class Probe:
    """Calls a model in eval mode, and leaves it, its gradients and all random numbers as they were."""

    def __init__(self, model: nn.Module, device: torch.device) -> None:
        self.model, self.device = model, device
        self._graded = False  # some compute gradients as part of what they compute
        self._rewritten: Sequence[Tensor] | None = None  # what a call changes although it should not

    def __call__(self, inputs: Inputs, keep: Mapping[nn.Module, Keep]) -> Any:
        """model(inputs); `keep` says which modules' calls are to be seen: the module, all it is given, its output.

        UnspiralError with the model's own words if it cannot be called with them.
        """
        try:
            return self._call(inputs, keep)
        except UnspiralError:
            raise
        except Exception as error:
            if not self._graded and isinstance(error, RuntimeError) and "does not require grad" in str(error):
                self._graded = True
                return self(inputs, keep)
            reason = (str(error).splitlines() or [""])[0][:150]
            more = "; give x as a tuple of all that it takes" if "missing" in reason and not inputs.kwargs else ""
            raise UnspiralError(
                f"the model cannot be called with x {inputs}: {reason or type(error).__name__}{more}"
            ) from None

    def function(self, function: Callable[..., Any], inputs: Inputs) -> Any:
        """What a function of the model and x gives, called in the same way."""
        x = inputs.kwargs or (inputs.args[0] if len(inputs.args) == 1 else inputs.args)
        with self._left_as_it_is():
            try:
                return function(self.model, x)
            except UnspiralError:
                raise
            except Exception as error:
                reason = (str(error).splitlines() or [""])[0][:150]
                raise UnspiralError(
                    f"the function given as embedding cannot be called with the model and x: {reason}"
                ) from None

    def _call(self, inputs: Inputs, keep: Mapping[nn.Module, Keep]) -> Any:
        with ExitStack() as stack:
            stack.enter_context(self._left_as_it_is())
            for module, seen in keep.items():
                handle = module.register_forward_hook(with_all_arguments(seen), with_kwargs=True)
                stack.callback(handle.remove)
            return self.model(*inputs.args, **inputs.kwargs)

    @contextmanager
    def _left_as_it_is(self) -> Iterator[None]:
        watched = self._watched() if self._rewritten is None else _restored(self._rewritten)
        with watched, undisturbed(self.model, self.device, self._graded):
            yield

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Find out what a call changes: layers that renormalise their weights, statistics kept in eval mode too."""
        tensors = [*self.model.parameters(), *self.model.buffers()]
        versions, copies = [t._version for t in tensors], [t.detach().clone() for t in tensors]
        observing = (module for module in self.model.modules() if hasattr(module, "observer_enabled"))
        ranges = {id(t) for module in observing for t in module.buffers()}  # written to without a new version
        yield
        self._rewritten = [
            t
            for t, version, copy in zip(tensors, versions, copies)
            if id(t) in ranges
            or t._version != version
            or (not torch.equal(t.detach(), copy) and not bool(copy.isnan().any()))
        ]
        with torch.no_grad():
            for tensor, copy in zip(tensors, copies):
                if any(tensor is other for other in self._rewritten):
                    tensor.detach().copy_(copy)


def with_all_arguments(seen: Keep) -> Callable[..., None]:
    """A forward hook that hands on what a module was given by name too."""

    def hook(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        seen(module, (*args, *kwargs.values()), output)

    return hook


@contextmanager
def _restored(tensors: Sequence[Tensor]) -> Iterator[None]:
    copies = [tensor.detach().clone() for tensor in tensors]
    try:
        yield
    finally:
        for tensor, copy in zip(tensors, copies):
            tensor.detach().copy_(copy)
