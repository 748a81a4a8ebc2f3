"""The plane that a film shows of an embedding space: one and the same at every epoch."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import UnspiralError
from engine.network.layers import Array, Linear, apply, exact
from engine.numbers import percent
from engine.runs.run import Run
from engine.runs.upright import turn_onto

AGREEING = 0.999
"""Share of the points for which a plane's own scores and the network's must have the same highest one, for class
vectors and regions to mean something in it."""


class Plane(NamedTuple):
    """Two directions of a d-dimensional embedding space."""

    axes: Array
    """(d, 2): e ↦ e @ axes is what is shown."""
    names: tuple[str, str] = ("e₁", "e₂")
    caption: str = ""
    shown_from: float = -np.inf
    """The epoch from which on class vectors and regions are shown: in the plane they answer as the network does."""

    @property
    def whole(self) -> bool:
        """Whether nothing of the embedding is left out."""
        return len(self.axes) <= 2

    def __call__(self, e: Array) -> Array:
        """Points (…, d) of the embedding space as they are shown (…, 2)."""
        return e if self._identity else e @ self.axes

    @property
    def _identity(self) -> bool:
        return self.axes.shape == (2, 2) and bool((self.axes == np.eye(2)).all())

    def decided(self, epoch: float, length: float, last: float) -> float:
        """How far class vectors and regions have appeared, 0 … 1: within 3 % of a run's length, fully by its end."""
        span = min(0.03 * length, last - self.shown_from) if np.isfinite(self.shown_from) else 0.0
        return float(np.clip((epoch - self.shown_from) / span, 0, 1)) if span > 0 else float(epoch >= self.shown_from)

    def shadow(self, classifier: Linear, middle: Array) -> Linear:
        """The classifier (K, d) as it is in the plane through `middle` (d,): weight (K, 2), bias (K,)."""
        weight, bias = self(classifier.weight), classifier.bias
        if not self.whole:
            bias = bias + classifier.weight @ (middle - self.axes @ (middle @ self.axes))
        return Linear(weight, bias)


def plane_of(run: Run, axes: ArrayLike | None = None, upright: float | None = None) -> Plane:
    """The plane in which a run is shown.

    A 2-D embedding is shown as it is or, with `upright`, rotated or reflected to align best with the input then.
    Of a wider one: the plane that the class vectors' differences span at the end, which is exact for three classes;
    if they span more, the two principal axes of the final embedding. Or two `axes` (d, 2) that are given.
    """
    width, last = run.width, float(run.epochs[-1])
    if upright is not None and (width != 2 or run.points.x.shape[1] != 2 or axes is not None):
        raise UnspiralError(
            f"only a 2-D embedding of 2-D points can be turned upright; this one takes {run.points.x.shape[1]} "
            f"to {width} dimensions"
        )
    if upright is not None:
        return Plane(turn_onto(run.data.x, run.embedding(upright)))
    if axes is not None:
        return _judged(run, Plane(_orthonormal(axes, width), ("u₁", "u₂"), f"a plane of {width} dimensions, as given"))
    if width == 1:
        return Plane(np.array([[1.0, 0.0]]), ("e", ""))
    if width == 2:
        return Plane(np.eye(2), ("e₁", "e₂") if len(run.layers) > 1 or run.trajectories is not None else ("x₁", "x₂"))
    e = run.embedding(last).astype(float)
    centred = e - e.mean(0)
    differences = _spanned(run, last)
    if len(differences):
        rest = centred - centred @ differences.T @ differences
        second = differences[1:2] if len(differences) > 1 else _principal(rest)[0][:1]
        axes = np.concatenate([differences[:1], second]).T
        caption = f"plane of the class vectors at epoch {last:g}"
    else:
        directions, variances = _principal(centred)
        share = variances[:2].sum() / (variances.sum() or 1.0)
        axes = directions[:2].T
        caption = (
            f"principal axes of the {width}-D embedding at epoch {last:g}: {percent(float(share), 0)} of its variance"
        )
    axes = axes * np.where(axes[np.abs(axes).argmax(0), [0, 1]] < 0, -1.0, 1.0)  # signs that do not depend on LAPACK
    return _judged(run, Plane(axes, ("u₁", "u₂"), caption))


def _spanned(run: Run, epoch: float) -> Array:
    """(k, d), one or two directions that the class vectors' differences span; none if they span more, or are none."""
    if not run.layers:
        return np.zeros((0, run.width))
    weight = exact(run.classifier(epoch)).weight
    _, sizes, differences = np.linalg.svd(weight - weight.mean(0))
    if len(weight) <= 3 or sizes[2] <= 1e-6 * sizes[0]:
        return differences[: min(2, len(weight) - 1)]
    return differences[:0]


def _judged(run: Run, plane: Plane) -> Plane:
    """The plane, with the epoch from which on its own scores answer as the network's do."""
    if plane.whole or not run.layers:
        return plane
    since = np.inf
    for i in np.unique(np.linspace(0, len(run.epochs) - 1, 41).astype(int))[::-1]:
        epoch = float(run.epochs[i])
        e, last = run.embedding(epoch), run.classifier(epoch)
        shadow = plane.shadow(last, e.mean(0))
        if np.mean(apply(shadow, plane(e)).argmax(1) == apply(last, e).argmax(1)) < AGREEING:
            break
        since = epoch
    caption = plane.caption if np.isfinite(since) else f"{plane.caption}, no regions"
    return plane._replace(shown_from=since, caption=caption)


def _principal(centred: Array) -> tuple[Array, Array]:
    """Directions (d, d) in rows and variances (d,), largest first."""
    variances, directions = np.linalg.eigh(centred.T @ centred)
    return directions.T[::-1], np.maximum(variances[::-1], 0)


def _orthonormal(axes: ArrayLike, width: int) -> Array:
    try:
        given = np.asarray(axes, float)
    except (TypeError, ValueError):
        given = np.zeros(0)
    if given.shape != (width, 2) or not np.isfinite(given).all():
        raise UnspiralError(f"the plane has shape {given.shape}; for this embedding it needs two columns: ({width}, 2)")
    q, r = np.linalg.qr(given)
    if np.abs(np.diag(r)).min() <= 1e-9 * np.abs(r).max():
        raise UnspiralError("the plane's two axes point the same way; give two directions")
    return q * np.sign(np.diag(r))
