"""How fitted functions are painted, in a panel: over a line as curves, over the plane as colours or as heights."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.films.fit import Fitted, Surface
from engine.network.layers import Array
from engine.network.solid import Facets
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.discs import discs_of, shaded_discs
from scenes.parts.paint.graph import SIZE, Graph, graph
from scenes.parts.paint.plane import Place, point_radius
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.shades import paint_shades
from scenes.parts.paint.solid import Eye, lit, paint_pieces
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import RGB, Theme, mix, rgb
from scenes.parts.pictures.matrix import paint_scale, shades

BAND = 0.26
"""How much of a group's colour its band of one standard deviation has."""
SCALE = 44
"""Room for the scale under a function over the plane, in pixels of 1080."""
LEVELS = 64
"""Shades of data over the plane."""
TALL = 0.9
"""How high the highest value of a surface is drawn over the lowest, in half widths of the plane."""
WAY = 64
"""Places looked at between a point and the eye."""


def paint_fit(canvas: Canvas, _: Place, frame: Fitted, theme: Theme) -> None:
    """Each group's band of one standard deviation, its functions thin and their mean bold, the data and residuals."""
    unit = canvas.unit
    named = max((text_width(canvas.fonts, name, SIZE * unit) for name in frame.names), default=0.0)
    to_pixels = graph(canvas, theme, frame.across, frame.up, min(named + 40 * unit, 0.35 * canvas.width), "x")
    context, box = canvas.context, to_pixels.box
    colours = theme.class_colours(len(frame.names))
    context.save()
    context.rectangle(box.left, 0, box.width, box.top + box.height)
    context.clip()
    for middle, spread, colour in zip(frame.middle, frame.spread, colours):
        if spread.any():
            _paint_band(canvas, to_pixels, frame.at, middle, spread, mix(rgb(theme.ground), colour, BAND))
    single = {k for k in range(len(frame.names)) if frame.group.count(k) == 1}
    for values, k in zip(frame.values, frame.group):
        if k not in single:
            _paint_curve(canvas, to_pixels(np.stack([frame.at, values], 1)), 1.6, colours[k], 0.6)
    if len(frame.residuals):
        ends = frame.data - np.stack([np.zeros(len(frame.data)), frame.residuals], 1)
        lines = np.stack([to_pixels(frame.data), to_pixels(ends)], 1).reshape(-1, 2)
        starts, which = 2 * np.arange(len(ends) + 1), np.arange(len(ends))
        stroke(context, lines, starts, which, 2.5 * unit, canvas.colour(rgb(theme.quiet), 0.8))
    for middle, colour in zip(frame.middle, colours):
        _paint_curve(canvas, to_pixels(np.stack([frame.at, middle], 1)), 5, colour)
    if len(frame.data):
        radius = 0.8 * point_radius(20 * len(frame.data)) * unit
        discs = discs_of([rgb(theme.ink)], rgb(theme.rim), radius)[0]
        discs.paint(canvas, to_pixels(frame.data), np.zeros(len(frame.data), np.int64))
    context.restore()
    _paint_names(canvas, to_pixels, frame, colours, theme)


def paint_surface(canvas: Canvas, _: Place, frame: Surface, theme: Theme) -> None:
    """The function as colours over its grid, smooth between; data in the colours of their own values; the scale.

    Where the frame has an eye, values are heights as well.
    """
    if frame.eye is not None:
        paint_heights(canvas, frame, Eye(*frame.eye), theme)
        return
    unit = canvas.unit
    (left, bottom), (right, top) = frame.corners.tolist()
    room = canvas.width - 40 * unit, canvas.height - (SCALE + 30) * unit
    scale = min(room[0] / (right - left), room[1] / (top - bottom))
    width, height = scale * (right - left), scale * (top - bottom)
    box = Box((canvas.width - width) / 2, 15 * unit, width, height)
    paint_shades(canvas, box, shades(frame.values[::-1], frame.low, frame.high, theme))
    if len(frame.points):
        place = Place((box.left - scale * left, box.top + scale * top), scale)
        _paint_data(canvas, frame, place(frame.points), np.arange(len(frame.points)), theme)
    paint_scale(canvas, box, frame.low, frame.high, theme)


def paint_heights(canvas: Canvas, frame: Surface, eye: Eye, theme: Theme) -> None:
    """The function as a surface, light on it, over the floor of its lowest value; data where they are, and how far off.

    Data that the surface hides are seen as rings.
    """
    unit, quiet = canvas.unit, rgb(theme.quiet)
    box = Box(20 * unit, 15 * unit, canvas.width - 40 * unit, canvas.height - (SCALE + 45) * unit)
    stand, pixels = _stand(frame, eye, box)
    height, width = frame.values.shape
    rows, columns = (part.ravel() for part in np.indices((height - 1, width - 1)))
    (left, bottom), (right, top) = frame.corners.tolist()
    across, up = np.linspace(left, right, width), np.linspace(bottom, top, height)
    known = stand(np.stack([*np.meshgrid(across, up), frame.values], -1))
    corners = np.stack([known[rows + v, columns + u] for v, u in ((0, 0), (0, 1), (1, 1), (1, 0))], 1)
    cells = np.stack([rows, columns, rows, columns], 1)
    pieces = Facets(corners, np.zeros(len(rows), np.intp), np.zeros(len(rows), np.bool_), cells)
    middle = sum(frame.values[v : height - 1 + v, u : width - 1 + u] for v in (0, 1) for u in (0, 1)) / 4
    colours = shades(np.asarray(middle).reshape(1, -1), frame.low, frame.high, theme)[0]
    floor = np.array([(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)])
    ends = pixels(stand(np.array([[*place, z] for z in (frame.low, frame.high) for place in floor[:4].tolist()])))
    ground = pixels(stand(np.column_stack([floor, np.full(5, frame.low)])))
    stroke(canvas.context, ground, [0, 5], [0], 2 * unit, canvas.colour(quiet, 0.7))
    paint_pieces(canvas, pixels(corners), pieces.farthest_first(eye.azimuth), lit(corners, colours), ends)
    if len(frame.points):
        data, there = (pixels(stand(np.column_stack([frame.points, z]))) for z in (frame.data, frame.at_data()))
        lines, count = np.stack([data, there], 1).reshape(-1, 2), len(data)
        stroke(canvas.context, lines, 2 * np.arange(count + 1), np.arange(count), 3 * unit, canvas.colour(quiet))
        hidden = _hidden(frame, eye, stand)
        _paint_data(canvas, frame, data, np.flatnonzero(~hidden), theme)
        for x, y in data[hidden].tolist():
            canvas.context.arc(x, y, 9 * unit, 0, 2 * np.pi)
            canvas.context.set_line_width(3 * unit)
            canvas.context.set_source_rgba(*canvas.colour(quiet))
            canvas.context.stroke()
    paint_scale(canvas, box, frame.low, frame.high, theme)


Stand = Callable[[Array], Array]
"""From places and values (…, 3) to space, where the plane reaches from −1 to 1 and the lowest value lies at 0."""


def _stand(frame: Surface, eye: Eye, box: Box) -> tuple[Stand, Stand]:
    """How a function's places and values stand in space, and where points in space (…, 3) are seen in a box (…, 2)."""
    middle, half = frame.corners.mean(0), float(np.ptp(frame.corners, axis=0).max()) / 2
    high = TALL / ((frame.high - frame.low) or 1.0)
    reach = float(np.linalg.norm(np.ptp(frame.corners, axis=0))) / 2 / half  # the same however it is turned
    upwards = 2 * reach * np.sin(eye.elevation) + TALL * np.cos(eye.elevation)
    scale = min(box.width / (2 * reach), box.height / upwards)
    x = box.left + box.width / 2
    y = box.top + box.height / 2 + scale * TALL * np.cos(eye.elevation) / 2
    shift, size = np.array([*middle, frame.low]), np.array([1 / half, 1 / half, high])
    return lambda at: (at - shift) * size, lambda points: (x, y) + scale * eye(points) * (1, -1)


def _hidden(frame: Surface, eye: Eye, stand: Stand) -> NDArray[np.bool_]:
    """(N,), whether the surface lies between a point of the data and the eye, which looks from above."""
    start = stand(np.column_stack([frame.points, frame.data]))
    far = (TALL + start[:, 2]) / eye.towards[2] + 1e-9  # how far away the way to the eye has left the surface below
    steps = np.linspace(0, 1, WAY + 1)[1:, None, None] * np.maximum(far, 0)[:, None]
    way = start + steps * eye.towards  # S N 3
    one = stand(np.array([0.0, 0.0, 0.0])), stand(np.array([1.0, 1.0, 0.0]))
    places = (way[..., :2] - one[0][:2]) / (one[1][:2] - one[0][:2])
    within = ((places >= frame.corners[0]) & (places <= frame.corners[1])).all(-1)
    heights = stand(np.concatenate([places, frame.between(places)[..., None]], -1))[..., 2]
    return (within & (heights > way[..., 2] + 1e-6)).any(0)


def _paint_data(canvas: Canvas, frame: Surface, at: Array, which: NDArray[np.intp], theme: Theme) -> None:
    """Some of the data, at pixels (N, 2), in the colours of their values."""
    unit = canvas.unit
    ramp = shades(np.linspace(frame.low, frame.high, LEVELS)[None], frame.low, frame.high, theme)[0]
    share = (frame.data - frame.low) / ((frame.high - frame.low) or 1.0)
    level = np.clip(np.rint(share * (LEVELS - 1)), 0, LEVELS - 1).astype(np.int64)
    _paint_rims(canvas, at[which], 11 * unit, rgb(theme.quiet))
    shaded_discs(ramp, rgb(theme.rim), 9 * unit).paint(canvas, at[which], level[which])


def _paint_rims(canvas: Canvas, places: Array, radius: float, colour: RGB) -> None:
    discs = discs_of([colour], colour, radius)[0]
    discs.paint(canvas, places, np.zeros(len(places), np.int64))


def _paint_band(canvas: Canvas, graph: Graph, at: Array, middle: Array, spread: Array, colour: RGB) -> None:
    above, below = (graph(np.stack([at, middle + sign * spread], 1)) for sign in (1, -1))
    canvas.context.set_source_rgba(*canvas.colour(colour))
    for x, y in (*above.tolist(), *below[::-1].tolist()):
        canvas.context.line_to(x, y)
    canvas.context.close_path()
    canvas.context.fill()


def _paint_curve(canvas: Canvas, places: Array, width: float, colour: RGB, alpha: float = 1.0) -> None:
    stroke(canvas.context, places, [0, len(places)], [0], width * canvas.unit, canvas.colour(colour, alpha))


def _paint_names(canvas: Canvas, graph: Graph, frame: Fitted, colours: list[RGB], theme: Theme) -> None:
    """At the right, beside each mean's end, or as near as they have room."""
    size, unit, taken = SIZE * canvas.unit, canvas.unit, []
    right, low = graph.box.left + graph.box.width, graph.box.top + graph.box.height
    ends = [graph(np.array([[frame.at[-1], middle[-1]]]))[0, 1] for middle in frame.middle]
    for k in np.argsort(ends).tolist():
        y = max([min(max(ends[k], graph.box.top), low), *[other + 1.1 * size for other in taken]])
        taken.append(y)
        text, fits = fitted_text(canvas.fonts, frame.names[k], size, canvas.width - right - 24 * unit)
        paint_text(
            canvas, text, (right + 16 * unit, y + 0.35 * size), fits, theme.written(colours[k]), halo=rgb(theme.rim)
        )
