"""Manim's mobjects as a picture of themselves: drawn once, then painted as fast as any picture."""

from typing import Any, cast

import cairo
import numpy as np
from manim import BLACK, Camera, Mobject

from scenes.parts.paint.canvas import Canvas, Pixels
from scenes.parts.stage.painted import Painted


class Still(Painted):
    """Looks as `mobject` looks now. For formulas over pictures that move: Manim would draw their glyphs every frame."""

    def __init__(self, mobject: Mobject) -> None:
        super().__init__()
        camera: Any = Camera(background_color=BLACK, background_opacity=0)  # of nothing, nothing shines through
        camera.capture_mobjects([mobject])
        drawn = cast(Pixels, camera.pixel_array)
        rows, columns = (np.flatnonzero(drawn[..., 3].any(axis)) for axis in (1, 0))
        self.corner = (0, 0)
        self.pixels = drawn[:1, :1].copy()
        if len(rows):
            self.corner = (int(columns[0]), int(rows[0]))
            self.pixels = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()

    def paint(self, canvas: Canvas) -> None:
        """Paint the pixels where they were drawn."""
        height, width = self.pixels.shape[:2]
        pixels = cast(memoryview, self.pixels.data)
        image = cairo.ImageSurface.create_for_data(pixels, cairo.FORMAT_ARGB32, width, height)
        canvas.context.set_source_surface(image, *self.corner)
        canvas.context.paint()
