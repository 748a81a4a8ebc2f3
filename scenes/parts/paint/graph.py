"""A graph: two axes with the numbers at their ends, and the way from numbers to pixels."""

from typing import NamedTuple

import numpy as np

from engine.network.layers import Array
from engine.numbers import significant
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import Theme, rgb

SIZE = 30
"""Of names and numbers, in pixels of 1080."""


class Graph(NamedTuple):
    """Where numbers lie on the canvas."""

    box: Box
    across: tuple[float, float]
    up: tuple[float, float]
    """What the ends of both axes stand for."""

    def __call__(self, points: Array) -> Array:
        """Points (N, 2) of numbers as pixels (N, 2)."""
        (left, right), (low, high), box = self.across, self.up, self.box
        shares = (np.asarray(points, float) - (left, low)) / (right - left, high - low)
        return np.stack([box.left + shares[:, 0] * box.width, box.top + (1 - shares[:, 1]) * box.height], 1)


def graph(
    canvas: Canvas, theme: Theme, across: tuple[float, float], up: tuple[float, float], beside: float = 0.0,
    named: str = "", upward: str = "",
) -> Graph:  # fmt: skip
    """Paint the axes of a graph that fills the canvas but for `beside` pixels at its right; `named` is the axis across,
    `upward` what is to be said of the other one.

    Numbers stand at the axes' ends: upwards with three significant digits, across as short as they are.
    """
    unit, size, quiet = canvas.unit, SIZE * canvas.unit, rgb(theme.quiet)
    heights = [significant(end, 3) for end in up]
    left = max(text_width(canvas.fonts, end, size) for end in heights) + 54 * unit
    box = Box(left, 36 * unit, canvas.width - left - max(beside, 40 * unit), canvas.height - 100 * unit)
    bottom = box.top + box.height
    axes = np.array([[left, box.top], [left, bottom], [left + box.width, bottom]])
    stroke(canvas.context, axes, [0, 3], [0], 2 * unit, canvas.colour(quiet, 0.7))
    for text, y in zip(heights, (bottom, box.top)):
        paint_text(canvas, text, (left - 14 * unit, y + 0.35 * size), size, quiet, anchor="right")
    ends = [f"{end:.3g}".replace("-", "−") if abs(end) < 1000 else f"{end:g}" for end in across]
    for text, x, anchor in zip(ends, (left, left + box.width), ("left", "right")):
        paint_text(canvas, text, (x, bottom + 40 * unit), size, quiet, anchor=anchor)
    taken = 2 * max(text_width(canvas.fonts, text, size) for text in ends) + size
    named, fitting = fitted_text(canvas.fonts, named, size, box.width - taken)
    paint_text(canvas, named, (left + box.width / 2, bottom + 40 * unit), fitting, quiet, anchor="middle")
    if upward:
        text, fitting = fitted_text(canvas.fonts, upward, 0.8 * size, box.width)
        paint_text(canvas, text, (left - 8 * unit, box.top - 15 * unit), fitting, quiet)
    return Graph(box, across, up)
