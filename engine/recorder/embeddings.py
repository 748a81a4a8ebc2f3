"""A model whose layers films do not know: recorded by where it sends points, and lines of the input plane."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import UnspiralError
from engine.network.layers import Linear, Network
from engine.network.lines import extent_of, square_grid
from engine.recorder.answers import Answers
from engine.recorder.chain import changed
from engine.recorder.head import Head
from engine.recorder.inputs import Inputs
from engine.recorder.probe import Probe
from engine.recorder.product import Product
from engine.recorder.twin import Twin, twin_of, worth_it
from engine.runs.run_file import layer_arrays

LINES, SAMPLES = 21, 201
"""Lines each way of the input plane, and points on each, whose embedding is recorded where layers are not known."""

AT_ONCE = 1 << 22
"""Numbers of x that go through the model at once."""

Source = str | Callable[[nn.Module, Any], Any]
"""Where the embedding is: what the module of this name reads or gives, or a function of the model and x."""


class Embeddings:
    """What is recorded of a model that is no chain: where it sends `inputs` and, if x is a plane, lines of it.

    `head` and `classifier` tell what is read, and the regions; without them it is what `source` gives.
    """

    def __init__(
        self,
        probe: Probe,
        source: Source,
        head: Head | None,
        classifier: str | None,
        inputs: list[Inputs],
        kept: NDArray[np.intp] | None,
        plane: NDArray | None,
        dimensions: int,
        width: int,
    ) -> None:
        self._probe: Probe | Twin = probe
        self._source, self._head = source, head
        self._inputs, self._kept, self._width = inputs, kept, width
        self._classifier = classifier
        segments, self._grid = np.zeros((0, 2, dimensions)), None
        samples = SAMPLES
        if plane is not None and inputs[0].alone is not None:
            count = LINES if width <= 16 else LINES // 2 + 1
            samples = SAMPLES if width <= 16 else SAMPLES // 2 + 1
            segments = square_grid(extent_of(plane), count)
            t = np.linspace(0, 1, samples)[:, None]
            grid = (1 - t) * segments[:, :1] + t * segments[:, 1:]  # L S 2
            x = inputs[0].alone
            self._grid = Inputs((torch.tensor(grid.reshape(-1, 2)).to(x),), {}, len(segments) * samples)
        self.constants = {"trajectories.segments": segments}
        self._shape = (len(segments), samples)
        self._rooms: dict[str, tuple[int, ...]] | None = None
        self._wide: dict[str, np.dtype] = {}
        self._linear: Linear | None = None
        points, lines, *_ = self.values()
        self.network: Network = () if self._linear is None else (self._linear,)
        layers = layer_arrays(self.network)
        self._rooms = {name: array.shape for name, array in layers.items()}
        self._wide = {name: array.dtype for name, array in layers.items()}
        self.row = {"trajectories.points": points, "trajectories.lines": lines, **layers}
        self._with_twin()

    def aside(self) -> Callable[[], list[NDArray]] | None:
        """What gives the arrays of the row as the model is now, from any thread; None if only `values` can."""
        if self._twin is None:
            return None
        if not self._twin.follow():
            self._twin = self._other = None
            return None
        assert self._other is not None
        return self._other.values

    def _with_twin(self) -> None:
        """Let a twin of the model be evaluated instead, if that is certain to give the same and worth it."""
        self._twin = self._other = None
        probe = self._probe
        assert isinstance(probe, Probe)
        twin = twin_of(probe.model, probe.device) if isinstance(self._source, str) else None
        if twin is None:
            return
        other = copy.copy(self)
        other._probe = twin
        values = worth_it(other.values)
        if values is not None and all(map(np.array_equal, values, self.row.values())):
            self._twin, self._other = twin, other

    def values(self) -> list[NDArray]:
        """The arrays of the row."""
        self._linear = None
        points = torch.cat([self._embedded(inputs) for inputs in self._inputs])
        shown = points if self._kept is None else points[torch.as_tensor(self._kept)]
        lines = self._embedded(self._grid) if self._grid is not None else points[:0]
        layers = {} if self._linear is None else layer_arrays((self._linear,))
        if self._rooms is not None and {name: array.shape for name, array in layers.items()} != self._rooms:
            raise changed(f"the classifier {self._source!r} has another shape now")
        wide = [np.asarray(array, self._wide.get(name, array.dtype)) for name, array in layers.items()]
        return [_narrow(shown), _narrow(lines).reshape(*self._shape, self._width), *wide]

    def _embedded(self, inputs: Inputs) -> Tensor:
        """Embedding (N, d) of points by the model as it is, a bounded part of them at a time."""
        numbers = sum(tensor.numel() for tensor in inputs.tensors)
        step = inputs.rows if numbers <= AT_ONCE or inputs.alone is None else max(1, AT_ONCE * inputs.rows // numbers)
        parts = [inputs.part(i, i + step) for i in range(0, inputs.rows, step)] if step < inputs.rows else [inputs]
        e = torch.cat([self._of_part(part) for part in parts])
        if e.ndim != 2 or e.shape[1] != self._width:
            raise changed(f"{self._source!r} gives something else now")
        return e.detach()

    def _of_part(self, part: Inputs) -> Tensor:
        if not isinstance(self._source, str):
            return self._of_function(self._source, part)
        kept: list[Tensor] = []
        try:
            module = self._probe.model.get_submodule(self._source)
        except AttributeError:
            raise changed(f"its module {self._source!r} is gone") from None
        head, busy = self._head, False

        def keep(called: nn.Module, given: tuple[Any, ...], output: Any) -> None:
            nonlocal busy
            if busy:
                return
            busy = True
            if head is None:
                kept.append(as_rows(output, part.rows))
            else:
                kept.append(head.embedding(given[0], called))
                if self._linear is None and head.regions:
                    self._linear = head.weights(called, given[0], output)
            busy = False

        self._probe(part, {module: keep})
        if not kept:
            raise changed(f"it no longer uses its module {self._source!r}")
        if head is not None and head.reading == "calls":
            return torch.stack(kept, 1).flatten(0, 1)
        return kept[-1]

    def _of_function(self, source: Callable[[nn.Module, Any], Any], part: Inputs) -> Tensor:
        head, name = self._head, self._classifier

        def embedding(model: nn.Module, x: Any) -> Tensor:
            e = as_rows(source(model, x), part.rows)
            if isinstance(source, Product | Answers) and head is not None and self._linear is None:
                self._linear = head.rows(source.weights(model, x))
            if head is None or name is None:
                return e
            module = model.get_submodule(name)
            if self._linear is None and head.regions:
                self._linear = head.weights(module, e, module(e))
            return head.embedding(e, module)

        assert isinstance(self._probe, Probe)
        return self._probe.function(embedding, part)


def as_rows(output: Any, count: int) -> Tensor:
    """(N, d) of whatever a module or a function gives for `count` points. UnspiralError if it is no such thing."""
    value = output[0] if isinstance(output, tuple | list) and output and isinstance(output[0], Tensor) else output
    if isinstance(value, np.ndarray):
        value = torch.as_tensor(value)
    if not isinstance(value, Tensor) or not value.ndim or len(value) != count or not value.is_floating_point():
        given = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
        raise UnspiralError(f"the embedding is {given}; it must be one vector for each of the {count} points")
    return value.detach().flatten(1) if value.ndim > 1 else value.detach()[:, None]


def _narrow(tensor: Tensor) -> NDArray:
    return tensor.cpu().to(torch.float32).numpy()
