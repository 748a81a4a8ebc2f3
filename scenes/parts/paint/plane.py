"""A plane and what lies in it: ground, regions, axes, lines, points, class vectors."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

import cairo
import numpy as np
from numpy.typing import NDArray

from engine import Frame
from engine.films.film import ASIDE, Answered, View
from engine.network.layers import Array
from engine.network.lines import Lines
from engine.network.regions import answers, upside_down
from scenes.parts.paint.arrows import paint_arrow, partly
from scenes.parts.paint.canvas import WIDE, Canvas, tell
from scenes.parts.paint.discs import point_discs
from scenes.parts.paint.fading import fading
from scenes.parts.paint.key import key_height
from scenes.parts.paint.names import paint_region_names, paint_vector_names
from scenes.parts.paint.raster import stroke
from scenes.parts.paint.readouts import FOOT, STRIP, tick_step
from scenes.parts.paint.space import FEW, SLABS, Piece, marks, slabs
from scenes.parts.paint.strengths import by_strength, points_of
from scenes.parts.paint.text import fitted_text, paint_text
from scenes.parts.paint.theme import SIZES, STRONG, Theme, rgb
from scenes.parts.paint.trails import paint_trails

HELD = 1.25
"""How much larger marks of held-out points are: they are few among many."""


class Place(NamedTuple):
    """Where the plane lies on the screen."""

    origin: tuple[float, float]
    """Pixel of the data origin."""
    scale: float
    """Pixels per data unit."""

    @classmethod
    def of(cls, view: View, width: int, height: int, head: float = STRIP, foot: float = FOOT) -> "Place":
        """The plot leaves a column for read-outs on the left of a wide screen; `head` above and `foot` below others."""
        if width >= WIDE * height:
            middle, scale = (0.568 * width, 0.5 * height), view.scale(ASIDE * height, height)
        else:
            unit = min(width, height) / 1080
            room = height - (head + foot) * unit
            middle, scale = (0.5 * width, head * unit + 0.5 * room), view.scale(width, room)
        return cls((middle[0] - scale * view.centre[0], middle[1] + scale * view.centre[1]), scale)

    def __call__(self, points: Array) -> Array:
        """Points (N, 2) in data units as pixels (N, 2)."""
        return np.asarray(points, float) * (self.scale, -self.scale) + self.origin


def fitted(frame: Frame, width: int, height: int) -> Place:
    """The frame's view in the middle of a canvas, all of it to be seen."""
    scale = frame.view.scale(width, height)
    x, y = frame.view.centre
    return Place((width / 2 - scale * x, height / 2 + scale * y), scale)


Painter = Callable[[Canvas, Place, Frame, Theme], None]


def faded(paint: Painter, canvas: Canvas, place: Place, frame: Frame, theme: Theme) -> None:
    """Paint what belongs to the answer, as far as it has appeared."""
    if frame.decided > 0:
        with fading(canvas, frame.decided) as layer:
            paint(layer, place, frame, theme)


def paint_ground(canvas: Canvas, theme: Theme) -> None:
    """The ground, over the whole canvas; none where the clip is transparent."""
    if not canvas.transparent:
        canvas.context.set_source_rgba(*canvas.colour(rgb(theme.ground)))
        canvas.context.paint()


def paint_regions(canvas: Canvas, place: Place, frame: Frame, theme: Theme) -> None:
    """Argmax regions, opaque unless the clip is transparent, with a thin line where two of them meet."""
    if frame.curved is not None:
        _paint_answered(canvas, place, frame.curved, theme)
        return
    context = canvas.context
    colours = theme.region_colours(len(frame.regions))
    alpha = theme.overlay if canvas.transparent else 1.0
    paint_ground(canvas, theme)
    context.set_antialias(cairo.ANTIALIAS_NONE)  # neighbours share their edge: no seam between them
    outlines = [place(polygon).tolist() for polygon in frame.regions]
    for outline, colour in zip(outlines, colours):
        _trace(context, outline)
        context.set_source_rgba(*canvas.colour(colour, alpha))
        context.fill()
    context.set_antialias(cairo.ANTIALIAS_DEFAULT)
    for outline in outlines:
        _trace(context, outline)
    context.set_source_rgba(*canvas.colour(rgb(theme.ink), 0.3))
    context.set_line_width(2 * canvas.unit)
    context.stroke()


def _paint_answered(canvas: Canvas, place: Place, answered: Answered, theme: Theme) -> None:
    """Regions with curved edges: each pixel has the colour of the class with the highest score there."""
    ticks, scores, radius, finer = answered
    paint_ground(canvas, theme)
    cell = (ticks[1] - ticks[0]) * place.scale
    fine = int(np.clip(np.ceil(cell), 1, 16))
    swatches = np.full((scores.shape[-1], 4), 255, np.uint8)
    swatches[:, :3] = np.rint(255 * np.array(theme.region_colours(len(swatches))))
    colours = swatches.view(np.uint32)[:, 0]
    pixels = np.ascontiguousarray(answers(scores[::-1], fine, colours, upside_down(finer, len(scores) - 1)))
    height, width = pixels.shape
    tell(canvas.context, "answers", pixels=pixels, ticks=ticks)
    image = cairo.ImageSurface.create_for_data(cast(memoryview, pixels.data), cairo.FORMAT_RGB24, width, height)
    (left, top), context = place(np.array([[ticks[0], ticks[-1]]]))[0].tolist(), canvas.context
    context.save()
    if np.isfinite(radius):
        context.arc(*place.origin, radius * place.scale, 0, 2 * np.pi)
        context.clip()
    context.translate(left, top)
    context.scale(cell / fine, cell / fine)
    context.set_source_surface(image)
    context.get_source().set_filter(cairo.FILTER_BILINEAR)
    context.paint_with_alpha(theme.overlay if canvas.transparent else 1.0)
    context.restore()


def paint_answers_by_name(canvas: Canvas, place: Place, frame: Frame, theme: Theme) -> None:
    """Names of the regions, from six classes on."""
    outlines = [place(polygon) for polygon in frame.regions]
    paint_region_names(canvas, outlines, theme, place.origin, key_height(canvas, frame, theme))


def paint_axes(canvas: Canvas, place: Place, frame: Frame, theme: Theme) -> None:
    """The plane's two axes with ticks; the key says how far apart they are. None where space is seen."""
    if frame.in_space:
        return
    context, unit = canvas.context, canvas.unit
    x, y = place.origin
    step = tick_step(frame.view.half)
    tick = 7 * unit
    context.set_line_width(1.5 * unit)
    context.set_source_rgba(*canvas.colour(rgb(theme.quiet), 0.55))
    context.move_to(0, y)
    context.line_to(canvas.width, y)
    context.move_to(x, 0)
    context.line_to(x, canvas.height)
    for k in range(1, 9):
        d = k * step * place.scale
        for along in (x - d, x + d):
            context.move_to(along, y - tick)
            context.line_to(along, y + tick)
        for along in (y - d, y + d):
            context.move_to(x - tick, along)
            context.line_to(x + tick, along)
    context.stroke()


def paint_axis_names(canvas: Canvas, place: Place, frame: Frame, theme: Theme) -> None:
    """Names at the ends of the axes, over lines and points."""
    unit, quiet, rim = canvas.unit, rgb(theme.quiet), rgb(theme.rim)
    x, y = place.origin
    size, edge = SIZES.label * unit, SIZES.edge * unit
    right = min(canvas.width - edge, x + 1.6 * frame.view.half * place.scale)
    paint_text(canvas, frame.axes[0], (right, y - 16 * unit), size, quiet, anchor="right", halo=rim)
    paint_text(canvas, frame.axes[1], (x + 16 * unit, edge + 0.75 * size), size, quiet, halo=rim)


def paint_scale_bar(canvas: Canvas, place: Place, frame: Frame, theme: Theme) -> None:
    """How long one distance between ticks is, at the bottom right: where the view follows what is shown."""
    unit, edge, step = canvas.unit, SIZES.edge * canvas.unit, tick_step(frame.view.half)
    foot = edge if canvas.wide else (key_height(canvas, frame, theme) + SIZES.body) * unit
    right, y = canvas.width - edge, canvas.height - foot
    left, ink = right - step * place.scale, rgb(theme.ink)
    ends = np.array([[left, y - 9 * unit], [left, y], [right, y], [right, y - 9 * unit]])
    for width, colour in ((2.2 * SIZES.bold, rgb(theme.rim)), (SIZES.bold, ink)):
        stroke(canvas.context, ends, [0, 4], [0], width * unit, canvas.colour(colour))
    at = ((left + right) / 2, y - 18 * unit)
    paint_text(canvas, f"{step:g}", at, SIZES.label * unit, ink, font=STRONG, anchor="middle", halo=rgb(theme.rim))


def paint_lines(
    canvas: Canvas, place: Place, frame: Frame, theme: Theme, lines: Lines | None = None, bright: Sequence[int] = ()
) -> None:
    """The grid's image: quiet, its own axes brighter. Or other `lines`, of which some are `bright`."""
    vertices, starts = frame.lines if lines is None else lines
    vertices = place(vertices)
    vivid = np.isin(np.arange(len(starts) - 1), frame.bright if lines is None else bright)
    for which, width, alpha in ((~vivid, 1.4, 0.34), (vivid, 2.6, 0.75)):
        colour = canvas.colour(rgb(theme.ink), alpha)
        stroke(canvas.context, vertices, starts, np.flatnonzero(which), width * canvas.unit, colour)


def paint_points(
    canvas: Canvas, place: Place, frame: Frame, theme: Theme, among: int = 0,
    some: Sequence[NDArray[np.int64]] | None = None,
) -> None:  # fmt: skip
    """Points in the colour of their truth; a mistake is hollow, one kept from training a diamond over the others.

    They are as large as suits so many, or the number that they are `among`. `some`: only those with these numbers, in
    this order, which have one kind of mark each time.
    """
    if len(frame.points):
        radius = max(2.0, theme.points * point_radius(among or len(frame.points)) * canvas.unit)
        classes = max(len(frame.class_vectors), int(frame.labels.max()) + 1)
        places = place(frame.points)
        if some is None:
            some = marks(frame)
        for seen in some:
            held, wrong = (bool(kind[seen[:1]].any()) for kind in (frame.held, frame.wrong))
            discs = point_discs(theme, classes, HELD * radius if held else radius, held)[wrong]
            discs.paint(canvas, places[seen], frame.labels[seen])


def _paint_trails(canvas: Canvas, place: Place, frame: Frame, theme: Theme) -> None:
    of, places = frame.trails
    ways = place(places.reshape(-1, 2)).reshape(places.shape).transpose(1, 0, 2)
    paint_trails(canvas, ways, frame.labels[of], theme.class_colours(int(frame.labels.max()) + 1), theme)


def paint_marked(canvas: Canvas, way: Array, theme: Theme) -> None:
    """A way (M, 2), in pixels, over everything else, and a ring round its last place."""
    context, unit = canvas.context, canvas.unit
    (x, y), ends = way[-1].tolist(), [0, len(way)]
    for width, colour in ((2.2 * SIZES.bold, theme.rim), (SIZES.bold, theme.ink)):
        paint = canvas.colour(rgb(colour))
        stroke(context, way, ends, [0], width * unit, paint)
        context.set_line_width(width * unit)
        context.set_source_rgba(*paint)
        context.arc(x, y, MARK * unit, 0, 2 * np.pi)
        context.stroke()


def point_radius(count: int) -> float:
    """Radius in pixels of 1080: 5.5 for 5,000 points, which from afar is as much colour as fits; larger for fewer."""
    return float(np.clip(5.5 * (5000 / max(count, 1)) ** 0.25, 3.2, 12.0))


def paint_class_vectors(
    canvas: Canvas, place: Place, frame: Frame, theme: Theme, text: bool = True, which: Array | None = None,
    size: float = 1.0,
) -> None:  # fmt: skip
    """Arrows from the origin with a dark rim, over everything; their names, as text, where there is room for all.

    `which` (K,) says whose are painted, by default all, `size` how much thicker than others.
    """
    colours = theme.class_colours(len(frame.class_vectors))
    x, y = place.origin
    tips = place(frame.class_vectors)
    if frame.depths is None:
        some = range(len(tips)) if which is None else np.flatnonzero(which).tolist()
        _paint_arrows(canvas, place, frame, theme, [Piece(k) for k in some], size)
    if text:
        paint_vector_names(canvas, np.array([x, y]), tips, colours, theme, which)


def _paint_arrows(
    canvas: Canvas, place: Place, frame: Frame, theme: Theme, pieces: Sequence[Piece], size: float = 1.0
) -> None:
    colours, tips, tail = theme.class_colours(len(frame.class_vectors)), place(frame.class_vectors), place.origin
    rim = rgb(theme.rim) if len(tips) <= RIMMED else None  # of so many arrows rims would be all that is seen
    for of, begin, end in pieces:
        with partly(canvas, tail, tips[of].tolist(), begin, end):
            paint_arrow(canvas, tail, tips[of].tolist(), colours[of], rim, size)


MARK = 24.0
"""Radius of a ring round what is pointed at, in units of the canvas."""
RIMMED = 200
"""Class vectors up to which each arrow has a rim."""
ROOMY = 600
"""Height in pixels of 1080 from which on a panel's plane has room for text."""
WHOLE = {"grid": 1.0, "regions": 1.0, "class_vectors": 1.0, "points": 1.0}


def paint_plane(
    canvas: Canvas, place: Place, frame: Frame, theme: Theme, shown: Mapping[str, float] = WHOLE, panel: bool = False,
    strengths: Sequence[float] = (),
) -> None:  # fmt: skip
    """The plane and all that lies in it, each part as far as it is `shown`, and the answer as far as it has appeared.

    Where some classes are spoken of, `strengths` says how strong each is; those that are not are dimmed.
    In a `panel`, points are as small as that, names appear where there is room, and what the frame says stands at the
    foot.
    """
    unit = canvas.unit
    roomy = not panel or canvas.height > ROOMY * unit
    small = canvas if roomy else canvas._replace(frame_side=round(540 * unit))

    def layer(
        amount: float, paint: Callable[..., None], canvas: Canvas = canvas, frame: Frame = frame, **how: Any
    ) -> None:
        if amount > 0:
            with fading(canvas, amount) as faded:
                paint(faded, place, frame, theme, **how)

    answered = frame.decided * shown["regions"]
    if answered < 1:
        paint_ground(canvas, theme)
    layer(answered, paint_regions)
    if answered > 0 and min(strengths, default=1.0) < 1:
        _dim_regions(canvas, place, frame, theme, strengths)
    paint_axes(canvas, place, frame, theme)
    wide = canvas._replace(frame_side=None) if panel else canvas
    solid = min((*shown.values(), *strengths, frame.decided), default=1.0) == 1  # else each slab is a group of its own
    for slab in slabs(frame, SLABS if solid else FEW) if frame.depths is not None else ():
        layer(shown["grid"], paint_lines, lines=slab.lines, bright=slab.bright)
        for strength, spoken in by_strength(strengths):
            part = slab if spoken is None else slab.of(spoken, frame.labels)
            layer(strength * frame.decided * shown["class_vectors"], _paint_arrows, small, pieces=part.arrows)
            layer(strength * shown["points"], paint_points, wide, some=part.points)
    if frame.depths is None:
        layer(shown["grid"], paint_lines)
        for strength, spoken in by_strength(strengths):
            some = frame if spoken is None else points_of(frame, spoken)
            layer(strength * shown["points"], paint_points, wide, some, among=len(frame.points))
    if len(frame.trails.of):
        layer(shown["points"], _paint_trails)
    if len(frame.marked):
        paint_marked(canvas, place(frame.marked), theme)
    if roomy:
        paint_axis_names(canvas, place, frame, theme)
    for strength, spoken in by_strength(strengths):
        size = 1 + 0.5 * (strength - min(strengths, default=strength))  # what is spoken of is thicker
        amount = strength * frame.decided * shown["class_vectors"]
        layer(amount, paint_class_vectors, small, text=roomy and strength > 0.5, which=spoken, size=size)
    if panel and frame.caption:
        room = canvas.width - 2 * SIZES.edge * unit
        text, size = fitted_text(canvas.fonts, frame.caption, 32 * unit, room)
        at = (canvas.width / 2, canvas.height - 18 * unit)
        paint_text(canvas, text, at, size, rgb(theme.ink), anchor="middle", halo=rgb(theme.rim))


def _dim_regions(canvas: Canvas, place: Place, frame: Frame, theme: Theme, strengths: Sequence[float]) -> None:
    """The ground over the regions of classes that are not spoken of."""
    for polygon, strength in zip(frame.regions, strengths):
        if strength < 1:
            _trace(canvas.context, place(polygon).tolist())
            canvas.context.set_source_rgba(*canvas.colour(rgb(theme.ground), 0.9 * (1 - strength)))
            canvas.context.fill()


def _trace(context: cairo.Context, outline: list[list[float]]) -> None:
    context.new_sub_path()  # else cairo goes on from the start of the outline before
    for x, y in outline:
        context.line_to(x, y)
    if outline:
        context.close_path()
