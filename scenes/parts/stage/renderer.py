"""Manim's renderer with our camera and our writer."""

import sys
from collections.abc import Iterable
from typing import Any

from manim import BLACK, CairoRenderer, Camera, ManimColor, Mobject, Scene, Wait, config
from manim._config import error_console
from manim.utils.exceptions import EndSceneEarlyException
from manim.utils.iterables import list_update

from engine import UnspiralError
from engine.memory import give_back
from engine.render.sources import behind
from scenes.parts.paint.theme import DARK, Theme
from scenes.parts.stage.camera import covers, lend
from scenes.parts.stage.replay import Replay, whole_frames
from scenes.parts.stage.writer import FilmWriter


class FilmRenderer(CairoRenderer):
    """Manim's renderer without its copies: a frame's own pixels go to the encoder, and the camera takes others."""

    def __init__(self, scene: type[Scene], camera_class: type[Camera], theme: Theme, **kwargs: Any) -> None:
        super().__init__(file_writer_class=FilmWriter, camera_class=camera_class, **kwargs)
        self.frame = 0
        """Frames since the scene began; a section's last, which the next one begins with, counts once."""
        self.held = 0
        """Frames of those that were written and are still: drawn once, for a wait."""
        self.stepped = 0
        """Frames of the play that have been gone through, drawn or not."""
        if not config.disable_caching:  # Manim's cache sees data, not code
            self.camera.drawn_by = behind(scene).digest  # type: ignore[attr-defined]
        if config.transparent:  # premultiplied, nothing is black: Manim's ground would shine through
            self.camera.background_color = ManimColor("#000000")
        elif theme != DARK or config.background_color == BLACK:  # BLACK is Manim's own
            self.camera.background_color = ManimColor(theme.ground)

    def play(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        """Play animations, and count their frames: Manim's own sums of seconds differ where plays are cached."""
        begun, self.stepped = self.frame, 0
        super().play(scene, *args, **kwargs)
        if not self.skip_animations:
            give_back()
        length = self.stepped or whole_frames(scene.duration)
        self.file_writer.played(begun, length)
        self.frame = begun + length
        self.time = self.frame / config.frame_rate

    def begin_steps(self) -> None:
        """The play begins: Manim has put its whole length onto the time of one that it does not draw."""
        self.time = self.frame / config.frame_rate

    def update_skipping_status(self) -> None:
        """Decide whether the next play is drawn; after the last that is wanted, end the scene."""
        wanted = self.file_writer.wanted
        if wanted and self.num_plays > max(wanted):
            raise EndSceneEarlyException
        super().update_skipping_status()

    def update_frame(
        self,
        scene: Scene,
        mobjects: Iterable[Mobject] | None = None,
        include_submobjects: bool = True,
        ignore_skipping: bool = True,
        **kwargs: Any,
    ) -> None:
        """Draw, beginning with the last mobject that covers all before it; without one, with the background."""
        if self.skip_animations and (mobjects is not None or not ignore_skipping):
            return  # a play that is not written; a still is drawn from all mobjects, when the scene has ended
        camera = self.camera
        lend(camera)
        mobjects = mobjects or list_update(scene.mobjects, scene.foreground_mobjects)
        shown = camera.get_mobjects_to_display(mobjects, include_submobjects=include_submobjects, **kwargs)
        first = next((i for i in reversed(range(len(shown))) if covers(shown[i], camera)), None)
        if first is not None:
            shown = shown[first:]
        elif self.static_image is not None:
            camera.set_frame_to_background(self.static_image)
        else:
            camera.reset()
        camera.capture_mobjects(shown, include_submobjects=False)

    def render(self, scene: Scene, time: float, moving_mobjects: Iterable[Mobject] | None = None) -> None:
        """Draw a frame and hand its pixels over; a play that is skipped or cached draws nothing."""
        if self.skip_animations:
            if not in_steps(scene):
                return
        else:
            self.update_frame(scene, moving_mobjects)
            pixels: Any = self.camera.pixel_array
            self.camera.pixel_array = self.file_writer.pool.take(like=pixels)
            self.add_frame(pixels)
        self.stepped += 1
        self.time = (self.frame + self.stepped) / config.frame_rate

    def save_static_frame_data(self, scene: Scene, static_mobjects: Iterable[Mobject]) -> Any:
        """Draw once what does not move in this play, if the play is drawn at all."""
        self.static_image = None
        return None if self.skip_animations else super().save_static_frame_data(scene, static_mobjects)

    def freeze_current_frame(self, duration: float) -> None:
        """Write the current frame for as many frames as are nearest to `duration`."""
        if not self.skip_animations:
            self.held += whole_frames(duration)
            self.add_frame(self.get_frame(), num_frames=whole_frames(duration))


def in_steps(scene: Scene) -> bool:
    """Whether what the present play leaves behind may depend on the frames that it goes through.

    Updaters do, traces, and what animations do besides; of a film every frame is what its playhead says.
    """
    animations = scene.animations or []
    if scene.updaters or scene.always_update_mobjects or not all(isinstance(a, Replay | Wait) for a in animations):
        return True
    shown = [*scene.mobjects, *scene.foreground_mobjects, *(animation.mobject for animation in animations)]
    return any(member.updaters for mobject in shown for member in mobject.get_family())


def say_mistakes_in_one_line() -> None:
    """Let Manim, which prints a traceback of what a scene file's own lines raise, say an UnspiralError as it is."""
    print_traceback = error_console.print_exception

    def print_exception(*args: Any, **kwargs: Any) -> None:
        error = sys.exception()
        if isinstance(error, UnspiralError):
            print(error, file=sys.stderr)
            raise SystemExit(2)
        print_traceback(*args, **kwargs)

    error_console.print_exception = print_exception
