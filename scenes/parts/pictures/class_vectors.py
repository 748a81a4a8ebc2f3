"""The classifier alone: angles between its class vectors, and one point with its projections and bars."""

import math

from engine.films.class_vectors import Spread
from engine.numbers import decimal
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.plane import Place, paint_class_vectors
from scenes.parts.paint.text import paint_text
from scenes.parts.paint.theme import STRONG, Theme, rgb
from scenes.parts.pictures.picture import Picture

ARC = 150
"""Radius of the arcs between class vectors, in pixels of 1080."""
BARS = Box(138, 250, 250, 480)
"""Where the bars lie beside the plane of a wide frame, in pixels of 1080."""
BELOW = 430
"""Height of the bars below the plane of a square or tall frame, in pixels of 1080."""


class SpreadPicture(Picture):
    """A picture of `class_vectors`: each angle between neighbours is drawn and read out."""

    frame: Spread

    def paint(self, canvas: Canvas) -> None:
        """Paint the frame, then the angles, and the arrows once more over them."""
        super().paint(canvas)
        place = self.place(canvas)
        paint_angles(canvas, place, self.frame, self.theme)
        paint_class_vectors(canvas, place, self.frame, self.theme)


def paint_angles(canvas: Canvas, place: Place, frame: Spread, theme: Theme) -> None:
    """An arc from each class vector to the next, with its degrees; narrow ones keep only the arc."""
    context, unit = canvas.context, canvas.unit
    x, y = place.origin
    ink, rim = rgb(theme.ink), rgb(theme.rim)
    for first, angle in zip(frame.order, frame.angles.tolist()):
        vector = frame.class_vectors[first]
        begin = math.atan2(vector[1], vector[0])
        gap = min(0.05, angle / 8)
        for width, colour in ((7 * unit, rim), (3.5 * unit, ink)):
            context.new_sub_path()
            context.arc_negative(x, y, ARC * unit, -(begin + gap), -(begin + angle - gap))
            context.set_line_width(width)
            context.set_source_rgba(*canvas.colour(colour))
            context.stroke()
        middle, radius = begin + angle / 2, (ARC + 58) * unit
        alpha = min(1.0, max(0.0, (math.degrees(angle) - 14) / 8))
        if alpha > 0:
            at = (x + radius * math.cos(middle), y - radius * math.sin(middle) + 14 * unit)
            text = f"{decimal(math.degrees(angle), 0)}°"
            paint_text(canvas, text, at, 44 * unit, ink, font=STRONG, anchor="middle", alpha=alpha, halo=rim)
