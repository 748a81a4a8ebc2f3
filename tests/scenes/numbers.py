"""A mobject that shows a number so that it can be read back from a video, however that was encoded."""

from pathlib import Path
from typing import Any

import av
import numpy as np
from manim import Scene, tempconfig

from scenes.parts.paint.canvas import Canvas
from scenes.parts.stage.painted import Painted

SIDE = 8
"""Pixels: a bit is a square of this side, white for 1; twelve of them, four in a row, fill the frame."""
SMALL = {"pixel_width": 4 * SIDE, "pixel_height": 3 * SIDE, "progress_bar": "none", "verbosity": "WARNING"}


class Number(Painted):
    """Shows a whole number up to 4095."""

    opaque = True

    def __init__(self) -> None:
        super().__init__()
        self.number = 0

    def show(self, frame: float) -> None:
        self.number = round(frame)
        assert abs(frame - self.number) < 1e-6, f"{frame} is between two frames"

    def paint(self, canvas: Canvas) -> None:
        canvas.context.set_source_rgba(*canvas.colour((0.0, 0.0, 0.0)))
        canvas.context.paint()
        canvas.context.set_source_rgba(*canvas.colour((1.0, 1.0, 1.0)))
        for bit in range(12):
            if self.number >> bit & 1:
                canvas.context.rectangle(bit % 4 * SIDE, bit // 4 * SIDE, SIDE, SIDE)
        canvas.context.fill()


def numbers(video: Path) -> list[int]:
    """The number that each frame shows, every frame being where it belongs in time: the n-th at n / rate."""
    shown = []
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate is not None and stream.time_base is not None
        for place, frame in enumerate(container.decode(stream)):
            assert frame.pts is not None and frame.pts * stream.time_base * stream.average_rate == place
            luma = np.frombuffer(frame.planes[0], np.uint8).reshape(-1, frame.planes[0].line_size)[:, : 4 * SIDE]
            bits = luma[SIDE // 2 :: SIDE, SIDE // 2 :: SIDE].ravel() > 127
            shown.append(int(bits @ (1 << np.arange(12))))
        assert stream.frames == len(shown)
    return shown


def rendered(scene_class: type[Scene], folder: Path, frame_rate: float, **settings: Any) -> Any:
    """The file writer of a scene rendered into `folder`: it knows the movie, its segments and its sections."""
    with tempconfig({**SMALL, "frame_rate": frame_rate, "media_dir": str(folder), **settings}):
        scene = scene_class()
        scene.render()
    return scene.renderer.file_writer
