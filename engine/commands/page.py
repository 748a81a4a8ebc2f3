"""unspiral page: one HTML file in which a run is scrubbed and probed."""

from pathlib import Path

import click


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The page.  [default: RUN.html]")
@click.option("--title", default="", help="What stands at the head of the page.  [default: the runs' names]")
@click.option("--force", is_flag=True, help="Replace the page that is there.")
def command(runs: tuple[str, ...], output: Path | None, title: str, force: bool) -> None:
    """Make a page to touch of each RUN, a run file or a recorded recipe:

    unspiral page five_spirals -o page.html

    It is one file for any browser and needs no network: scrub the epochs, point anywhere and see scores and answer,
    play, zoom, compare. Its weights are few snapshots; the command says by how much that can be seen.
    """
    from engine.commands.options import folder_for
    from engine.commands.terminal import size
    from engine.files.making import check
    from engine.library import called, find_run
    from engine.page.write import page, write_page
    from engine.runs.run import Run

    output = output or Path(f"{called(runs[0])}.html")
    folder_for(output)
    check(output, force, "name another file with -o")
    made = page([(called(run), Run.load(find_run(run))) for run in runs], title)
    write_page(made, output, force)
    kept = f"{made.snapshots} snapshots, no point errs by more than {made.error:.2g} pixels of 1080"
    click.echo(f"{size(output.stat().st_size)}, {kept}: {output}")
