"""Surfaces over a plane, a colour each, far pieces first: a 3-D picture without Manim's mobjects."""

import numpy as np

from engine.films.energy import Sheets
from engine.layers import Array
from scenes.parts.camera import Canvas, Painted
from scenes.parts.lettering import paint_text
from scenes.parts.theme import STRONG, THEME, Theme, rgb

TALL = 0.75
"""How high 1 is drawn, in half widths of the plane."""
FLAT = 0.004
"""A piece this near to the floor is not drawn: the floor is."""
STEEP = 0.05
"""A coarse cell over which a surface climbs by more is drawn in its fine cells."""
LIGHT = np.array([-0.35, -0.45, 0.82])
"""Where light comes from."""


def _cells(known: Array) -> Array:
    """Corners (U − 1, A − 1, 4, 3) of a grid's cells (U, A, 3), anti-clockwise from above."""
    return np.stack([known[:-1, :-1], known[:-1, 1:], known[1:, 1:], known[1:, :-1]], 2)


def _parted(cells: Array) -> Array:
    """Cells (M, 4, 4) of x, y, height and lead, cut where the lead is 0: pieces (P, 4, 3), some of them triangles.

    Two surfaces that are highest on either side of a line meet in it; no piece lies partly over the other.
    """
    lead = cells[..., 3] > 0
    mixed = lead.any(1) & ~lead.all(1)
    corners = cells[mixed][:, ((0, 1, 2), (0, 2, 3))].reshape(-1, 3, 4)
    lead = corners[..., 3] > 0
    cut = lead.any(1) & ~lead.all(1)
    whole = corners[~cut][:, (0, 1, 2, 2), :3]
    corners, lead = corners[cut], lead[cut]
    alone = (lead == (lead.sum(1, keepdims=True) == 1)).argmax(1)  # the corner that has the others against it
    a, b, c = (np.take_along_axis(corners, ((alone + i) % 3)[:, None, None], 1)[:, 0] for i in range(3))
    ab, ac = (a + (a[:, 3:] / (a[:, 3:] - other[:, 3:])) * (other - a) for other in (b, c))
    tips = np.stack([a, ab, ac, ac], 1)[..., :3]
    rests = np.stack([ab, b, c, ac], 1)[..., :3]
    return np.concatenate([cells[~mixed][..., :3], whole, tips, rests])


class Surfaces(Painted):
    """Shows a `Sheets` frame, as seen from far away (without perspective)."""

    opaque = True

    def __init__(self, frame: Sheets, theme: Theme = THEME) -> None:
        super().__init__()
        self.frame = frame
        self.theme = theme

    def show(self, frame: Sheets) -> None:
        """Show `frame` from now on."""
        self.frame = frame

    def paint(self, canvas: Canvas) -> None:
        """Paint the floor, then the pieces of all surfaces from the farthest to the nearest, then the axes' names."""
        context, frame, theme, unit = canvas.context, self.frame, self.theme, canvas.unit
        context.set_source_rgba(*canvas.colour(rgb(theme.ground)))
        context.paint()
        floor = self._seen(canvas, np.array([[x, y, 0.0] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]))[0]
        for x, y in floor.tolist():
            context.line_to(x, y)
        context.close_path()
        context.set_source_rgba(*canvas.colour(rgb(theme.quiet), 0.25))
        context.fill_preserve()
        context.set_line_width(2 * unit)
        context.set_source_rgba(*canvas.colour(rgb(theme.quiet)))
        context.stroke()
        outlines, shades = self._pieces(canvas)
        move_to, line_to, fill, set_source = context.move_to, context.line_to, context.fill, context.set_source_rgb
        for ((ax, ay), (bx, by), (cx, cy), (dx, dy)), (red, green, blue) in zip(outlines.tolist(), shades.tolist()):
            set_source(blue, green, red)
            move_to(ax, ay)
            line_to(bx, by)
            line_to(cx, cy)
            line_to(dx, dy)
            fill()
        self._paint_names(canvas)
        paint_text(canvas, "epoch", (64 * unit, 96 * unit), 40 * unit, rgb(theme.quiet))
        epoch = f"{int(frame.epoch + 1e-6)}"
        paint_text(canvas, epoch, (60 * unit, 190 * unit), 112 * unit, rgb(theme.ink), font=STRONG)

    def _seen(self, canvas: Canvas, points: Array) -> tuple[Array, Array]:
        """Points (…, 3), the plane ±1 and heights 0 … 1, as pixels (…, 2) and nearness to the eye (…)."""
        frame = self.frame
        cos, sin = np.cos(frame.azimuth), np.sin(frame.azimuth)
        x, y, z = points[..., 0], points[..., 1], TALL * points[..., 2]
        right, back = cos * x - sin * y, sin * x + cos * y
        up = np.sin(frame.elevation) * back + np.cos(frame.elevation) * z
        near = np.sin(frame.elevation) * z - np.cos(frame.elevation) * back
        scale = 0.385 * canvas.height
        middle = 0.5 * canvas.height + 0.5 * TALL * np.cos(frame.elevation) * scale
        return np.stack([0.5 * canvas.width + scale * right, middle - scale * up], -1), near

    def _pieces(self, canvas: Canvas) -> tuple[Array, Array]:
        """Outlines (P, 4, 2) in pixels and colours (P, 3) of all pieces, the farthest first."""
        frame = self.frame
        half, fine = frame.ticks[-1], frame.fine
        x, y = np.meshgrid(frame.ticks / half, frame.ticks / half)
        colours = np.array(self.theme.class_colours(frame.heights.shape[-1]))
        second, first = np.sort(frame.heights, axis=-1)[..., -2:].transpose(2, 0, 1)
        corners, shades = [], []
        for k, colour in enumerate(colours):
            height = frame.heights[..., k]
            known = np.stack([x, y, height, height - np.where(height == first, second, first)], -1)
            coarse = _cells(known[::fine, ::fine])
            steep = np.ptp(coarse[..., 2], axis=-1) > STEEP
            smooth = _cells(known)[np.kron(steep, np.ones((fine, fine), bool))]
            pieces = _parted(np.concatenate([coarse[~steep], smooth]))
            pieces = pieces[pieces[..., 2].max(1) > FLAT]
            slope = np.cross(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1])
            normal = slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-12)
            light = 0.55 + 0.45 * np.clip(normal @ LIGHT, 0, 1) / LIGHT[2]
            corners.append(pieces)
            shades.append(np.clip(light[:, None] * colour, 0, 1))
        pieces = np.concatenate(corners)
        pixels = self._seen(canvas, pieces)[0]
        middles = pieces.mean(1)  # a piece hides what stands farther back, and over the same ground what is lower
        back = np.sin(frame.azimuth) * middles[:, 0] + np.cos(frame.azimuth) * middles[:, 1]
        aside = np.cos(frame.elevation) > 1e-3  # from above, only height counts
        order = np.lexsort((middles[:, 2], -back.round(9) * aside))
        outward = pixels - pixels.mean(1, keepdims=True)
        grown = pixels + 0.5 * outward / np.maximum(np.linalg.norm(outward, axis=2, keepdims=True), 0.5)  # no seams
        return grown[order], np.concatenate(shades)[order]

    def _paint_names(self, canvas: Canvas) -> None:
        """x₁ and x₂ along the edges that are nearer to the eye; ỹ from 0 to 1 at the corner that is farthest left."""
        context, unit, theme, frame = canvas.context, canvas.unit, self.theme, self.frame
        quiet, rim = rgb(theme.quiet), rgb(theme.rim)
        for axis, name in enumerate(("x₁", "x₂")):
            sides = np.zeros((2, 3))
            sides[:, 1 - axis] = (-1.09, 1.09)
            places, near = self._seen(canvas, sides)
            x, y = places[int(near.argmax())].tolist() if abs(near[0] - near[1]) > 1e-3 else places[0].tolist()
            at = (x, min(y + 14 * unit, canvas.height - 16 * unit))
            paint_text(canvas, name, at, 40 * unit, quiet, anchor="middle", halo=rim)
        aside = float(np.clip(2.5 * np.cos(frame.elevation) - 0.9, 0, 1))
        if aside > 0:
            corners = np.array([[x, y, z] for z in (0, 1) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))], float)
            places = self._seen(canvas, corners)[0].reshape(2, 4, 2)
            foot, top = places[:, int(places[0, :, 0].argmin())].tolist()
            context.move_to(*foot)
            context.line_to(*top)
            context.set_line_width(3 * unit)
            context.set_source_rgba(*canvas.colour(quiet, aside))
            context.stroke()
            for text, (x, y) in (("0", foot), ("1", top), ("ỹ", (foot[0], (foot[1] + top[1]) / 2))):
                at = (x - 18 * unit, y + 12 * unit)
                paint_text(canvas, text, at, 38 * unit, quiet, anchor="right", alpha=aside, halo=rim)
