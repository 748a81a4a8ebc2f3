"""Processor time of one 1080p frame in three dimensions: ours beside Manim's `ThreeDScene`, in turns.

    python tests/benchmarks/space.py

energy: the softargmax surfaces of the trained network; Manim's are one `Surface` a class with as many faces as we have
coarse cells, and ours a third as large where it is steep, in the same colours, turned in front of its camera. lifting:
the same grid lines, points, board, plane and circle as mobjects, a flat `Dot` a point.
Prints milliseconds a frame and how many times as fast ours are.
"""

import gc
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from manim import (
    DEGREES,
    Dot,
    ManimColor,
    Mobject,
    Polygon,
    Surface,
    ThreeDCamera,
    VGroup,
    VMobject,
    config,
    tempconfig,
)
from threadpoolctl import threadpool_limits

from engine import FIVE_SPIRALS, record, softargmax
from engine.films.energy import over_plane
from engine.films.lifting import BOARD, lifting
from engine.films.softargmax import softening
from scenes.parts import DARK
from scenes.parts.pictures.lifting import SpacePicture
from scenes.parts.pictures.softargmax import TALL, Surfaces
from scenes.parts.stage.camera import FilmCamera
from scenes.parts.stage.painted import Painted

TURNS = np.linspace(0, 1, 3)


def in_turns(ways: dict[str, Callable[[float], None]]) -> dict[str, float]:
    """Median milliseconds of a frame, each way after the other at every playhead."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for playhead in TURNS:
        for name, draw in ways.items():
            draw(playhead)  # warm
            start = time.process_time()
            draw(playhead)
            spent[name].append(1e3 * (time.process_time() - start))
    return {name: float(np.median(times)) for name, times in spent.items()}


def ours(picture: Painted, film: Callable[[float], Any]) -> Callable[[float], None]:
    camera = FilmCamera()

    def draw(playhead: float) -> None:
        picture.show(film(playhead))
        camera.capture_mobjects([picture])

    return draw


def manims(mobjects: list[Mobject]) -> Callable[[float], None]:
    camera = ThreeDCamera()

    def draw(playhead: float) -> None:
        camera.set_phi(52 * DEGREES)
        camera.set_theta(90 * DEGREES * (playhead - 1))
        camera.reset()
        camera.capture_mobjects(mobjects)

    return draw


def surfaces() -> list[Mobject]:
    """ỹ of each class over the plane, as Manim shows surfaces."""
    network, film = record(FIVE_SPIRALS).at(2000), softening(record(FIVE_SPIRALS))
    cells = (len(film.ticks) - 1) // film(2000).fine
    half = film.ticks[-1]
    ticks = np.linspace(-half, half, cells + 1)
    heights = softargmax(over_plane(network, ticks))

    def surface(k: int, colour: ManimColor) -> Surface:
        def point(u: float, v: float) -> np.ndarray:
            row, column = (round((w / 3 + 1) / 2 * cells) for w in (v, u))
            return np.array([u, v, 3 * TALL * heights[row, column, k]])

        style = {"fill_color": colour, "fill_opacity": 1, "stroke_width": 0, "checkerboard_colors": False}
        return Surface(point, u_range=(-3, 3), v_range=(-3, 3), resolution=cells, **style)  # type: ignore[arg-type]

    return [surface(k, ManimColor(colour)) for k, colour in enumerate(DARK.class_colours(5))]


def lifted() -> list[Mobject]:
    """Board, lifted grid, points, plane and circle of the lifting film where all of them are to be seen."""
    frame: Any = lifting()(3)
    scale = config.frame_height * 0.27
    colours = [ManimColor(colour) for colour in DARK.class_colours(2)]
    lines = VGroup()
    for line in frame.sheet:
        lines.add(VMobject(stroke_width=1.4).set_points_as_corners(scale * line))
    dots = [Dot(scale * at, radius=0.06, color=colours[k]) for at, k in zip(frame.points, frame.labels)]
    (w1, w2, w3), b = frame.plane.weight[0].tolist(), float(frame.plane.bias[0])
    square = BOARD * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    plane = Polygon(*(scale * np.column_stack([square, -(square @ (w1, w2) + b) / w3])), fill_opacity=0.24)
    board = Polygon(*(scale * np.pad(square, ((0, 0), (0, 1)))))
    circle = VMobject(stroke_width=5).set_points_as_corners(scale * frame.circle)
    return [board, lines, plane, circle, *dots]


def main() -> None:
    film, lift = softening(record(FIVE_SPIRALS)).vary("azimuth", 0, np.pi / 2, turned=1), lifting()
    pairs = {
        "energy": ((Surfaces(film(0)), lambda t: film(t * np.pi / 2)), surfaces),
        "lifting": ((SpacePicture(lift(3)), lambda t: lift(3 + t)), lifted),
    }
    with tempconfig({"pixel_width": 1920, "pixel_height": 1080}), threadpool_limits(1, "blas"):
        for name, (picture, mobjects) in pairs.items():
            ways = {"ours": ours(*picture), "Manim's": manims(mobjects())}
            gc.freeze()
            spent = in_turns(ways)
            mine, theirs = spent.values()
            print(f"{name}: ours {mine:.1f} ms, Manim's {theirs:.0f} ms: {theirs / mine:.0f} times")


if __name__ == "__main__":
    main()
