"""Which colour and mark is which class."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine import Frame
from scenes.parts.paint.arrows import trace_arrow
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.discs import trace
from scenes.parts.paint.readouts import LEFT, RIGHT, rows_of, tick_step
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import RGB, SIZES, Theme, mix, rgb


class _Entry(NamedTuple):
    """An entry of the key: a mark, what it stands for, and a class's colour."""

    mark: str
    text: str
    colour: RGB


def paint_key(canvas: Canvas, frame: Frame, theme: Theme) -> None:
    """How to read it: a point is the truth, a region the answer, a hollow point a mistake; how far apart ticks are.

    Named classes come first. A column at the foot of a wide frame, lines across the foot of a tall one.
    """
    unit = canvas.unit
    entries = _entries(frame, theme)
    if canvas.wide:
        names = _class_names(entries)
        line = min(LINE, _left(canvas, frame) / len(entries))
        columns, line = (1, line) if line >= CLOSEST else (2, LINE)
        rows = [entries[k : min(k + columns, names)] for k in range(0, names, columns)]
        rows += [[entry] for entry in entries[names:]]
        pitch, left = (RIGHT - LEFT) / columns * unit, LEFT * unit
    else:
        rows, pitch, left, line = _wrapped(canvas, entries), 0.0, SIZES.edge * unit, LINE
    for number, row in enumerate(rows):
        x, y = left, canvas.height - ((44 if canvas.wide else 52) + line * (len(rows) - 1 - number)) * unit
        for entry in row:
            column = pitch if len(row) > 1 else (RIGHT - LEFT) * unit
            room = (column if pitch else canvas.width) - (44 + 12) * unit
            width = _paint_entry(canvas, entry, (x, y), room, theme)
            x += pitch or width + ENTRY_GAP * unit


def fits(canvas: Canvas, frame: Frame, theme: Theme) -> bool:
    """Whether the key of a wide frame has room under what is read off it, the curve being the last of that."""
    entries, room = _entries(frame, theme), _left(canvas, frame)
    names = _class_names(entries)
    return min(CLOSEST * len(entries), LINE * (len(entries) - names + math.ceil(names / 2))) <= room


def _left(canvas: Canvas, frame: Frame) -> float:
    """What readings and curve leave of a wide frame's column, in units of the canvas."""
    taken = 268 + 50 * len(rows_of(frame)) + (130 if frame.curve is not None else 0)
    return canvas.height / canvas.unit - 44 - taken


def _class_names(entries: list["_Entry"]) -> int:
    return sum(entry.mark in ("class", "further class") for entry in entries)


def key_height(canvas: Canvas, frame: Frame, theme: Theme) -> float:
    """How much of the foot of a square or tall frame the key takes, in units of the canvas."""
    return SIZES.edge + LINE * len(_wrapped(canvas, _entries(frame, theme)))


LINE = 46.0
"""From one line of the key to the next, in units of the canvas."""
CLOSEST = 36.0
"""The least of it."""
ENTRY_GAP = 36
"""Between entries of the key on one line, in units of the canvas."""


def _entries(frame: Frame, theme: Theme) -> list[_Entry]:
    quiet = rgb(theme.quiet)
    entries = _named(classes_of(frame), theme)
    if len(frame.points):
        entries.append(_Entry("point", "truth y", quiet))
    if frame.held.any() or (frame.held_curve is not None and "held_out_loss" in frame.readings):
        entries.append(_Entry("held", "unseen in training", quiet))
    if frame.decided > 0:
        entries.append(_Entry("region", "answer ŷ", quiet))
        if len(frame.points):
            entries.append(_Entry("mistake", "mistake", quiet))
    if frame.tied:
        entries.append(_Entry("region", "ties: the first class", quiet))
    entries += [_Entry(mark, text, quiet) for mark, text in frame.notes]
    if (note := shared_colours(classes_of(frame), theme)) is not None:
        entries.append(_Entry("region", note, quiet))
    if not frame.in_space:
        entries.append(_Entry("tick", f"ticks every {tick_step(frame.view.half):g}", quiet))
    return entries


def shared_colours(classes: int, theme: Theme) -> str | None:
    """What to say where there are more classes than colours; None where each has its own."""
    colours = len(set(theme.class_colours(classes)))
    return f"{classes:,} classes, {colours} colours" if colours < classes else None


def classes_of(frame: Frame) -> int:
    """How many classes a frame shows."""
    return max(len(frame.class_vectors), int(frame.labels.max(initial=-1)) + 1)


def _named(classes: int, theme: Theme) -> list[_Entry]:
    colours = theme.class_colours(classes)
    marks = ["class" if k < theme.round_classes(classes) else "further class" for k in range(classes)]
    return [_Entry(mark, name, colour) for mark, name, colour in zip(marks, theme.names, colours)]


def _wrapped(canvas: Canvas, entries: list[_Entry]) -> list[list[_Entry]]:
    """Entries in lines from edge to edge."""
    width = canvas.width / canvas.unit - 2 * SIZES.edge
    lines: list[list[_Entry]] = [[]]
    taken = 0.0
    for entry in entries:
        needed = 44 + text_width(canvas.fonts, entry.text, 30) + ENTRY_GAP
        if lines[-1] and taken + needed - ENTRY_GAP > width:
            lines.append([])
            taken = 0.0
        lines[-1].append(entry)
        taken += needed
    return lines


def _paint_entry(canvas: Canvas, entry: _Entry, at: tuple[float, float], room: float, theme: Theme) -> float:
    """Mark and text, the text's baseline at `at`; text wider than `room` is set smaller. Returns the width."""
    context, unit = canvas.context, canvas.unit
    rim = rgb(theme.rim)
    x, y = at[0] + 13 * unit, at[1] - 10 * unit
    context.set_source_rgba(*canvas.colour(entry.colour))
    context.set_line_width(4 * unit)
    if entry.mark == "region":
        context.rectangle(x - 13 * unit, y - 13 * unit, 26 * unit, 26 * unit)
        context.set_source_rgba(*canvas.colour(mix(entry.colour, rim, 0.5)))
        context.fill()
    elif entry.mark == "tick":
        context.set_line_width(2 * unit)
        context.move_to(x - 13 * unit, y)
        context.line_to(x + 13 * unit, y)
        for end in (x - 12 * unit, x + 12 * unit):
            context.move_to(end, y - 7 * unit)
            context.line_to(end, y + 7 * unit)
        context.stroke()
    elif entry.mark == "arrow":
        trace_arrow(context, (x - 13 * unit, y), (x + 13 * unit, y), 0.8 * unit)
        context.fill()
    elif entry.mark == "ray":
        context.move_to(x - 13 * unit, y)
        context.line_to(x + 13 * unit, y)
        context.stroke()
    elif entry.mark == "mistake":
        context.arc(x, y, 9 * unit, 0, 2 * np.pi)
        context.stroke()
    else:
        trace(context, x, y, 11 * unit, square=entry.mark == "further class", diamond=entry.mark == "held")
        context.fill()
    text, size = fitted_text(canvas.fonts, entry.text, 30 * unit, room)
    return 44 * unit + paint_text(canvas, text, (at[0] + 44 * unit, at[1]), size, rgb(theme.ink), halo=rim)


def paint_names(
    canvas: Canvas, theme: Theme, classes: int, at: tuple[float, float], width: float, columns: int, pitch: float = 46
) -> None:
    """What the theme calls the classes, with their marks, in `columns` over `width` pixels.

    `at` is the first one's baseline, `pitch` the way to the next line in units of the canvas.
    """
    for k, entry in enumerate(_named(classes, theme)):
        row, column = divmod(k, columns)
        x, room = at[0] + column * width / columns, width / columns - (44 + 22) * canvas.unit
        _paint_entry(canvas, entry, (x, at[1] + row * pitch * canvas.unit), room, theme)


KEY = {
    "point": "truth y",
    "held": "unseen in training",
    "region": "answer ŷ",
    "mistake": "mistake",
    "piece": "piece between folds",
}
"""Marks that a key explains, and what they stand for."""
SHORTER = {"held": "unseen"}


def paint_marks(canvas: Canvas, theme: Theme, baseline: float, marks: Sequence[str], left: float = 0.0) -> None:
    """In one line at the right, what these marks in `KEY` stand for; in fewer words where `left` of it is no room."""
    context, unit = canvas.context, canvas.unit
    quiet = rgb(theme.quiet)
    right = canvas.width - 40 * unit
    texts, size = {mark: KEY[mark] for mark in marks}, 32 * unit
    needed = sum(82 * unit + text_width(canvas.fonts, text, size) for text in texts.values())
    if needed > right - left:
        texts |= {mark: text for mark, text in SHORTER.items() if mark in texts}
    for mark, text in reversed(texts.items()):
        paint_text(canvas, text, (right, baseline), size, quiet, anchor="right")
        right -= text_width(canvas.fonts, text, size) + 26 * unit
        middle = (right, baseline - 10 * unit)
        context.set_line_width(4 * unit)
        dim = mix(quiet, rgb(theme.rim), 0.5)
        context.set_source_rgba(*canvas.colour(quiet if mark in ("point", "held", "mistake") else dim))
        if mark in ("region", "piece"):
            context.rectangle(middle[0] - 13 * unit, middle[1] - 13 * unit, 26 * unit, 26 * unit)
            context.fill()
            if mark == "piece":  # cut by a fold
                context.move_to(middle[0] - 13 * unit, middle[1] + 5 * unit)
                context.line_to(middle[0] + 13 * unit, middle[1] - 9 * unit)
                context.set_line_width(3 * unit)
                context.set_source_rgba(*canvas.colour(rgb(theme.ink)))
                context.stroke()
        elif mark == "mistake":
            context.arc(*middle, 9 * unit, 0, 2 * math.pi)
            context.stroke()
        else:
            trace(context, *middle, 11 * unit, square=False, diamond=mark == "held")
            context.fill()
        right -= 56 * unit
