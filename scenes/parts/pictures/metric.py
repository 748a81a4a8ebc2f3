"""How directions are painted, in a panel: the circle or the sphere, the points on it, and each class's arc or cap."""

import math

import numpy as np

from engine.films.metric import Directions
from engine.network.layers import Array
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.discs import discs_of
from scenes.parts.paint.plane import Place, paint_ground, point_radius
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.text import Anchor, paint_text
from scenes.parts.paint.theme import SIZES, STRONG, Theme, mix, rgb

OUT = 0.07
"""From the circle to the first class's arc, and from one arc to the next that would lie over it, in radii."""


def paint_metric(canvas: Canvas, place: Place, frame: Directions, theme: Theme) -> None:
    """Points behind the sphere are dim; arcs lie outside the circle, beside one another, each with its class's name."""
    unit, context = canvas.unit, canvas.context
    paint_ground(canvas, theme)
    angle = np.linspace(0, math.tau, 181)
    rim = place(np.stack([np.cos(angle), np.sin(angle)], 1))
    stroke(context, rim, [0, len(rim)], [0], 2 * unit, canvas.colour(rgb(theme.quiet), 0.7))
    classes = len(frame.arcs)
    colours = theme.class_colours(classes)
    dim = [mix(rgb(theme.ground), colour, 0.45) for colour in colours]
    radius, order = 0.8 * point_radius(len(frame.points)) * unit, np.argsort(frame.depth, kind="stable")
    for shades, some in ((dim, order[frame.depth[order] < 0]), (colours, order[frame.depth[order] >= 0])):
        if len(some):
            discs = discs_of(shades, rgb(theme.rim), radius, squares=theme.round_classes(classes))[0]
            discs.paint(canvas, place(frame.points[some]), frame.labels[some])
    if classes > 1:
        _paint_arcs(canvas, place, frame, theme)


def _paint_arcs(canvas: Canvas, place: Place, frame: Directions, theme: Theme) -> None:
    """Each class's arc and name; no name where another one or its arc is, as before the classes part."""
    lanes: list[list[tuple[float, float]]] = []
    size, rim = SIZES.label * canvas.unit, rgb(theme.rim)
    colours = theme.class_colours(len(frame.arcs))
    outs = [1.0 if frame.sphere or not len(arc) else 1.0 + OUT * (1 + _lane(arc, lanes)) for arc in frame.arcs]
    lines = [place(out * arc) for out, arc in zip(outs, frame.arcs)]
    names: list[tuple[int, Array, Anchor]] = []
    for k, (arc, line) in enumerate(zip(frame.arcs, lines)):
        if not len(arc):
            continue
        stroke(canvas.context, line, [0, len(line)], [0], 6 * canvas.unit, canvas.colour(colours[k]))
        middle = arc[len(arc) // 2] if not frame.sphere else arc.mean(0)
        at = place(outs[k] * middle[None])[0]
        anchor: Anchor = "middle"
        if not frame.sphere:
            at += 0.7 * size * np.array([middle[0], -middle[1]])
            anchor = "middle" if abs(middle[0]) < 0.3 else "left" if middle[0] > 0 else "right"
        names.append((k, at, anchor))
    for k, at, anchor in names:
        others = [*(there[None] for j, there, _ in names if j != k)]
        if not frame.sphere:
            others += [line for j, line in enumerate(lines) if j != k and len(line)]
        room = min((float(np.linalg.norm(there - at, axis=1).min()) for there in others), default=np.inf)
        alpha = float(np.clip((room - 0.8 * size) / (0.1 * size), 0, 1))  # soon there or gone: no half name is read
        if alpha > 0:
            x, y = at.tolist()
            paint_text(
                canvas, theme.name(k), (x, y + 0.35 * size), size, theme.written(colours[k]), font=STRONG,
                anchor=anchor, alpha=alpha, halo=rim,
            )  # fmt: skip


def _lane(arc: np.ndarray, lanes: list[list[tuple[float, float]]]) -> int:
    """How many arcs further out this one lies, so that none lies over another; it takes its place there."""
    turned = np.unwrap(np.arctan2(arc[:, 1], arc[:, 0]))
    middle, half = float(turned[len(turned) // 2]), float(np.ptp(turned)) / 2
    for number, taken in enumerate(lanes):
        if all(abs(math.remainder(middle - other, math.tau)) > half + width for other, width in taken):
            taken.append((middle, half))
            return number
    lanes.append([(middle, half)])
    return len(lanes) - 1
