"""Models that classify nothing: which kind one is, and what of it can be recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor, nn
from torch.distributions import Distribution

from engine.errors import UnspiralError
from engine.recorder.inputs import Inputs


def check_callable(model: nn.Module) -> None:
    """UnspiralError for a module that only holds others, as that of a GAN does."""
    if "forward" in vars(model) or type(model).forward is not nn.Module.forward:  # its own, or its class's
        return
    parts = [name for name, _ in model.named_children()]
    if isinstance(model, nn.ModuleList):
        raise UnspiralError(f"{_several(len(parts))}")
    if parts:
        raise UnspiralError(
            f"this {type(model).__name__} has no forward of its own, as a GAN has none: it holds "
            f"{' and '.join(parts[:3])}; give the recorder one of these, or record series: Recorder(path), then "
            f"snapshot(epoch, made=model.{parts[0]}(…))"
        )


def no_module(model: Any) -> UnspiralError:
    """What to say of a model that is no module of torch: where in it one is, if it holds one."""
    if isinstance(model, list | tuple) and model and all(isinstance(part, nn.Module) for part in model):
        return UnspiralError(_several(len(model)))
    within = [name for name, value in getattr(model, "__dict__", {}).items() if isinstance(value, nn.Module)]
    one = type(model).__name__
    if within:
        return UnspiralError(f"model is of {one}, which is no torch nn.Module but holds one: give model.{within[0]}")
    instead = "what it computes can be recorded as series: Recorder(path), then snapshot(epoch, codes=…)"
    return UnspiralError(
        f"model is a {one}; it must be a torch nn.Module" + (f"; {instead}" if callable(model) else "")
    )


def _several(count: int) -> str:
    return (
        f"these are {count} models, as of an ensemble: give the recorder one of them, model[0], or record what all "
        "give as a series: Recorder(path), then snapshot(epoch, answers=[one(x) for one in model])"
    )


def without_classifier(inputs: Inputs, returned: Any, last: str = "") -> UnspiralError:
    """What to say of a model in which there is no classifier to read: its kind, or what might be meant.

    `last` is the name of the last linear layer that the model uses, if it uses any.
    """
    if kind := kind_of(inputs, returned):
        return UnspiralError(kind)
    if last:
        return UnspiralError(
            f"there is no classifier to read: name classifier={last!r} if it gives scores of classes, "
            f"embedding={last!r} with classifier=None if what it gives is to be seen, or record arrays: "
            "Recorder(path), then snapshot(epoch, codes=…)"
        )
    return UnspiralError(
        "there is no classifier to read: name embedding= the module whose output is to be seen, or record arrays: "
        "Recorder(path), then snapshot(epoch, codes=…)"
    )


def kind_of(inputs: Inputs, returned: Any, labelled: bool = False) -> str:
    """The kind of a model that classifies nothing, by its answers, and what to record of it; "" if they do not tell."""
    first = first_tensor(returned)
    width, rows = inputs.flat()[:1].size, inputs.rows
    if isinstance(returned, Distribution):
        return (
            "the model gives a distribution of actions, as a policy does: name classifier= the layer that gives its "
            "scores, or record arrays: Recorder(path), then snapshot(epoch, actions=…)"
        )
    if first is None or first.ndim < 1:
        return ""
    made = first[:1].numel()
    if made == width and len(first) == rows and _takes_a_time(inputs):
        return (
            f"the model gives {made} numbers for the {made} of each point and its time, as a diffusion model or a flow "
            "does: record the way that noise takes as a series: Recorder(path), then snapshot(epoch, ways=…)"
        )
    if first.ndim == 3 and len(first) == rows and not any(t.is_floating_point() for t in inputs.tensors):
        return (
            f"the model gives {first.shape[2]} scores at each of {first.shape[1]} places, as a language model does: "
            "give the tokens that follow as labels: Recorder(path, model, x[:, :-1], x[:, 1:]), or record series: "
            "Recorder(path), then snapshot(epoch, scores=…)"
        )
    if made == width and returned is not first and first.ndim in (2, 4) and len(first) == rows:
        return (
            f"the model gives {made} numbers for the {width} of each point and more besides, as a VAE does: record "
            "its codes as a series: Recorder(path, labels=y), then snapshot(epoch, codes=mu), or name embedding="
        )
    if first.ndim == 4:
        return (
            f"the model gives an image {tuple(first.shape[1:])} for each point and classifies nothing, as a generator "
            "does: record its images as a series: Recorder(path), then snapshot(epoch, images=model(x)[:16])"
        )
    if first.ndim == 2 and len(first) == rows and made > width and not labelled:
        return (
            f"the model makes {made} numbers of the {width} of each point and classifies nothing, as the generator "
            "of a GAN does: record what it makes: Recorder(path), then snapshot(epoch, made=model(x)[:16])"
        )
    return str(of_graphs(inputs, len(first))) if len(first) < rows and len(inputs.tensors) > 1 else ""


def _takes_a_time(inputs: Inputs) -> bool:
    """Whether a model is given, beside its points, one number for each of them or for all."""
    numbers = [tensor for tensor in inputs.tensors if tensor.numel() in (1, inputs.rows)]
    return len(inputs.tensors) == 2 and len(numbers) == 1


def check_answers(inputs: Inputs, returned: Any, y: Any) -> None:
    """UnspiralError for a model that answers once for several rows of x, as one that reads whole graphs does."""
    first = first_tensor(returned)
    labels = 0 if y is None else len(np.atleast_1d(np.asarray(y.cpu() if isinstance(y, Tensor) else y, dtype=object)))
    if first is not None and first.ndim == 2 and len(first) == labels < inputs.rows:
        raise of_graphs(inputs, labels)


def of_graphs(inputs: Inputs, count: int) -> UnspiralError:
    """What to say of a model that answers for whole graphs."""
    return UnspiralError(
        f"the model gives {count} answers for {inputs.rows} rows of x, as one that reads whole graphs does: record "
        "what it reads of each graph as a series: Recorder(path, labels=y), then snapshot(epoch, graphs=…)"
    )


def first_tensor(returned: Any) -> Tensor | None:
    """What a model gave, or the first of several."""
    if isinstance(returned, dict):
        returned = next(iter(returned.values()), None)
    if isinstance(returned, tuple | list):
        returned = returned[0] if returned else None
    return returned if isinstance(returned, Tensor) else None
