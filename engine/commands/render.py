"""unspiral render: render scenes on all cores, or on a cluster."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from engine.commands.options import look, looks, manims
from engine.errors import UnspiralError

if TYPE_CHECKING:
    from engine.render.farm import Underway


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="SCENES... [MANIM'S FLAGS]")
@looks
@click.option("--jobs", type=int, help="Processes on this computer.  [default: one for each core]")
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler to render on, like tcp://node1:8786.")
@click.option("--final", is_flag=True, help="For keeping: twice the size, hardly a difference to unencoded frames.")
def command(
    arguments: tuple[str, ...],
    quality: str | None,
    size: str | None,
    fps: float | None,
    theme: str,
    jobs: int | None,
    cluster: str | None,
    final: bool,
) -> None:
    """Render SCENES, several at once, each as `manim render` would: files (scenes/*.py), one scene of a file
    (my.py:Second), or names of scenes that come with Unspiral (embedding). The paths of the clips are printed.

    Any other flag is Manim's: -s for a still of the end, --format gif, --media_dir FOLDER …

    A long clip is divided among processes. What is rendered stays in Manim's cache: after Ctrl-C, or when something
    has changed, only what is missing is rendered.
    """
    from engine.render.farm import jobs_for
    from engine.render.launch import render
    from engine.render.sources import PROJECT

    if jobs is not None and jobs < 1:
        raise UnspiralError(f"--jobs {jobs}: at least one process is needed")
    scenes, flags = divided(arguments)
    if not scenes:
        raise UnspiralError("no scenes were named; try: unspiral render scenes/*.py")
    asked = look(quality, size, fps, theme)
    flags += manims(quality, size, fps)
    if final:
        flags += ["--config_file", str(PROJECT / "assets" / "final.cfg")]
    todo = jobs_for(scenes, flags, asked.environment())
    clips = render(todo, count=jobs, cluster=cluster, say=lambda sentence: click.echo(sentence, err=True))
    finished(clips, flags)


def divided(arguments: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Scenes, and flags with their values: what follows a flag of Manim's that takes one is no scene."""
    from engine.render.launch import VALUES

    scenes, flags = [], []
    expected = False
    for argument in arguments:
        if expected or argument.startswith("-"):
            flags.append(argument)
            expected = not expected and argument in VALUES
        else:
            scenes.append(argument)
    return scenes, flags


def finished(clips: "Sequence[Underway]", flags: Sequence[str]) -> None:
    """Print where the clips are, say what went wrong, and leave: 2 if anything did."""
    for clip in clips:
        if clip.output:
            click.echo(clip.output)
            if {"-p", "--preview"} & set(flags):
                click.launch(clip.output)
        elif not clip.error:
            clip.error = "nothing was written: it plays nothing, or --dry_run was asked for"
    for clip in clips:
        if clip.error:
            click.echo(f"{clip.name}: {clip.error}", err=True)
    if any(clip.error for clip in clips):
        sys.exit(2)
