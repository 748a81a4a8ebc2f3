"""What is read off a frame: the epoch, accuracy and loss, a loss curve that draws itself, and the key."""

import numpy as np

from engine import Frame
from engine.film import Curve
from scenes.parts.camera import Canvas
from scenes.parts.lettering import paint_text
from scenes.parts.theme import STRONG, Theme, mix, rgb

LEFT, RIGHT = 64, 372
"""The column's edges, in pixels of 1080."""


def paint_readouts(canvas: Canvas, frame: Frame, theme: Theme) -> None:
    """The column beside the plot. Nothing in it is smaller than 1/40 of the height."""
    unit = canvas.height / 1080
    ink, quiet, rim = rgb(theme.ink), rgb(theme.quiet), rgb(theme.rim)
    readings = frame.readings
    if "epoch" in readings:
        paint_number(canvas, "epoch", f"{int(readings['epoch'] + 1e-6)}", theme)
    elif "t" in readings:
        paint_number(canvas, "t", f"{readings['t']:.2f}", theme)
    baseline = 268.0
    for name, text in _rows(frame):
        paint_text(canvas, name, (LEFT * unit, baseline * unit), 36 * unit, quiet, halo=rim)
        paint_text(canvas, text, (RIGHT * unit, baseline * unit), 36 * unit, ink, font=STRONG, anchor="right", halo=rim)
        baseline += 50
    if frame.curve is not None and len(frame.curve.at) > 1:
        _paint_curve(canvas, frame.curve, frame.playhead, baseline - 20, theme)
    _paint_key(canvas, frame, theme)
    if frame.caption:
        at = (0.568 * canvas.width, canvas.height - 40 * unit)
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


def _paint_curve(canvas: Canvas, curve: Curve, playhead: float, top: float, theme: Theme) -> None:
    """The loss so far, over the whole run's width; its last point is now."""
    context, unit = canvas.context, canvas.height / 1080
    left, width, height = LEFT * unit, (RIGHT - LEFT) * unit, 130 * unit
    bottom = top * unit + height
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
    for x, y in zip(xs.tolist(), ys.tolist()):
        context.line_to(x, y)
    context.set_line_width(3.5 * unit)
    context.set_source_rgba(*canvas.colour(rgb(theme.ink)))
    context.stroke()
    context.arc(float(xs[-1]), float(ys[-1]), 7 * unit, 0, 2 * np.pi)
    context.fill()


def _paint_key(canvas: Canvas, frame: Frame, theme: Theme) -> None:
    """How to read it: a point is the truth, a region the answer, a hollow point a mistake; how far apart ticks are."""
    context, unit = canvas.context, canvas.height / 1080
    ink, quiet, rim = rgb(theme.ink), rgb(theme.quiet), rgb(theme.rim)
    x, size = LEFT * unit, 30 * unit
    rows = [("point", "truth y")] if len(frame.points) else []
    if frame.decided > 0:
        rows += [("region", "answer ŷ"), ("mistake", "mistake")] if rows else [("region", "answer ŷ")]
    rows.append(("tick", f"ticks every {tick_step(frame.view.half):g}"))
    for row, (mark, text) in enumerate(rows):
        y = (1036 - 46 * (len(rows) - 1 - row)) * unit
        middle = (x + 13 * unit, y - 10 * unit)
        context.set_source_rgba(*canvas.colour(quiet))
        context.set_line_width(4 * unit)
        if mark == "region":
            context.rectangle(middle[0] - 13 * unit, middle[1] - 13 * unit, 26 * unit, 26 * unit)
            context.set_source_rgba(*canvas.colour(mix(quiet, rim, 0.5)))
            context.fill()
        elif mark == "tick":
            context.set_line_width(2 * unit)
            context.move_to(middle[0] - 13 * unit, middle[1])
            context.line_to(middle[0] + 13 * unit, middle[1])
            for x_tick in (middle[0] - 12 * unit, middle[0] + 12 * unit):
                context.move_to(x_tick, middle[1] - 7 * unit)
                context.line_to(x_tick, middle[1] + 7 * unit)
            context.stroke()
        else:
            context.arc(*middle, (11 if mark == "point" else 9) * unit, 0, 2 * np.pi)
            if mark == "point":
                context.fill()
            else:
                context.stroke()
        paint_text(canvas, text, (x + 44 * unit, y), size, ink, halo=rim)


def tick_step(half: float) -> float:
    """A round distance (1, 2 or 5 times a power of ten) that fits about four times into `half`."""
    rough = half / 4
    power = 10.0 ** np.floor(np.log10(rough))
    return float(power * min((1, 2, 5, 10), key=lambda m: abs(np.log(m * power / rough))))
