"""Drawing one 1080p frame of the embedding picture: ours beside Manim's own mobjects, in turns.

    python tests/benchmarks/drawing.py

Prints milliseconds of processor time a frame and their ratio for 1,000 and 5,000 points, and ours up to 50,000.
Both compute the frame from the weights; Manim's picture is one Dot a point, one VMobject a grid line, one Polygon a
region and one Arrow a class vector, moved and drawn by Manim's camera.
"""

import gc
import time
from dataclasses import replace

import numpy as np
from manim import ORIGIN, WHITE, Arrow, Camera, Dot, ManimColor, Polygon, VGroup, VMobject, tempconfig
from threadpoolctl import threadpool_limits

from engine import FIVE_SPIRALS, Frame, Recipe, record, training
from scenes.parts import DARK, Picture
from scenes.parts.stage.camera import FilmCamera

EPOCHS = np.linspace(250, 1990, 12)
SCALE = 0.5  # scene units per unit of the embedding


def on_screen(points: np.ndarray) -> np.ndarray:
    return np.pad(points * SCALE, ((0, 0), (0, 1)))


class Plain:
    """The picture in stock mobjects."""

    def __init__(self, frame: Frame) -> None:
        self.colours = [ManimColor(colour) for colour in DARK.class_colours(5)]
        self.dots = VGroup(*[Dot(radius=0.04, color=self.colours[k]) for k in frame.labels])
        self.lines = VGroup(*[VMobject(stroke_width=1, stroke_color=WHITE) for _ in frame.lines.starts[1:]])
        self.camera = Camera()

    def draw(self, frame: Frame) -> None:
        starts = frame.lines.starts
        for k, line in enumerate(self.lines):
            line.set_points_as_corners(on_screen(frame.lines.vertices[starts[k] : starts[k + 1]]))
        for dot, at in zip(self.dots, on_screen(frame.points)):
            dot.move_to(at)
        regions = [
            Polygon(*on_screen(polygon), fill_color=colour, fill_opacity=0.25, stroke_width=0)
            for polygon, colour in zip(frame.regions, self.colours)
            if len(polygon) > 2
        ]
        arrows = [Arrow(ORIGIN, tip, buff=0, color=c) for tip, c in zip(on_screen(frame.class_vectors), self.colours)]
        self.camera.reset()
        self.camera.capture_mobjects([*regions, self.lines, self.dots, *arrows])


class Ours:
    """The picture as scenes show it."""

    def __init__(self, frame: Frame) -> None:
        self.picture = Picture(frame)
        self.camera = FilmCamera()

    def draw(self, frame: Frame) -> None:
        self.picture.show(frame)
        self.camera.capture_mobjects([self.picture])


def spirals_of(points: int) -> Recipe:
    return replace(FIVE_SPIRALS, parameters={**FIVE_SPIRALS.parameters, "points": points // 5})


def main() -> None:
    run = record(FIVE_SPIRALS)
    with tempconfig({"pixel_width": 1920, "pixel_height": 1080}), threadpool_limits(1, "blas"):
        for points in (1000, 5000, 50000):
            film = training(replace(run, points=spirals_of(points).points()[0], held=np.zeros(points, bool)))
            ways = [Ours(film(0))] + ([Plain(film(0))] if points <= 5000 else [])
            gc.freeze()  # as scenes do, for both
            spent: list[list[float]] = [[] for _ in ways]
            for epoch in EPOCHS:
                for way, times in zip(ways, spent):
                    start = time.process_time()
                    way.draw(film(float(epoch)))
                    times.append(1e3 * (time.process_time() - start))
            ours, *plain = (float(np.median(times)) for times in spent)
            beside = f", Manim's mobjects {plain[0]:.0f} ms: {plain[0] / ours:.0f} times" if plain else ""
            print(f"{points:6,} points: ours {ours:.1f} ms{beside}")


if __name__ == "__main__":
    main()
