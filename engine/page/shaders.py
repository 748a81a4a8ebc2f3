"""What a page can compute: kinds of activations that have a function for the screen and one for the script."""

import re
from functools import cache
from pathlib import Path

from engine.errors import UnspiralError
from engine.network.activations import Activation
from engine.network.layers import Linear, Network

WEB = Path(__file__).parent / "web"
LARGEST = 512
"""Units of a layer that a page computes: wider networks are shown by where their points go."""
MOST_INPUTS = 16
"""Dimensions of the points that it carries."""
MOST_WEIGHTS = 20_000
"""Of a network that is computed for each point at each frame."""


def computable(layers: Network) -> bool:
    """Whether a page computes a network, and does not rather carry where its points go: it is not too large."""
    shapes = [layer.weight.shape[-2:] for layer in layers if isinstance(layer, Linear)]
    weights, widest = sum(rows * columns for rows, columns in shapes), max(max(shape) for shape in shapes)
    return shapes[0][1] <= MOST_INPUTS and widest <= LARGEST and weights <= MOST_WEIGHTS


def check_kinds(layers: Network) -> None:
    """UnspiralError unless a page can compute every layer."""
    for layer in layers:
        if not isinstance(layer, Linear) and layer.name not in computed():
            raise UnspiralError(
                f"a page cannot compute {layer.title} yet: {layer.name} has no function in "
                f"{_missing(layer)} of {WEB.parent.name}/{WEB.name}; make a clip with unspiral film"
            )


def _missing(layer: Activation) -> str:
    return " and ".join(file for file in ("kinds.glsl", "kinds.js") if layer.name not in functions(file))


@cache
def functions(file: str) -> frozenset[str]:
    """The kinds for which a file has a function: `float tanh_(float x)` in shaders, `tanh(x)` in scripts."""
    text = (WEB / file).read_text(encoding="utf-8")
    found = r"^float kind_(\w+)\(" if file.endswith(".glsl") else r"^  (\w+)\("
    return frozenset(re.findall(found, text, re.MULTILINE))


def computed() -> frozenset[str]:
    """Names of the kinds that a page can compute."""
    return functions("kinds.glsl") & functions("kinds.js")
