"""The plane of two weights: level lines of the average loss, one sample's as ghosts, and the paths over it."""

import math

import numpy as np
from manim import Mobject

from engine.films.descent import METHODS, Descending, levels_over, sample_losses
from engine.films.film import View
from engine.network.layers import Array
from engine.network.levels import level_lines
from engine.numbers import decimal
from engine.recipes.data import Labelled
from scenes.parts.paint.arrows import paint_arrow, trace_arrow
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.fading import covering
from scenes.parts.paint.plane import Place, paint_ground
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.shades import paint_segments, paint_shades
from scenes.parts.paint.text import paint_text
from scenes.parts.paint.theme import RGB, SIZES, STRONG, Theme, mix, rgb, themed
from scenes.parts.stage.formula import formula, seat
from scenes.parts.stage.painted import Painted, Shown

PLANE, BELOW = 1240, 480
"""Width of the plane in a wide frame, and height of the numbers below it in others, in pixels of 1080."""
SHORT = 0.35
"""Length of the arrows, as a share of the gradients': they would leave the plane. It is said beside them."""
APART = 64
"""From the value of one level line to the next that has room for its own, in pixels of 1080."""


def placed(view: View, canvas: Canvas) -> Place:
    """Where the weights' plane lies."""
    _, _, width, height = _plane(canvas)
    scale = min(height, width * 1080 / PLANE) / 2 / view.half
    middle = (width / 2, height / 2)
    return Place((middle[0] - scale * view.centre[0], middle[1] + scale * view.centre[1]), scale)


def _plane(canvas: Canvas) -> Box:
    """The plane's pixels; numbers stand beside it in a wide frame, below it in others."""
    if canvas.wide:
        return Box(0, 0, PLANE * canvas.unit, canvas.height)
    return Box(0, 0, canvas.width, canvas.height - BELOW * canvas.unit)


class Valley(Painted):
    """The average loss over the plane of the weights, and its axes; it never changes, so Manim draws it once."""

    opaque = True

    def __init__(self, data: Labelled, view: View, theme: Theme | None = None) -> None:
        super().__init__(theme=theme)
        self.view = view
        self.data = data

    def paint(self, canvas: Canvas) -> None:
        """Paint the whole frame."""
        context, theme, unit = canvas.context, self.theme, canvas.unit
        ground, ink, quiet = rgb(theme.ground), rgb(theme.ink), rgb(theme.quiet)
        paint_ground(canvas, theme)
        place, plane = placed(self.view, canvas), _plane(canvas)
        (left, right), (low, high) = (
            [(edge - origin) / scale for edge in edges]
            for edges, origin, scale in (
                ((0, plane.width), place.origin[0], place.scale),
                ((plane.height, 0), place.origin[1], -place.scale),
            )
        )
        across, up = np.linspace(left, right, 139), np.linspace(low, high, 121)
        heights = sample_losses(np.stack(np.meshgrid(across, up), -1), self.data).mean(-1)
        levels = levels_over(self.data, self.view)
        share = np.log(heights / levels[0]).clip(0) / math.log(levels[-1] / levels[0])
        high = np.array(mix(ground, (0.42, 0.47, 0.62), 0.55))
        shades = np.array(ground) + share[::-1, :, None].clip(0, 1) * (high - ground)
        with covering(canvas, theme) as part:
            paint_shades(part, plane, shades)
        for level in levels:
            segments = place(level_lines(heights, across, up, level).reshape(-1, 2)).reshape(-1, 2, 2)
            paint_segments(canvas, segments, 2 * unit, mix(ground, quiet, 0.6))
        x, y = place.origin
        context.set_line_width(2 * unit)
        context.set_source_rgba(*canvas.colour(quiet, 0.6))
        for ends in (((0, y), (plane.width, y)), ((x, 0), (x, plane.height))):
            context.move_to(*ends[0])
            context.line_to(*ends[1])
        one = _round(self.view.half / 2.2)
        for k in range(-4, 5):
            for tick in ((x + k * one * place.scale, y, 0, 7), (x, y - k * one * place.scale, 7, 0)):
                if k and tick[0] < plane.width and tick[1] < plane.height:
                    context.move_to(tick[0] - tick[2] * unit, tick[1] - tick[3] * unit)
                    context.line_to(tick[0] + tick[2] * unit, tick[1] + tick[3] * unit)
        context.stroke()
        size, rim = 32 * unit, rgb(theme.rim)
        paint_text(
            canvas, "w₁", (plane.width - SIZES.edge * unit, y - 16 * unit), 40 * unit, ink, anchor="right", halo=rim
        )
        paint_text(canvas, "w₂", (x + 16 * unit, (SIZES.edge + 30) * unit), 40 * unit, ink, halo=rim)
        at = (x + one * place.scale, y + 42 * unit), (x - 16 * unit, y - one * place.scale + 11 * unit)
        paint_text(canvas, f"{one:g}", at[0], size, quiet, anchor="middle", halo=rim)
        paint_text(canvas, f"{one:g}", at[1], size, quiet, anchor="right", halo=rim)
        self._paint_values(canvas, place, levels)

    def _paint_values(self, canvas: Canvas, place: Place, levels: tuple[float, ...]) -> None:
        """The loss on level lines where they cross a ray that leaves the axes and the paths alone, up to the edge."""
        unit, (left, top, _, height) = canvas.unit, _plane(canvas)
        corner = left + 130 * unit, top + height - SIZES.edge * unit
        along = np.linspace(0, 1, 800)[:, None] * np.subtract(corner, place.origin) + place.origin
        losses = sample_losses((along - place.origin) / (place.scale, -place.scale), self.data).mean(-1)
        last, words = np.array([math.inf, math.inf]), "average loss "
        for level in reversed(levels):
            crossed = along[:-1][(losses[:-1] < level) != (losses[1:] < level)][-1:]
            if len(crossed) and min(math.dist(crossed[0], end) for end in (last, place.origin)) >= APART * unit:
                (last,) = crossed
                at, ink, rim = (float(last[0]), float(last[1]) + 10 * unit), rgb(self.theme.ink), rgb(self.theme.rim)
                paint_text(canvas, f"{words}{level:g}", at, 28 * unit, ink, anchor="middle", halo=rim)
                words = ""


class Walkers(Shown[Descending]):
    """Shows a `Descending` over a `Valley`: paths, arrows, one sample's loss, and the numbers beside."""

    def paint(self, canvas: Canvas) -> None:
        """Paint what moves."""
        frame, theme, unit, context = self.frame, self.theme, canvas.unit, canvas.context
        place = placed(frame.view, canvas)
        colours = colours_of(frame.methods, theme)
        context.save()
        context.rectangle(*_plane(canvas))
        context.clip()
        if frame.ghost > 0:
            self._paint_ghost(canvas, place)
        for track, colour in zip(frame.tracks, colours):
            pixels = place(track)
            for width, ink in ((8, rgb(theme.rim)), (4.5, colour)):
                stroke(context, pixels, [0, len(pixels)], [0], width * unit, canvas.colour(ink, 0.9))
        if frame.arrows_shown > 0:
            self._paint_arrows(canvas, place)
        for track, colour in zip(frame.tracks, colours):
            x, y = place(track[-1:])[0].tolist()
            for radius, ink in ((17, rgb(theme.rim)), (14, rgb(theme.ink)), (10, colour)):
                context.arc(x, y, radius * unit, 0, 2 * math.pi)
                context.set_source_rgba(*canvas.colour(ink))
                context.fill()
        context.restore()
        self._paint_numbers(canvas, colours)

    def _paint_ghost(self, canvas: Canvas, place: Place) -> None:
        """Level lines of one sample's loss, all of them straight: L depends on wᵀx alone."""
        frame, context, unit = self.frame, canvas.context, canvas.unit
        x, side = frame.sample.x[0], 1 - 2 * int(frame.sample.y[0])
        along, across = x / (x @ x), np.array([-x[1], x[0]]) / np.linalg.norm(x)
        for level in frame.levels:
            foot = -side / 2 * math.log(math.expm1(level)) * along
            ends = place(np.stack([foot - 20 * across, foot + 20 * across])).tolist()
            context.move_to(*ends[0])
            context.line_to(*ends[1])
        context.set_line_width(3 * unit)
        context.set_source_rgba(*canvas.colour(rgb(self.theme.ink), 0.4 * frame.ghost))
        context.stroke()

    def _paint_arrows(self, canvas: Canvas, place: Place) -> None:
        """Where each sample wants to go, thin, and where their average goes."""
        frame, theme = self.frame, self.theme
        at = frame.tracks[0][-1]
        start = _pixel(place(at[None])[0])
        context, unit, quiet = canvas.context, canvas.unit, canvas.colour(mix(rgb(theme.quiet), rgb(theme.ground), 0.3))
        tips = place(at + SHORT * frame.arrows_shown * frame.arrows)
        count, length = len(tips), np.maximum(np.linalg.norm(tips - start, axis=1), 1e-9)
        heads = tips + (start - tips) * np.minimum(28 * unit / length, 0.6)[:, None]
        shafts = np.stack([np.broadcast_to(start, tips.shape), heads], 1).reshape(-1, 2)
        for width, colour in ((4.5, canvas.colour(rgb(theme.rim))), (2, quiet)):
            stroke(context, shafts, np.arange(0, 2 * count + 1, 2), np.arange(count), width * unit, colour)
        context.set_source_rgba(*quiet)
        for tail, tip in zip(heads.tolist(), tips.tolist()):
            trace_arrow(context, (tail[0], tail[1]), (tip[0], tip[1]), unit / 2)
        context.fill()
        tip = _pixel(place((at + SHORT * frame.arrows_shown * frame.arrows.mean(0))[None])[0])
        colour = colours_of(frame.methods, theme)[0]
        paint_arrow(canvas, start, tip, colour, rgb(theme.rim), 1.2)

    def _paint_numbers(self, canvas: Canvas, colours: list[RGB]) -> None:
        frame, theme, unit = self.frame, self.theme, canvas.unit
        foot = canvas.height - BELOW * unit
        left, right = (PLANE + 40 if canvas.wide else 640) * unit, canvas.width - 40 * unit
        ink, quiet = rgb(theme.ink), rgb(theme.quiet)
        if frame.methods:
            y = 400 * unit if canvas.wide else foot + 90 * unit
            paint_text(canvas, "samples seen", (left, y), 38 * unit, quiet)
            text = f"{int(frame.samples + 1e-6):,}"
            paint_text(canvas, text, (right, y), 52 * unit, ink, font=STRONG, anchor="right")
        for row, (method, steps, loss, colour) in enumerate(zip(frame.methods, frame.steps, frame.losses, colours)):
            top = (480 + 190 * row) * unit
            if not canvas.wide:
                pitch = canvas.width / len(METHODS)
                left, right, top = (row + 0.08) * pitch, (row + 0.94) * pitch, foot + 230 * unit
            paint_text(canvas, method, (left, top), 42 * unit, theme.written(colour), font=STRONG)
            for line, (name, number) in enumerate((("steps", f"{steps:,}"), ("average loss", decimal(loss, 3)))):
                y = top + (54 + 52 * line) * unit
                paint_text(canvas, name, (left, y), 38 * unit, quiet)
                paint_text(canvas, number, (right, y), 38 * unit, ink, font=STRONG, anchor="right")
        if frame.arrows_shown > 0:
            top = 700 * unit if canvas.wide else foot + 390 * unit
            for line, text in enumerate(("−∂L/∂w of each, and on average,", f"drawn at {SHORT:g} of their length")):
                y = top + 46 * line * unit
                paint_text(canvas, text, (left, y), 36 * unit, quiet, alpha=frame.arrows_shown)


def colours_of(methods: tuple[str, ...], theme: Theme) -> list[RGB]:
    """One colour a method, the same in every beat and formula."""
    known = dict(zip(METHODS, theme.class_colours(3)))
    return [known[method] for method in methods]


def _round(rough: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return power * min((1, 2, 5, 10), key=lambda m: abs(math.log(m * power / rough)))


def _pixel(at: Array) -> tuple[float, float]:
    return float(at[0]), float(at[1])


def written_in(method: str, text: str, theme: Theme | None = None) -> Mobject:
    """A formula beside the plane, in the colour of a method; of no method, in ink."""
    theme = themed(theme)
    colour = colours_of((method,), theme)[0] if method else theme.ink
    return formula(f"{{{{ {text} : all }}}}", {"all": colour}, 36, theme).move_to(
        seat(wide=(1588, 202), tall=(310, 86 - BELOW))
    )
