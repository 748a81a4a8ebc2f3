"""What is looked at in every snapshot: whether its numbers are finite, and whether anything moves at all."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PATIENCE = 12
"""Snapshots without a change after which that is said: a warm-up may begin at 0."""


def finite(array: NDArray) -> bool:
    """Whether all are finite numbers."""
    flat = array.reshape(-1)
    if math.isfinite(np.vdot(flat, flat)):  # in one call, and unlike np.dot it says nothing of squares that overflow
        return True
    return bool(np.isfinite(flat).all())


class Unmoved:
    """Notices a model that stays what it was, for something else is trained."""

    def __init__(self) -> None:
        self._first: list[NDArray] | None = None
        self._moved = False
        self._count = 0

    def look(self, values: Sequence[NDArray]) -> None:
        """At the next snapshot of the model."""
        if self._moved or not values:
            return
        if self._first is None:
            self._first = [np.array(value) for value in values]
        self._moved = not all(map(np.array_equal, values, self._first))
        self._count += 1

    def question(self) -> str:
        """What is to be asked where nothing changed in `PATIENCE` snapshots; else nothing."""
        if self._moved or self._count < PATIENCE:
            return ""
        return (
            f"nothing of the model has changed in {self._count} snapshots: is it what is trained? Parameters that are "
            "trained apart from it, as for torch.func.functional_call, go into it before each snapshot: "
            "model.load_state_dict(parameters, strict=False)"
        )
