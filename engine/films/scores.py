"""One feature vector in front of a linear classifier: rows, scores, argmax, softargmax (segments 1–2)."""

import math
from dataclasses import dataclass

import numpy as np

from engine.errors import UnspiralError
from engine.films.film import Frame, Varied, View
from engine.network.layers import Array, Linear, classifier, exact, mistaken, softargmax
from engine.network.regions import argmax_regions
from engine.numbers import decimal
from engine.recipes.data import Labelled
from engine.runs.run import Run


@dataclass(frozen=True, kw_only=True)
class Scores(Frame):
    """A classifier's plane with one feature vector in it, and all that is computed from it."""

    feature: Array
    """(2,), f."""
    scores: Array
    """(K,), s = W f."""
    probabilities: Array
    """(K,), ỹ = softargmax(s) at `temperature`."""
    temperature: float
    rows: float
    """How many rows of W have been multiplied with f, the last one perhaps in part."""
    form: float
    """How a score is written: 0 a linear sum, 1 a similarity, 2 a score."""
    answered: float
    """How far the answer is shown, 0 … 1."""
    soft: float
    """How far the probabilities are shown, 0 … 1."""

    @property
    def answer(self) -> int:
        """ŷ = argmax s."""
        return int(self.scores.argmax())

    @property
    def texts(self) -> tuple[tuple[str, str, str], ...]:
        """Each score in its three forms: linear sum, similarity, score."""
        return tuple(_forms(row, self.feature, score) for row, score in zip(self.class_vectors, self.scores))


@dataclass(frozen=True, eq=False)
class Scoring(Varied):
    """Scores of one classifier.

    Settings: rows, form, answered, soft, temperature (0 is argmax) and turn (of f, in radians, anti-clockwise).
    """

    weight: Array
    points: Labelled
    view: View
    class_names: tuple[str, ...] = ()

    def __call__(self, playhead: float) -> Scores:
        """The frame where the setting that varies has the value `playhead`."""
        s = self.set_to(playhead)
        length, angle = s["length"], s["angle"] + s["turn"]
        feature = np.array([length * math.cos(angle), length * math.sin(angle)])
        scores = self.weight @ feature
        bias = np.zeros(len(self.weight))
        return Scores(
            points=self.points.x,
            labels=self.points.y,
            wrong=mistaken(self.points.x @ self.weight.T, self.points.y),
            class_vectors=self.weight,
            regions=argmax_regions(Linear(self.weight, bias), self.view.corners()),
            view=self.view,
            playhead=playhead,
            axes=("f₁", "f₂"),
            class_names=self.class_names,
            feature=feature,
            scores=scores,
            probabilities=at_temperature(scores, s["temperature"]),
            temperature=s["temperature"],
            rows=s["rows"],
            form=s["form"],
            answered=s["answered"],
            soft=s["soft"],
        )


def scoring(run: Run, point: int) -> Scoring:
    """The scores of one of the run's points under its trained classifier, without bias; `vary` makes films of it.

    UnspiralError if the network is more than a linear classifier without bias of features in the plane.
    """
    last = classifier(exact(run.at(run.epochs[-1])))
    if len(run.layers) != 1 or last.weight.shape[1] != 2 or last.bias.any():
        raise UnspiralError(
            "scoring shows s = W f in the plane: use a recipe with hidden=(), embedding=None, bias=False"
        )
    weight, data = last.weight, run.data
    x, y = data.x[point]
    settings = {
        "rows": float(len(weight)),
        "form": 2.0,
        "answered": 0.0,
        "soft": 0.0,
        "temperature": 1.0,
        "turn": 0.0,
        "length": math.hypot(x, y),
        "angle": math.atan2(y, x),
    }
    return Scoring(
        weight,
        data,
        View(half=max(1.4 * float(np.abs(weight).max()), 1.06 * max(float(np.abs(data.x).max()), math.hypot(x, y)))),
        run.class_names,
        settings=settings,
        name="rows",
    )


def at_temperature(scores: Array, temperature: float) -> Array:
    """The softargmax of scores (K,) at a temperature; at 0 its limit, the argmax: all for the highest score."""
    if temperature > 0:
        return softargmax(scores, temperature)
    return (scores == scores.max()) / (scores == scores.max()).sum()


def _forms(row: Array, feature: Array, score: float) -> tuple[str, str, str]:
    """A score as a linear sum, as a similarity and as itself; what is written left of "=" comes to what is right."""
    equals = decimal(score)
    lengths = float(np.linalg.norm(row)), float(np.linalg.norm(feature))
    angle = math.degrees(math.acos(min(1.0, max(-1.0, float(score) / max(math.prod(lengths), 1e-300)))))
    few = range(2, 9)  # digits: as few as it comes out with
    rounded = (float(np.round(row, n) @ np.round(feature, n)) for n in few)
    digits = next((n for n, value in zip(few, rounded) if decimal(value) == equals), few[-1])
    products = [
        f"{decimal(abs(w), digits)} · {decimal(f, digits) if f >= 0 else f'({decimal(f, digits)})'}"
        for w, f in zip(row, feature)
    ]
    signs = ["−" if w < 0 else "" for w in row]
    total = f"{signs[0]}{products[0]} {signs[1] or '+'} {products[1]} = {equals}"
    rounded = (
        math.prod(round(length, n) for length in lengths) * math.cos(math.radians(round(angle, n - 2))) for n in few
    )
    digits = next((n for n, value in zip(few, rounded) if decimal(value) == equals), few[-1])
    factors = " · ".join(decimal(length, digits) for length in lengths)
    return total, f"{factors} · cos {decimal(angle, digits - 2)}° = {equals}", equals
