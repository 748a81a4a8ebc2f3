"""unspiral still: draw one moment of a run, or the end of a scene."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.commands.options import folder_for, look, looks, manims
from engine.errors import UnspiralError

if TYPE_CHECKING:
    from engine.render.scene_file import SceneFile


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("shown", metavar="RUN|SCENE")
@click.argument("flags", nargs=-1, type=click.UNPROCESSED)
@click.option("--at", default="", metavar="MOMENT", help="Epoch of a run, moment of a scene.  [default: the last]")
@click.option("--show", default="", metavar="NAMES", help="Series and metrics side by side: codes,digits,loss.")
@click.option("--held-out", is_flag=True, help="Show the points kept from training, too.")
@click.option("--upright", type=float, metavar="EPOCH", help="Turn the embedding to align with the input there.")
@looks
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The PNG to write.  [default: beside the clips]")
@click.option("--force", is_flag=True, help="Replace the picture that is there.")
def command(
    shown: str,
    flags: tuple[str, ...],
    at: str,
    show: str,
    upright: float | None,
    held_out: bool,
    quality: str | None,
    size: str | None,
    fps: float | None,
    theme: str,
    output: Path | None,
    force: bool,
) -> None:
    """Draw one moment of RUN, a run file or a recipe, or of SCENE: a file, my.py:Second, or a name like embedding.

    \b
    unspiral still five_spirals --at 250 -o epoch250.png
    unspiral still embedding --at 250                    a scene's film, when it is at epoch 250
    unspiral still embedding --at section:turn+1.5s      1.5 s after a section's beginning
    unspiral still embedding --at 3.2s                   or after its own; without --at, its end

    Further FLAGS go to Manim: -t leaves out the ground.
    """  # noqa: D301  # \b keeps click from filling the lines
    from engine.files.making import check, write_whole
    from engine.films.replay import parse_names

    if output is not None and output.suffix != ".png":
        raise UnspiralError(f"{output} is to be a picture: give it a name that ends in .png")
    if output is not None:
        folder_for(output)
        check(output, force)
    asked = look(quality, size, fps, theme)
    flags = (*flags, *manims(quality, size, fps), "-s")
    if scene := scene_meant(shown):
        if show or held_out or upright is not None:
            raise UnspiralError(
                "--show, --held-out and --upright are for runs; of a scene, a moment is drawn: --at 3.2s"
            )
        made = _of_scene(scene, at, flags, asked.environment())
    else:
        made = _of_run(shown, at, parse_names(show), upright, held_out, [*flags], asked.environment())
    if output is not None:
        write_whole(output, lambda unfinished: shutil.copyfile(made, unfinished), force)
        made = output
    click.echo(made)


def scene_meant(shown: str) -> "SceneFile | None":
    """The scene that is meant; None: a run. UnspiralError if there is neither a run, a recipe nor a scene so called."""
    from engine.errors import unknown
    from engine.recipes.named import RECIPES
    from engine.render.scene_file import find_scene, shipped_scenes

    if shown.endswith(".py") or ".py:" in shown:
        return find_scene(shown)
    name = shown.lower().replace("-", "_")
    if name in RECIPES or Path(shown).suffix or len(Path(shown).parts) > 1 or Path(shown).exists():
        return None
    try:
        return find_scene(shown)
    except UnspiralError:
        raise unknown("run, recipe or scene", shown, [*RECIPES, *shipped_scenes()]) from None


def _of_scene(scene: "SceneFile", at: str, flags: tuple[str, ...], environment: dict[str, str]) -> Path:
    from engine.render.farm import jobs_for
    from engine.render.launch import render_one
    from engine.render.moment import MOMENT, parse_moment

    named = {MOMENT: parse_moment(at).text} if at else {}
    (job,) = jobs_for([scene], flags, environment)
    return Path(render_one(job.told(named)).path)


def _of_run(
    run: str,
    at: str,
    show: tuple[str, ...],
    upright: float | None,
    held_out: bool,
    flags: list[str],
    environment: dict[str, str],
) -> Path:
    from engine.films.replay import Replaying, parse_number
    from engine.library import called, run_of
    from engine.render.launch import film

    epoch = parse_number("--at, an epoch of a run,", at) if at else None
    replaying = Replaying(run_of(run), epoch, epoch, 1.0, upright=upright, show=show, held_out=held_out)
    shown = replaying.film()  # whatever is wrong is said before Manim starts
    epoch = shown.last if epoch is None else epoch
    return film(replace(replaying, start=epoch, stop=epoch), f"{called(run)}-{epoch:g}", flags, environment)
