"""unspiral still: one moment of a run, or the end of a scene, as a picture."""

import shutil
from pathlib import Path

import click

from engine.errors import UnspiralError


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("shown", metavar="RUN|SCENE")
@click.argument("flags", nargs=-1, type=click.UNPROCESSED)
@click.option("--at", type=float, metavar="EPOCH", help="Of a run.  [default: the last]")
@click.option("--show", default="", metavar="NAMES", help="Series and metrics side by side: codes,digits,loss.")
@click.option("--upright", type=float, metavar="EPOCH", help="Turn the embedding to lie on the input as it does there.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The PNG to write.  [default: beside the clips]")
@click.option("--force", is_flag=True, help="Replace the picture that is there.")
def command(
    shown: str,
    flags: tuple[str, ...],
    at: float | None,
    show: str,
    upright: float | None,
    output: Path | None,
    force: bool,
) -> None:
    """Draw one moment of RUN, a run file or a recorded recipe, or the end of SCENE, a scene file:

    unspiral still five_spirals --at 250 -o epoch250.png

    Further FLAGS go to Manim: -ql is small, -qk is 4K, -t leaves out the ground.
    """
    from engine.files.making import check, write_whole
    from engine.films.replay import Replaying
    from engine.library import called, find_run
    from engine.render.farm import jobs_for
    from engine.render.launch import film, render_one

    if output is not None:
        check(output, force)
    if output is not None and output.suffix != ".png":
        raise UnspiralError(f"{output} is to be a picture: give it a name that ends in .png")
    if shown.endswith(".py"):
        if at is not None or show or upright is not None:
            raise UnspiralError("--at, --show and --upright are for runs; of a scene, the end is drawn")
        (job,) = jobs_for([Path(shown)], [*flags, "-s"])
        made = Path(render_one(job).path)
    else:
        parts = tuple(name.strip() for name in show.split(",") if name.strip())
        replaying = Replaying(find_run(shown), at, at, 1.0, {}, upright, None, parts)
        film_of = replaying.film()  # whatever is wrong is said before Manim starts
        epoch = film_of.last if at is None else at
        replaying = Replaying(replaying.run, epoch, epoch, 1.0, {}, upright, None, parts)
        made = film(replaying, f"{called(shown)}-{epoch:g}", [*flags, "-s"])
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_whole(output, lambda unfinished: shutil.copyfile(made, unfinished), force)
        made = output
    click.echo(made)
