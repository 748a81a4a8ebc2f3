"""The classifier: whatever module it is, scores s = W e + b of what it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from engine.errors import UnspiralError
from engine.network.layers import Linear

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_PLAIN = (nn.Linear.forward, *(kind.forward for kind in CONVOLUTIONS))

How = Literal["weights", "cosine", "probed"]
Reading = Literal["rows", "places", "calls", "mean", "last", "first"]


def is_linear(module: nn.Module) -> bool:
    """Whether a module is of a kind that classifiers are: a Linear layer or a convolution of single places."""
    return isinstance(module, nn.Linear) or (isinstance(module, CONVOLUTIONS) and set(module.kernel_size) == {1})


@dataclass(frozen=True)
class Head:
    """How a classifier's weights are found and what it reads becomes the embedding."""

    how: How
    reading: Reading
    """Of a tensor that holds several vectors for each point: all of them, their mean, the last or the first; or a
    vector for each point in each of several calls."""
    outputs: int
    only: int | None = None
    """One logit stands for two classes: of how many outputs, which one."""
    regions: bool = True
    """Whether its scores are those of classes."""
    second: bool = False
    """Whether points lie along the second axis of what it reads, as in sequence-first recurrent networks."""

    def vectors(self, read: Tensor, module: nn.Module) -> Tensor:
        """(N, P, d): what the classifier reads, P vectors for each of N points."""
        if isinstance(module, CONVOLUTIONS):
            read = read.flatten(2).transpose(1, 2) if read.ndim > 2 else read.unsqueeze(0).flatten(2).transpose(1, 2)
        elif self.second:
            read = read.transpose(0, 1)
        if self.how == "cosine":
            read = normalize(read.float() if read.dtype in (torch.float16, torch.bfloat16) else read, dim=-1)
        return read.reshape(len(read), -1, read.shape[-1])

    def embedding(self, read: Tensor, module: nn.Module) -> Tensor:
        """(N, d), or (N · P, d) where every place is a point of its own."""
        vectors = self.vectors(read, module)
        match self.reading:
            case "mean":
                return vectors.mean(1)
            case "last":
                return vectors[:, -1]
            case "first":
                return vectors[:, 0]
            case "rows" | "places" | "calls":
                return vectors.reshape(-1, vectors.shape[-1])

    def weights(self, module: nn.Module, read: Tensor, output: Tensor) -> Linear:
        """W (K, d) and b (K,) of the classifier as it is, K at least 2; called while it is being evaluated."""
        match self.how:
            case "weights":
                weight, bias = _plain_weights(module)
            case "cosine":
                cosines = self.vectors(read, module) @ _directions(module, read.shape[-1]).T
                weight = _directions(module, read.shape[-1]) * _scale(
                    cosines.flatten(0, 1), output.reshape(-1, output.shape[-1])
                )
                bias = weight.new_zeros(len(weight))
            case "probed":
                weight, bias = _probed(module, read)
        return self.rows(Linear(array_of(weight), array_of(bias)))

    def rows(self, given: Linear) -> Linear:
        """Rows (0, w) for a single logit: its sign is which of two scores is higher."""
        if self.only is None:
            return given
        weight, bias = given.weight[self.only], given.bias[self.only]
        return Linear(np.stack([np.zeros_like(weight), weight]), np.stack([np.zeros_like(bias), bias]))


def all_rows(module: nn.Module) -> NDArray:
    """(L, d + 1), every row of a plain classifier's weight and, last in it, its bias."""
    weight, bias = _plain_weights(module)
    return np.concatenate([array_of(weight), array_of(bias)[:, None]], 1)


def head_of(name: str, module: nn.Module, read: Tensor, output: Any, linear: str, labels: NDArray | None) -> How:
    """How the scores of a module follow from what it read. UnspiralError, which names `linear` layers, if no way is."""
    if not isinstance(read, Tensor) or not isinstance(output, Tensor) or not read.is_floating_point():
        raise UnspiralError(
            f"the classifier {name!r} does not turn one tensor into another; name a Linear layer: {linear}"
        )
    if type(module).forward in _PLAIN and is_linear(module) and not module._forward_hooks:
        return "weights"
    if is_linear(module) and isinstance(getattr(module, "weight", None), Tensor):
        weight, bias = _plain_weights(module)
        channels = read.flatten(2).transpose(1, 2) if isinstance(module, CONVOLUTIONS) else read
        scores = output.flatten(2).transpose(1, 2) if isinstance(module, CONVOLUTIONS) else output
        rounded = hasattr(module, "weight_fake_quant")  # trained for a network of few digits
        if channels.shape[-1] == weight.shape[1] and close(channels @ weight.T + bias, scores, rounded):
            return "weights"
    if read.ndim == 2 and output.ndim == 2 and len(read) == len(output):
        try:
            directions = _directions(module, read.shape[1])
        except StopIteration:
            directions = None
        if directions is not None and len(directions) == output.shape[1]:
            cosines = normalize(read, dim=1) @ directions.T
            wrong = ~torch.isclose(cosines * _scale(cosines, output), output, rtol=1e-2, atol=1e-3)
            own = torch.zeros_like(wrong)
            if labels is not None and len(labels) == len(own) and labels.max(initial=0) < own.shape[1]:
                right = torch.as_tensor(labels).clamp(min=0)
                own[torch.arange(len(own)), right] = True  # a margin is put on these alone
            if not bool((wrong & ~own).any()):
                return "cosine"
        try:
            weight, bias = _probed(module, read)
            scores = read @ weight.T + bias
            if close(scores - scores.mean(1, keepdim=True), output - output.mean(1, keepdim=True)) and (
                output.shape[1] > 1 or close(scores, output)
            ):
                return "probed"
        except Exception:  # whatever somebody's module does with points that are not its own
            pass
    kind = type(module).__name__
    if next(module.children(), None) is None and not list(module.parameters(recurse=False)):
        raise UnspiralError(f"the classifier {name!r} is a {kind}; it must be a Linear layer: {linear}")
    raise UnspiralError(
        f"the classifier {name!r} is a {kind} whose scores are not linear in what it reads; "
        f"it must be a Linear layer: {linear}; or name embedding={name!r} with classifier=None to see what it gives"
    )


def reading_of(
    head: Head, name: str, module: nn.Module, read: Tensor, output: Tensor, returned: Any, y: NDArray | None, count: int
) -> Head:
    """How the vectors that the classifier reads belong to `count` points; labels y, or what the model `returned`, tell.

    UnspiralError if neither does.
    """
    from dataclasses import replace

    if isinstance(module, nn.Linear) and read.ndim == 3 and read.shape[0] != count and read.shape[1] == count:
        head = replace(head, second=True)
        output = output.transpose(0, 1)
    vectors = head.vectors(read, module)
    places = vectors.shape[1]
    if len(vectors) != count:
        raise UnspiralError(
            f"the classifier {name!r} reads {len(vectors)} vectors for {count} points; it must read one for each point"
        )
    if places == 1:
        return replace(head, reading="rows")
    if y is not None and y.size == count * places and y.ndim > 1:
        return replace(head, reading="places")
    scores = (
        output.flatten(2).transpose(1, 2) if isinstance(module, CONVOLUTIONS) else output.reshape(count, places, -1)
    )
    for reading, made in (("last", scores[:, -1]), ("mean", scores.mean(1)), ("first", scores[:, 0])):
        if any(same_scores(made, tensor) for tensor in tensors_in(returned)):
            return replace(head, reading=reading)
    raise UnspiralError(
        f"the classifier {name!r} reads {places} vectors for each point, and y has {'no' if y is None else 'one'} "
        f"label for it; give y a label for each vector: ({count}, {places}), or record arrays: "
        "Recorder(path), snapshot(epoch, codes=…)"
    )


def same_scores(scores: Tensor, returned: Tensor) -> bool:
    """Whether a model returns these scores, as they are or as probabilities of classes, in this shape or flat."""
    if not returned.is_floating_point() or returned.numel() != scores.numel():
        return False
    given = returned.reshape(scores.shape)
    along = (lambda s: s, lambda s: s.log_softmax(-1), lambda s: s.softmax(-1), torch.sigmoid)
    return any(close(given, f(scores)) for f in along)


def tensors_in(returned: Any, depth: int = 3) -> Iterator[Tensor]:
    """All tensors in what a model returned: a tuple, a dictionary, a dataclass."""
    if isinstance(returned, Tensor):
        yield returned
    elif depth:
        if is_dataclass(returned) and not isinstance(returned, type):
            returned = [getattr(returned, field.name) for field in fields(returned)]
        parts = (
            returned.values()
            if isinstance(returned, Mapping)
            else returned
            if isinstance(returned, list | tuple)
            else ()
        )
        for part in parts:
            yield from tensors_in(part, depth - 1)


def _plain_weights(module: nn.Module) -> tuple[Tensor, Tensor]:
    weight = module.get_parameter("weight") if "weight" in module._parameters else module.weight
    assert isinstance(weight, Tensor)
    weight = weight.detach().flatten(1)
    bias = module.bias
    return weight, bias.detach() if isinstance(bias, Tensor) else weight.new_zeros(len(weight))


def _directions(module: nn.Module, width: int) -> Tensor:
    """(K, d), the rows of the module's own weights at length 1. StopIteration if it has none that fit."""
    matrices = (p.detach() for p in module.parameters() if p.ndim == 2 and width in p.shape)
    weight = next(matrices)
    return normalize(weight if weight.shape[1] == width else weight.T, dim=1)


def _scale(cosines: Tensor, scores: Tensor) -> Tensor:
    """By what a classifier multiplies its cosines: the median, which margins on some of them do not move."""
    large = cosines.abs() > 0.1
    return (scores[large] / cosines[large]).median() if bool(large.any()) else cosines.new_ones(())


def _probed(module: nn.Module, read: Tensor) -> tuple[Tensor, Tensor]:
    """Weights of a module that is linear in what it reads, found by sending unit vectors through it.

    From both sides of 0: what is even in them, as the square in a distance to a prototype, is shared by all classes.
    """
    width = read.shape[-1]
    units = torch.eye(width, dtype=read.dtype, device=read.device)
    scores = module(torch.cat([read.new_zeros(1, width), units, -units]))
    return ((scores[1 : width + 1] - scores[width + 1 :]) / 2).T.contiguous(), scores[0]


def close(a: Tensor, b: Tensor, rounded: bool = False) -> bool:
    """Whether two tensors are the same but for rounding, which half-wide numbers, or `rounded` ones, have more of."""
    if a.shape != b.shape:
        return False
    few = rounded or min(torch.finfo(t.dtype).bits for t in (a, b)) < 32
    size = float(b.detach().double().abs().nan_to_num().max()) if b.numel() else 0.0
    return torch.allclose(a.double(), b.double(), rtol=5e-2 if few else 1e-3, atol=(1e-2 if few else 1e-5) * size)


def array_of(tensor: Tensor) -> NDArray:
    """A tensor's numbers, in single precision if they have less."""
    value = tensor.detach().cpu()
    return (value if value.dtype in (torch.float32, torch.float64) else value.float()).numpy()
