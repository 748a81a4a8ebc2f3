"""unspiral render: clips of many scenes, on all cores or on a cluster."""

import sys
from pathlib import Path

import click

from engine.errors import UnspiralError


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, required=True, type=click.UNPROCESSED, metavar="SCENES... [MANIM'S FLAGS]")
@click.option("--jobs", type=int, help="Processes on this computer.  [default: one for each core]")
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler to render on, like tcp://node1:8786.")
@click.option("--final", is_flag=True, help="For keeping: twice the size, hardly a difference to unencoded frames.")
def command(arguments: tuple[str, ...], jobs: int | None, cluster: str | None, final: bool) -> None:
    """Render SCENES (scenes/*.py), several at once, each as `manim render` would.

    Any other flag is Manim's: -ql for a quick look, -qk for 4K, --fps 30, --media_dir FOLDER …

    A long clip is divided among processes. What is rendered stays in Manim's cache: after Ctrl-C, or when something
    has changed, only what is missing is rendered.
    """
    from engine.render.farm import jobs_for
    from engine.render.launch import render
    from engine.render.sources import PROJECT

    if jobs is not None and jobs < 1:
        raise UnspiralError(f"--jobs {jobs}: at least one process is needed")
    files = [Path(argument) for argument in arguments if argument.endswith(".py")]
    flags = [argument for argument in arguments if not argument.endswith(".py")]
    if not files:
        raise UnspiralError("no scene files were named; try: unspiral render scenes/*.py")
    if final:
        flags += ["--config_file", str(PROJECT / "assets" / "final.cfg")]
    todo = jobs_for(files, flags)
    clips = render(todo, count=jobs, cluster=cluster, say=lambda sentence: click.echo(sentence, err=True))
    for clip in clips:
        if clip.output:
            click.echo(clip.output)
    for clip in clips:
        if clip.error:
            click.echo(f"{clip.name}: {clip.error}", err=True)
    sys.exit(2 if any(clip.error for clip in clips) else 0)
