"""Models that classify nothing: which kind one is, and what of it can be recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor, nn

from engine.errors import UnspiralError
from engine.recorder.inputs import Inputs


def check_callable(model: nn.Module) -> None:
    """UnspiralError for a module that only holds others, as that of a GAN does."""
    if "forward" in vars(model) or type(model).forward is not nn.Module.forward:  # its own, or its class's
        return
    parts = [name for name, _ in model.named_children()]
    if parts:
        raise UnspiralError(
            f"this {type(model).__name__} has no forward of its own, as a GAN has none: it holds "
            f"{' and '.join(parts[:3])}; give the recorder one of these, or record series: Recorder(path), then "
            f"snapshot(epoch, made=model.{parts[0]}(…))"
        )


def without_classifier(inputs: Inputs, returned: Any) -> UnspiralError:
    """What to say of a model in which there is no classifier to read: what it gives says which kind it is."""
    first = first_tensor(returned)
    width, rows = inputs.flat()[:1].size, inputs.rows
    if first is not None and first.ndim == 4:
        return UnspiralError(
            f"the model gives an image {tuple(first.shape[1:])} for each point and classifies nothing, as a generator "
            "does: record its images as a series: Recorder(path), then snapshot(epoch, images=model(x)[:16])"
        )
    if first is not None and first.ndim == 2 and len(first) == rows:
        made = first.shape[1]
        if made == width and returned is not first:
            return UnspiralError(
                f"the model gives {made} numbers for the {width} of each point and more besides, as a VAE does: record "
                "its codes as a series: Recorder(path, labels=y), then snapshot(epoch, codes=mu), or name embedding="
            )
        if made > width:
            return UnspiralError(
                f"the model makes {made} numbers of the {width} of each point and classifies nothing, as the generator "
                "of a GAN does: record what it makes: Recorder(path), then snapshot(epoch, made=model(x)[:16])"
            )
    if first is not None and first.ndim >= 1 and len(first) < rows and rows == inputs.rows and len(inputs.tensors) > 1:
        return of_graphs(inputs, len(first))
    return UnspiralError(
        "there is no classifier to read: name embedding= the module whose output is to be seen, or record arrays: "
        "Recorder(path), then snapshot(epoch, codes=…)"
    )


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
