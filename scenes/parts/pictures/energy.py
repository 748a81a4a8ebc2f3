"""The whole input plane: curved decision regions, and beside them each class's energy with its level lines."""

import cairo
import numpy as np

from engine.films.energy import CELLS, PANEL, Energies
from engine.network.regions import answers, upside_down
from engine.numbers import decimal, percent
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.fading import covering
from scenes.parts.paint.key import shared_colours
from scenes.parts.paint.plane import Place, paint_axes, paint_points
from scenes.parts.paint.raster import put
from scenes.parts.paint.shades import paint_segments, paint_shades
from scenes.parts.paint.text import fitted_text, paint_text, subscript, text_width
from scenes.parts.paint.theme import RGB, STRONG, Theme, mix, rgb
from scenes.parts.stage.painted import Shown

COARSE = 5
"""Energies are shaded on every fifth line of the grid."""
GAP, TOP = 12, 27
"""Gap between two and around all, in pixels of 1080."""
NUMBERS = 280
"""Height of the numbers where they stand under more energies than there are columns for."""


class Landscape(Shown[Energies]):
    """Shows an `Energies` frame: regions in a square on the left, −s₁ … −s₅ on the right, the numbers below them."""

    opaque = True

    def paint(self, canvas: Canvas) -> None:
        """Paint the whole frame."""
        context, frame, theme, unit = canvas.context, self.frame, self.theme, canvas.unit
        side, boxes = _parts(canvas, frame.scores.shape[-1])
        if not canvas.transparent:
            context.set_source_rgba(*canvas.colour(rgb(theme.ground)))
            for rest in ((side, 0, canvas.width - side, canvas.height), (0, side, side, canvas.height - side)):
                context.rectangle(*rest)
            context.fill()
        context.save()
        context.rectangle(0, 0, side, side)
        context.clip()
        plane = canvas.part(context, side, side)
        place = Place((side / 2, side / 2), side / 2 / frame.view.half)
        with covering(plane, theme) as part:
            paint_answers(part, Box(0, 0, side, side), frame, theme)
        segments = place(frame.edges.reshape(-1, 2)).reshape(-1, 2, 2)
        paint_segments(plane, segments, 2.5 * unit, mix(rgb(theme.ground), rgb(theme.ink), 0.62))
        paint_axes(plane, place, frame, theme)
        paint_points(plane, place, frame, theme)
        context.restore()
        classes = frame.scores.shape[-1]
        for k, colour in enumerate(theme.class_colours(classes)):
            paint_energy(canvas, boxes[k], frame, k, colour, theme)
        _paint_numbers(canvas, boxes[-1], frame, theme)


def plane_side(canvas: Canvas, classes: int) -> int:
    """Of the square in the top left corner that shows the input plane, in pixels."""
    return _parts(canvas, classes)[0]


def _parts(canvas: Canvas, classes: int) -> tuple[int, list[Box]]:
    """Side of the plane in pixels, and boxes for the energies and the numbers: beside it, or below it where it is tall.

    In a square frame the numbers stand beside the plane, the energies below both. Energies of more classes than there
    is room for are smaller.
    """
    unit = canvas.unit
    width, height = canvas.width / unit, canvas.height / unit
    if not canvas.wide and height < 1.5 * width:
        boxes = _grid(classes, Box(TOP, 0, width - 2 * TOP, PANEL))
        deep = boxes[-1].top + boxes[-1].height
        side = min(width - PANEL, height - deep - 2 * TOP)
        boxes = [box._replace(top=height - TOP - deep + box.top) for box in boxes]
        boxes.append(Box(side + TOP, TOP, width - side - 2 * TOP, PANEL))
    else:
        side = min(width, height)
        left, top, columns = (width - 2 * PANEL - GAP - 80, TOP, 2) if canvas.wide else (TOP, side + TOP, 3)
        if classes < 6:
            cells = (divmod(number, columns) for number in range(classes + 1))
            pitch = PANEL + GAP
            boxes = [Box(left + column * pitch, top + row * pitch, PANEL, PANEL) for row, column in cells]
        else:
            foot = height - TOP - NUMBERS
            boxes = _grid(classes, Box(left, top, width - left - TOP, foot - GAP - top))
            boxes.append(Box(left, foot, PANEL, NUMBERS))
    return round(side * unit), [Box(*(edge * unit for edge in box)) for box in boxes]


def _fitting(count: int, width: float, height: float) -> tuple[int, float]:
    """In how many columns squares fit best into a rectangle, and how large they are then, with a gap between two."""
    sides = {
        columns: min((width + GAP) / columns, (height + GAP) / -(-count // columns)) - GAP
        for columns in range(1, count + 1)
    }
    columns = max(sides, key=lambda columns: (min(sides[columns], PANEL), columns))
    return columns, min(sides[columns], PANEL)


def _grid(count: int, room: Box) -> list[Box]:
    """So many squares in the upper left of a rectangle, as large as they fit."""
    columns, side = _fitting(count, room.width, room.height)
    cells = (divmod(number, columns) for number in range(count))
    return [Box(room.left + column * (side + GAP), room.top + row * (side + GAP), side, side) for row, column in cells]


def paint_answers(canvas: Canvas, box: Box, frame: Energies, theme: Theme) -> None:
    """Every pixel of a square box in the colour of the class with the highest score there."""
    fine = max(1, round(box.width / CELLS))
    table = np.array(theme.region_colours(frame.scores.shape[-1]))
    swatches = np.full((len(table), 4), 255, np.uint8)
    swatches[:, :3] = np.rint(255 * table)  # red first: frames are RGBA where cairo thinks BGRA
    finer = upside_down(frame.finer, len(frame.scores) - 1)
    pixels = answers(frame.scores[::-1], fine, swatches.view(np.uint32)[:, 0], finer)
    context = canvas.context
    if pixels.shape == (box.height, box.width):
        put(context, (box.left, box.top), pixels)
        return
    image = cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_RGB24, *pixels.shape[::-1])  # type: ignore[arg-type]
    context.save()
    context.translate(box.left, box.top)
    context.scale(box.width / pixels.shape[1], box.height / pixels.shape[0])
    context.set_source_surface(image)
    context.get_source().set_filter(cairo.FILTER_NEAREST)
    context.rectangle(0, 0, *pixels.shape[::-1])
    context.fill()
    context.restore()


def paint_energy(canvas: Canvas, box: Box, frame: Energies, k: int, colour: RGB, theme: Theme) -> None:
    """−s_k in a square box: dark where it is high, its class's colour where it is low, with its level lines."""
    context, unit = canvas.context, canvas.unit
    s = frame.scores[::COARSE, ::COARSE, k].astype(float)
    ground = np.array(rgb(theme.ground))
    share = 1 / (1 + np.exp(-s / (2 * frame.spacing)))  # half way at 0
    shades = ground + 0.62 * share[::-1, :, None] * (np.array(colour) - ground)
    with covering(canvas, theme) as part:
        paint_shades(part, box, shades)
    scale = box.width / 2 / frame.view.half
    pixels = frame.levels[k] * (scale, -scale) + (box.left + box.width / 2, box.top + box.height / 2)
    paint_segments(canvas, pixels, 1.6 * unit, mix(rgb(theme.ground), mix(colour, rgb(theme.ink), 0.4), 0.75))
    context.rectangle(*box)
    context.set_line_width(2 * unit)
    context.set_source_rgba(*canvas.colour(colour, 0.8))
    context.stroke()
    called, ink, rim = f"−s{subscript(k + 1)}", rgb(theme.ink), rgb(theme.rim)
    small = min(1.0, (box.width - 12 * unit) / text_width(canvas.fonts, called, 54 * unit, STRONG))
    x, y = box.left + 14 * unit * small, box.top + 42 * unit * small
    x += paint_text(canvas, called, (x, y), 40 * unit * small, ink, font=STRONG, halo=rim) + 18 * unit
    if k < len(theme.names):
        if box.width < 300 * unit:  # no room beside −s_k: at the bottom
            x, y = box.left + 14 * unit, box.top + box.height - 16 * unit
        name, size = fitted_text(canvas.fonts, theme.names[k], 34 * unit, box.left + box.width - 14 * unit - x)
        paint_text(canvas, name, (x, y), size, ink, halo=rim)


def _paint_numbers(canvas: Canvas, box: Box, frame: Energies, theme: Theme) -> None:
    unit, ink, quiet = canvas.unit, rgb(theme.ink), rgb(theme.quiet)
    readings = frame.readings
    left, right = box.left + 12 * unit, box.left + box.width
    paint_text(canvas, "epoch", (left, box.top + 52 * unit), 38 * unit, quiet)
    epoch = f"{int(readings['epoch'] + 1e-6)}"
    paint_text(canvas, epoch, (right, box.top + 52 * unit), 56 * unit, ink, font=STRONG, anchor="right")
    shared = shared_colours(frame.scores.shape[-1], theme)
    rows = (
        ("accuracy", percent(readings["accuracy"])),
        ("loss", decimal(readings["loss"], 3)),
        ("levels every", f"{frame.spacing:g}"),
        *(((shared, ""),) if shared else ()),
    )
    for row, (name, number) in enumerate(rows):
        y = box.top + (116 + 54 * row) * unit
        paint_text(canvas, name, (left, y), 36 * unit, quiet)
        paint_text(canvas, number, (right, y), 36 * unit, ink, font=STRONG, anchor="right")
