"""Network diagrams: the circuit of modules, and the units with what flows through them."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cairo
import numpy as np

from engine.films.network import Assembly, Circuit, Flow
from engine.films.scores import written
from engine.network.layers import Array
from scenes.parts.paint.arrows import trace_arrow
from scenes.parts.paint.bars import Box
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import RGB, STRONG, TEXT, THEME, Theme, mix, rgb
from scenes.parts.stage.camera import Canvas, Shown, fading

EXTRACTOR, CLASSIFIER = "#d9776b", "#6ba3d9"
"""Colours of the lecturer's red box and blue box."""
MOST = 12
"""Units of a column that are drawn one by one; of more, five at each end and their number between."""
NEGATIVE = "#4a66a8"
NAMES = 170
"""Room for classes' names after the last column, besides what it leaves free itself, in pixels of 1080."""


class Part(NamedTuple):
    """One piece of a circuit: a box, or a value's letter where `boxed` is not so."""

    text: str
    boxed: bool
    colour: str
    wire: str = ""
    """Name of what comes into it, over its arrow."""


class DiagramOfModules(Shown[Assembly]):
    """Shows an `Assembly`: the circuit x → linear → (·)⁺ → … → W → softargmax → ỹ → C ← y."""

    def paint(self, canvas: Canvas) -> None:
        """Paint the circuit across the frame, in its middle or as a strip at its top; in two rows if it is not wide."""
        unit, lifted = canvas.unit, self.frame.lifted
        (low, high), tall = ((50, 38), 3.4) if canvas.wide else ((46, 30), 8.0)  # sizes of text; heights in them
        size = (1 - lifted) * low + lifted * high
        height = tall * size * unit
        middle = (1 - lifted) * canvas.height / 2 + lifted * (90 if canvas.wide else 128) * unit
        box = Box(50 * unit, middle - height / 2, canvas.width - 100 * unit, height)
        paint_circuit(canvas, box, self.frame, self.theme, size, rows=1 if canvas.wide else 2)


def parts(circuit: Circuit, most: int = 7) -> tuple[list[Part], tuple[int, int]]:
    """A circuit's pieces, a middle that is too long left out, and where its classifier begins and ends among them."""
    modules = list(circuit.modules)
    bends = sum(m.name != "linear" for m in modules[:-1])
    made = [Part("x", False, THEME.ink)]
    for i, module in enumerate(modules):
        before = modules[i - 1].name if i else ""
        wire = "f" if before not in ("", "linear") and (bends == 1 or i == len(modules) - 1) else ""
        if before == "linear" and module.classifies:
            wire = "e"
        made.append(Part(module.name, True, CLASSIFIER if module.classifies else EXTRACTOR, wire))
    if len(modules) > most:
        made[5:-3] = [Part("…", False, THEME.ink)]
    begin = len(made) - 1
    made += [Part("softargmax", True, CLASSIFIER, "s"), Part("ỹ", False, THEME.ink)]
    made += [Part("C", True, THEME.quiet), Part("y", False, THEME.ink)]
    return made, (begin, begin + 2)


Span = tuple[float, float, float]
"""Where a piece lies: left and right edge, and its middle's height, in pixels."""


def paint_circuit(
    canvas: Canvas, box: Box, frame: Assembly, theme: Theme = THEME, size: float = 38, rows: int = 1
) -> None:
    """A circuit in a box of the canvas, as a picture of its own or as a strip beside others.

    `size` of the text in pixels of 1080; less if the box is too narrow for it. In two `rows`, the classifier begins the
    second one.
    """
    pieces, (begin, end) = parts(frame.circuit)
    extractor = Part("feature extractor", True, EXTRACTOR)
    short = [pieces[0], extractor, Part("linear classifier", True, CLASSIFIER, "e"), *pieces[end:]]
    shown = frame.shown * len(pieces) / (len(frame.circuit.modules) + 5)
    size *= canvas.unit
    split, short_split = (begin, 2) if rows == 2 else (0, 0)
    widest = max(_width(pieces[:split], size), _width(pieces[split:], size))
    size *= min(1.0, (0.8 if rows == 1 else 0.66) * box.width / widest)
    long_spans, short_spans = _spans(box, pieces, size, split), _spans(box, short, size, short_split)
    c = frame.collapsed
    group = [0, *[1] * (begin - 1), *[2] * (end - begin), *range(3, len(short))]
    spans = [_between(long_spans[i], short_spans[g], c) for i, g in enumerate(group)]
    for i, (piece, span) in enumerate(zip(pieces, spans)):
        alone = group.count(group[i]) == 1 and group[i] not in (1, 2)
        alpha = min(1.0, max(0.0, shown - i)) * (1 if alone else 1 - c)
        before = spans[i - 1] if i else None
        _paint_part(canvas, piece, span, before, size, alpha, i == len(pieces) - 1, theme)
    if c > 0:
        for g in (1, 2):
            members = [spans[i] for i in range(len(pieces)) if group[i] == g]
            span = _between((members[0][0], members[-1][1], members[0][2]), short_spans[g], c)
            before = spans[0] if g == 1 else _between(spans[begin - 1], short_spans[1], c)
            _paint_part(canvas, short[g], span, before, size, c, False, theme)


def _between(a: Span, b: Span, share: float) -> Span:
    left, right, middle = ((1 - share) * p + share * q for p, q in zip(a, b))
    return left, right, middle


def _width(pieces: Sequence[Part], size: float) -> float:
    return sum(_widths(pieces, size))


def _widths(pieces: Sequence[Part], size: float) -> list[float]:
    return [text_width(p.text, size, _font(p)) + (1.2 if p.boxed else 0.5) * size for p in pieces]


def _spans(box: Box, pieces: Sequence[Part], size: float, split: int = 0) -> list[Span]:
    """Boxes as wide as their text, equal arrows between them, all as wide as the box; a second row from `split` on."""
    if split:
        inset, height = 2.4 * size, box.height / 2  # the way to the second row lies at both ends
        first = Box(box.left + inset, box.top, box.width - 2 * inset, height)
        return _spans(first, pieces[:split], size) + _spans(first._replace(top=box.top + height), pieces[split:], size)
    widths = _widths(pieces, size)
    arrow = min(2.6 * size, (box.width - sum(widths)) / max(1, len(pieces) - 1))
    left = box.left + (box.width - sum(widths) - arrow * (len(pieces) - 1)) / 2
    spans = []
    for width in widths:
        spans.append((left, left + width, box.top + box.height / 2))
        left += width + arrow
    return spans


def _font(piece: Part) -> Path:
    return TEXT if piece.boxed and len(piece.text) > 1 else STRONG


def _paint_part(
    canvas: Canvas,
    piece: Part,
    span: Span,
    before: Span | None,
    size: float,
    alpha: float,
    backwards: bool,
    theme: Theme,
) -> None:
    """One piece and the arrow that leads to it; `backwards`, the arrow leads away from it."""
    if alpha <= 0:
        return
    spans = [span] if before is None else [span, before]
    left, right = min(s[0] for s in spans) - 3 * size, max(s[1] for s in spans) + 3 * size
    top, bottom = min(s[2] for s in spans) - 2 * size, span[2] + 2 * size
    with fading(canvas, alpha, (left, top, right - left, bottom - top)):
        _paint_whole_part(canvas, piece, span, before, size, backwards, theme)


def _paint_whole_part(
    canvas: Canvas, piece: Part, span: Span, before: Span | None, size: float, backwards: bool, theme: Theme
) -> None:
    context, unit = canvas.context, canvas.unit
    middle, colour = span[2], rgb(piece.colour)
    if before is not None and before[2] < middle:
        _paint_way_down(canvas, before, span, size, theme)
        if piece.wire:
            at = ((before[1] + span[0]) / 2, (before[2] + middle) / 2 - 0.3 * size)
            paint_text(canvas, piece.wire, at, 0.95 * size, rgb(theme.ink), font=STRONG, anchor="middle")
    elif before is not None:
        ends = [(before[1] + 6 * unit, middle), (span[0] - 6 * unit, middle)]
        if ends[1][0] > ends[0][0]:
            tail, tip = ends[::-1] if backwards else ends
            trace_arrow(context, tail, tip, 0.8 * unit)
            context.set_source_rgba(*canvas.colour(rgb(theme.quiet)))
            context.fill()
        if piece.wire:
            at = ((before[1] + span[0]) / 2, middle - 0.6 * size)
            paint_text(canvas, piece.wire, at, 0.95 * size, rgb(theme.ink), font=STRONG, anchor="middle")
    if piece.boxed:
        half = 1.25 * size
        _trace_rounded(context, span[0], middle - half, span[1] - span[0], 2 * half, 14 * unit)
        context.set_source_rgba(*canvas.colour(mix(rgb(theme.ground), colour, 0.3)))
        context.fill_preserve()
        context.set_source_rgba(*canvas.colour(colour))
        context.set_line_width(3 * unit)
        context.stroke()
    at = ((span[0] + span[1]) / 2, middle + 0.34 * size)
    paint_text(canvas, piece.text, at, size, rgb(theme.ink), font=_font(piece), anchor="middle")


def _paint_way_down(canvas: Canvas, before: Span, span: Span, size: float, theme: Theme) -> None:
    """From the end of a row round to the beginning of the next."""
    context, unit = canvas.context, canvas.unit
    right, left, between = before[1] + 1.2 * size, span[0] - 1.9 * size, (before[2] + span[2]) / 2
    context.set_source_rgba(*canvas.colour(rgb(theme.quiet)))
    context.set_line_width(3 * unit)
    context.move_to(before[1] + 6 * unit, before[2])
    for x, y in ((right, before[2]), (right, between), (left, between), (left, span[2])):
        context.line_to(x, y)
    context.line_to(left + 0.4 * size, span[2])
    context.stroke()
    trace_arrow(context, (left, span[2]), (span[0] - 6 * unit, span[2]), 0.8 * unit)
    context.fill()


def _trace_rounded(context: cairo.Context, left: float, top: float, width: float, height: float, radius: float) -> None:
    context.new_sub_path()
    for x, y, quarter in (
        (left + width - radius, top + radius, -1),
        (left + width - radius, top + height - radius, 0),
        (left + radius, top + height - radius, 1),
        (left + radius, top + radius, 2),
    ):
        context.arc(x, y, radius, quarter * math.pi / 2, (quarter + 1) * math.pi / 2)
    context.close_path()


class DiagramOfUnits(Shown[Flow]):
    """Shows a `Flow`: units in columns, values travelling through them, the gradient travelling back."""

    def paint(self, canvas: Canvas) -> None:
        """Paint the units under a strip for the circuit and over room for a formula."""
        unit = canvas.unit
        left, top, below = (90, 200, 200) if canvas.wide else (50, 270, 210)
        room = canvas.height / unit - top - below
        height = min(room, 0.9 * (canvas.width / unit - 2 * left))
        box = Box(left * unit, (top + (room - height) / 2) * unit, canvas.width - 2 * left * unit, height * unit)
        paint_units(canvas, box, self.frame, self.theme)


def paint_units(canvas: Canvas, box: Box, frame: Flow, theme: Theme = THEME) -> None:
    """Every column's units in a box of the canvas, ỹ and the loss after them, and what the theme calls the classes."""
    if theme.names:
        box = box._replace(width=box.width - NAMES * canvas.unit)
    columns = [*frame.values, frame.probabilities]
    count = len(columns)
    places = [_column(canvas, box, k / count, len(values)) for k, values in enumerate(columns)]
    for k, weight in enumerate(frame.weights):
        _paint_edges(canvas, places[k], places[k + 1], weight, k, frame, theme)
    _paint_even_edges(canvas, places[-2], places[-1], count - 2, frame, theme)
    for k, values in enumerate(columns):
        arrived = min(1.0, max(0.0, frame.forward - k + 1)) if k else 1.0
        _paint_column(canvas, box, k, places[k], values, arrived, frame, theme)
    _paint_loss(canvas, box, frame, theme)


def _drawn(width: int) -> list[int]:
    """Which units of a column are drawn."""
    return list(range(width)) if width <= MOST else [*range(5), *range(width - 5, width)]


def _column(canvas: Canvas, box: Box, across: float, width: int) -> Array:
    """Pixels of a column's drawn units (M, 2), from the top down; a gap is left for the number of the others."""
    slots = min(width, MOST - 1)
    pitch = min(112 * canvas.unit, (box.height - 130 * canvas.unit) / slots)
    rows = np.arange(slots) - (slots - 1) / 2
    if width > MOST:
        rows = np.delete(rows, slots // 2)
    middle = box.top + 65 * canvas.unit + (box.height - 130 * canvas.unit) / 2
    x = box.left + 40 * canvas.unit + across * (box.width - 80 * canvas.unit)
    return np.stack([np.full(len(rows), x), middle + pitch * rows], 1)


def _paint_edges(
    canvas: Canvas, sources: Array, targets: Array, weight: Array, k: int, frame: Flow, theme: Theme
) -> None:
    """Weights as lines, as bright as they are large; what travels over them as discs, as large as its product."""
    context, unit = canvas.context, canvas.unit
    rows, cols = _drawn(weight.shape[0]), _drawn(weight.shape[1])
    drawn, slopes = weight[np.ix_(rows, cols)], frame.slopes[k][np.ix_(rows, cols)]
    here, back = frame.forward - k, frame.backward - (len(frame.weights) + 2 - k - 1)
    changed = float(np.clip(back, 0, 1)) if frame.stepped == 0 else 1 - frame.stepped
    shares, steep = np.abs(drawn) / np.abs(drawn).max(), np.abs(slopes) / max(float(np.abs(slopes).max()), 1e-12)
    gradient, ink = rgb(theme.gradient), rgb(theme.quiet)
    for i, target in enumerate(targets.tolist()):
        for j, source in enumerate(sources.tolist()):
            context.move_to(*source)
            context.line_to(*target)
            context.set_line_width((1.2 + 3 * float(shares[i, j])) * unit)
            context.set_source_rgba(*canvas.colour(ink, 0.10 + 0.5 * float(shares[i, j])))
            context.stroke()
            if changed > 0 and steep[i, j] > 0.02:
                context.move_to(*source)
                context.line_to(*target)
                context.set_line_width((1 + 5 * float(steep[i, j])) * unit)
                context.set_source_rgba(*canvas.colour(gradient, 0.75 * changed * float(steep[i, j]) ** 0.5))
                context.stroke()
    if 0 < here < 1:
        sent = np.abs(drawn * frame.values[k][cols])
        _paint_pulses(canvas, sources, targets, sent, here, rgb(theme.ink))
    if 0 < back < 1:
        sent = np.abs(drawn * frame.signals[k + 1][rows][:, None])
        _paint_pulses(canvas, sources, targets, sent, 1 - back, gradient)


def _paint_even_edges(canvas: Canvas, sources: Array, targets: Array, k: int, frame: Flow, theme: Theme) -> None:
    """From each score to its probability."""
    context = canvas.context
    context.set_line_width(2 * canvas.unit)
    context.set_source_rgba(*canvas.colour(rgb(theme.quiet), 0.5))
    for source, target in zip(sources.tolist(), targets.tolist()):
        context.move_to(*source)
        context.line_to(*target)
    context.stroke()
    here, back = frame.forward - k, frame.backward - 1
    if 0 < here < 1:
        _paint_pulses(canvas, sources, targets, np.eye(len(sources)), here, rgb(theme.ink))
    if 0 < back < 1:
        _paint_pulses(canvas, sources, targets, np.diag(np.abs(frame.signals[-1])), 1 - back, rgb(theme.gradient))


def _paint_pulses(canvas: Canvas, sources: Array, targets: Array, sent: Array, share: float, colour: RGB) -> None:
    """A disc on each line from source to target, its area as large as what is sent (targets, sources)."""
    context, unit = canvas.context, canvas.unit
    context.set_source_rgba(*canvas.colour(colour))
    radii = 11 * unit * np.sqrt(sent / max(float(sent.max()), 1e-12))
    for target, row in zip(targets, radii.tolist()):
        for source, radius in zip(sources, row):
            if radius > 0.8 * unit:
                x, y = ((1 - share) * source + share * target).tolist()
                context.new_sub_path()
                context.arc(x, y, radius, 0, 2 * math.pi)
    context.fill()


def _paint_column(
    canvas: Canvas, box: Box, k: int, places: Array, values: Array, arrived: float, frame: Flow, theme: Theme
) -> None:
    context, unit = canvas.context, canvas.unit
    soft = k == len(frame.values)
    name, width = "ỹ" if soft else frame.names[k], len(values)
    drawn = _drawn(width)
    large = width <= 7
    radius = (40 if large else 18) * unit
    ends = k >= len(frame.values) - 1
    colours = theme.class_colours(width) if ends else [rgb(theme.quiet)] * width
    most = max(float(np.abs(values).max()), 1e-12)
    back = frame.backward - (len(frame.values) - k)  # the gradient is here from 0 on
    shown = 0.0 if soft or frame.stepped > 0 else float(np.clip(5 * back + 1, 0, 1))
    steepest = max(float(np.abs(frame.signals[k]).max()), 1e-12) if not soft else 1.0
    for unit_number, (x, y) in zip(drawn, places.tolist()):
        value = float(values[unit_number])
        share = arrived * abs(value) / most
        fill = mix(rgb(theme.ground), rgb(NEGATIVE if value < 0 else theme.ink), 0.08 + 0.82 * share)
        ring, thick = colours[unit_number], 4.0
        if shown > 0:
            share *= 1 - shown
            slope = float(frame.signals[k][unit_number])
            fill = mix(fill, mix(rgb(theme.ground), rgb(theme.gradient), 0.08 + 0.8 * abs(slope) / steepest), shown)
        context.arc(x, y, radius, 0, 2 * math.pi)
        context.set_source_rgba(*canvas.colour(fill))
        context.fill_preserve()
        context.set_source_rgba(*canvas.colour(ring))
        context.set_line_width(thick * unit)
        context.stroke()
        if large and arrived > 0:
            number = frame.signals[k][unit_number] if shown > 0.5 else value
            ink = rgb(theme.ink if (sum(fill) > 1.5) == theme.light else theme.ground)
            alpha = abs(2 * shown - 1) if 0 < shown < 1 else float(np.clip(4 * arrived - 3, 0, 1))
            at = (x, y + 10 * unit)
            paint_text(canvas, written(float(number)), at, 30 * unit, ink, font=STRONG, anchor="middle", alpha=alpha)
    x = float(places[0, 0])
    if width > MOST:
        middle = float(places[:, 1].mean())
        paint_text(canvas, str(width), (x, middle + 12 * unit), 34 * unit, rgb(theme.quiet), anchor="middle")
    paint_text(canvas, name, (x, box.top + 34 * unit), 46 * unit, rgb(theme.ink), font=STRONG, anchor="middle")
    bottom = box.top + box.height
    paint_text(canvas, str(width), (x, bottom - 4 * unit), 36 * unit, rgb(theme.quiet), anchor="middle")
    if shown > 0:
        text = f"∂L/∂{name}"
        paint_text(canvas, text, (x, bottom + 44 * unit), 36 * unit, rgb(theme.gradient), anchor="middle", alpha=shown)


def _paint_loss(canvas: Canvas, box: Box, frame: Flow, theme: Theme) -> None:
    """C compares ỹ with y; the loss under it, and after the step what it was before."""
    context, unit = canvas.context, canvas.unit
    classes = len(frame.probabilities)
    places = _column(canvas, box, 1.0, classes)
    for number, ((x, y), colour) in enumerate(zip(places.tolist(), theme.class_colours(classes))):
        context.arc(x, y, 26 * unit, 0, 2 * math.pi)
        chosen = number == frame.label
        context.set_source_rgba(*canvas.colour(colour if chosen else rgb(theme.ground)))
        context.fill_preserve()
        context.set_source_rgba(*canvas.colour(colour))
        context.set_line_width(4 * unit)
        context.stroke()
        ink = rgb(theme.ground if chosen else theme.quiet)
        at = (x, y + 11 * unit)
        paint_text(canvas, str(int(chosen)), at, 30 * unit, ink, font=STRONG, anchor="middle")
        if number < len(theme.names):
            name, size = fitted_text(theme.names[number], 32 * unit, (NAMES + 30) * unit)
            paint_text(canvas, name, (x + 40 * unit, y + 11 * unit), size, rgb(theme.ink if chosen else theme.quiet))
    x = float(places[0, 0])
    paint_text(canvas, "y", (x, box.top + 34 * unit), 46 * unit, rgb(theme.ink), font=STRONG, anchor="middle")
    there = float(np.clip(2 * (frame.forward - len(frame.values)) - 1, 0, 1))
    left = float(_column(canvas, box, (len(frame.values)) / (len(frame.values) + 1), 1)[0, 0])
    at = ((left + x) / 2, box.top + box.height + 44 * unit)
    text = f"L = {frame.loss:.3f}"
    paint_text(canvas, text, at, 40 * unit, rgb(theme.ink), font=STRONG, anchor="middle", alpha=there)
    if frame.stepped > 0:
        at = (at[0], at[1] + 48 * unit)
        paint_text(canvas, f"before: {frame.first_loss:.3f}", at, 34 * unit, rgb(theme.quiet), anchor="middle")
