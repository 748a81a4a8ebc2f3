"""The mobject that shows three dimensions: board, lifted grid, points and a cutting plane, far things first."""

from functools import cache

import cairo
import numpy as np

from engine.films.lifting import BOARD, Space
from engine.network.layers import Array
from engine.numbers import percent
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.discs import Discs, discs_of
from scenes.parts.paint.key import paint_marks, paint_names
from scenes.parts.paint.plane import paint_ground
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.text import paint_text
from scenes.parts.paint.theme import SIZES, STRONG, Theme, mix, rgb
from scenes.parts.stage.painted import Shown

SCALE = 0.31
"""Of the frame's height, to one unit."""
MIDDLE = (0.6, 0.47)
"""Where the point in the middle of everything is seen, as shares of the frame."""
STEPS = 6
"""Of fog, from the nearest to the farthest."""
HEIGHT = 0.65
"""Of that point over the board when all is lifted."""


def _middle(canvas: Canvas) -> tuple[float, float]:
    """Where the point in the middle of everything is seen, in pixels; below the words of a square or tall frame."""
    if canvas.wide:
        return MIDDLE[0] * canvas.width, MIDDLE[1] * canvas.height
    return 0.5 * canvas.width, 0.5 * canvas.height + 90 * canvas.unit


class SpacePicture(Shown[Space]):
    """Shows one frame in space at a time."""

    opaque = True

    def paint(self, canvas: Canvas) -> None:
        """Paint the board first, then what the plane lies before, the plane, and what lies before it."""
        frame, theme = self.frame, self.theme
        paint_ground(canvas, theme)
        self._paint_board(canvas)
        self._paint_footprints(canvas)
        behind = frame.behind(frame.points)
        lines_behind = frame.behind(frame.sheet)
        if frame.cut > 0:
            self._paint_lines(canvas, lines_behind)
            self._paint_points(canvas, behind)
            self._paint_plane(canvas)
            self._paint_lines(canvas, ~lines_behind)
        else:
            self._paint_lines(canvas, np.ones_like(lines_behind))
            behind = np.zeros_like(behind)
        self._paint_circle(canvas)
        self._paint_points(canvas, ~behind)
        self._paint_words(canvas)
        self._paint_axes(canvas)

    def _place(self, canvas: Canvas, points: Array) -> Array:
        """Pixels (…, 2) of points (…, 3)."""
        right, up, _ = self.frame.axes()
        scale = SCALE * canvas.side * (1 if canvas.wide else 0.8)
        lift = float(self.frame.axes()[1, 2]) * HEIGHT
        middle = _middle(canvas)
        x = middle[0] + scale * (points @ right)
        y = middle[1] - scale * (points @ up - lift)
        return np.stack([x, y], -1)

    def _fill(self, canvas: Canvas, corners: Array, colour: tuple[float, float, float], alpha: float) -> None:
        for x, y in self._place(canvas, corners).tolist():
            canvas.context.line_to(x, y)
        canvas.context.close_path()
        canvas.context.set_source_rgba(*canvas.colour(colour, alpha))
        canvas.context.fill()

    def _paint_board(self, canvas: Canvas) -> None:
        """The board: under the answer of a line, of a circle, or bare."""
        frame, context = self.frame, canvas.context
        inside, outside = self.theme.region_colours(2)
        corners = np.array([[-BOARD, -BOARD, 0], [BOARD, -BOARD, 0], [BOARD, BOARD, 0], [-BOARD, BOARD, 0]])
        self._fill(canvas, corners, mix(rgb(self.theme.ground), rgb(self.theme.quiet), 0.09), 1)
        if frame.line > 0:
            for polygon, colour in zip(frame.straight, (inside, outside)):
                if len(polygon):
                    self._fill(canvas, np.pad(polygon, ((0, 0), (0, 1))), colour, frame.line)
        if frame.round > 0:
            self._fill(canvas, corners, outside, frame.round)
            self._fill(canvas, frame.circle * (1, 1, 0), inside, frame.round)
        for x, y in self._place(canvas, corners).tolist():
            context.line_to(x, y)
        context.close_path()
        context.set_line_width(2 * canvas.unit)
        context.set_source_rgba(*canvas.colour(rgb(self.theme.quiet), 0.5))
        context.stroke()

    def _paint_axes(self, canvas: Canvas) -> None:
        """Where x₁, x₂ and, as far as it is seen from the side, f₃ point."""
        ends = np.array([[BOARD + 0.08, -BOARD, 0], [-BOARD, BOARD + 0.08, 0]])
        quiet, rim = rgb(self.theme.quiet), rgb(self.theme.rim)
        size = 36 * canvas.unit
        for (x, y), name in zip(self._place(canvas, ends).tolist(), ("x₁", "x₂")):
            y = min(y + 12 * canvas.unit, canvas.height - SIZES.edge * canvas.unit)
            paint_text(canvas, name, (x, y), size, quiet, anchor="middle", halo=rim)

    def _far(self, points: Array) -> Array:
        """How far from the eye points (…, 3) are, 0 … 1; all alike as seen from above."""
        tilt = float(self.frame.axes()[1, 2])
        return tilt * np.clip(0.25 - points @ self.frame.axes()[2] / (2 * BOARD), 0, 1)

    def _paint_lines(self, canvas: Canvas, seen: np.ndarray) -> None:
        """The lifted grid's lines, from vertex to vertex, where `seen` (L, M): thin and faint where they are far."""
        sheet, theme, unit = self.frame.sheet, self.theme, canvas.unit
        shown = (seen[:, 1:] | seen[:, :-1]).ravel()
        pixels = self._place(canvas, sheet)
        ends = np.stack([pixels[:, :-1], pixels[:, 1:]], 2).reshape(-1, 2)
        level = np.rint(STEPS * self._far((sheet[:, 1:] + sheet[:, :-1]) / 2)).astype(int).ravel()
        starts = np.arange(0, len(ends) + 1, 2)
        for step in range(STEPS, -1, -1):
            near = 1 - step / STEPS
            colour = canvas.colour(mix(rgb(theme.ground), rgb(theme.ink), 0.14 + 0.3 * near))
            which = np.flatnonzero(shown & (level == step))
            stroke(canvas.context, ends, starts, which, (1.1 + 1.2 * near) * unit, colour)

    def _paint_footprints(self, canvas: Canvas) -> None:
        """Where on the board each lifted point was: its shadow, which says how high it has come."""
        frame, ground = self.frame, rgb(self.theme.ground)
        height = frame.points[:, 2].max(initial=0.0)
        weight = round(4 * min(1.0, float(height)) * float(frame.axes()[1, 2])) / 4
        if weight > 0 and max(frame.line, frame.round) == 0:
            colours = [mix(ground, colour, 0.3 * weight) for colour in self.theme.class_colours(2)]
            flat = self._place(canvas, frame.points * (1, 1, 0))
            Discs(5.5 * canvas.unit, 0, colours, colours).paint(canvas, flat, frame.labels)

    def _paint_plane(self, canvas: Canvas) -> None:
        """The cutting plane over the whole board, growing from its middle."""
        (w1, w2, w3), b = self.frame.plane.weight[0].tolist(), float(self.frame.plane.bias[0])
        reach = BOARD * min(1.0, self.frame.cut)
        xy = reach * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        corners = np.column_stack([xy, -(xy @ (w1, w2) + b) / w3])
        self._fill(canvas, corners, rgb(self.theme.ink), 0.15)
        for x, y in self._place(canvas, corners).tolist():
            canvas.context.line_to(x, y)
        canvas.context.close_path()
        canvas.context.set_line_width(3 * canvas.unit)
        canvas.context.set_source_rgba(*canvas.colour(rgb(self.theme.ink), 0.8 * self.frame.cut))
        canvas.context.stroke()

    def _paint_circle(self, canvas: Canvas) -> None:
        """Where the plane cuts the lifted board."""
        alpha = max(self.frame.cut, self.frame.round)
        if alpha > 0:
            for x, y in self._place(canvas, self.frame.circle).tolist():
                canvas.context.line_to(x, y)
            canvas.context.set_line_width(5 * canvas.unit)
            canvas.context.set_line_join(cairo.LINE_JOIN_ROUND)
            canvas.context.set_source_rgba(*canvas.colour(rgb(self.theme.ink), alpha))
            canvas.context.stroke()

    def _paint_points(self, canvas: Canvas, some: np.ndarray) -> None:
        """Some of the points, the farthest first; far ones are smaller, and fade into the ground."""
        frame = self.frame
        order = np.flatnonzero(some)
        order = order[np.argsort(frame.points[order] @ frame.axes()[2], kind="stable")]
        places, levels = self._place(canvas, frame.points), np.rint(STEPS * self._far(frame.points)).astype(int)
        for step in range(STEPS, -1, -1):
            here = order[levels[order] == step]
            kinds = _discs(self.theme, 9.5 * canvas.unit, 0.55 * step / STEPS)
            for discs, mine in zip(kinds, (here[~frame.wrong[here]], here[frame.wrong[here]])):
                discs.paint(canvas, places[mine], frame.labels[mine])

    def _paint_words(self, canvas: Canvas) -> None:
        unit, theme, frame = canvas.unit, self.theme, self.frame
        ink, quiet, rim = rgb(theme.ink), rgb(theme.quiet), rgb(theme.rim)
        if "accuracy" in frame.readings:
            paint_text(canvas, "accuracy", (64 * unit, 96 * unit), 40 * unit, quiet, halo=rim)
            text = percent(frame.readings["accuracy"])
            paint_text(canvas, text, (60 * unit, 170 * unit), 80 * unit, ink, font=STRONG, halo=rim)
            if canvas.wide:  # elsewhere the formula is there
                paint_marks(canvas, theme, 66 * unit, ("point", "region", "mistake"))
        at = (_middle(canvas)[0], canvas.height - (36 if canvas.wide else 84) * unit)
        paint_text(canvas, frame.caption, at, 42 * unit, ink, anchor="middle", halo=rim)
        low, width, columns = (82, 330, 1) if canvas.wide else (32, 952, 2)
        paint_names(canvas, theme, 2, (64 * unit, canvas.height - low * unit), width * unit, columns)


@cache
def _discs(theme: Theme, radius: float, fog: float) -> tuple[Discs, Discs]:
    """Right points and mistakes, as far into the fog as they are far."""
    ground = rgb(theme.ground)
    colours = [mix(colour, ground, fog) for colour in theme.class_colours(2)]
    return discs_of(colours, mix(rgb(theme.rim), ground, fog), (1 - 0.35 * fog) * radius)
