"""Classifiers that are no module: found in what a model's forward multiplies, or in what its answers follow from."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

from torch import nn

from engine.errors import UnspiralError
from engine.recorder.answers import ORDERED, Answers, answers_of, nearest_by_square
from engine.recorder.classifier import wanted
from engine.recorder.head import Head
from engine.recorder.inputs import Inputs
from engine.recorder.labels import Labels, read_labels
from engine.recorder.probe import Probe
from engine.recorder.product import Product, product_of
from engine.recorder.said import Said


class Unnamed(NamedTuple):
    """What is read of such a classifier, and y for it."""

    source: Product | Answers
    head: Head
    labels: Labels


def unnamed(probe: Probe, tried: Inputs, inputs: Inputs, y: Any, names: Any, said: Said) -> Unnamed | None:
    """What is recorded of a model whose classifier is no module; None if it has none, or several labels a point."""
    labels = read_labels(y, inputs.rows, None, names)
    if labels.classes is None or labels.classes.ndim != 1 or labels.several:
        return None
    fitting = wanted(labels)[0]

    def found(model: nn.Module, x: Any) -> tuple[Product | Answers, int] | None:
        if product := product_of(model, x, fitting):
            return product, model.get_parameter(product.weight).shape[1 if product.columns else 0]
        answers = answers_of(model, x, fitting) or answers_of(model, x, fitting, ordered=True)
        return (answers, len(answers.weights(model, x).bias)) if answers else None

    source, outputs = None, 0
    with suppress(UnspiralError):
        source, outputs = probe.function(found, tried) or (None, 0)
    if source is None:
        return None
    labels = read_labels(y, inputs.rows, outputs, names, source[0] if isinstance(source, Product) else "")
    if isinstance(source, Answers) and source.how is nearest_by_square:
        said(
            "distances",
            "the scores are distances: recorded by their squares, which have the same answers; the loss that films "
            "work out is that of the squares",
        )
    if isinstance(source, Answers) and source.how in ORDERED:
        said(
            "thresholds",
            "the scores are thresholds along one direction: recorded so that classes lie between them; the loss that "
            "films work out is not the model's own",
        )
    return Unnamed(source, Head("weights", "rows", outputs, 0 if outputs == 1 else None), labels)
