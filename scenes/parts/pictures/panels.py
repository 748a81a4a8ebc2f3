"""Several pictures in one frame, on one playhead or each on its own."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from manim import config

from engine import Frame, UnspiralError
from scenes.parts.paint.canvas import WIDE, Canvas
from scenes.parts.paint.key import classes_of, paint_marks, paint_names, shared_colours
from scenes.parts.paint.plane import (
    Place,
    fitted,
    paint_ground,
    paint_plane,
)
from scenes.parts.paint.readouts import written
from scenes.parts.paint.text import fitted_text, paint_text, text_width
from scenes.parts.paint.theme import SIZES, STRONG, Fonts, Theme, rgb, themed
from scenes.parts.stage.painted import Painted, PaintedGroup, Shown, check_frame

HEADER, ROW, GAP, LINE = 100, 74, 8, 44
"""Heights of the line over all panels, of the row under each, of the gap between them and of a line of class names
under the header, in pixels of 1080."""
INSET = 40
"""From a panel's side to the text under it: a panel may touch the frame's edge, text may not."""
LEAD = 0.62
"""How much of the frame's width, or of its height where it is not wide, the panel takes that leads."""
NAMES = 6
"""Most names of classes in a line across a wide frame; half as many in others."""


class Window(NamedTuple):
    """A part of the frame: edges as shares of its width and height, from the top left."""

    left: float
    top: float
    right: float
    bottom: float

    def within(self, canvas: Canvas) -> tuple[int, int, int, int]:
        """Left, top, width and height in whole pixels."""
        left, right = (round(edge * canvas.width) for edge in (self.left, self.right))
        top, bottom = (round(edge * canvas.height) for edge in (self.top, self.bottom))
        return left, top, right - left, bottom - top


Layers = Callable[[Canvas, Place, Any, Theme], None]


def paint_embedding(canvas: Canvas, place: Place, frame: Frame, theme: Theme) -> None:
    """Everything that a picture shows of the plane; in a small panel without names, which would cover it."""
    paint_plane(canvas, place, frame, theme, panel=True)


class Panel(Shown[Frame]):
    """One picture in a window of the frame, with its name and some readings in a row under it.

    `paint_plane` paints the plane itself, on a canvas as large as the window without the row. In two `lines`, the name
    stands under the readings.
    """

    def __init__(
        self,
        frame: Frame,
        title: str,
        window: Window,
        below: Sequence[str] = ("accuracy",),
        theme: Theme | None = None,
        paint_plane: Layers = paint_embedding,
        lines: int = 1,
    ) -> None:
        super().__init__(frame, theme)
        self.lines = lines
        self.title = title
        self.window = window
        self.below = tuple(below)
        self.paint_plane = paint_plane

    def paint(self, canvas: Canvas) -> None:
        """Paint the window; nothing of the plane leaves it."""
        left, top, width, height = self.window.within(canvas)
        unit, frame, theme = canvas.unit, self.frame, self.theme
        plot = height - round((ROW + 50 * (self.lines - 1)) * unit)
        context = canvas.context
        context.save()
        context.translate(left, top)
        context.rectangle(0, 0, width, plot)
        context.clip()
        panel = canvas.part(context, width, plot)
        self.paint_plane(panel, fitted(frame, width, plot), frame, theme)
        context.restore()
        baseline = top + plot + 44 * unit
        rim = rgb(theme.rim)
        room, size = width - INSET * unit, SIZES.label * unit
        read = [(name, written(name, frame.readings[name])) for name in self.below if name in frame.readings]
        right = left + room
        for name, text in reversed(read):
            paint_text(canvas, text, (right, baseline), size, rgb(theme.ink), font=STRONG, anchor="right", halo=rim)
            right -= text_width(canvas.fonts, text, size, STRONG) + 12 * unit
            if not text.endswith("%"):
                paint_text(canvas, name, (right, baseline), 32 * unit, rgb(theme.quiet), anchor="right", halo=rim)
                right -= text_width(canvas.fonts, name, 32 * unit)
            right -= 36 * unit
        title, size = fitted_text(
            canvas.fonts, titled(self.title, frame), size, (room if self.lines > 1 else right - left) - INSET * unit
        )
        at = (left + INSET * unit, baseline if self.lines == 1 else top + height - 30 * unit)
        paint_text(canvas, title, at, size, rgb(theme.quiet), halo=rim)


class Header(Painted):
    """The ground under all panels, and over them what they have in common: the epoch, and how to read the colours."""

    opaque = True

    def __init__(
        self,
        frame: Frame,
        above: Sequence[str] = ("epoch",),
        theme: Theme | None = None,
        classes: int = 0,
        key: Sequence[str] = ("point", "region", "mistake"),
    ) -> None:
        super().__init__(theme=theme)
        self.frame = frame
        self.key = tuple(key)
        self.unseen = False
        """Whether some panel has points that are kept from training."""
        self.classes = classes
        self.above = tuple(above)

    def paint(self, canvas: Canvas) -> None:
        """Paint the whole frame."""
        theme, unit = self.theme, canvas.unit
        paint_ground(canvas, theme)
        x, baseline = SIZES.edge * unit, (68 if canvas.wide else 84) * unit
        for name in self.above:
            if name in self.frame.readings:
                x += paint_text(canvas, name, (x, baseline), SIZES.body * unit, rgb(theme.quiet)) + 16 * unit
                text = written(name, self.frame.readings[name])
                paint_text(canvas, text, (x, baseline), SIZES.head * unit, rgb(theme.ink), font=STRONG)
                x += 200 * unit
        paint_marks(canvas, theme, baseline, self._marks(), left=x - 40 * unit)
        names = len(theme.names[: self.classes])
        columns = min(names, NAMES if canvas.wide else NAMES // 2)
        if names:
            at = (SIZES.edge * unit, (HEADER + 26) * unit)
            paint_names(canvas, theme, names, at, canvas.width - 2 * SIZES.edge * unit, columns, LINE)
        if (note := shared_colours(self.classes, theme)) is not None:
            lines = math.ceil(names / columns) if names else 0
            at = (SIZES.edge * unit, (HEADER + 26 + LINE * lines) * unit)
            paint_text(canvas, note, at, SIZES.body * unit, rgb(theme.quiet))

    def _marks(self) -> tuple[str, ...]:
        """What is explained: beside points, those of them that are drawn as unseen."""
        if not self.unseen or "point" not in self.key:
            return self.key
        after = self.key.index("point") + 1
        return (*self.key[:after], "held", *self.key[after:])


class Panels(PaintedGroup):
    """Several pictures in one frame: `Replay(panels, Together(films), …)` plays all of them on one playhead.

    `panels[k]` is one of them, which can be replayed by itself. `below` names the readings in the row under each
    panel, `above` those that all of them share, `key` the marks that are explained; `paint_plane` paints all, or
    there is one for each. With `lead` the first is what it is about, and large.
    """

    def __init__(
        self,
        frames: Sequence[Frame],
        titles: Sequence[str],
        *,
        columns: int | None = None,
        below: Sequence[str] = ("accuracy",),
        above: Sequence[str] = ("epoch",),
        key: Sequence[str] = ("point", "region", "mistake"),
        theme: Theme | None = None,
        paint_plane: Layers | Sequence[Layers] = paint_embedding,
        lead: bool = False,
    ) -> None:
        if len(frames) != len(titles):
            raise UnspiralError(f"{len(frames)} frames and {len(titles)} titles were given; a panel needs one of each")
        for frame in frames:
            check_frame(frame)
        named = next((frame.class_names for frame in frames if frame.class_names), ())
        theme = themed(theme).naming(named)
        painters = [paint_plane] * len(frames) if callable(paint_plane) else paint_plane
        classes = max(classes_of(frame) for frame in frames)
        self.header = Header(_together(frames), above, theme, classes, key)
        self.header.unseen = _unseen(frames)
        shape = config.pixel_width / config.pixel_height
        shared = shared_colours(classes, theme) is not None
        windows = arranged(len(frames), columns, shape, len(theme.names[:classes]), int(shared), lead)
        narrowest = min(window.right - window.left for window in windows) * 1080 * max(1.0, shape)
        needed = max(_row_width(theme.fonts, frame, title, below) for frame, title in zip(frames, titles))
        lines = 1 if needed < narrowest else 2
        self.panels = tuple(
            Panel(frame, title, window, below, theme, paint, lines)
            for frame, title, window, paint in zip(frames, titles, windows, painters, strict=True)
        )
        super().__init__(self.header, *self.panels)

    def __getitem__(self, number: int) -> Panel:
        """One panel."""
        return self.panels[number]

    def show(self, frame: Sequence[Frame]) -> None:  # type: ignore[override]
        """Show one frame in each panel from now on."""
        self.header.frame, self.header.unseen = _together(frame), _unseen(frame)
        for panel, shown in zip(self.panels, frame, strict=True):
            panel.show(shown)


def _together(frames: Sequence[Frame]) -> Frame:
    """The first frame, with the readings that only others have: what the header reads."""
    readings = {name: value for frame in reversed(frames) for name, value in frame.readings.items()}
    return replace(frames[0], readings=readings)


def _unseen(frames: Sequence[Frame]) -> bool:
    """Whether points kept from training are among those shown; films of other things have none."""
    return any(np.any(getattr(frame, "held", False)) for frame in frames)


def titled(title: str, frame: Frame) -> str:
    """A panel's title, and by how much smaller its arrows are drawn, if so."""
    return ", ".join([title, *(text for mark, text in frame.notes if mark == "arrow")])


def _row_width(fonts: Fonts, frame: Frame, title: str, below: Sequence[str]) -> float:
    """What a panel's name and readings need in one line, in pixels of 1080."""
    read = [(name, written(name, frame.readings[name])) for name in below if name in frame.readings]
    widths = [
        text_width(fonts, text, 36, STRONG) + (0 if "%" in text else text_width(fonts, name, 32) + 12)
        for name, text in read
    ]
    return text_width(fonts, titled(title, frame), 36) + sum(widths) + 36 * len(read) + 2 * INSET


def arranged(
    count: int, columns: int | None = None, shape: float = 16 / 9, names: int = 0, more: int = 0, lead: bool = False
) -> list[Window]:
    """Windows for `count` panels under the header, row by row; where the last row has fewer, they are wider.

    `shape` is the frame's width over its height: where that is not wide, `columns` are as many as leave the largest
    planes. Lines of class `names`, and as many `more`, lie between the header and the panels. With `lead`, the first is
    as large as `LEAD` says and the others share what is left: beside it, or under it where the frame is not wide.
    """
    width, height = 1080 * max(1.0, shape), 1080 * max(1.0, 1 / shape)
    header = HEADER + LINE * (more + math.ceil(names / (NAMES if shape >= WIDE else NAMES // 2)))
    if lead and count > 1:
        return _led(count - 1, header / height, (20 / height if height > width else 0), wide=shape >= WIDE)
    if shape < WIDE:
        columns = max(range(1, count + 1), key=lambda c: min(width / c, (height - header) / -(-count // c) - ROW))
    columns = columns or math.ceil(math.sqrt(count)) + (count > 6)
    rows = math.ceil(count / columns)
    top, gap = header / height, GAP / 1080
    down = (1 - top - (20 / height if height > width else 0)) / rows
    windows = []
    for k in range(count):
        row, column = divmod(k, columns)
        here = min(columns, count - row * columns)
        left, right = column / here, (column + 1) / here
        windows.append(Window(left + gap / 4, top + row * down, right - gap / 4, top + (row + 1) * down))
    return windows


def _led(others: int, top: float, foot: float, wide: bool) -> list[Window]:
    """A large window, and the others beside it, one below the other; or under it, side by side."""
    gap, end = GAP / 1080, 1 - foot
    if wide:
        cuts = [top + (end - top) * k / others for k in range(others + 1)]
        beside = [Window(LEAD + gap / 4, a, 1 - gap / 4, b) for a, b in zip(cuts, cuts[1:])]
        return [Window(gap / 4, top, LEAD - gap / 4, end), *beside]
    cut = top + LEAD * (end - top)
    under = [Window(k / others + gap / 4, cut, (k + 1) / others - gap / 4, end) for k in range(others)]
    return [Window(gap / 4, top, 1 - gap / 4, cut), *under]
