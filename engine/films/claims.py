"""What scenes say in numbers, worked out from what they show."""

import numpy as np

from engine.films.class_vectors import spread
from engine.films.film import Frame
from engine.films.lifting import Space
from engine.network.layers import Array
from engine.numbers import at_least, at_most


def reach(frame: Frame) -> float:
    """How far the outermost point is from the origin."""
    return float(np.linalg.norm(frame.points, axis=1).max())


def angles(vectors: Array) -> tuple[float, float]:
    """Degrees between neighbours among vectors (K, 2): the fewest and the most."""
    degrees = np.degrees(spread(vectors)[1])
    return float(degrees.min()), float(degrees.max())


def astray(frame: Frame) -> float:
    """Degrees between a point and its own class vector: half of the points lie nearer, half farther."""
    own = frame.class_vectors[frame.labels]
    lengths = np.linalg.norm(frame.points, axis=1) * np.linalg.norm(own, axis=1)
    cosines = (frame.points * own).sum(1) / np.maximum(lengths, 1e-300)
    return float(np.median(np.degrees(np.arccos(np.clip(cosines, -1, 1)))))


def mistakes(frame: Frame) -> str:
    """How many of the frame's points are wrong: 18 of 5,000."""
    return f"{int(frame.wrong.sum()):,} of {len(frame.wrong):,}"


def wrong_in_class(frame: Frame) -> list[int]:
    """How many points of each class are wrong."""
    return np.bincount(frame.labels[frame.wrong], minlength=int(frame.labels.max()) + 1).tolist()


def right_in_class(frame: Frame | Space) -> list[str]:
    """How many points of each class are right, and of how many: 200 of 200."""
    wrong = np.bincount(frame.labels[frame.wrong], minlength=int(frame.labels.max()) + 1)
    return [f"{all_ - part:,} of {all_:,}" for part, all_ in zip(wrong, np.bincount(frame.labels))]


def extremes(values: Array) -> tuple[str, str]:
    """Between what all of some numbers above 0 lie."""
    return at_least(float(values.min())), at_most(float(values.max()))
