"""The mobject that shows a frame: regions, axes, grid, points, class vectors and what is read off them."""

from typing import Any

from engine import Frame
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
from scenes.parts.paint.theme import THEME, Theme
from scenes.parts.stage.painted import Shown


class Picture(Shown[Frame]):
    """Shows one frame at a time, whatever was shown before. `show` overwrites everything."""

    opaque = True

    def __init__(self, frame: Frame, theme: Theme = THEME, readouts: bool = True, **kwargs: Any) -> None:
        super().__init__(frame, theme, **kwargs)
        self.readouts = readouts

    def place(self, canvas: Canvas) -> "Place":
        """Where the plane lies."""
        return Place.of(self.frame.view, canvas.width, canvas.height)

    def paint(self, canvas: Canvas) -> None:
        """Paint the frame over the whole canvas, from the regions at the back to the read-outs in front."""
        frame, theme, place = self.frame, self.theme, self.place(canvas)
        if frame.decided < 1:
            paint_ground(canvas, theme)
        faded(paint_regions, canvas, place, frame, theme)
        paint_axes(canvas, place, frame, theme)
        paint_lines(canvas, place, frame, theme)
        paint_points(canvas, place, frame, theme)
        paint_axis_names(canvas, place, frame, theme)
        faded(paint_class_vectors, canvas, place, frame, theme)
        if self.readouts:
            paint_readouts(canvas, frame, theme)
            paint_key(canvas, frame, theme)
