"""unspiral present: show scenes live, full screen, section by section."""

import click

from engine.commands.address import addressed, show
from engine.commands.options import look, looks, manims
from engine.commands.render import divided
from engine.errors import UnspiralError


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="SCENES... [MANIM'S FLAGS]")
@looks
@addressed
def command(
    arguments: tuple[str, ...],
    quality: str | None,
    size: str | None,
    fps: float | None,
    theme: str,
    port: int,
    no_open: bool,
) -> None:
    """Show SCENES one after the other in the browser, drawn live at the screen's own resolution: nothing is rendered.

    Each section plays and holds its end. A clicker leads on; of the keyboard, → or space goes to the next section, ←
    back, H holds and goes on, L loops a section, B or . blanks, F is full screen, N opens a second window with notes,
    clock and the next section. Frames that would come late are left out. Ctrl-C ends it.
    """
    from engine.preview.server import Server
    from engine.preview.studio import Studio
    from engine.render.farm import jobs_for

    scenes, flags = divided(arguments)
    if not scenes:
        raise UnspiralError("no scenes were named; try: unspiral present scenes/embedding.py")
    asked = look(quality, size, fps, theme)
    drawn = [*flags, *manims(quality, size, fps), "--disable_caching"]
    jobs = jobs_for(scenes, drawn, asked.environment())
    fits = not (quality or size or {"-r", "--resolution"} & {*flags})

    show(lambda: Server([Studio(job, spares=False) for job in jobs], "present", port, fits), no_open)
