"""How time passes in a replay: rate functions."""

import math
from collections.abc import Callable


def exponential(strength: float = 4.0) -> Callable[[float], float]:
    """Slow at first, then ever faster, as in the lecturer's notebooks: ((p + 1)^t − 1) / p with p = `strength` > 0.

    At the end it is about p + 1 times as fast as at the beginning; exact at both ends.
    """

    def ease(t: float) -> float:
        return ((strength + 1) ** t - 1) / strength

    return ease


def announced(pause: float = 0.35) -> Callable[[float], float]:
    """Begin, and wait there for the share `pause` of the time; then go smoothly to the end. Exact at both ends."""

    def ease(t: float) -> float:
        go = max(0.0, (t - pause) / (1 - pause))
        return max((1 - math.cos(math.pi * go)) / 2, min(t, 1e-6))  # just after the beginning, not before it

    return ease
