"""Which module is the classifier, and how its scores follow from what it reads."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from engine.errors import UnspiralError
from engine.recorder.head import CONVOLUTIONS, Head, head_of, is_linear, reading_of, same_scores, tensors_in
from engine.recorder.inputs import Inputs
from engine.recorder.kinds import first_tensor, kind_of
from engine.recorder.labels import IGNORED, Labels, read_labels
from engine.recorder.said import Said


class Call(NamedTuple):
    """One call of a module within the model's."""

    module: nn.Module
    read: Any
    output: Any


def likely(
    model: nn.Module, calls: Sequence[Call], returned: Any, tried: Inputs, inputs: Inputs, y: Any, source: Any,
    said: Said,
) -> str | None:  # fmt: skip
    """The name of the last linear layer that can be the classifier; None if y are no labels of one.

    `returned` is what the model gave for the points `tried`. UnspiralError if y are labels and no layer fits.
    """
    labels = read_labels(y, inputs.rows, None)
    if labels.classes is None and labels.values is None:
        return None
    names = {module: name for name, module in model.named_modules()}
    linear = [call for call in calls if is_linear(call.module)]
    fitting, least = wanted(labels)
    exact = [call for call in linear if _outputs(call) in fitting]
    larger = [
        call for call in linear[::-1] if _outputs(call) >= least and (call is linear[-1] or _is_given(call, returned))
    ]  # another is hidden: what it gives goes on to the layers after it
    call = next(iter(exact[::-1] or larger), None)
    if linear and not exact and source is None and labels.classes is None and _fits(labels, returned, tried):
        last = names[linear[-1].module]
        said("numbers", f"y are numbers to fit: what {last!r} reads is recorded, without a classifier")
        return last
    if call is not None and not exact and source is None and not _is_given(call, returned):
        answers = next((t for t in tensors_in(returned) if _gives(t, inputs.rows, fitting)), None)
        if answers is not None and answers.shape[1] > 1:  # it is hidden: another step gives the answers
            raise UnspiralError(
                f"the model gives {answers.shape[1]} scores for each point, which no linear layer gives and which are "
                f"linear in nothing that it computes: name embedding={names[call.module]!r}, or another module whose "
                "output is to be seen, with classifier=None"
            )
    embedding = [*model.get_submodule(source).modules()] if isinstance(source, str) else []
    if call is not None and not exact and call.module in embedding:
        return None  # it makes what is to be seen
    if call is not None and (exact or _outputs(call) != inputs.flat()[:1].size):
        alike = {other.module for other in exact}
        if (
            len(alike) > 1
            and next(tensors_in(returned), None) is not None
            and not any(_is_given(other, returned) for other in exact)
        ):
            said(
                "one of several",
                f"{len(alike)} layers have {_outputs(call)} outputs and the model returns those of none, but puts them "
                f"together: {names[call.module]!r} alone is recorded; name classifier= for another",
            )
        return names[call.module]
    own = [c.module for c in calls if list(c.module.parameters(False)) and _gives(c.output, inputs.rows, fitting)]
    if own and own[-1] is not model:
        return names[own[-1]]  # a layer of somebody's own
    if source is not None or labels.classes is None:
        return None
    raise _no_classifier(model, linear, returned, tried, least)


def _fits(labels: Labels, returned: Any, tried: Inputs) -> bool:
    """Whether a model gives numbers from which those in y follow, as a density's: other than y's, and no image."""
    first = first_tensor(returned)
    if first is None or first.ndim != 2 or len(first) != tried.rows or kind_of(tried, returned, labelled=True):
        return False
    return labels.values is not None and labels.values.ndim == 1 and first[:1].numel() != tried.flat()[:1].size


def _is_given(call: Call, returned: Any) -> bool:
    """Whether a model returns what a layer gave, as it is or as probabilities."""
    return isinstance(call.output, Tensor) and any(same_scores(call.output, given) for given in tensors_in(returned))


def _no_classifier(model: nn.Module, linear: Sequence[Call], returned: Any, tried: Inputs, least: int) -> UnspiralError:
    """What to say where y are labels and no layer that the model uses has as many outputs."""
    first, width = first_tensor(returned), tried.flat()[:1].size
    kind = kind_of(tried, returned, labelled=True)
    if not linear and not kind:
        own = [name for name, _ in model.named_parameters()][:4]
        return UnspiralError(
            f"the model has no Linear layer: it computes with weights of its own ({', '.join(own) or 'none'}); say "
            "what is to be seen by a function: embedding=lambda model, x: …, with classifier=None"
        )
    if first is not None and first[:1].numel() == width and not kind:
        narrow = {module: name for name, module in model.named_modules()}[min(linear, key=_outputs).module]
        return UnspiralError(
            f"the model gives {width} numbers for the {width} of each point, as autoencoders do: name what is to be "
            f"seen, such as embedding={narrow!r}, with classifier=None"
        )
    last = last_linear(model, linear)
    instead = f"name embedding={last!r} with classifier=None" if last else "record it as a series: Recorder(path)"
    return UnspiralError(
        kind
        or f"no linear layer that the model uses has {least} outputs, one for each label; if what it gives is no score "
        f"but is to be seen, as in metric learning, {instead}"
    )


def last_linear(model: nn.Module, calls: Sequence[Call]) -> str:
    """The name of the last linear layer that the model uses; "" if it uses none, or is one itself."""
    names = {module: name for name, module in model.named_modules()}
    return next((names[call.module] for call in reversed(calls) if is_linear(call.module)), "")


def _gives(output: Any, count: int, wanted: set[int]) -> bool:
    return isinstance(output, Tensor) and output.ndim == 2 and len(output) <= count and output.shape[1] in wanted


def within(model: nn.Module, name: str, calls: Sequence[Call], said: Said) -> str:
    """The name of the classifier itself, where the module that was named is one that ends in it."""
    module = model.get_submodule(name)
    inner = [(known, part) for known, part in module.named_modules() if known and is_linear(part)]
    own = next((call for call in reversed(calls) if call.module is module), None)
    if is_linear(module) or not inner or own is None:
        return name
    with suppress(UnspiralError), torch.no_grad():
        head_of(name, module, own.read, own.output, "", None)
        return name
    parts = dict((part, known) for known, part in inner)
    last = next((parts[call.module] for call in reversed(calls) if call.module in parts), None)
    if last is None:
        return name
    said("within", f"{name!r} is not linear in what it reads; its last Linear layer is taken: '{name}.{last}'")
    return f"{name}.{last}"


def wanted(labels: Labels) -> tuple[set[int], int]:
    """How many outputs a classifier of these labels may have, and at least has."""
    if labels.classes is None:
        assert labels.values is not None
        width = labels.values.shape[-1] if labels.values.ndim == 2 else 1
        return {width}, width
    different = np.unique(labels.classes[labels.classes != IGNORED])
    fitting = {int(different.max()) + 1, len(different)} | ({1} if len(different) <= 2 else set())
    if labels.classes.ndim == 2 and len(different) <= 2:
        fitting = {labels.classes.shape[1]}  # a column for each class
    return fitting, max(fitting)


def _outputs(call: Call) -> int:
    module = call.module
    return module.out_channels if isinstance(module, CONVOLUTIONS) else module.out_features  # pyright: ignore


def classifier_of(
    model: nn.Module, name: str, calls: Sequence[Call], returned: Any, tried: Inputs, inputs: Inputs, y: Any,
    label: int | str, names: Sequence[str], said: Said, numbers: bool = False,
) -> tuple[Head, Labels]:  # fmt: skip
    """How the embedding and the scores of the classifier of this name are read, and y for it.

    `numbers`: y may be numbers to fit, of which it gives more or fewer. UnspiralError says what does not fit.
    """
    module = model.get_submodule(name)
    own = [call for call in calls if call.module is module]
    if not own:
        raise UnspiralError(f"the model does not use its module {name!r}; name modules that model(x) goes through")
    used = {call.module for call in calls}
    linear = [repr(known) for known, other in model.named_modules() if is_linear(other) and other in used and known]
    named = ", ".join(linear if len(linear) < 6 else ["…", *linear[-5:]]) or "it has none"
    read, output = own[-1].read, own[-1].output
    axis = 1 if isinstance(module, CONVOLUTIONS) else -1
    outputs = output.shape[axis] if isinstance(output, Tensor) and output.ndim > 1 else None
    with torch.no_grad():
        fit = read_labels(y, inputs.rows, None) if numbers else None
        for_scores = fit is None or fit.values is None or outputs in wanted(fit)[0]
        labels = read_labels(y, inputs.rows, outputs if for_scores else None, names, name) if outputs else Labels(None)
        single = labels.classes if labels.classes is not None and labels.classes.ndim == 1 else None
        how = head_of(name, module, read, output, named, None if single is None else single[: len(read)])
        head = Head(
            how, "rows", outputs or 0, _only(outputs, labels, label), labels.classes is not None or labels.several
        )
        if _is_called_for_each_label(own, labels, tried.rows):
            head = replace(head, reading="calls")
        else:
            head = reading_of(head, name, module, read, output, returned, labels.classes, tried.rows)
    if labels.several:
        assert labels.values is not None
        labels = replace(labels, classes=labels.values[:, head.only].astype(np.int64))
    elif labels.classes is not None and head.reading == "rows":
        _ask_of_answers(name, output, returned, said)
    return head, labels


def _is_called_for_each_label(own: Sequence[Call], labels: Labels, count: int) -> bool:
    """Whether a classifier is called once for each place in a sequence, as decoders do, which has a label each."""
    if labels.classes is None or labels.classes.ndim != 2 or len(own) != labels.classes.shape[1]:
        return False
    return all(isinstance(c.read, Tensor) and c.read.ndim == 2 and len(c.read) == count for c in own)


def _only(outputs: int | None, labels: Labels, label: int | str) -> int | None:
    """Which output alone is shown, with two classes: it is so, or it is not."""
    if not labels.several:
        return 0 if outputs == 1 else None
    number = labels.names.index(label) if isinstance(label, str) and label in labels.names else label
    if not isinstance(number, int) or not 0 <= number < (outputs or 0):
        raise UnspiralError(f"label is {label!r}; y has {outputs} labels for a point: give the number of one, from 0")
    return number


def _ask_of_answers(name: str, scores: Any, returned: Any, said: Said) -> None:
    """Say if what the model returns answers otherwise than its classifier's scores do, as after a step of a graph."""
    if not isinstance(scores, Tensor) or scores.ndim != 2 or scores.shape[1] < 2:
        return
    given = [t for t in tensors_in(returned) if t.shape == scores.shape and t.is_floating_point()]
    others = [int((t.argmax(1) != scores.argmax(1)).sum()) for t in given]
    if others and min(others) > 0.02 * len(scores):  # rounding decides a few
        said(
            "one of several",
            f"of {len(scores)} points the model answers {min(others)} otherwise than the scores of {name!r}: what it "
            "does after them is not seen, and accuracy is that of these scores",
        )


def compare(model: nn.Module, source: str, name: str, calls: Sequence[Call], said: Said) -> None:
    """Say if the classifier reads something else than what the module named as the embedding gives."""
    modules = dict(model.named_modules())
    gave = [call.output for call in calls if call.module is modules[source]]
    if not gave:
        raise UnspiralError(f"the model does not use its module {source!r}; name modules that model(x) goes through")
    read = next(call.read for call in reversed(calls) if call.module is modules[name])
    e = gave[-1][0] if isinstance(gave[-1], tuple | list) else gave[-1]
    if source == name or not isinstance(e, Tensor) or next(modules[name].parameters(), None) is None:
        return
    if e.shape == read.shape and torch.allclose(e.double(), read.double(), rtol=1e-4, atol=1e-6, equal_nan=True):
        return
    if e.numel() == read.numel() and torch.equal(e.reshape(-1), read.reshape(-1)):
        return
    fitting = [
        known
        for call in calls
        if isinstance(call.output, Tensor) and call.output.shape == read.shape and torch.equal(call.output, read)
        for known, module in modules.items()
        if module is call.module and known
    ]
    instead = f"name embedding={fitting[-1]!r}" if fitting else "leave embedding out"
    width, given = read.shape[-1], e.flatten(1).shape[-1]
    what = (
        f"reads {width} numbers, the embedding {source!r} gives {given}"
        if width != given
        else f"does not read the embedding {source!r} itself"
    )
    said("embedding", f"the classifier {name!r} {what}; {instead}: what it reads is recorded")
