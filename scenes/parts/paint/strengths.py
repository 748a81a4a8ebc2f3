"""Which classes are spoken of, and how strong the others are."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine import Frame


def by_strength(strengths: Sequence[float]) -> list[tuple[float, NDArray[np.bool_] | None]]:
    """Each strength and the classes (K,) that have it, weaker ones first; None where all classes are alike."""
    if min(strengths, default=1.0) == 1:
        return [(1.0, None)]
    all_of_them = np.asarray(strengths)
    return [(float(strength), all_of_them == strength) for strength in np.unique(all_of_them)]


def points_of(frame: Frame, classes: NDArray[np.bool_]) -> Frame:
    """The frame with the points of some classes (K,) alone; colours stay those of all."""
    chosen = classes[frame.labels]
    several = {name: getattr(frame, name)[chosen] for name in ("points", "labels", "wrong", "held")}
    return replace(frame, **several)
