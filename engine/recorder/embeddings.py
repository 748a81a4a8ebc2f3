"""Any other model, recorded by where its points go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.network.layers import Linear
from engine.network.lines import extent_of, square_grid
from engine.recorder.chain import array_of, as_linear, other_model
from engine.recorder.probe import evaluated, undisturbed
from engine.runs.run_file import layer_arrays

LINES, SAMPLES = 21, 201
"""Lines each way of the input plane, and points on each, whose embedding is recorded where layers are not known."""
_AT_ONCE = 1 << 22  # numbers of x that go through the model at once


class Embeddings:
    """What is recorded of any other model: where it sends the points and, if x is a plane, lines of it."""

    def __init__(self, model: nn.Module, names: tuple[str, ...], x: Tensor, points: NDArray) -> None:
        self._model, self._names, self._x = model, names, x
        segments, self._grid = np.zeros((0, 2, points.shape[1])), x[:0]
        if x.shape[1:] == (2,) and x.is_floating_point():
            segments = square_grid(extent_of(points), LINES)
            t = np.linspace(0, 1, SAMPLES)[:, None]
            grid = (1 - t) * segments[:, :1] + t * segments[:, 1:]  # L S 2
            self._grid = torch.as_tensor(grid.reshape(-1, 2)).to(x)
        self.constants: Mapping[str, NDArray] = {"trajectories.segments": segments}
        self._shape = (len(segments), SAMPLES)
        last = model.get_submodule(names[1])
        assert isinstance(last, nn.Linear)
        self.network = (self._classifier(last),)
        self._rooms = {name: array.shape for name, array in layer_arrays(self.network).items()}
        names_ = ("trajectories.points", "trajectories.lines", *self._rooms)
        self.row = dict(zip(names_, self.values()))

    def values(self) -> list[NDArray]:
        """The arrays of the row."""
        try:
            embedding, last = (self._model.get_submodule(name) for name in self._names)
        except AttributeError:
            raise other_model("a module that was named is gone") from None
        width = self.network[0].weight.shape[1]
        points, lines = (array_of(self._embedded(embedding, x, width)).astype("f4") for x in (self._x, self._grid))
        layers = layer_arrays((self._classifier(last),)) if isinstance(last, nn.Linear) else {}
        if {name: array.shape for name, array in layers.items()} != self._rooms:
            raise other_model(f"the classifier {self._names[1]!r} has another shape now")
        return [points, lines.reshape(*self._shape, points.shape[1]), *layers.values()]

    def _classifier(self, module: nn.Linear) -> Linear:
        """The classifier's weights, read in eval mode: normalised layers compute them, in training with effects."""
        with undisturbed(self._model, self._x.device):
            return as_linear(module)

    def _embedded(self, module: nn.Module, x: Tensor, width: int) -> Tensor:
        """Embedding (N, d) of x by the model as it is, a bounded part of x at a time."""
        kept: list[Tensor] = []

        def keep(called: nn.Module, _: tuple[Any, ...], output: Tensor) -> None:
            kept.append(output.flatten(1))

        if not len(x):
            return x.new_zeros((0, width))
        for part in x.split(max(1, _AT_ONCE // max(1, x[0].numel()))):
            evaluated(self._model, part, keep, [module])
        if sum(map(len, kept)) != len(x) or kept[0].shape[1] != width:
            raise other_model(f"its module {self._names[0]!r} gives something else now")
        return torch.cat(kept)
