"""What a 1080p frame costs, film and painting, the more there is in it: processor time and memory, beside 5,000 points.

    python tests/benchmarks/scale.py

Points of the trained network, grid lines of it, a hundred classes, and networks of up to ten million weights. Prints
milliseconds a frame, how many frames of 1/60 s that is, and what one more point and one more line cost.
"""

import gc
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from manim import tempconfig
from threadpoolctl import threadpool_limits

from engine import FIVE_SPIRALS, Linear, PositivePart, Run, class_vectors, energy, record, spirals, training
from engine.memory import set_limits
from scenes.parts import Landscape, Picture, SpreadPicture
from scenes.parts.stage.camera import FilmCamera

PLAYHEADS = np.linspace(0.15, 0.99, 6)
"""Shares of a run at which frames are drawn; before the first of them some others."""
FRAME = 1000 / 60
POINTS = (5_000, 50_000, 200_000)
LINES = (21, 81, 321)


def cost(show: Callable[[Any], Any], film: Any) -> tuple[float, float]:
    """Processor time of a frame in ms: computing, and painting."""
    camera, spent = FilmCamera(), list[tuple[float, float]]()
    picture = show(film(film.first))
    gc.freeze()  # as scenes do
    for share in (0.1, 0.12, *PLAYHEADS):
        begun = time.process_time()
        frame = film(float(film.first + share * (film.last - film.first)))
        computed = time.process_time()
        picture.show(frame)
        camera.capture_mobjects([picture])
        spent.append((1e3 * (computed - begun), 1e3 * (time.process_time() - computed)))
    computing, painting = np.median(spent[2:], axis=0).tolist()
    return computing, painting


def report(what: str, show: Callable[[Any], Any], film: Any) -> float:
    """Print what a frame costs; its milliseconds."""
    computing, painting = cost(show, film)
    whole = computing + painting
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    print(
        f"{what:34} {computing:6.1f} ms + {painting:5.1f} ms, plays ÷ draws {FRAME / whole:5.2f}, "
        f"{FRAME / max(computing, painting):5.2f} with one computed while another is painted; {most:.0f} MB so far"
    )
    return whole


def untrained(*widths: int, classes: int, points: int) -> Run:
    """A run of three snapshots of random weights, on spirals."""
    random, layers = np.random.default_rng(0), list[Any]()
    for number, (before, after) in enumerate(zip((2, *widths), (*widths, classes))):
        layers += [PositivePart(0.0)] * (0 < number < len(widths))
        weight = random.standard_normal((1, after, before), np.float32) * np.sqrt(2 / before, dtype=np.float32)
        grown = weight * np.array([0.5, 1, 1.2], np.float32)[:, None, None]
        layers.append(Linear(grown, random.standard_normal((3, after), np.float32)))
    data = spirals(0, classes=classes, points=points)
    return Run(None, data, np.zeros(len(data.y), bool), np.arange(3.0), tuple(layers))


def main() -> None:
    """Print it all."""
    set_limits()
    run = record(FIVE_SPIRALS)
    with tempconfig({"pixel_width": 1920, "pixel_height": 1080}), threadpool_limits(1, "blas"):
        found = list[float]()
        for points in POINTS:
            recipe = replace(FIVE_SPIRALS, parameters={**FIVE_SPIRALS.parameters, "points": points // 5})
            many = replace(run, points=recipe.points()[0], held=np.zeros(points, bool))
            found.append(report(f"{points:,} points", Picture, training(many)))
        print(f"one more point: {1e3 * (found[-1] - found[0]) / (POINTS[-1] - POINTS[0]):.2f} µs")
        found = [report(f"{2 * lines} lines", Picture, training(run, lines=lines)) for lines in LINES]
        print(f"one more line: {1e3 * (found[-1] - found[0]) / (2 * (LINES[-1] - LINES[0])):.1f} µs")
        hundred = untrained(100, 2, classes=100, points=50)
        report("100 classes: embedding", Picture, training(hundred))
        report("100 classes: energy", Landscape, energy(hundred))
        report("100 classes: class_vectors", SpreadPicture, class_vectors(hundred))
        for width in (1000, 3160):
            large = untrained(width, width, 2, classes=5, points=1000)
            report(f"{width**2 / 1e6:.0f} million weights, 5,000 points", Picture, training(large))


if __name__ == "__main__":
    main()
