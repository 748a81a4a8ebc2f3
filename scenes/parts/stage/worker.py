"""Rendering on behalf of `unspiral render`, in its worker processes: a scene's plan, some of its plays, its clip."""

import errno
import io
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from threading import Lock
from typing import Any

import click
from manim import RendererType, Scene, config, logger, tempconfig
from manim._config.utils import make_config_parser
from manim.cli.render.commands import ClickArgs
from manim.cli.render.commands import render as manim_render
from manim.mobject.svg.svg_mobject import SVG_HASH_TO_MOB_MAP
from manim.utils.module_ops import get_module, get_scene_classes_from_module

from engine import UnspiralError
from engine.render.job import Failed, Job, Made, Plan, Segment
from engine.render.moment import Moment
from engine.render.told import TOLD, Begun, Teller, telling
from scenes.parts.stage.scene import FilmScene

_ONE_AT_A_TIME = Lock()
"""Manim's configuration belongs to the process; a Dask worker runs tasks in threads."""
LATEX = {"latex", "pdflatex", "xelatex", "lualatex", "luatex", "dvisvgm"}
"""Programs that Manim's Tex and MathTex run."""


def plan(job: Job) -> Plan | Failed:
    """All segments of a scene, nothing being drawn; if none is missing, its clip is joined at once."""

    def planned(scene: Any) -> Plan:
        if not _piecemeal(scene):
            return Plan()
        writer = scene.renderer.file_writer
        writer.wanted = frozenset()
        if not _played(scene):
            return Plan()
        segments = tuple(
            Segment(play, path, frames)
            for play, (path, frames) in enumerate(zip(writer.partial_movie_files, writer.lengths))
            if path is not None
        )
        for segment in segments:
            if not writer.whole(Path(segment.path), segment.frames):
                Path(segment.path).unlink(missing_ok=True)  # or everybody would take it for drawn
        made = Plan(segments)
        if segments and not made.missing:
            writer.wanted = None
            writer.finish()
            return Plan(segments, _made(scene))
        return made

    return with_scene(job, planned)


def segments(job: Job, plays: tuple[int, ...]) -> Failed | None:
    """Render some plays of a scene into the cache."""

    def rendered(scene: Any) -> None:
        scene.renderer.file_writer.wanted = frozenset(plays)
        scene.render()

    return with_scene(job, rendered)


def share(job: Job, number: int) -> Made | Failed | None:
    """Render what nobody has begun of a scene, one of several that do; who comes last joins it."""

    def shared(scene: Any) -> Made | None:
        if folder := dict(job.environment).get(TOLD):
            scene.renderer.file_writer.begun = Begun(Path(folder))
        scene.render()
        return _made(scene) if scene.renderer.file_writer.joined else None

    return with_scene(job, shared)


def finish(job: Job) -> Made | Failed:
    """Render whatever is missing of a scene, and join it."""

    def finished(scene: Any) -> Made:
        return _made(scene) if _played(scene) else Made("")

    return with_scene(job, finished)


def _made(scene: Any) -> Made:
    """Where the scene's clip, or still, lies; nowhere if it plays nothing."""
    writer = scene.renderer.file_writer
    sections = writer.output_plan.section_index
    remarks = tuple(getattr(writer, "remarks", ()))
    return Made(str(getattr(writer, "final_file_path", "")), str(sections) if sections else "", remarks)


def _played(scene: Any) -> bool:
    """Render the scene; whether it has a frame. Manim's advice, for one without, is to ask for a picture."""
    try:
        scene.render()
    except RuntimeError:
        if scene.renderer.num_plays:
            raise
        return False
    return True


def _piecemeal(scene: Scene) -> bool:
    whole = config.from_animation_number == 0 and config.upto_animation_number in (-1, float("inf"))
    return isinstance(scene, FilmScene) and scene.session_spec.output.is_video and whole and not config.disable_caching


def with_scene(job: Job, do: Callable[[Any], Any], *, by_cairo: bool = False) -> Any:
    """What `do` returns for the job's scene, or why it failed, in one line; `by_cairo`, for no other renderer."""
    file = Path(job.file)
    SVG_HASH_TO_MOB_MAP.clear()  # a formula that is a copy of another scene's has other numbers, and other segments
    try:
        with _ONE_AT_A_TIME, _settled(job), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            if not file.is_file():
                return Failed(f"{file} is not there any more")
            if config.dry_run and not by_cairo:
                return Failed("a dry run writes nothing: leave --dry_run out, or dry_run in manim.cfg")
            classes = {found.__name__: found for found in get_scene_classes_from_module(get_module(file))}
            names = ", ".join(classes) or "none"
            if job.scene and job.scene not in classes:
                return Failed(f"there is no scene {job.scene} in it; there are: {names}")
            if not job.scene and len(classes) > 1:
                return Failed(f"it holds {len(classes)} scenes: {names}; name one: {file.name}:{next(iter(classes))}")
            if not classes:
                return Failed("it holds no scene, a class that is a FilmScene or another Scene of Manim's")
            chosen = classes[job.scene or names]
            if (by_cairo or issubclass(chosen, FilmScene)) and config.renderer is not RendererType.CAIRO:
                return Failed("it is drawn by cairo here: leave --renderer out, or renderer = opengl in manim.cfg")
            if not issubclass(chosen, FilmScene):
                if Moment.from_environment():
                    return Failed(f"{chosen.__name__} is no FilmScene: of another scene only the end can be drawn")
                config.disable_caching = True  # what updaters did in a cached play, and its sound, would be missing
            with telling() as teller:
                scene = chosen()
                if teller is not None:
                    _tell(scene, teller)
                return do(scene)
    except SystemExit as end:
        if type(end) is not SystemExit:  # this process is told to end
            raise
        return Failed(reason(end, file))
    except Exception as error:
        return Failed(reason(error, file))


def reason(error: BaseException, file: Path) -> str:
    """Why a scene failed, in one line: a mistake by its sentence, else the last line of `file` that led there."""
    where, said = _line_of(file, error), str(error).strip().splitlines()
    match error:
        case UnspiralError():
            return str(error)
        case click.ClickException():
            return f"{error.format_message()} (manim render --help lists the flags)"
        case SystemExit(__cause__=UnspiralError()):
            return str(error.__cause__)
        case SystemExit():
            return f"exit(){where}: it ends the program before the clip is whole; take it out"
        case SyntaxError():
            line = f", line {error.lineno}" if error.lineno else ""
            other = "" if error.filename in (None, str(file)) else f" of {Path(error.filename).name}"
            return f"{type(error).__name__}{line}{other}: {error.msg}"
        case FileNotFoundError() if error.filename in LATEX:
            return f"no {error.filename}{where}: this needs LaTeX, which is not installed; formula() needs none"
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):  # of Manim's own writer: ours says so itself
            return f"the disk is full: cannot write {error.filename or file.name}"
    return f"{type(error).__name__}{where}: {said[0] if said else 'no reason given'}"


def _tell(scene: Any, teller: Teller) -> None:
    """Let a scene that is drawn tell how far it is: of the segment, or if it is none of ours in all."""
    if isinstance(scene, FilmScene):
        writer: Any = scene.renderer.file_writer
        scene.counted(lambda frames: teller.drawn(str(writer.partial_movie_files[-1]), frames))
        return
    progression, drawn = scene.get_time_progression, 0

    def counted(*args: Any, **kwargs: Any) -> Iterator[float]:
        nonlocal drawn
        for time in progression(*args, **kwargs):
            yield time
            drawn += 1
            teller.doing("drawing", drawn, 0, "frames")

    scene.get_time_progression = counted


def _line_of(file: Path, error: BaseException) -> str:
    """The last line of `file` that led to an error, to be put behind its name."""
    lines = [call.lineno for call in traceback.extract_tb(error.__traceback__) if call.filename == str(file)]
    return f", line {lines[-1]}" if lines else ""


@contextmanager
def _settled(job: Job) -> Iterator[None]:
    """Manim's configuration and the surroundings as the job says; afterwards as they were."""
    folder, environment, level = os.getcwd(), dict(os.environ), logger.level
    os.chdir(job.folder)
    logger.setLevel("WARNING")
    os.environ.update(job.environment)
    try:
        with tempconfig({}):
            config.digest_parser(make_config_parser())  # the job's folder's manim.cfg, not that of this process
            logger.setLevel("WARNING")  # settings bring a level of their own
            context = manim_render.make_context("manim render", [job.file, *job.flags])
            config.digest_args(ClickArgs(context.params))
            config.progress_bar = "none"
            config.preview = False
            config.notify_outdated_version = False
            with context.scope(cleanup=False):  # which flags were given is known in it, as in Manim's own command
                yield
    finally:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        logger.setLevel(level)
