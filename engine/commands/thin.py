"""unspiral thin: write a smaller run that plays alike."""

from pathlib import Path

import click

from engine.errors import UnspiralError, printable


@click.command()
@click.argument("run")
@click.option("--every", "step", type=int, metavar="K", help="Keep every K-th snapshot.")
@click.option(
    "--error", type=float, help="Keep what it takes for no point of the embedding to stray farther than this."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it.  [default: RUN-thin]")
@click.option("--force", is_flag=True, help="Replace the file that is there.")
def command(run: str, step: int | None, error: float | None, output: Path | None, force: bool) -> None:
    """Write a smaller run: RUN, a run file or a recipe, with fewer snapshots.

    --error is in the embedding's own units; between snapshots films go on cubics.
    """
    from engine.commands.terminal import size
    from engine.files.making import check
    from engine.library import called, run_of
    from engine.runs import thin
    from engine.runs.run import Run
    from engine.runs.showable import showable

    if (step is None) == (error is None):
        raise UnspiralError("give --every K or --error E, one of them")
    path = run_of(run)
    output = output or Path(f"{called(run)}-thin.safetensors")
    check(output, force, "name another file with -o")
    whole = Run.load(path)
    if step is not None:
        thinner, strayed = thin.every(whole, step), None
    else:
        assert error is not None
        thinner, strayed = thin.within(showable(whole), error)
    thinner.save(output)
    if thinner.unfinished and thinner.unfinished != whole.unfinished:
        click.echo(printable(thinner.unfinished), err=True)
    remark = "" if strayed is None else f", no point strays farther than {strayed:.2g}"
    click.echo(
        f"{len(thinner.epochs):,} of {len(whole.epochs):,} snapshots{remark}: {output} ({size(output.stat().st_size)})"
    )
