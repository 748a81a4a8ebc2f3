"""A network as units and connections, with the numbers that flow."""

import math

import numpy as np

from engine.films.network import Flow
from engine.network.layers import Array
from engine.numbers import decimal
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import RGB, STRONG, Theme, mix, rgb
from scenes.parts.pictures.network import MOST, NAMES, NEGATIVE
from scenes.parts.stage.painted import Shown


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


def paint_units(canvas: Canvas, box: Box, frame: Flow, theme: Theme) -> None:
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
            text = decimal(float(number))
            size = 30 * unit * min(1.0, 1.8 * radius / text_width(canvas.fonts, text, 30 * unit, STRONG))
            paint_text(canvas, text, at, size, ink, font=STRONG, anchor="middle", alpha=alpha)
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
            name, size = fitted_text(canvas.fonts, theme.names[number], 32 * unit, (NAMES + 30) * unit)
            paint_text(canvas, name, (x + 40 * unit, y + 11 * unit), size, rgb(theme.ink if chosen else theme.quiet))
    x = float(places[0, 0])
    paint_text(canvas, "y", (x, box.top + 34 * unit), 46 * unit, rgb(theme.ink), font=STRONG, anchor="middle")
    there = float(np.clip(2 * (frame.forward - len(frame.values)) - 1, 0, 1))
    left = float(_column(canvas, box, (len(frame.values)) / (len(frame.values) + 1), 1)[0, 0])
    at = ((left + x) / 2, box.top + box.height + 44 * unit)
    text = f"L = {decimal(frame.loss, 3)}"
    paint_text(canvas, text, at, 40 * unit, rgb(theme.ink), font=STRONG, anchor="middle", alpha=there)
    if frame.stepped > 0:
        at = (at[0], at[1] + 48 * unit)
        paint_text(canvas, f"before: {decimal(frame.first_loss, 3)}", at, 34 * unit, rgb(theme.quiet), anchor="middle")
