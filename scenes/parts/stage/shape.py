"""What a recorded scene consists of, in words and frames: sections, what is said, what is played."""

import sys
from typing import Any

from manim import config

from engine.deliver.captions import Line, disjoint
from engine.preview.shape import Going, Part, Said, Shape
from scenes.parts.stage.timeline import Timeline


def shape_of(timeline: Timeline) -> Shape:
    """The timeline's shape."""
    scene, rate = timeline.scene, timeline.rate
    about = (sys.modules[type(scene).__module__].__doc__ or "").strip().partition("\n")[0]
    sections: list[Part] = []
    last: Any = None
    for play in timeline.plays:
        if play.section is not last:
            last = play.section
            named = "" if last.name == "autocreated" else last.name
            loops = "loop" in str(last.type_).lower()
            sections.append(Part(named, play.first, 0, loops, getattr(last, "beat", "")))
        ended = sections.pop()
        sections.append(Part(ended.name, ended.first, play.first + play.frames - ended.first, ended.loops, ended.beat))
    return Shape(
        type(scene).__name__,
        about,
        float(rate),
        int(config.pixel_width),
        int(config.pixel_height),
        timeline.frames,
        tuple(sections),
        tuple(_said(timeline)),
        tuple(Going(play.first, play.frames, play.what, play.cues) for play in timeline.plays),
        _sounds(scene.renderer.file_writer),
    )


def _sounds(writer: Any) -> bool:
    return bool(getattr(writer, "sounds", ()) or getattr(writer, "includes_sound", False))


def _said(timeline: Timeline) -> list[Said]:
    """What is narrated, where it is in the timeline."""
    rate, said = timeline.rate, []
    captions: Any = timeline.scene.renderer.file_writer.subcaptions  # type: ignore[union-attr]
    lines = [Line(c.start.total_seconds(), c.end.total_seconds(), c.content) for c in captions]
    for line in disjoint(lines, float("inf")) if lines else []:
        within = [
            (max(play.first, play.first + (line.start - play.began) * rate),
             min(play.first + play.frames, play.first + (line.end - play.began) * rate))
            for play in timeline.plays
        ]  # fmt: skip
        heard = [(first, end) for first, end in within if round(first) < round(end)]
        if heard:
            said.append(Said(round(heard[0][0]), round(heard[-1][1]), line.text))
    return said
