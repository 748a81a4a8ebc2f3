"""What can be read on a frame, and where: texts that pictures paint, and Manim's own."""

from collections.abc import Iterator
from typing import Any

import cairo
import numpy as np
from manim import (
    DecimalNumber,
    MarkupText,
    MathTex,
    Mobject,
    Paragraph,
    SingleStringMathTex,
    Text,
    Typst,
    config,
)  # fmt: skip

from engine.films.film import View
from engine.preview.checks import Sighting
from engine.preview.checks import Text as Seen
from scenes.parts.stage.camera import listening
from scenes.parts.stage.placement import frame_size
from scenes.parts.stage.timeline import Timeline

EM = (((Text, MarkupText, Paragraph, DecimalNumber), 1 / 72),)
"""Scene units to a point of Manim's font size in texts; in formulas, 1/96."""
WORDS = (Text, MarkupText, Paragraph, Typst, MathTex, SingleStringMathTex, DecimalNumber)


class Listening(cairo.Context):
    """A cairo context that notes the texts and points that are painted, with the opacity that they have in the end."""

    def __init__(self, surface: cairo.ImageSurface) -> None:
        super().__init__()  # type: ignore[call-arg]  # cairo takes the surface in __new__
        self.texts: list[list[Seen]] = [[]]
        self.outside = 0
        self._popped: list[Seen] = []

    def told(self, kind: str, what: dict[str, Any]) -> None:
        """Called by what paints."""
        if kind == "text":
            x, y = self.user_to_device(what["left"], what["baseline"])
            (blue, green, red, alpha), size = what["colour"], what["size"]
            box = (x, y - 0.72 * size, x + what["advance"], y + 0.22 * size)
            self.texts[-1].append(Seen(what["text"], box, size, (red, green, blue), alpha, alpha < 0.9, True))
        elif kind == "points":
            left, top, right, bottom = self.clip_extents()
            x, y = np.asarray(what["centres"], float).reshape(-1, 2).T
            radius = what["discs"].radius
            beyond = (x < left - radius) | (x > right + radius) | (y < top - radius) | (y > bottom + radius)
            self.outside += int(beyond.sum())

    def push_group(self) -> None:
        """A group begins: what is faded as one."""
        self.texts.append([])
        super().push_group()

    def pop_group_to_source(self) -> None:
        """It ends."""
        self._popped = self.texts.pop()
        super().pop_group_to_source()

    def paint_with_alpha(self, alpha: float) -> None:
        """It is painted."""
        self.texts[-1] += [s._replace(alpha=s.alpha * alpha, fades=s.fades or alpha < 0.9) for s in self._popped]
        self._popped = []
        super().paint_with_alpha(alpha)


def sighting(timeline: Timeline, frame: int) -> Sighting:
    """What can be read on a frame."""
    camera: Any = timeline.renderer.camera
    heard: list[Listening] = []

    def heard_on(surface: cairo.ImageSurface) -> cairo.Context:
        heard.append(Listening(surface))
        return heard[-1]

    with listening(heard_on):
        pixels = timeline.draw(frame)
    texts = [seen for context in heard for group in context.texts for seen in group]
    texts += _manims(timeline, camera)
    return Sighting(
        frame, tuple(texts), sum(context.outside for context in heard), _view(timeline), pixels[..., :3].copy()
    )


def _view(timeline: Timeline) -> float:
    """The narrowest view of a plane that is shown."""
    shown = (member for mobject in timeline.scene.mobjects for member in mobject.get_family())
    frames = (frame for member in shown for frame in _frames(getattr(member, "frame", None)))
    views = (getattr(frame, "view", None) for frame in frames)
    nearer = float(timeline.renderer.camera.frame_height) / frame_size()[1]
    return min((view.half * nearer for view in views if isinstance(view, View)), default=0.0)


def _frames(frame: Any) -> Iterator[Any]:
    """A frame, or several side by side."""
    if isinstance(frame, tuple | list) and not hasattr(frame, "view"):
        for one in frame:
            yield from _frames(one)
    else:
        yield frame


def _manims(timeline: Timeline, camera: Any) -> Iterator[Seen]:
    """Manim's own texts that are shown."""
    scene = timeline.scene
    shown: set[int] = set()
    for mobject in [*scene.mobjects, *scene.foreground_mobjects]:
        for member in mobject.get_family():
            if isinstance(member, WORDS) and id(member) not in shown:
                shown.update(id(part) for part in member.get_family())
                yield from _seen(member, camera)


def _seen(words: Any, camera: Any) -> Iterator[Seen]:
    inked = [part for part in words.family_members_with_points() if max(part.get_fill_opacity(), _stroke(part)) > 0]
    if not inked:
        return
    points = np.concatenate([part.points for part in inked])
    placed = np.asarray(camera.points_to_pixel_coords(words, points), float)
    low, high = placed.min(0), placed.max(0)
    scale = config.pixel_height / float(camera.frame_height)
    lines = words.lines_text if isinstance(words, Paragraph) else words
    size = float(lines.font_size) * _em(words) * scale
    colours = {tuple(np.round(part.get_fill_color().to_rgb(), 3).tolist()) for part in inked}
    opacity = min(float(part.get_fill_opacity()) for part in inked)
    names = (getattr(lines, name, "") for name in ("original_text", "text", "typst_code", "tex_string"))
    text = str(next((name for name in names if name), type(words).__name__))
    for colour in sorted(colours):
        yield Seen(text, (*low.tolist(), *high.tolist()), size, colour, opacity)
        return


def _stroke(part: Mobject) -> float:
    return float(part.get_stroke_opacity()) if part.get_stroke_width() > 0 else 0.0  # type: ignore[attr-defined]


def _em(words: Any) -> float:
    return next((em for kind, em in EM if isinstance(words, kind)), 1 / 96)
