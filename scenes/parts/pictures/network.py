"""Network diagrams: the circuit of modules, and the units with what flows through them."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import cairo
import numpy as np

from engine.films.network import Assembly, Circuit
from scenes.parts.paint.arrows import trace_arrow
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.fading import fading
from scenes.parts.paint.text import paint_text, text_width
from scenes.parts.paint.theme import STRONG, TEXT, Fonts, Theme, Weight, mix, rgb
from scenes.parts.stage.painted import Shown

EXTRACTOR, CLASSIFIER = "#d9776b", "#6ba3d9"
"""Colours of the lecturer's red box and blue box."""
MOST = 12
"""Units of a column that are drawn one by one; of more, five at each end and their number between."""
NEAREST = 2.6
"""How much larger a circuit's first pieces are drawn than all of it."""
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
        middle = (1 - lifted) * canvas.height / 2 + lifted * (90 if canvas.wide else 142) * unit
        box = Box(50 * unit, middle - height / 2, canvas.width - 100 * unit, height)
        rows = 1 if canvas.wide else 2
        near = 1 + (_nearness(box, self.frame, size * unit, self.theme) - 1) * (1 - lifted) if rows == 1 else 1.0
        paint_circuit(canvas, box._replace(width=near * box.width), self.frame, self.theme, near * size, rows)


def _nearness(box: Box, frame: Assembly, size: float, theme: Theme) -> float:
    """How much larger a circuit is drawn whose end is not there yet: what is there fills the width."""
    pieces, _ = pieces_of(frame.circuit, theme)
    size *= min(1.0, 0.8 * box.width / _width(theme.fonts, pieces, size))
    rights = [right for _, right, _ in _spans(theme.fonts, box, pieces, size)]
    ahead = frame.shown * len(pieces) / (len(frame.circuit.modules) + 5) + 0.6
    reach = float(np.interp(ahead, np.arange(1, len(pieces) + 1), rights)) - box.left
    return min(NEAREST, box.width / reach)


def pieces_of(circuit: Circuit, theme: Theme, most: int = 7) -> tuple[list[Part], tuple[int, int]]:
    """A circuit's pieces, a middle that is too long left out, and where its classifier begins and ends among them."""
    modules = list(circuit.modules)
    bends = sum(m.name != "linear" for m in modules[:-1])
    made = [Part("x", False, theme.ink)]
    for i, module in enumerate(modules):
        before = modules[i - 1].name if i else ""
        wire = "f" if before not in ("", "linear") and (bends == 1 or i == len(modules) - 1) else ""
        if before == "linear" and module.classifies:
            wire = "e"
        made.append(Part(module.name, True, CLASSIFIER if module.classifies else EXTRACTOR, wire))
    if len(modules) > most:
        made[5:-3] = [Part("…", False, theme.ink)]
    begin = len(made) - 1
    made += [Part("softargmax", True, CLASSIFIER, "s"), Part("ỹ", False, theme.ink)]
    made += [Part("C", True, theme.quiet), Part("y", False, theme.ink)]
    return made, (begin, begin + 2)


Span = tuple[float, float, float]
"""Where a piece lies: left and right edge, and its middle's height, in pixels."""


def paint_circuit(canvas: Canvas, box: Box, frame: Assembly, theme: Theme, size: float = 38, rows: int = 1) -> None:
    """A circuit in a box of the canvas, as a picture of its own or as a strip beside others.

    `size` of the text in pixels of 1080; less if the box is too narrow for it. In two `rows`, the classifier begins the
    second one.
    """
    pieces, (begin, end) = pieces_of(frame.circuit, theme)
    extractor = Part("feature extractor", True, EXTRACTOR)
    short = [pieces[0], extractor, Part("linear classifier", True, CLASSIFIER, "e"), *pieces[end:]]
    shown = frame.shown * len(pieces) / (len(frame.circuit.modules) + 5)
    size *= canvas.unit
    split, short_split = (begin, 2) if rows == 2 else (0, 0)
    widest = max(_width(canvas.fonts, pieces[:split], size), _width(canvas.fonts, pieces[split:], size))
    size *= min(1.0, (0.8 if rows == 1 else 0.66) * box.width / widest)
    long_spans, short_spans = (
        _spans(canvas.fonts, box, pieces, size, split),
        _spans(canvas.fonts, box, short, size, short_split),
    )
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


def _width(fonts: Fonts, pieces: Sequence[Part], size: float) -> float:
    return sum(_widths(fonts, pieces, size))


def _widths(fonts: Fonts, pieces: Sequence[Part], size: float) -> list[float]:
    return [text_width(fonts, p.text, size, _font(p)) + (1.2 if p.boxed else 0.5) * size for p in pieces]


def _spans(fonts: Fonts, box: Box, pieces: Sequence[Part], size: float, split: int = 0) -> list[Span]:
    """Boxes as wide as their text, equal arrows between them, all as wide as the box; a second row from `split` on."""
    if split:
        inset, height = 2.4 * size, box.height / 2  # the way to the second row lies at both ends
        first = Box(box.left + inset, box.top, box.width - 2 * inset, height)
        return _spans(fonts, first, pieces[:split], size) + _spans(
            fonts, first._replace(top=box.top + height), pieces[split:], size
        )
    widths = _widths(fonts, pieces, size)
    arrow = min(2.6 * size, (box.width - sum(widths)) / max(1, len(pieces) - 1))
    left = box.left + (box.width - sum(widths) - arrow * (len(pieces) - 1)) / 2
    spans = []
    for width in widths:
        spans.append((left, left + width, box.top + box.height / 2))
        left += width + arrow
    return spans


def _font(piece: Part) -> Weight:
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
    with fading(canvas, alpha, (left, top, right - left, bottom - top)) as layer:
        _paint_whole_part(layer, piece, span, before, size, backwards, theme)


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
