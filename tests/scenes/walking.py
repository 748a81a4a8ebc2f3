"""A scene without its video: every section's words, and what is to be seen at any moment, nothing drawn on the way."""

import inspect
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from manim import Mobject, Scene, Wait, tempconfig

from scenes.parts.stage.scene import _beat

QUICK = {"progress_bar": "none", "verbosity": "WARNING", "save_sections": False, "disable_caching": True}


@dataclass
class Section:
    """A section on the way."""

    name: str
    said: list[str] = field(default_factory=list)
    seconds: float = 0.0
    shown: tuple[Mobject, ...] = ()
    """What is on the stage at its end, or when the walk stopped."""


class Reached(Exception):
    """The moment has come."""


def walked(
    scene_class: type[Scene], until: tuple[str, float] | None = None, width: int = 854, height: int = 480
) -> list[Section]:
    """The sections of a scene, to its end or `until` so many seconds after the beginning of a section.

    What a section says is what it narrates, or else the comment beside its `next_section`.
    """
    sections: list[Section] = []

    class Walk(scene_class):  # type: ignore[misc, valid-type]
        def next_section(self, name: str = "unnamed", *args: Any, says: str = "", **kwargs: Any) -> None:
            keep(self)
            said = says or _beat(inspect.currentframe())
            sections.append(Section(name, [said] if said else []))

        def narrate(self, text: str) -> None:
            sections[-1].said.append(text)  # after what the section itself says

        def wait(self, duration: float = 1.0, *args: Any, **kwargs: Any) -> None:
            self.play(Wait(run_time=duration))

        def play(self, *args: Any, **kwargs: Any) -> None:
            kwargs = {name: value for name, value in kwargs.items() if not name.startswith("subcaption")}
            animations = self.compile_animations(*args, **kwargs)
            length = self.get_run_time(animations)
            here = sections[-1] if sections else None
            if until and here and here.name == until[0] and until[1] < here.seconds + length:
                alpha = (until[1] - here.seconds) / length
                finish(self, animations, alpha)
                raise Reached
            finish(self, animations, 1)
            if here:
                here.seconds += length

    def finish(scene: Any, animations: list[Any], alpha: float) -> None:
        for animation in animations:
            animation._setup_scene(scene)
            animation.begin()
        for animation in animations:
            animation.interpolate(alpha)
        if alpha == 1:
            for animation in animations:
                animation.finish()
                animation.clean_up_from_scene(scene)

    def keep(scene: Any) -> None:
        if sections:
            sections[-1].shown = tuple(scene.mobjects)

    with tempconfig({**QUICK, "pixel_width": width, "pixel_height": height, "dry_run": True}):
        scene = Walk()
        with suppress(Reached):
            scene.construct()
        keep(scene)
    return sections
