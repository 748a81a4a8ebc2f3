"""A scene gone through once without drawing, so that any of its frames can be drawn when asked for, in any order.

What is drawn equals, pixel for pixel, what `manim render` hands to its encoder: the scene's own classes go through the
same steps, from a memento of how the play began.
"""

import gc
import sys
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from manim import Scene, config
from manim.utils.exceptions import EndSceneEarlyException
from threadpoolctl import threadpool_limits

from scenes.parts.paint.canvas import Pixels
from scenes.parts.stage.memento import Memento
from scenes.parts.stage.plays import cues, described, enterable
from scenes.parts.stage.renderer import FilmRenderer
from scenes.parts.stage.replay import whole_frames

APART = 16
"""Frames from one memento to the next within a play that has to be stepped through."""
KEPT = 192
"""Mementos within plays that are kept at a time."""


@dataclass
class Play:
    """One play or wait: which frames it has, and how it begins."""

    first: int
    """Its first frame in the timeline."""
    began: float
    """Seconds of the scene, which counts what is left out of the timeline too."""
    section: Any
    times: Sequence[float]
    """Of each frame, in seconds since the play began; one frame that is shown often has one."""
    frames: int
    what: str
    """What is played, in a few words."""
    steps: bool
    """Whether a frame takes all those before it."""
    memento: Memento
    cues: tuple[int, ...] = ()
    """Frames after its first at which a replay's cues lie."""
    within: dict[int, Memento] = field(default_factory=dict)
    """Of frames that have been stepped through."""

    def step(self, frame: int) -> int:
        """Which of `times` a frame of the timeline is at."""
        return min(frame - self.first, len(self.times) - 1)


class Timeline:
    """All plays of a scene, recorded. `draw` draws any frame."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.renderer: Any = scene.renderer
        self.plays: list[Play] = []
        self.rate = config.frame_rate
        self._at: tuple[Play, int] | None = None
        """The play and the step that the scene is at."""
        self._static: tuple[Play, Any] | None = None
        self._last: Memento | None = None
        self._kept: list[tuple[Play, int]] = []
        self.renderer.play = self._play

    @property
    def frames(self) -> int:
        """How many there are; at least one."""
        return self.plays[-1].first + self.plays[-1].frames if self.plays else 1

    def record(self) -> None:
        """Run the scene's `construct` from beginning to end, drawing nothing."""
        config.save_sections = False  # sections share a frame only where they become files
        try:
            with threadpool_limits(1, "blas"):
                self.scene.setup()
                with suppress(EndSceneEarlyException):
                    self.scene.construct()
                self.scene.tear_down()
        finally:
            gc.unfreeze()

    def draw(self, frame: int) -> Pixels:
        """The frame's pixels (height, width, 4): valid until the next is drawn."""
        renderer = self.renderer
        if not self.plays:
            renderer.static_image = None
            renderer.skip_animations = False
            renderer.update_frame(self.scene)
            return renderer.camera.pixel_array
        frame = max(0, min(frame, self.frames - 1))
        play = self.plays[bisect_right(self.plays, frame, key=lambda play: play.first) - 1]
        with threadpool_limits(1, "blas"):
            self._go(play, play.step(frame))
            renderer.static_image = self._still(play)
            renderer.update_frame(self.scene, self.scene.moving_mobjects)
        return cast(Pixels, renderer.camera.pixel_array)

    def _still(self, play: Play) -> Any:
        """What does not move in a play, drawn once: `_go` has made it."""
        return self._static[1] if self._static is not None and self._static[0] is play else None

    def _go(self, play: Play, step: int) -> None:
        """Bring the scene to a step of a play."""
        if self._static is None or self._static[0] is not play:
            play.memento.restore()
            self.renderer.skip_animations = False
            self.renderer.save_static_frame_data(self.scene, self.scene.static_mobjects)
            self._static, self._at = (play, self.renderer.static_image), (play, -1)
        if self._at is None or self._at[0] is not play or self._at[1] > step:
            self._at = None
        there = self._at[1] if self._at is not None else -2
        nearest = max((k for k in play.within if k <= step), default=-1)
        if there < nearest or there == -2:
            (play.within[nearest] if nearest >= 0 else play.memento).restore()
            there = nearest
        self._at = None  # whatever goes wrong on the way
        if len(play.times) == 1 and play.times[0] < 0:
            there = step
        for k in range(there + 1 if play.steps else step, step + 1):
            if k <= there:
                continue
            self._step(play, k)
            if play.steps and k % APART == 0 and k not in play.within:
                self._keep(play, k)
        self._at = play, step

    def _step(self, play: Play, step: int) -> None:
        """One step, as Manim makes it: everything is brought to its time, then the frame counts."""
        self.scene.update_to_time(play.times[step])
        self._passed(play.began, step + 1)

    def _passed(self, began: float, steps: int) -> None:
        renderer = self.renderer
        if isinstance(renderer, FilmRenderer):
            renderer.stepped = steps
            renderer.time = (renderer.frame + steps) / self.rate
        else:
            for _ in range(steps):
                began += 1 / renderer.camera.frame_rate
            renderer.time = began

    def _keep(self, play: Play, step: int) -> None:
        play.within[step] = self._memento(play.memento)
        self._kept.append((play, step))
        if len(self._kept) > KEPT:
            oldest, gone = self._kept.pop(0)
            del oldest.within[gone]

    def _memento(self, before: Memento | None) -> Memento:
        scene = self.scene
        of_file = {k: v for k, v in vars(_module(scene)).items() if not k.startswith("__")}
        left_out = (self, self.renderer.file_writer, scene.manager, config)
        return Memento((scene, self.renderer, *of_file.values()), left_out, before)

    def _play(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        """In place of the renderer's: what is played is noted, and gone through."""
        renderer = self.renderer
        renderer.skip_animations = renderer._original_skipping_status
        renderer.update_skipping_status()
        left_out = renderer.skip_animations
        scene.compile_animation_data(*args, **kwargs)
        renderer.skip_animations = False
        scene.begin_animations()
        began, first = renderer.time, self.frames if self.plays else 0
        section, what = renderer.file_writer.sections[-1], described(scene.animations or [])
        if scene.is_current_animation_frozen_frame():
            film = isinstance(renderer, FilmRenderer)
            count = whole_frames(scene.duration) if film else int(scene.duration / (1 / renderer.camera.frame_rate))
            play = Play(first, began, section, (-1.0,), count, what, False, self._begun())
            self._pass(count, began)
        else:
            scene.duration = scene.get_run_time(scene.animations or [])
            times = [float(t) for t in scene._get_animation_time_progression(scene.animations or [], scene.duration)]
            play = Play(first, began, section, times, len(times), what, not enterable(scene), self._begun())
            play.cues = cues(scene.animations or [], self.rate)
            self._through(play)
        if not left_out:
            self.plays.append(play)
        renderer.num_plays += 1

    def _begun(self) -> Memento:
        self._last = self._memento(self._last)
        return self._last

    def _through(self, play: Play) -> None:
        """Go through a play to its end, as Manim does."""
        scene = self.scene
        for step in range(len(play.times)) if play.steps else ():
            self._step(play, step)
            if scene.stop_condition is not None and scene.stop_condition():
                play.times, play.frames = play.times[: step + 1], step + 1
                break
        for animation in scene.animations or []:
            animation.finish()
            animation.clean_up_from_scene(scene)
        scene.update_mobjects(0)
        self.renderer.static_image = None
        self._pass(play.frames, play.began)

    def _pass(self, count: int, began: float) -> None:
        """The play is over."""
        renderer = self.renderer
        if isinstance(renderer, FilmRenderer):
            renderer.file_writer.played(renderer.frame, count)
            renderer.frame += count
            renderer.time = renderer.frame / self.rate
        else:
            self._passed(began, count)


def _module(scene: Scene) -> Any:
    return sys.modules[type(scene).__module__]
