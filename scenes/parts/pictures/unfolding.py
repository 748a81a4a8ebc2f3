"""A narrow network taken apart: the plane, a strip that says where in the network we are, and the layer's steps."""

from typing import Any

import cairo

from engine.films.unfolding import Unfolded
from engine.network.steps import Step
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.key import paint_key
from scenes.parts.paint.plane import (
    Place,
    faded,
    paint_axes,
    paint_class_vectors,
    paint_ground,
    paint_lines,
    paint_points,
    paint_regions,
    paint_scale_bar,
)
from scenes.parts.paint.readouts import LEFT, RIGHT, paint_number
from scenes.parts.paint.text import fitted_text, paint_text
from scenes.parts.paint.theme import SIZES, STRONG, TEXT, Theme, mix, rgb
from scenes.parts.stage.painted import Shown

HEAD, FOOT = 330, 140
"""Heights above and below the plot of a square or tall frame, in pixels of 1080."""
ROW = 54
"""From one row of the list to the next, in pixels of 1080."""


class Unfolder(Shown[Unfolded]):
    """Shows the frames of `unfolding`."""

    opaque = True

    def __init__(self, frame: Unfolded, steps: tuple[Step, ...], theme: Theme | None = None, **kwargs: Any) -> None:
        super().__init__(frame, theme, **kwargs)
        self.steps = steps

    def paint(self, canvas: Canvas) -> None:
        """Paint the whole frame."""
        frame, theme = self.frame, self.theme
        place = Place.of(frame.view, canvas.width, canvas.height, HEAD, FOOT)
        paint_ground(canvas, theme)
        faded(paint_regions, canvas, place, frame, theme)
        paint_axes(canvas, place, frame, theme)
        paint_folds(canvas, place, frame, theme)
        paint_lines(canvas, place, frame, theme)
        paint_points(canvas, place, frame, theme)
        faded(paint_class_vectors, canvas, place, frame, theme)
        groups = _groups(self.steps)
        paint_strip(canvas, frame, groups, theme)
        _paint_list(canvas, frame, self.steps, groups, theme)
        paint_key(canvas, frame, theme)
        paint_scale_bar(canvas, place, frame, theme)
        unit = canvas.unit
        x, y = (0.568, SIZES.edge) if canvas.wide else (0.5, 116)
        at = (x * canvas.width, canvas.height - y * unit)
        text, size = fitted_text(
            canvas.fonts, frame.caption, SIZES.caption * unit, min(canvas.width, 1240 * unit) - 40 * unit, STRONG
        )
        paint_text(canvas, text, at, size, rgb(theme.ink), font=STRONG, anchor="middle", halo=rgb(theme.rim))


def paint_folds(canvas: Canvas, place: Place, frame: Unfolded, theme: Theme) -> None:
    """The half-planes that a positive part folds: hatched, with the axis that they fold onto."""
    context, unit = canvas.context, canvas.unit
    if frame.shade <= 0:
        return
    context.push_group()
    for polygon in frame.folds:
        for x, y in place(polygon).tolist():
            context.line_to(x, y)
        context.close_path()
    context.set_fill_rule(cairo.FILL_RULE_WINDING)
    context.set_source_rgba(*canvas.colour(mix(rgb(theme.ink), rgb(theme.ground), 0.78)))
    context.fill_preserve()
    context.clip()
    context.set_line_width(3 * unit)
    context.set_source_rgba(*canvas.colour(mix(rgb(theme.ink), rgb(theme.ground), 0.6)))
    apart = 34 * unit
    for number in range(int((canvas.width + canvas.height) / apart) + 1):
        context.move_to(number * apart, 0)
        context.line_to(number * apart - canvas.height, canvas.height)
    context.stroke()
    context.reset_clip()
    x, y = place.origin
    context.set_line_width(5 * unit)
    context.set_source_rgba(*canvas.colour(rgb(theme.ink)))
    context.move_to(x, canvas.height)
    context.line_to(x, 0)
    context.move_to(0, y)
    context.line_to(canvas.width, y)
    context.stroke()
    context.pop_group_to_source()
    context.paint_with_alpha(frame.shade)


def paint_strip(canvas: Canvas, frame: Unfolded, groups: list[range], theme: Theme) -> None:
    """The network from x to e and W, left to right: what is done is filled, what is under way fills up."""
    context, unit = canvas.context, canvas.unit
    ink, quiet, ground = rgb(theme.ink), rgb(theme.quiet), rgb(theme.ground)
    left, middle = (470 if canvas.wide else 70) * unit, 78 * unit
    right = canvas.width - (210 if canvas.wide else 70) * unit
    names = [*(str(number + 1) for number in range(len(groups))), "W"]
    pitch = (right - left) / (len(names) + 1)
    context.set_line_width(3 * unit)
    context.set_source_rgba(*canvas.colour(quiet))
    context.move_to(left, middle)
    context.line_to(right, middle)
    context.stroke()
    width, height = min(0.62 * pitch, 150 * unit), 58 * unit
    for number, name in enumerate(names):
        steps = groups[number] if number < len(groups) else range(groups[-1].stop, groups[-1].stop + 1)
        share = min(1.0, max(0.0, (frame.step + frame.share - steps.start) / len(steps)))
        here = frame.step in steps
        x = left + (number + 1) * pitch - width / 2
        context.rectangle(x, middle - height / 2, width, height)
        context.set_source_rgba(*canvas.colour(ground))
        context.fill()
        context.rectangle(x, middle - height / 2, share * width, height)
        context.set_source_rgba(*canvas.colour(mix(quiet, ground, 0.55)))
        context.fill()
        context.rectangle(x, middle - height / 2, width, height)
        context.set_line_width((6 if here else 3) * unit)
        context.set_source_rgba(*canvas.colour(ink if here else quiet))
        context.stroke()
        colour = ink if here or share == 1 else quiet
        at = (x + width / 2, middle + 13 * unit)
        paint_text(canvas, name, at, 40 * unit, colour, font=STRONG, anchor="middle", halo=rgb(theme.rim))
    rim = rgb(theme.rim)
    between = left + (len(groups) + 0.5) * pitch
    paint_text(canvas, "e", (between, middle - 12 * unit), SIZES.label * unit, ink, anchor="middle", halo=rim)
    paint_text(canvas, "x", (left - 14 * unit, middle + 12 * unit), 44 * unit, ink, anchor="right", halo=rim)
    paint_text(canvas, "s", (right + 14 * unit, middle + 12 * unit), 44 * unit, ink, halo=rim)


def _paint_list(canvas: Canvas, frame: Unfolded, steps: tuple[Step, ...], groups: list[range], theme: Theme) -> None:
    """Which layer this is, and its steps with their numbers, the one under way marked."""
    unit, ink, quiet, rim = canvas.unit, rgb(theme.ink), rgb(theme.quiet), rgb(theme.rim)
    here = next((number for number, steps in enumerate(groups) if frame.step in steps), None)
    part, which = ("head", "W") if here is None else ("layer", f"{here + 1} of {len(groups)}")
    if canvas.wide:
        paint_number(canvas, part, which, theme)
    else:
        x = SIZES.edge * unit + paint_text(canvas, part, (SIZES.edge * unit, 154 * unit), 40 * unit, quiet, halo=rim)
        paint_text(canvas, which, (x + 16 * unit, 154 * unit), 52 * unit, ink, font=STRONG, halo=rim)
    for row, number in enumerate(groups[here] if here is not None else ()):
        step, now = steps[number], number == frame.step
        left, right, y = (edge * unit for edge in _cell(canvas, row))
        font, size = STRONG if now else TEXT, 36 * unit
        colour = ink if now else mix(quiet, rgb(theme.ground), 0.0 if number < frame.step else 0.2)
        if now:
            context = canvas.context
            context.rectangle(left - 16 * unit, y - 39 * unit, right - left + 32 * unit, (ROW - 2) * unit)
            context.set_source_rgba(*canvas.colour(mix(quiet, rgb(theme.ground), 0.7)))
            context.fill()
        name = "(·)⁺" if step.name == "positive part" else step.name
        paint_text(canvas, name, (left, y), size, colour, font=font, halo=rim)
        paint_text(canvas, step.amount, (right, y), size, colour, font=font, anchor="right", halo=rim)


def _cell(canvas: Canvas, row: int) -> tuple[float, float, float]:
    """Left and right end and baseline of a row of the list, in pixels of 1080: two columns where it lies above."""
    if canvas.wide:
        return LEFT, RIGHT + 30, 268 + row * ROW
    middle = canvas.width / canvas.unit / 2
    column, row = divmod(row + 1, 4)  # the first row stands beside the layer's number
    left = SIZES.edge + column * middle
    return left, left + middle - 2 * SIZES.edge, 154 + row * ROW


def _groups(steps: tuple[Step, ...]) -> list[range]:
    """The steps of each linear layer with the activation after it."""
    firsts = [
        number
        for number, step in enumerate(steps)
        if step.activation is None and (number == 0 or steps[number - 1].layer != step.layer)
    ]
    return [range(first, stop) for first, stop in zip(firsts, [*firsts[1:], len(steps)])]
