"""unspiral present: scenes live, before an audience."""

import sys

import click

from engine.commands.options import look, looks, manims
from engine.commands.render import divided
from engine.errors import UnspiralError


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="SCENES... [MANIM'S FLAGS]")
@looks
@click.option("--port", type=int, default=0, help="Of the page's address.  [default: any that is free]")
@click.option("--no-open", is_flag=True, help="Say the address, and open no browser.")
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
    import asyncio
    import webbrowser

    from engine.preview.server import Server, serve
    from engine.preview.studio import Studio
    from engine.render.farm import jobs_for

    scenes, flags = divided(arguments)
    if not scenes:
        raise UnspiralError("no scenes were named; try: unspiral present scenes/embedding.py")
    if not 0 <= port <= 65535:
        raise UnspiralError(f"--port {port}: ports are numbers from 1 to 65535")
    asked = look(quality, size, fps, theme)
    drawn = [*flags, *manims(quality, size, fps), "--disable_caching"]
    jobs = jobs_for(scenes, drawn, asked.environment())
    fits = not (quality or size or {"-r", "--resolution"} & {*flags})

    def say(address: str) -> None:
        click.echo(address)
        sys.stdout.flush()
        if not no_open:
            webbrowser.open(address)

    async def run() -> None:
        await serve(Server([Studio(job, spares=False) for job in jobs], "present", port, fits), say)

    asyncio.run(run())
