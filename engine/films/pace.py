"""How time passes in a replay: rate functions, functions of time to the share of the way."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.films.film import Film, Frame
from engine.films.training import Training
from engine.network.layers import Array


def pace(
    film: Film[Frame] | Film[tuple[Frame, ...]], start: float, stop: float, evenness: float = 0.8
) -> Callable[[float], float]:
    """A rate function under which points move about equally fast all the way from `start` to `stop`.

    In a film without points, class vectors do, or whatever it shows: images, functions, distributions. `evenness` 0
    keeps the playhead linear, 1 makes their average speed constant. Ends are exact: 0 ↦ 0, 1 ↦ 1.
    """
    s = np.linspace(0, 1, 65)
    images_ = [_moving(film, float((1 - t) * start + t * stop)) for t in s]
    travelled = [float(np.sqrt(((b - a) ** 2).sum(1).mean())) for a, b in zip(images_, images_[1:])]
    distance = np.concatenate([[0.0], np.cumsum(travelled)])
    even = distance / distance[-1] if distance[-1] > 0 else s
    progress = (1 - evenness) * s + evenness * even  # of time, as a function of the playhead
    return lambda alpha: float(np.interp(alpha, progress, s))


def _moving(film: Film[Frame] | Film[tuple[Frame, ...]], playhead: float) -> Array:
    """What a film's pace is measured by."""
    if isinstance(film, Training):
        return film.points(playhead)
    shown = film(playhead)
    frames = shown if isinstance(shown, tuple) else (shown,)  # of several films side by side, the first that moves
    moving = (part for frame in frames for part in (_of_its_own(frame), frame.points, frame.class_vectors) if len(part))
    return next(moving, np.array([[playhead, 0.0]]))


def _of_its_own(frame: Any) -> Array:
    """What a frame that shows no plane says that moves in it."""
    return getattr(frame, "moving", np.zeros((0, 1)))


def exponential(strength: float = 4.0) -> Callable[[float], float]:
    """Slow at first, then ever faster, as in the lecturer's notebooks: ((p + 1)^t − 1) / p with p = `strength` > 0.

    At the end it is about p + 1 times as fast as at the beginning; exact at both ends.
    """

    def ease(t: float) -> float:
        return ((strength + 1) ** t - 1) / strength

    return ease


def eased(rate_func: Callable[[float], float] = lambda t: t, share: float = 0.15) -> Callable[[float], float]:
    """The same course of time, `rate_func`, but it starts from rest and comes to rest.

    Gathering speed takes the `share` of the time, 0 to 0.5, and slowing down as much again; in between it is faster by
    1 / (1 − share). Exact at both ends.
    """

    def way(t: float) -> float:  # of half a clip: speed grows as a cosine does, then it is 1 / (1 - share)
        going = share * math.sin(math.pi * t / share) / math.pi if t < share else 0.0
        return (t - going if t < share else 2 * t - share) / (2 - 2 * share)

    def ease(t: float) -> float:
        return rate_func(t if share == 0 else way(t) if t <= 0.5 else 1 - way(1 - t))

    return ease


def announced(pause: float = 0.35) -> Callable[[float], float]:
    """Begin, and wait there for the share `pause` of the time; then go smoothly to the end. Exact at both ends."""

    def ease(t: float) -> float:
        go = max(0.0, (t - pause) / (1 - pause))
        return max((1 - math.cos(math.pi * go)) / 2, min(t, 1e-6))  # just after the beginning, not before it

    return ease


def by_steps(count: int, still: float = 0.5) -> Callable[[float], float]:
    """In `count` equal steps, each of which waits for the share `still` of its time, and then goes smoothly."""
    step = announced(still)

    def ease(t: float) -> float:
        k = min(int(t * count), count - 1)
        return (k + step(t * count - k)) / count

    return ease
