"""unspiral preview: see a scene while writing it."""

import sys

import click

from engine.commands.options import look, looks, manims
from engine.errors import UnspiralError


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("scene")
@click.argument("flags", nargs=-1, type=click.UNPROCESSED, metavar="[MANIM'S FLAGS]")
@looks
@click.option("--port", type=int, default=0, help="Of the page's address.  [default: any that is free]")
@click.option("--no-open", is_flag=True, help="Say the address, and open no browser.")
def command(
    scene: str,
    flags: tuple[str, ...],
    quality: str | None,
    size: str | None,
    fps: float | None,
    theme: str,
    port: int,
    no_open: bool,
) -> None:
    """See SCENE in the browser while it is being written: any moment of it at once, and the same again after each save.

    The page is served on this machine only, to whoever has its address. Frames are those that `manim render` would
    encode. Space plays, ← and → step a frame, ↑ and ↓ a section, L loops a section, R plays backwards, C copies the
    moment. Ctrl-C ends it.
    """
    import asyncio
    import webbrowser

    from engine.preview.server import Server, serve
    from engine.preview.studio import Studio
    from engine.render.farm import jobs_for

    if not 0 <= port <= 65535:
        raise UnspiralError(f"--port {port}: ports are numbers from 1 to 65535")
    asked = look(quality, size, fps, theme)
    drawn = [*flags, *manims(quality, size or (None if quality else "hd"), fps), "--disable_caching"]
    (job,) = jobs_for([scene], drawn, asked.environment())

    def say(address: str) -> None:
        click.echo(address)
        sys.stdout.flush()
        if not no_open:
            webbrowser.open(address)

    async def run() -> None:
        await serve(Server([Studio(job)], "preview", port), say)

    asyncio.run(run())
