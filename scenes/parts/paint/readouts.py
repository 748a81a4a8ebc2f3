"""What is read off a frame: the epoch, accuracy and loss, a loss curve that draws itself, and the key."""

from typing import NamedTuple

import numpy as np

from engine import Frame
from engine.films.film import Curve
from scenes.parts.paint.discs import ROUND, trace
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import RGB, STRONG, Theme, mix, rgb
from scenes.parts.stage.camera import Canvas

LEFT, RIGHT = 64, 372
"""The column's edges beside the plot of a wide frame, in units of the canvas."""
STRIP, FOOT = 250, 70
"""Heights above and below the plot of a square or tall frame, where read-outs and key lie, in units of the canvas."""


def paint_readouts(canvas: Canvas, frame: Frame, theme: Theme) -> None:
    """The column beside the plot, or the strip above it. Nothing in it is smaller than 1/40 of the height."""
    unit, wide = canvas.unit, canvas.wide
    ink, quiet, rim = rgb(theme.ink), rgb(theme.quiet), rgb(theme.rim)
    readings = frame.readings
    if "epoch" in readings:
        paint_number(canvas, "epoch", f"{int(readings['epoch'] + 1e-6)}", theme)
    elif "t" in readings:
        paint_number(canvas, "t", f"{readings['t']:.2f}", theme)
    left, right, baseline = (LEFT, RIGHT, 268.0) if wide else (404, 692, 96.0)
    for name, text in _rows(frame):
        paint_text(canvas, name, (left * unit, baseline * unit), 36 * unit, quiet, halo=rim)
        paint_text(canvas, text, (right * unit, baseline * unit), 36 * unit, ink, font=STRONG, anchor="right", halo=rim)
        baseline += 50
    if frame.curve is not None and len(frame.curve.at) > 1:
        left, right, top = (LEFT, RIGHT, baseline - 20) if wide else (776, 1016, 66)
        _paint_curve(canvas, frame.curve, frame.playhead, (left, right, top), theme)
    paint_key(canvas, frame, theme)
    if frame.caption:
        at = (0.568 * canvas.width, canvas.height - 40 * unit) if wide else (0.5 * canvas.width, (STRIP - 14) * unit)
        paint_text(canvas, frame.caption, at, 40 * unit, ink, anchor="middle", halo=rim)


def paint_number(canvas: Canvas, name: str, number: str, theme: Theme) -> None:
    """The one number that counts, large, at the head of the column."""
    unit = canvas.unit
    rim = rgb(theme.rim)
    paint_text(canvas, name, (LEFT * unit, 96 * unit), 40 * unit, rgb(theme.quiet), halo=rim)
    at = ((LEFT - 4) * unit, 190 * unit)
    paint_text(canvas, number, at, 112 * unit, rgb(theme.ink), font=STRONG, halo=rim)


def _rows(frame: Frame) -> list[tuple[str, str]]:
    readings = frame.readings
    rows = []
    if "accuracy" in readings:
        rows.append(("accuracy", f"{100 * readings['accuracy']:.1f} %"))
    if "held_out_accuracy" in readings:
        rows.append(("… unseen", f"{100 * readings['held_out_accuracy']:.1f} %"))
    if "loss" in readings:
        rows.append(("loss", f"{readings['loss']:.3f}"))
    if "held_out_loss" in readings:
        rows.append(("… unseen", f"{readings['held_out_loss']:.3f}"))
    return rows


def _paint_curve(canvas: Canvas, curve: Curve, playhead: float, box: tuple[float, float, float], theme: Theme) -> None:
    """The loss so far, over the whole run's width; its last point is now. box: left, right, top."""
    context, unit = canvas.context, canvas.unit
    left, right, top = (edge * unit for edge in box)
    width, height = right - left, 130 * unit
    bottom = top + height
    context.set_line_width(2 * unit)
    context.set_source_rgba(*canvas.colour(rgb(theme.quiet), 0.7))
    context.move_to(left, bottom - height)
    context.line_to(left, bottom)
    context.line_to(left + width, bottom)
    context.stroke()
    at, value = curve.at, curve.value
    some = np.unique(np.linspace(0, len(at) - 1, 240).astype(int))
    past = some[at[some] < playhead]
    now = float(np.interp(playhead, at, value))
    highest = float(np.nanmax(value)) or 1.0
    xs = left + width * (np.append(at[past], playhead) - at[0]) / (at[-1] - at[0])
    ys = bottom - height * np.append(value[past], now) / highest
    past_line = np.stack([xs, ys], 1)
    stroke(context, past_line, [0, len(past_line)], [0], 3.5 * unit, canvas.colour(rgb(theme.ink)))
    context.set_source_rgba(*canvas.colour(rgb(theme.ink)))
    context.arc(float(xs[-1]), float(ys[-1]), 7 * unit, 0, 2 * np.pi)
    context.fill()


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
        names = sum(entry.mark in ("class", "further class") for entry in entries)
        taken = 268 + 50 * len(_rows(frame)) + (130 if frame.curve is not None else 0)
        line = min(46.0, (canvas.height / unit - 44 - taken) / len(entries))
        columns, line = (1, line) if line >= 36 else (2, 46.0)
        rows = [entries[k : min(k + columns, names)] for k in range(0, names, columns)]
        rows += [[entry] for entry in entries[names:]]
        pitch, left = (RIGHT - LEFT) / columns * unit, LEFT * unit
    else:
        rows, pitch, left, line = _wrapped(entries, canvas.width / unit - LEFT), 0.0, 0.5 * LEFT * unit, 46.0
    for number, row in enumerate(rows):
        x, y = left, canvas.height - (44 + line * (len(rows) - 1 - number)) * unit
        for entry in row:
            column = pitch if len(row) > 1 else (RIGHT - LEFT) * unit
            room = (column if pitch else canvas.width) - (44 + 12) * unit
            width = _paint_entry(canvas, entry, (x, y), room, theme)
            x += pitch or width + ENTRY_GAP * unit


ENTRY_GAP = 36
"""Between entries of the key on one line, in units of the canvas."""


def _entries(frame: Frame, theme: Theme) -> list[_Entry]:
    quiet = rgb(theme.quiet)
    entries = _named(classes_of(frame), theme)
    if len(frame.points):
        entries.append(_Entry("point", "truth y", quiet))
    if frame.decided > 0:
        entries.append(_Entry("region", "answer ŷ", quiet))
        if len(frame.points):
            entries.append(_Entry("mistake", "mistake", quiet))
    entries.append(_Entry("tick", f"ticks every {tick_step(frame.view.half):g}", quiet))
    return entries


def classes_of(frame: Frame) -> int:
    """How many classes a frame shows."""
    return max(len(frame.class_vectors), int(frame.labels.max(initial=-1)) + 1)


def _named(classes: int, theme: Theme) -> list[_Entry]:
    colours = theme.class_colours(classes)
    marks = ["class" if k < ROUND else "further class" for k in range(classes)]
    return [_Entry(mark, name, colour) for mark, name, colour in zip(marks, theme.names, colours)]


def _wrapped(entries: list[_Entry], width: float) -> list[list[_Entry]]:
    """Entries in lines of at most `width` units."""
    lines: list[list[_Entry]] = [[]]
    taken = 0.0
    for entry in entries:
        needed = 44 + text_width(entry.text, 30) + ENTRY_GAP
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
    elif entry.mark == "mistake":
        context.arc(x, y, 9 * unit, 0, 2 * np.pi)
        context.stroke()
    else:
        trace(context, x, y, 11 * unit, square=entry.mark == "further class")
        context.fill()
    text, size = fitted_text(entry.text, 30 * unit, room)
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


def tick_step(half: float) -> float:
    """A round distance (1, 2 or 5 times a power of ten) that fits about four times into `half`."""
    rough = half / 4
    power = 10.0 ** np.floor(np.log10(rough))
    return float(power * min((1, 2, 5, 10), key=lambda m: abs(np.log(m * power / rough))))
