"""The scene that films are played in: Manim's Scene, with our camera and our file writer."""

import builtins
import gc
import inspect
import linecache
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from manim import Camera, FadeIn, Scene, Wait, config
from manim.animation.animation import Animation
from manim.scene.section import DefaultSectionType
from manim.utils.exceptions import EndSceneEarlyException
from srt import Subtitle
from threadpoolctl import threadpool_limits

from engine import UnspiralError
from engine.deliver.captions import comment_beside
from engine.render.moment import Moment
from scenes.parts.paint.theme import Theme, chosen_theme
from scenes.parts.stage.camera import FilmCamera
from scenes.parts.stage.card import Card
from scenes.parts.stage.choice import choose_encoder, lose, not_encodable, use_software
from scenes.parts.stage.clip_bar import ClipBar
from scenes.parts.stage.encoder import said
from scenes.parts.stage.hardware import LostError
from scenes.parts.stage.label import family
from scenes.parts.stage.moment import Sought
from scenes.parts.stage.renderer import FilmRenderer, in_steps, say_mistakes_in_one_line
from scenes.parts.stage.replay import Replay, whole_frames
from scenes.parts.stage.settings import bring_along

SEGMENT = 4.0
"""Seconds: longer replays are cut, each part being cached by itself. x264 puts a key frame this often anyway."""


say_mistakes_in_one_line()


def _check_size(width: int, height: int, rate: float) -> None:
    """UnspiralError for frames that no encoder takes, or that no memory holds."""
    video = "png" not in str(config.format) and not config.save_last_frame
    if not (min(width, height) >= 16 and max(width, height) <= 8192) or (video and (width % 2 or height % 2)):
        raise UnspiralError(f"frames of {width} × {height} pixels: video needs even numbers from 16 to 8192")
    if not 1 <= rate <= 240:
        raise UnspiralError(f"{rate:g} frames a second were asked for; clips have from 1 to 240")


class FilmScene(Scene):
    """A scene that shows films. Everything Manim has can be used in it.

    Its other kinds of scene are named first: `class Near(MovingCameraScene, FilmScene)`.

    It brings its settings along: ground, sections, encoder, few words. What a manim.cfg or a flag says comes first.
    An UnspiralError in `construct` ends the program with one line and exit code 2.

    With a `title`, in the class, at the call or in the theme, the clip begins with a card that says it, over the first
    line of the scene's file; with an `end`, it ends with a card that says that. Each is a section of its own.
    """

    title: str | None = None
    end: str | None = None

    @cached_property
    def theme(self) -> Theme:
        """The scene's ground and cards, for its pictures to be given: `Picture(frame, self.theme)`."""
        return chosen_theme()

    def __init__(
        self,
        camera_class: type[Camera] = FilmCamera,
        renderer: None = None,
        title: str | None = None,
        end: str | None = None,
        theme: Theme | None = None,
        **kwargs: Any,
    ) -> None:
        if renderer is not None:  # notebooks pass none, and OpenGL draws no painted mobjects
            raise UnspiralError("films are drawn by cairo: leave --renderer out")
        if not issubclass(camera_class, FilmCamera):  # FilmScene beside one of Manim's scenes with its own camera
            bases: Any = (FilmCamera,) if issubclass(FilmCamera, camera_class) else (camera_class, FilmCamera)
            camera_class = type(camera_class.__name__, bases, {})
        if theme is not None:
            self.theme = theme
        for font in (self.theme.text, self.theme.maths):
            family(font)
        bring_along()
        about_encoder = choose_encoder()
        if "png" in str(config.format):  # stills have no sections
            config.save_sections = False
        _check_size(config.pixel_width, config.pixel_height, config.frame_rate)
        self._given = {"camera_class": camera_class, "title": title, "end": end, "theme": theme, **kwargs}
        kwargs.setdefault("random_seed", config.seed or 0)  # each process that draws a part draws the same lots
        try:
            super().__init__(
                renderer=FilmRenderer(type(self), camera_class, self.theme), camera_class=camera_class, **kwargs
            )
        except OSError as error:  # folders for clips are made here
            reason = f"not allowed to write {error.filename or config.media_dir}: {error.strerror}"
            raise UnspiralError(f"{reason}; name another folder with --media_dir") from None
        except ValueError as error:
            raise (not_encodable(error) or error) from None
        writer: Any = self.renderer.file_writer
        writer.remark(about_encoder)
        self._in_motion = False
        self._saying: Subtitle | None = None
        self._bar = ClipBar(type(self))
        moment = Moment.from_environment()
        self._sought = Sought(moment, config.frame_rate) if moment else None
        self.title = next(text for text in (title, self.title, self.theme.title) if text is not None)
        self.end = next(text for text in (end, self.end, self.theme.end) if text is not None)
        if self.title or self.end:
            self.construct = self._between_cards(self.construct)
        if self._sought:
            self.construct = self._up_to(self._sought, self.construct)

    def render(self, preview: bool = False) -> bool:
        """Render the scene, as Manim's command does."""
        try:
            # BLAS threads spin while they wait, and starve the encoder
            with threadpool_limits(1, "blas"), said(Path(config.media_dir)):
                try:
                    return super().render(preview)
                except LostError as lost:
                    self._begin_again(lost)
                    return super().render(preview)
        except UnspiralError as error:
            if hasattr(builtins, "__IPYTHON__"):  # a notebook shows it in one line, and lives on
                raise
            print(f"{type(self).__name__}: {error}", file=sys.stderr)
            raise SystemExit(2) from error
        finally:
            self._bar.close()
            gc.unfreeze()

    def _begin_again(self, lost: LostError) -> None:
        """Be as before the scene was rendered, but encoded in software: a clip's segments are all of one encoder's."""
        writer: Any = self.renderer.file_writer
        wanted, begun, tell = writer.wanted, writer.begun, self._bar.tell
        self._bar.close()
        self.__dict__.pop("construct", None)
        lose(lost)
        use_software()
        FilmScene.__init__(self, **self._given)
        writer = self.renderer.file_writer
        writer.wanted, writer.begun, self._bar.tell = wanted, begun, tell
        writer.remark(str(lost))

    def _between_cards(self, construct: Callable[[], None]) -> Callable[[], None]:
        """`construct`, after the title and before the end."""
        about = (sys.modules[type(self).__module__].__doc__ or "").strip().partition("\n")[0]

        def constructed() -> None:
            if self.title:
                self.next_section("title")
                self.add(card := Card(self.title, about, self.theme))
                self.wait(2.5)
                self.remove(card)
            construct()
            if self.end:
                self.next_section("end")
                self.play(FadeIn(Card(self.end, theme=self.theme)), run_time=0.6)
                self.wait(2)

        return constructed

    def _up_to(self, sought: Sought, construct: Callable[[], None]) -> Callable[[], None]:
        """`construct`, which ends at a moment. UnspiralError if there is no such moment."""

        def constructed() -> None:
            renderer: Any = self.renderer
            construct()
            sought.check_reached(renderer.frame)

        return constructed

    def next_section(
        self,
        name: str = "unnamed",
        section_type: str = DefaultSectionType.NORMAL,
        skip_animations: bool = False,
        *,
        says: str = "",
    ) -> None:
        """Begin a section: a slide of its own, which holds its end; one of type "loop" goes on from its beginning.

        What it `says` is narrated; without, the comment beside the call is what it says.

        The section before ends with the very frame that this one begins with. A play stops one short of it: the video
        of a section that ends in motion, not in a wait, gets that frame besides; the clip shows it once.
        """
        self._hush()
        if self._in_motion and config.save_sections and self.session_spec.output.is_video:
            renderer: Any = self.renderer
            renderer.file_writer.share_next()
            now, frame = renderer.time, renderer.frame
            self.wait(1 / config.frame_rate)
            renderer.time, renderer.frame = now, frame
        super().next_section(name, section_type, skip_animations)
        section: Any = self.renderer.file_writer.sections[-1]
        section.beat = _beat(inspect.currentframe())
        self._bar.begin_section(name)
        if self._sought:
            renderer: Any = self.renderer
            self._sought.begin_section(name, renderer.frame)
        if says:
            self.narrate(says)

    def narrate(self, text: str) -> None:
        """Say `text` from now on, until something else is narrated or the section ends: captions and speaker notes."""
        self._hush()
        now, captions = timedelta(seconds=self.time), self.renderer.file_writer.subcaptions
        self._saying = Subtitle(len(captions), now, now, text)
        captions.append(self._saying)

    def _hush(self) -> None:
        """What is being narrated ends now."""
        if self._saying is not None:
            self._saying.end = timedelta(seconds=self.time)
            self._saying = None

    def add_sound(self, sound_file: Any, time_offset: float = 0, gain: float | None = None, **kwargs: Any) -> None:
        """Let a sound file (WAV, MP3 …) be heard from now on, or `time_offset` seconds later, `gain` decibels louder.

        It is heard whether this play is drawn or comes from the cache; in a part that is left out of the clip, it is
        left out too.
        """
        self.renderer.file_writer.add_sound(sound_file, self.time + time_offset, gain, **kwargs)

    def tear_down(self) -> None:
        """After `construct`."""
        self._hush()
        super().tear_down()

    def play(
        self,
        *args: Any,
        subcaption: str | None = None,
        subcaption_duration: float | None = None,
        subcaption_offset: float = 0,
        **kwargs: Any,
    ) -> None:
        """Play animations. Replays by themselves are cut into parts that Manim caches one by one."""
        if self.renderer.num_plays == 0:
            gc.freeze()  # all that is loaded by now stays: not to be searched for garbage in every frame
        plays = _cut(args, kwargs)
        if subcaption and subcaption_duration is None and len(plays) > 1:
            subcaption_duration = sum(play[0].run_time for play in plays)
        for number, play in enumerate(plays):
            super().play(
                *play,
                subcaption=subcaption if number == 0 else None,
                subcaption_duration=subcaption_duration,
                subcaption_offset=subcaption_offset,
                **kwargs,
            )
        self._in_motion = not all(isinstance(animation, Wait) for animation in args)

    def compile_animation_data(self, *animations: Any, **play_kwargs: Any) -> Any:
        """Find out what a play consists of."""
        compiled = super().compile_animation_data(*animations, **play_kwargs)
        writer: Any = self.renderer.file_writer
        writer.coming = whole_frames(self.duration) if self.stop_condition is None else None
        return compiled

    def begin_animations(self) -> None:
        """Start the animations of a play."""
        renderer: Any = self.renderer
        renderer.begin_steps()
        super().begin_animations()
        if self.is_current_animation_frozen_frame() and self._until(whole_frames(self.duration)) is not None:
            raise EndSceneEarlyException

    def play_internal(self, skip_rendering: bool = False) -> None:
        """Go through the frames of a play, drawn or not: what comes after must not see a difference."""
        super().play_internal(skip_rendering)
        if self.renderer.skip_animations:
            self.update_mobjects(0)  # as Manim does after a play that it draws

    def _until(self, length: int) -> int | None:
        """After how many frames of the present play the moment comes that is to be drawn; None: not in it."""
        renderer: Any = self.renderer
        return self._sought.within(self.animations, renderer.frame, length) if self._sought else None

    def get_run_time(self, animations: list[Animation]) -> float:
        """The animations' run time, as a whole number of frames."""
        return whole_frames(super().get_run_time(animations)) / config.frame_rate

    def counted(self, tell: Callable[[int], None]) -> None:
        """Show no bar, but tell of each frame that is drawn which of its play's it is."""
        self._bar.tell = tell

    def get_time_progression(
        self,
        run_time: float,
        description: str,
        n_iterations: int | None = None,
        override_skip_animations: bool = False,
    ) -> Any:
        """One step a frame. Manim's steps of floating-point numbers add a frame to some run times.

        Manim goes to the end of a play that it does not draw in one step: updaters would leave another picture behind.
        """
        until = self._until(whole_frames(run_time))
        if until is not None and self._sought:
            return self._sought.times(self.animations, until, in_steps(self))
        renderer: Any = self.renderer
        times = np.arange(whole_frames(run_time)) * (1 / config.frame_rate)
        if not renderer.skip_animations or override_skip_animations:
            return self._bar.counting(times, renderer.frame, renderer.held)
        return (at for at in (times if in_steps(self) else (run_time,)))


def _beat(here: FrameType | None) -> str:
    """The comment beside the call, in a scene file, of the method that runs in the frame `here`."""
    caller = here.f_back if here is not None else None
    if caller is None:
        return ""
    position = next(islice(caller.f_code.co_positions(), caller.f_lasti // 2, None), (None,) * 4)
    first = position[0] or caller.f_lineno
    return comment_beside("".join(linecache.getlines(caller.f_code.co_filename)), first, position[1] or first)


def _cut(animations: tuple[Any, ...], kwargs: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What to play one after the other instead of `animations` at once. Takes what concerns replays out of kwargs."""
    if not animations or not all(isinstance(animation, Replay) for animation in animations):
        return [animations]
    replays: tuple[Replay, ...] = animations
    for name in list(kwargs):
        for replay in replays:
            setattr(replay, name, kwargs[name])
        del kwargs[name]
    if len({replay.run_time for replay in replays}) > 1:
        return [replays]
    most = max(1, round(SEGMENT * config.frame_rate))
    return list(zip(*(replay.parts(whole_frames(replay.run_time), most) for replay in replays)))
