"""The mobject that shows a tour: points and grid in a plane of feature space, and the features' axes as rays."""

import numpy as np

from engine.films.feature_tour import Toured
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.key import paint_key
from scenes.parts.paint.plane import (
    Place,
    faded,
    paint_axes,
    paint_axis_names,
    paint_class_vectors,
    paint_ground,
    paint_lines,
    paint_points,
    paint_regions,
)
from scenes.parts.paint.readouts import paint_readouts
from scenes.parts.paint.text import paint_text, subscript
from scenes.parts.paint.theme import STRONG, Theme, rgb
from scenes.parts.pictures.picture import Picture


class TourPicture(Picture):
    """A picture of a tour: the features' axes as rays, class vectors all the time."""

    frame: Toured

    def paint(self, canvas: Canvas) -> None:
        """Paint the frame: regions only where the plane is the embedding's."""
        frame, theme, place = self.frame, self.theme, self.place(canvas)
        paint_ground(canvas, theme)
        faded(paint_regions, canvas, place, frame, theme)
        paint_axes(canvas, place, frame, theme)
        paint_lines(canvas, place, frame, theme)
        paint_points(canvas, place, frame, theme)
        paint_axis_names(canvas, place, frame, theme)
        paint_rays(canvas, place, frame, theme)
        paint_class_vectors(canvas, place, frame, theme)
        paint_readouts(canvas, frame, theme)
        paint_key(canvas, frame, theme)


def paint_rays(canvas: Canvas, place: Place, frame: Toured, theme: Theme) -> None:
    """The features' axes, short where they stick out of the plane; the most important ones bright, and named."""
    context, unit = canvas.context, canvas.unit
    fade = 1 - frame.decided
    if fade <= 0:
        return
    middle = np.array(place.origin)
    tips = place(frame.ray * frame.rays)
    x, y = middle.tolist()
    context.set_line_width(1.5 * unit)
    context.set_source_rgba(*canvas.colour(rgb(theme.quiet), 0.6 * fade))
    for tip_x, tip_y in tips.tolist():
        context.move_to(x, y)
        context.line_to(tip_x, tip_y)
    context.stroke()
    named = tips[list(frame.named)]
    lengths = np.linalg.norm(named - middle, axis=1)
    labels = named + 26 * unit * (named - middle) / np.maximum(lengths, 1e-9)[:, None]
    for k, (feature, length) in enumerate(zip(frame.named, lengths.tolist())):
        context.set_line_width(4 * unit)
        context.set_source_rgba(*canvas.colour(rgb(theme.ink), 0.9 * fade))
        context.move_to(x, y)
        context.line_to(*named[k].tolist())
        context.stroke()
        nearer = np.linalg.norm(labels[:k] - labels[k], axis=1).min(initial=np.inf)
        alpha = float(np.clip((min(length, nearer) / unit - 50) / 30, 0, 1)) * fade  # no name over another
        if alpha > 0:
            text = "f" + subscript(feature + 1)
            at = (float(labels[k, 0]), float(labels[k, 1]) + 11 * unit)
            ink, rim = rgb(theme.ink), rgb(theme.rim)
            paint_text(canvas, text, at, 34 * unit, ink, font=STRONG, anchor="middle", alpha=alpha, halo=rim)
