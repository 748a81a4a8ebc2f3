"""unspiral preview: see a scene in the browser while writing it."""

import click

from engine.commands.address import addressed, show
from engine.commands.options import look, looks, manims
from engine.errors import UnspiralError


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("scene")
@click.argument("flags", nargs=-1, type=click.UNPROCESSED, metavar="[MANIM'S FLAGS]")
@click.option("--at", default="", metavar="MOMENT", help="Where to begin: 3.2s, section:NAME, section:NAME+1.5s.")
@looks
@addressed
def command(
    scene: str,
    flags: tuple[str, ...],
    at: str,
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
    moment, F fills the screen; the wheel comes nearer, a double click shows all again. Ctrl-C ends it.
    """
    from engine.preview.server import Server
    from engine.preview.studio import Studio
    from engine.render.farm import jobs_for
    from engine.render.moment import parse_moment

    if at and parse_moment(at).playhead is not None:
        raise UnspiralError(f"a preview begins at a time or a section: --at 3.2s, --at section:NAME; {at} was given")
    asked = look(quality, size, fps, theme)
    drawn = [*flags, *manims(quality, size or (None if quality else "hd"), fps), "--disable_caching"]
    (job,) = jobs_for([scene], drawn, asked.environment())

    show(lambda: Server([Studio(job)], "preview", port), no_open, at)
