"""Flat pieces in space as they are seen from far away, the nearer over the farther."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.network.layers import Array
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.raster import tile_smoothly

LIGHT = np.array([-0.35, -0.45, 0.82])
"""Where light comes from."""


class Eye(NamedTuple):
    """From where something in space is seen, without perspective; its third axis points up."""

    azimuth: float
    """Radians that the ground is turned, anti-clockwise from above."""
    elevation: float
    """Radians of the eye over the ground: π/2 is from above."""

    @property
    def towards(self) -> Array:
        """(3,), the direction from what is seen to the eye."""
        low, high = np.cos(self.elevation), np.sin(self.elevation)
        return np.array([-low * np.sin(self.azimuth), -low * np.cos(self.azimuth), high])

    def __call__(self, points: Array) -> Array:
        """How far right and how far up points (…, 3) are seen: (…, 2)."""
        cos, sin = np.cos(self.azimuth), np.sin(self.azimuth)
        x, y, z = points[..., 0], points[..., 1], points[..., 2]
        right, back = cos * x - sin * y, sin * x + cos * y
        return np.stack([right, np.sin(self.elevation) * back + np.cos(self.elevation) * z], -1)


def lit(corners: Array, colours: Array) -> Array:
    """The colours (P, 3) of pieces with these corners (P, 4, 3), darker where they are turned from the light."""
    slope = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    steep = np.maximum(np.sqrt(slope**2 @ (1, 1, 1)), 1e-12)  # 0 where a piece is as thin as a line
    light = 0.6 + 0.4 * np.clip(slope @ LIGHT / steep, 0, 1) / LIGHT[2]
    return np.clip(light[:, None] * colours, 0, 1)


def paint_pieces(canvas: Canvas, pixels: Array, order: NDArray[np.intp], colours: Array, ends: Array) -> None:
    """Pieces with corners (P, 4, 2) in pixels, in an order, a colour (P, 3) each, all between the `ends` (E, 2).

    They are painted at twice the size: four pixels make one, so that edges are smooth.
    """
    sides = pixels - pixels[:, (1, 2, 3, 0)]
    sides *= 0.5 / np.maximum(np.sqrt((sides**2) @ (1, 1)), 0.5)[..., None]
    pixels = pixels + sides - sides[:, (3, 0, 1, 2)]  # half a pixel longer at every end: no seams
    corner = np.floor(ends.min(0)).astype(int) - 1
    width, height = (np.ceil(ends.max(0)).astype(int) + 1 - corner).tolist()
    tile_smoothly(
        canvas.context,
        (*corner.tolist(), width, height),
        pixels.reshape(-1, 2),
        np.arange(0, 4 * len(pixels) + 1, 4),
        order,
        np.column_stack([colours[:, ::-1], np.ones(len(colours))]),
    )
