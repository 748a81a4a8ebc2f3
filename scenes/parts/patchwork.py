"""How the linear pieces of a network are painted: a patchwork, its seams the folds."""

import cairo
import numpy as np

from engine.films.folds import TONES, Folded
from scenes.parts.camera import Canvas
from scenes.parts.picture import Place, paint_ground, paint_points
from scenes.parts.theme import Theme, mix, rgb


def paint_patchwork(canvas: Canvas, place: Place, frame: Folded, theme: Theme) -> None:
    """Pieces, seams and points; the colour tells pieces apart or, where there are answers, says the answer."""
    context = canvas.context
    paint_ground(canvas, theme)
    starts = frame.pieces.starts
    vertices = place(frame.pieces.vertices)
    seen = _seen(vertices, starts, canvas)
    outlines = [vertices[starts[k] : starts[k + 1]].tolist() for k in seen]
    colours = _colours(frame, theme)
    context.set_antialias(cairo.ANTIALIAS_NONE)  # neighbours share their edge: no seam between them
    for outline, colour in zip(outlines, colours[seen].tolist()):
        _trace(context, outline)
        context.set_source_rgba(*canvas.colour((colour[0], colour[1], colour[2])))
        context.fill()
    context.set_antialias(cairo.ANTIALIAS_DEFAULT)
    context.set_source_rgba(*canvas.colour(rgb(theme.ink), 0.5 if len(seen) < 200 else 0.28))
    context.set_line_width((2.0 if len(seen) < 200 else 1.0) * canvas.unit)
    for outline in outlines:
        _trace(context, outline)
        context.stroke()
    paint_points(canvas._replace(frame_side=None), place, frame, theme)  # as small as the panel


def _seen(vertices: np.ndarray, starts: np.ndarray, canvas: Canvas) -> np.ndarray:
    """Pieces that may be on the canvas: their boxes meet it."""
    low, high = np.minimum.reduceat(vertices, starts[:-1]), np.maximum.reduceat(vertices, starts[:-1])
    return np.flatnonzero(((high > 0) & (low < (canvas.width, canvas.height))).all(1))


def _colours(frame: Folded, theme: Theme) -> np.ndarray:
    """(P, 3): a tone each, or the answer's colour in two lightnesses."""
    if frame.answers is None:
        return np.array(theme.region_colours(TONES))[frame.tones]
    classes = max(int(frame.labels.max()), int(frame.answers.max())) + 1
    colours = np.array(theme.region_colours(classes))
    lighter = np.array([mix(colour, rgb(theme.ink), 0.12) for colour in theme.region_colours(classes)])
    return np.where((frame.tones % 2)[:, None] == 0, colours[frame.answers], lighter[frame.answers])


def _trace(context: cairo.Context, outline: list[list[float]]) -> None:
    context.new_sub_path()
    for x, y in outline:
        context.line_to(x, y)
    context.close_path()
