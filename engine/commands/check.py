"""unspiral check: find what an audience could not read in scenes."""

import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from engine.commands.options import look, looks, manims
from engine.commands.render import divided
from engine.errors import UnspiralError, printable

if TYPE_CHECKING:
    from engine.render.job import Job


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="SCENES... [MANIM'S FLAGS]")
@looks
def command(arguments: tuple[str, ...], quality: str | None, size: str | None, fps: float | None, theme: str) -> None:
    """Find what an audience could not read in SCENES, without rendering them; exit with 1 if there is anything.

    Text that is cut off, or less than 1/40 of the picture high; texts on each other; a contrast under 4.5; points
    outside the view; captions that stay too shortly, 22 characters a second; sentences that take longer to say than
    their section lasts. Each with the moment, and what shows it.
    """
    from engine.preview.checking import checked
    from engine.render.farm import jobs_for
    from engine.render.scene_file import SceneFile

    scenes, flags = divided(arguments)
    if not scenes:
        raise UnspiralError("no scenes were named; try: unspiral check scenes/*.py")
    asked = look(quality, size, fps, theme)
    jobs = jobs_for(scenes, [*flags, *manims(quality, size, fps), "--disable_caching"], asked.environment())
    count = 0
    for job, findings in checked(jobs):
        label = SceneFile(Path(job.file), job.scene).label
        for finding in findings:
            click.echo(printable(f"{label} {finding.moment}: {finding.said}"))
            click.echo(printable(f"    unspiral preview {_from_here(job)} --at {quote(finding.moment)}"))
        count += len(findings)
    sys.exit(1 if count else 0)


def _from_here(job: "Job") -> str:
    """A job's scene, as a command names it in this folder."""
    file = Path(job.file)
    file = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    return quote(f"{file}:{job.scene}" if job.scene else str(file))
