"""What is to be recorded of somebody's model: found by calling it once, before its training begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.parameter import is_lazy as is_lazy_tensor

from engine.errors import UnspiralError, unknown
from engine.recipes.data import Labelled, labelled
from engine.recorder.chain import Chain, chain_of
from engine.recorder.classifier import Call, classifier_of, compare, last_linear, likely, within
from engine.recorder.embeddings import Embeddings, as_rows
from engine.recorder.head import Head, all_rows
from engine.recorder.inputs import READ, Inputs, inputs_of
from engine.recorder.kinds import check_answers, check_callable, first_tensor, no_module, without_classifier
from engine.recorder.labels import IGNORED, Labels, read_labels
from engine.recorder.probe import Probe
from engine.recorder.said import Said
from engine.recorder.scripted import looked_into
from engine.recorder.unnamed import unnamed

AUTO: Final = "the last linear layer whose outputs are the classes"
"""Which classifier is meant if none is named."""

TRIED = 256
"""Points on which the model is tried before anything is recorded."""

NUMBERS = 1 << 20
"""Numbers of x on which it is tried at most, but for the first eight points."""

BYTES = 1 << 20
"""What the embedding of all points may take in a snapshot before fewer of them are recorded."""


_WRAPPERS = {
    "OptimizedModule": "_orig_mod",
    "DataParallel": "module",
    "DistributedDataParallel": "module",
    "AveragedModel": "module",
    "_FabricModule": "_forward_module",
}
"""Modules that compute what the one within them does; of anybody's own wrapper nobody knows."""


class Given(NamedTuple):
    """What somebody gave to the recorder about the model."""

    x: Any
    y: Any
    embedding: Any
    classifier: Any
    held_out: tuple[Any, Any] | None
    points: int | None
    label: int | str
    names: Sequence[str]


class Observed(NamedTuple):
    """What is to be recorded."""

    recorded: Chain | Embeddings
    points: Labelled
    held: NDArray[np.bool_]
    labels: Labels
    values: NDArray | None
    """Labels that are no classes, of the points recorded."""
    only: int | None = None
    """Of several labels a point, which one is shown."""
    every: Callable[[], NDArray] | None = None
    """Of several labels a point, what gives the classifier's rows for all of them."""


def unwrapped(model: nn.Module) -> tuple[nn.Module, str]:
    """The module within those that compile, distribute, average or set it up, and what they put before its names."""
    if not isinstance(model, nn.Module):
        raise no_module(model)
    if isinstance(model, torch.jit.ScriptModule):
        return looked_into(model), ""
    before = ""
    while (name := _WRAPPERS.get(type(model).__name__)) and isinstance(model._modules.get(name), nn.Module):
        inner = model._modules[name]
        assert inner is not None
        model, before = inner, f"{before}{name}."
    return model, before


def is_lazy(model: nn.Module) -> bool:
    """Whether the model has layers that take their width, or the ranges of their numbers, from their first call."""
    empty = any(t.numel() == 0 for t in model.buffers() if not is_lazy_tensor(t))
    return empty or any(is_lazy_tensor(t) for t in (*model.parameters(), *model.buffers()))


def named(model: nn.Module, wrappers: str, kind: str, given: Any) -> str:
    """The name of the module that was meant, by itself or by its name. UnspiralError if the model has none such."""
    modules = dict(model.named_modules())
    if isinstance(given, nn.Module):
        name = next((name for name, module in modules.items() if module is given), "")
        if not name:
            raise UnspiralError(f"the {kind} that was given is no module of the model; give its name")
        return name
    name = str(given).removeprefix(wrappers)
    if name not in modules or not name:
        raise unknown(f"{kind} module", name, [known for known in modules if known])
    return name


def observe(model: nn.Module, wrappers: str, given: Given, said: Said) -> Observed:
    """Call the model on a few points, and find out what its classifier reads and how that can be recorded.

    UnspiralError says what cannot be recorded, and what can.
    """
    source, classifier = _names(model, wrappers, given)
    if not callable(source):
        check_callable(model)
    (inputs, *others), y, text = inputs_of(model, given.x, given.y)
    if text:
        said("data set", text)
    labelled(inputs.flat(), np.zeros(inputs.rows, np.int64))  # says what is wrong with x
    probe = Probe(model, next((t.device for t in inputs.tensors), torch.device("cpu")))
    if callable(source) and classifier in (AUTO, None):  # it calls of the model what it needs
        labels = read_labels(y, inputs.rows, None, given.names)
        return _arranged(probe, source, None, None, (), inputs, labels, given, said)
    inputs, (calls, returned, tried) = _first_that_works(probe, [inputs, *others])
    if source is None:
        check_answers(inputs, returned, y)
    if classifier is AUTO:
        try:
            classifier = likely(model, calls, returned, tried, inputs, y, source, said)
        except UnspiralError:
            found = unnamed(probe, tried, inputs, y, given.names, said) if source is None else None
            if found is None:
                raise
            return _arranged(probe, found.source, found.head, None, calls, inputs, found.labels, given, said)
        made = first_tensor(returned)
        if (
            classifier is not None
            and made is not None
            and made.ndim == 4
            and made[0, 0].numel() > 1
            and len(np.shape(y)) == 1
        ):
            raise without_classifier(tried, returned)
    elif classifier is not None:
        classifier = within(model, classifier, calls, said)
    head, labels = None, read_labels(y, inputs.rows, None, given.names)
    if classifier is not None:
        if isinstance(source, str):
            compare(model, source, classifier, calls, said)
        head, labels = classifier_of(
            model, classifier, calls, returned, tried, inputs, y, given.label, given.names, said,
            numbers=given.classifier is AUTO,
        )  # fmt: skip
        _question(classifier, head, labels, inputs, said)
        source = source if callable(source) else classifier
    elif source is None:
        raise without_classifier(tried, returned, last_linear(model, calls))
    if labels.said:
        said("labels", labels.said)
    seen = _arranged(probe, source, head, classifier, calls, inputs, labels, given, said)
    if labels.several and head is not None and classifier is not None:
        module = model.get_submodule(classifier)
        return seen._replace(only=head.only, every=partial(all_rows, module) if head.how == "weights" else None)
    return seen


def _names(model: nn.Module, wrappers: str, given: Given) -> tuple[Any, Any]:
    source, classifier = given.embedding, given.classifier
    if source is not None and (isinstance(source, nn.Module) or not callable(source)):
        source = named(model, wrappers, "embedding", source)
    if classifier is not None and classifier is not AUTO:
        classifier = named(model, wrappers, "classifier", classifier)
    return source, classifier


def _first_that_works(probe: Probe, given: Sequence[Inputs]) -> tuple[Inputs, tuple[list[Call], Any, Inputs]]:
    """Of the ways in which x may be meant the first with which the model can be called."""
    for inputs in given[1:]:
        try:
            return given[0], _called(probe, given[0])
        except UnspiralError:
            with suppress(UnspiralError):
                return inputs, _called(probe, inputs)
    return given[0], _called(probe, given[0])


def _called(probe: Probe, inputs: Inputs) -> tuple[list[Call], Any, Inputs]:
    """Every call of a module on a few points, in order; what the model returned; the points."""
    calls: list[Call] = []

    def keep(module: nn.Module, read: tuple[Any, ...], output: Any) -> None:
        copied = [value.detach().clone() if isinstance(value, Tensor) else value for value in (*read[:1], output)]
        calls.append(Call(module, copied[0] if read else None, copied[-1]))  # what is in place may come after it

    seen = {module: keep for module in probe.model.modules()}
    few = _few(inputs)
    tried = inputs.part(0, few)
    try:
        return calls, probe(tried, seen), tried
    except UnspiralError:
        if inputs.rows <= few:
            raise
        calls.clear()  # a graph cannot be cut
        return calls, probe(inputs, seen), inputs


def _few(inputs: Inputs) -> int:
    """On how many points the model is tried: of large images every activation would be too much."""
    size = sum(tensor.numel() for tensor in inputs.tensors) // max(1, inputs.rows)
    return min(inputs.rows, TRIED, max(8, NUMBERS // max(1, size)))


MANY = 10
"""Points a class from which on it is strange that some class has none."""


def _question(name: str, head: Head, labels: Labels, inputs: Inputs, said: Said) -> None:
    """Ask in one line whether what was named is a classifier, where it hardly can be."""
    if labels.classes is None or not head.regions or head.only is not None:
        return
    known = int(labels.classes.max()) + 1
    if head.outputs == inputs.flat()[:1].size > known or head.outputs > 4 * known + 16:
        said(
            "classifier",
            f"{name!r} has {head.outputs} outputs and y {known} labels: is it a classifier? If the model gives back "
            "its input, name embedding= what is to be seen, with classifier=None",
        )
    elif head.outputs > known and len(labels.classes) >= MANY * head.outputs:
        said(
            "classifier",
            f"{name!r} has {head.outputs} outputs and y {known} labels: recorded as {head.outputs} classes, of which "
            f"some never occur. If what it gives is to be seen, as in metric learning, name embedding={name!r} with "
            "classifier=None",
        )


def _arranged(
    probe: Probe, source: Any, head: Head | None, name: str | None, calls: Sequence[Call], inputs: Inputs,
    labels: Labels, given: Given, said: Said,
) -> Observed:  # fmt: skip
    """The points as a run holds them, and what is recorded of them."""
    parts, read = [inputs], [labels]
    if given.held_out is not None:
        (other, *_), y, _ = inputs_of(probe.model, *given.held_out)
        parts.append(other)
        read.append(_alike(read_labels(y, other.rows, head.outputs if head else None, labels.names), head))
    places = 1 if labels.classes is None or labels.classes.ndim == 1 else int(np.prod(labels.classes.shape[1:]))
    if places > 1 and (head is None or head.reading not in ("places", "calls")):
        assert labels.classes is not None
        raise UnspiralError(
            f"y has shape {labels.classes.shape}, and one vector is seen for each point; give it one label: "
            f"({inputs.rows},), such as y[:, 0]"
        )
    x = np.concatenate([part.flat() for part in parts])
    if places > 1:
        x = np.arange(len(x) * places, dtype="f4")[:, None]  # a place in a point is a point of its own
    classes = np.concatenate([one.flat(part.rows * places) for part, one in zip(parts, read)])
    held = np.arange(len(x)) >= inputs.rows * places
    kept = np.flatnonzero(classes != IGNORED)
    chain = None
    if head is not None and source is not None and not callable(source):
        chain = _chain(probe, source, head, calls, inputs)
    if chain is None:
        width = _width(probe, source, head, calls, inputs)
        kept = _fewer(kept, width, given.points, READ, said)
        chosen = None if len(kept) == len(x) else kept
        if chosen is not None and places == 1 and all(part.alone is not None for part in parts):
            parts = [part.some(kept[held[kept] == (n > 0)] - n * inputs.rows) for n, part in enumerate(parts)]
            chosen = None  # what is not recorded need not be evaluated
        plane = x if places == 1 and inputs.alone is not None and inputs.alone.shape[1:] == (2,) else None
        assert source is not None
        recorded = Embeddings(probe, source, head, name, parts, chosen, plane, x.shape[1], width)
    else:
        recorded = chain
        kept = kept if given.points is None else _fewer(kept, 1, given.points, 0, said)
    points = labelled(x[kept], classes[kept], max(int(classes.max()) + 1, 1))
    wide = "f8" if x.dtype == np.float64 else "f4"
    values = None
    if labels.values is not None:
        every = np.concatenate([one.values for one in read if one.values is not None])
        values = every[kept] if len(every) == len(x) else labels.values
    return Observed(recorded, points._replace(x=points.x.astype(wide)), held[kept], labels, values)


def _alike(labels: Labels, head: Head | None) -> Labels:
    """Held-out labels read as the others: of several a point the one that is shown."""
    if not labels.several or labels.values is None or head is None:
        return labels
    return replace(labels, classes=labels.values[:, head.only].astype(np.int64))


def _fewer(kept: NDArray[np.intp], width: int, points: int | None, most: int, said: Said) -> NDArray[np.intp]:
    """Which points are recorded: as many as were asked for, else as many as `most` and as fit into a snapshot."""
    most = min(max(500, BYTES // (4 * width)), most) if points is None else points
    if len(kept) <= most:
        return kept
    if points is None:
        said(
            "points",
            f"the embedding is {width}-D: {len(kept):,} points would take {len(kept) * width * 4 / 1e6:.1f} MB in "
            f"every snapshot; {most:,} of them are recorded, evenly chosen; points={len(kept)} for all",
        )
    return kept[np.unique(np.linspace(0, len(kept) - 1, most).astype(int))]


def _chain(probe: Probe, name: str, head: Head, calls: Sequence[Call], inputs: Inputs) -> Chain | None:
    if head.how != "weights" or head.reading != "rows" or not head.regions or head.second:
        return None
    module = probe.model.get_submodule(name)
    linear: list[nn.Module] = [call.module for call in calls if isinstance(call.module, nn.Linear)]
    found = chain_of(probe.model, linear[: linear.index(module) + 1], inputs) if module in linear else None
    return Chain(probe, found, head, inputs) if found else None


def _width(probe: Probe, source: Any, head: Head | None, calls: Sequence[Call], inputs: Inputs) -> int:
    """Of the embedding. UnspiralError if it is no vector for each point."""
    if callable(source):
        return as_rows(probe.function(source, inputs), inputs.rows).shape[1]
    module = probe.model.get_submodule(source)
    own = [call for call in calls if call.module is module]
    if not own:
        raise UnspiralError(f"the model does not use its module {source!r}; name modules that model(x) goes through")
    if head is not None:
        return head.vectors(own[-1].read, module).shape[-1]
    output = own[-1].output
    first = output[0] if isinstance(output, tuple | list) and len(output) else output
    rows = len(first) if isinstance(first, Tensor) and first.ndim else 0
    return as_rows(output, rows if rows in (inputs.rows, _few(inputs)) else inputs.rows).shape[1]
