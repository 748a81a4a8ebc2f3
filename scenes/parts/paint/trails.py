"""The ways that some of the points have just gone, over all points: thin where they began, a dot where they are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.network.layers import Array
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.theme import RGB, Theme, mix, rgb

INK = 0.5
"""How much of the ink is in a trail: it must be seen over points of its own colour."""
WIDE, HEAD, RIM = 5.0, 6.0, 2.0
"""A trail's width at its end, the dot's radius there, and the rim around both, in units of the canvas."""
LONG = 40.0
"""From which length on a trail is so wide, in units of the canvas; shorter ones are thinner, as points come to rest."""


def paint_trails(canvas: Canvas, ways: Array, labels: NDArray[np.int64], colours: Sequence[RGB], theme: Theme) -> None:
    """Paint ways (M, S, 2) in pixels, each in its label's colour, made brighter, with a rim."""
    context, unit = canvas.context, canvas.unit
    weight = np.minimum(1, np.linalg.norm(np.diff(ways, axis=1), axis=2).sum(1) / (LONG * unit))
    along = np.gradient(ways, axis=1)
    across = np.stack([-along[..., 1], along[..., 0]], 2) / np.maximum(np.linalg.norm(along, axis=2), 1e-9)[..., None]
    grows = across * np.linspace(0, 0.5, ways.shape[1])[:, None]
    paints = [canvas.colour(mix(colour, rgb(theme.ink), INK)) for colour in colours]
    dark = canvas.colour(rgb(theme.rim))
    for rim in (RIM, 0.0):
        half = grows * (weight * WIDE + rim)[:, None, None] * unit
        outlines = np.concatenate([ways + half, (ways - half)[:, ::-1]], 1).tolist()
        radii = (weight * HEAD + rim) * unit
        for k in np.flatnonzero(weight > 0.05).tolist():
            context.new_path()
            for corner in outlines[k]:
                context.line_to(*corner)
            x, y = ways[k, -1].tolist()
            context.new_sub_path()
            context.arc_negative(x, y, radii[k], 2 * np.pi, 0)
            context.set_source_rgba(*(dark if rim else paints[labels[k]]))
            context.fill()  # one by one: what a fill costs is the area that it spans
