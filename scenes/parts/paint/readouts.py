"""What is read off a frame: the epoch, accuracy and loss, a loss curve that draws itself, and the key."""

from typing import NamedTuple

import numpy as np

from engine import Frame
from engine.films.film import Curve
from engine.numbers import decimal, percent, significant
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.discs import trace
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import STRONG, Theme, rgb

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
    for name, text in rows_of(frame):
        room = (right - left - 16) * unit - text_width(canvas.fonts, text, 36 * unit, STRONG)
        name, size = fitted_text(canvas.fonts, name, 36 * unit, room)
        paint_text(canvas, name, (left * unit, baseline * unit), size, quiet, halo=rim)
        paint_text(canvas, text, (right * unit, baseline * unit), 36 * unit, ink, font=STRONG, anchor="right", halo=rim)
        baseline += 50
    if frame.curve is not None and "loss" in readings:
        left, right, top = (LEFT, RIGHT, baseline - 20) if wide else (776, 1016, 66)
        held = frame.held_curve if "held_out_loss" in readings else None
        highest = [float(np.nanmax(curve.value)) for curve in (frame.curve, held) if curve is not None]
        most = max(*highest, readings["loss"], readings["held_out_loss"] if held else 0.0) or 1.0
        chart = Chart(left, right, top, most)
        if held is not None:
            _paint_curve(canvas, held, (frame.playhead, readings["held_out_loss"]), chart, theme, held=True)
        _paint_curve(canvas, frame.curve, (frame.playhead, readings["loss"]), chart, theme)
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


def rows_of(frame: Frame) -> list[tuple[str, str]]:
    """The readings that stand in rows: each one's name, with the epoch of an older one, and its number as written."""
    rows = []
    for name in ("accuracy", "held_out_accuracy", "loss", "held_out_loss"):
        if name in frame.readings:
            called = "… unseen" if name.startswith("held_out") else name
            at = f", at {frame.measured[name]:g}" if name in frame.measured else ""
            rows.append((called + at, written(name, frame.readings[name])))
    return rows


class Chart(NamedTuple):
    """Where a curve is drawn, in units of the canvas, and the value at its top."""

    left: float
    right: float
    top: float
    highest: float


def _paint_curve(
    canvas: Canvas, curve: Curve, now: tuple[float, float], chart: Chart, theme: Theme, held: bool = False
) -> None:
    """The loss so far, over the whole run's width; its last point is now: epoch and loss.

    That of held-out points is quiet, and ends in a diamond as they are.
    """
    context, unit = canvas.context, canvas.unit
    left, right, top = (edge * unit for edge in chart[:3])
    width, height = right - left, 130 * unit
    bottom = top + height
    if not held:
        context.set_line_width(2 * unit)
        context.set_source_rgba(*canvas.colour(rgb(theme.quiet), 0.7))
        context.move_to(left, bottom - height)
        context.line_to(left, bottom)
        context.line_to(left + width, bottom)
        context.stroke()
    at, value = curve.at, curve.value
    some = np.unique(np.linspace(0, len(at) - 1, 240).astype(int))
    past = some[at[some] < now[0]]
    xs = left + width * (np.append(at[past], now[0]) - at[0]) / (at[-1] - at[0])
    ys = bottom - height * np.append(value[past], now[1]) / chart.highest
    line, ink = np.stack([xs, ys], 1), canvas.colour(rgb(theme.quiet if held else theme.ink))
    stroke(context, line, [0, len(line)], [0], 3.5 * unit, ink)
    context.set_source_rgba(*ink)
    trace(context, float(xs[-1]), float(ys[-1]), 7 * unit, square=False, diamond=held)
    context.fill()


def tick_step(half: float) -> float:
    """A round distance (1, 2 or 5 times a power of ten) that fits about four times into `half`."""
    rough = half / 4
    power = 10.0 ** np.floor(np.log10(rough))
    return float(power * min((1, 2, 5, 10), key=lambda m: abs(np.log(m * power / rough))))


def written(name: str, value: float) -> str:
    """A reading as it stands on the screen."""
    if "accuracy" in name:
        return percent(value)
    if "loss" in name:
        return decimal(value, 3)
    if name == "t":
        return f"{value:.2f}"
    return significant(value) if name == "magnified" else f"{int(value + 1e-6)}"
