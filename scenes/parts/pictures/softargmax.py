"""Surfaces over a plane as one solid, a colour each, cut open at its sides: a 3-D picture without Manim's mobjects."""

import numpy as np

from engine.films.softargmax import Sheets
from engine.network.layers import Array, softargmax
from engine.network.solid import meeting
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.fading import fading
from scenes.parts.paint.key import paint_names, shared_colours
from scenes.parts.paint.plane import paint_ground
from scenes.parts.paint.readouts import paint_number
from scenes.parts.paint.shades import paint_segments
from scenes.parts.paint.solid import Eye, lit, paint_pieces
from scenes.parts.paint.text import paint_text
from scenes.parts.paint.theme import RGB, mix, rgb
from scenes.parts.pictures.energy import plane_side
from scenes.parts.stage.painted import Shown

TALL = 0.75
"""How high 1 is drawn, in half widths of the plane."""
SIDES = ((0, -1), (1, 0), (0, 1), (-1, 0))
"""Which way the square's sides look."""


def _smooth(share: float) -> float:
    """0 … 1, slow at both ends."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)


class Surfaces(Shown[Sheets]):
    """Shows a `Sheets` frame, as seen from far away (without perspective)."""

    opaque = True

    def paint(self, canvas: Canvas) -> None:
        """Paint the highest surface everywhere, then the sides, then what is read off."""
        frame, theme = self.frame, self.theme
        paint_ground(canvas, theme)
        self._paint_top(canvas)
        for number, side in enumerate(SIDES):
            if self._eye().towards[:2] @ side > 1e-3:
                self._paint_side(canvas, number)
        if frame.risen < 1:
            self._paint_boundaries(canvas)
        with fading(canvas, _smooth((frame.risen - 0.6) / 0.4)) as layer:
            self._paint_words(layer)

    def _paint_words(self, canvas: Canvas) -> None:
        """What is read off the solid, and what its colours are called."""
        frame, theme, unit = self.frame, self.theme, canvas.unit
        self._paint_names(canvas)
        paint_number(canvas, "epoch", f"{int(frame.epoch + 1e-6)}", theme)
        classes, columns = frame.scores.shape[-1], 1 if canvas.wide else 3
        foot = canvas.height - (36 + 46 * ((len(theme.names[:classes]) - 1) // columns)) * unit
        if (note := shared_colours(classes, theme)) is not None:
            paint_text(canvas, note, (40 * unit, foot - 46 * unit), 32 * unit, rgb(theme.quiet))
        width = (350 if canvas.wide else 1000) * unit
        paint_names(canvas, theme, classes, (40 * unit, foot), width, columns)

    def _near(self, points: Array) -> Array:
        """How near to the eye points (…, 3) of the plane are."""
        return points * (1, 1, TALL * self._height()) @ self._eye().towards

    def _seen(self, canvas: Canvas, points: Array) -> Array:
        """Points (…, 3), the plane ±1 and heights 0 … 1, as pixels (…, 2)."""
        frame, eye = self.frame, self._eye()
        tall = TALL * self._height()
        gone = _smooth(frame.risen / 0.4)  # the plane glides from where the landscape has it
        half = plane_side(canvas, frame.scores.shape[-1]) / 2
        scale = (1 - gone) * half + gone * (0.38 if canvas.wide else 0.3) * canvas.side
        across = (1 - gone) * half + gone * 0.5 * canvas.width
        down = (1 - gone) * half + gone * 0.5 * canvas.height + 0.5 * tall * np.cos(frame.elevation) * scale
        return (across, down) + scale * eye(points * (1, 1, tall)) * (1, -1)

    def _height(self) -> float:
        """How high the solid has grown, 0 … 1: after the plane has begun to tilt."""
        return _smooth((self.frame.risen - 0.2) / 0.8)

    def _colours(self) -> list[RGB]:
        """The regions' own at first; as they rise they become the classes'."""
        classes = self.frame.scores.shape[-1]
        pairs = zip(self.theme.region_colours(classes), self.theme.class_colours(classes))
        return [mix(region, colour, self._height()) for region, colour in pairs]

    def _paint_boundaries(self, canvas: Canvas) -> None:
        """The lines between the answers, as the landscape has them, until the solid's own edges stand there."""
        frame, unit = self.frame, canvas.unit
        ends = frame.edges / frame.ticks[-1]
        if not len(ends):
            return
        shade = mix(rgb(self.theme.ground), rgb(self.theme.ink), 0.62)
        flat = np.concatenate([ends, np.zeros((*ends.shape[:-1], 1))], -1)
        with fading(canvas, 1 - _smooth(frame.risen / 0.25)) as layer:
            paint_segments(layer, self._seen(layer, flat), 2.5 * unit, shade)

    def _eye(self) -> Eye:
        return Eye(self.frame.azimuth, self.frame.elevation)

    def _paint_top(self, canvas: Canvas) -> None:
        """All pieces but those that are seen from below: others hide them."""
        pieces, order = self.frame.pieces, self.frame.order
        pixels = self._seen(canvas, pieces.corners)
        one, other = pixels[:, 2] - pixels[:, 0], pixels[:, 3] - pixels[:, 1]
        shown = one[:, 1] * other[:, 0] > one[:, 0] * other[:, 1]
        colours = lit(pieces.corners * (1, 1, TALL * self._height()), np.array(self._colours())[pieces.owners])
        ends = self._seen(canvas, np.stack(np.meshgrid((-1, 1), (-1, 1), (0, 1)), -1).reshape(-1, 3))
        paint_pieces(canvas, pixels, order[shown[order]], colours, ends)

    def _paint_side(self, canvas: Canvas, number: int) -> None:
        """A side of the solid: under each class's surface its colour, and where all surfaces are cut, lines."""
        frame, context, unit = self.frame, canvas.context, canvas.unit
        x, y = SIDES[number]
        edge = max(x + y, 0) * (len(frame.ticks) - 1)
        row = frame.scores[edge] if y else frame.scores[:, edge]
        along = np.linspace(-1, 1, 2 * len(row) - 1)  # scores are linear from kink to kink, what is seen is not
        scores = np.stack([np.interp(along, along[::2], s) for s in row.T], 1)
        owners = scores.argmax(1)
        change = np.flatnonzero(owners[1:] != owners[:-1])
        known = np.column_stack([along, np.zeros_like(along), scores.max(1), scores])
        at = meeting(known[change], known[change + 1], owners[change], owners[change + 1])
        heights = softargmax(scores)

        def pixels(along: Array, height: Array) -> Array:
            places = np.zeros((*height.shape, 3))
            places[..., 0], places[..., 1], places[..., 2] = (along, y, height) if y else (x, along, height)
            return self._seen(canvas, places)

        colours = self._colours()
        ground = rgb(self.theme.ground)
        starts = [0, *(change + 1).tolist(), len(along)]
        outlines = []
        for k, (begin, end) in enumerate(zip(starts, starts[1:])):
            a = along[begin:end]
            h = heights[begin:end].max(1)
            if k:
                a, h = np.append(at[k - 1, 0], a), np.append(at[k - 1, 2], h)
            if k < len(change):
                a, h = np.append(a, at[k, 0]), np.append(h, at[k, 2])
            outlines.append((np.concatenate([a, a[::-1]]), np.concatenate([h, 0 * h])))
        every = pixels(*(np.concatenate(parts) for parts in zip(*outlines)))
        ends = np.cumsum([len(outline[0]) for outline in outlines[:-1]])
        for begin, outline in zip(starts, np.split(every, ends)):
            for px, py in outline.tolist():
                context.line_to(px, py)
            context.close_path()
            context.set_source_rgba(*canvas.colour(mix(colours[owners[begin]], ground, 0.62)))
            context.fill()
        context.set_line_width(3 * unit)
        for colour, curve in zip(colours, pixels(along, heights.T).tolist()):
            for px, py in curve:
                context.line_to(px, py)
            context.set_source_rgba(*canvas.colour(colour))
            context.stroke()
        for px, py in pixels(along[[0, -1]], np.zeros(2)).tolist():
            context.line_to(px, py)
        context.set_source_rgba(*canvas.colour(rgb(self.theme.quiet)))
        context.stroke()

    def _paint_names(self, canvas: Canvas) -> None:
        """x₁ and x₂ along the edges that are nearer to the eye; ỹ from 0 to 1 at the corner that is farthest left."""
        context, unit, theme, frame = canvas.context, canvas.unit, self.theme, self.frame
        quiet, rim = rgb(theme.quiet), rgb(theme.rim)
        for axis, name in enumerate(("x₁", "x₂")):
            sides = np.zeros((2, 3))
            sides[:, 1 - axis] = (-1.09, 1.09)
            places, near = self._seen(canvas, sides), self._near(sides)
            x, y = places[int(near.argmax())].tolist() if abs(near[0] - near[1]) > 1e-3 else places[0].tolist()
            at = (x, min(y + 14 * unit, canvas.height - 16 * unit))
            paint_text(canvas, name, at, 40 * unit, quiet, anchor="middle", halo=rim)
        aside = float(np.clip(2.5 * np.cos(frame.elevation) - 0.9, 0, 1))
        if aside > 0:
            corners = np.array([[x, y, z] for z in (0, 1) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))], float)
            places = self._seen(canvas, corners).reshape(2, 4, 2)
            foot, top = places[:, int(places[0, :, 0].argmin())].tolist()
            context.move_to(*foot)
            context.line_to(*top)
            context.set_line_width(3 * unit)
            context.set_source_rgba(*canvas.colour(quiet, aside))
            context.stroke()
            for text, (x, y) in (("0", foot), ("1", top), ("ỹ", (foot[0], (foot[1] + top[1]) / 2))):
                at = (x - 18 * unit, y + 12 * unit)
                paint_text(canvas, text, at, 38 * unit, quiet, anchor="right", alpha=aside, halo=rim)
