"""How the linear pieces of a network are painted: a patchwork, its seams the folds."""

import numpy as np

from engine.films.folds import Folded
from engine.network.pieces import TONES
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.fading import covering
from scenes.parts.paint.plane import Place, paint_ground, paint_points
from scenes.parts.paint.raster import stroke, tile
from scenes.parts.paint.theme import Theme, mix, rgb


def paint_patchwork(canvas: Canvas, place: Place, frame: Folded, theme: Theme) -> None:
    """Pieces, seams and points; greys tell pieces apart; where there are answers, the colour says the answer."""
    paint_ground(canvas, theme)
    starts = frame.pieces.starts
    vertices = place(frame.pieces.vertices)
    seen = _seen(vertices, starts, canvas)
    with covering(canvas, theme) as part:
        tile(part.context, vertices, starts, seen, _colours(canvas, frame, theme))
    many = float(np.clip(np.log10(max(len(seen), 1)) - 2, 0, 1))  # from a hundred to a thousand: thinner and fainter
    vertices, starts = place(frame.seams.vertices), frame.seams.starts
    width, colour = (2.4 - 1.2 * many) * canvas.unit, canvas.colour(rgb(theme.ink), 0.6 - 0.2 * many)
    stroke(canvas.context, vertices, starts, _seen(vertices, starts, canvas), width, colour)
    paint_points(canvas._replace(frame_side=None), place, frame, theme)  # as small as the panel


def _seen(vertices: np.ndarray, starts: np.ndarray, canvas: Canvas) -> np.ndarray:
    """Pieces, or seams, that may be on the canvas: their boxes meet it."""
    low, high = np.minimum.reduceat(vertices, starts[:-1]), np.maximum.reduceat(vertices, starts[:-1])
    return np.flatnonzero(((high > 0) & (low < (canvas.width, canvas.height))).all(1))


def _colours(canvas: Canvas, frame: Folded, theme: Theme) -> np.ndarray:
    """(P, 4), as `Canvas.colour` gives them: a tone each, or the answer's colour in two lightnesses."""
    if frame.answers is None:
        tones = [canvas.colour(colour) for colour in theme.piece_colours(TONES)]
        return np.array(tones)[frame.tones]
    classes = max(int(frame.labels.max()), int(frame.answers.max())) + 1
    colours = theme.region_colours(classes)
    lighter = [mix(colour, rgb(theme.ink), 0.12) for colour in colours]
    tones = np.array([[canvas.colour(colour) for colour in some] for some in (colours, lighter)])
    return tones[frame.tones % 2, frame.answers]
