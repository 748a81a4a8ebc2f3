"""unspiral page: make one HTML file in which runs are scrubbed and probed."""

import tempfile
from pathlib import Path

import click

from engine.errors import UnspiralError


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The page.  [default: RUN.html]")
@click.option("--title", default="", help="What stands at the head of the page.  [default: the runs' names]")
@click.option("--stop", "stops", multiple=True, metavar="NAME=EPOCH", help="A named stop; give as many as you like.")
@click.option(
    "--theme", default="", help="dark, light, greys or your own TOML file.  [default: as the reader's system is]"
)
@click.option("--force", is_flag=True, help="Replace the page that is there.")
def command(
    runs: tuple[str, ...], output: Path | None, title: str, stops: tuple[str, ...], theme: str, force: bool
) -> None:
    """Make a page to touch of each RUN, a run file, a recorded recipe or an example (vae), or of the trainings of one
    SCENE:

    unspiral page five_spirals -o page.html

    unspiral page embedding.py -o embedding.html

    It is one file for any browser and needs no network. Scrub the epochs on the loss curve, or play; point anywhere, or
    drag, and see what the network answers there: x, e, scores, softargmax, projections on the class vectors. Press a
    point to follow it; wheel, two fingers, + and - zoom, the right button pans. Keys: space plays, → and ← go to the
    next stop and back, 1 to 4 choose embedding, input, both or the morph between them, L loops; in the plane, arrows
    move the probe. The address says what is shown: a link to it opens there. A scene's sections become stops.

    Networks are computed in the page from the weights of few snapshots, where they are not too large; the command says
    by how much that can be seen. Of others, and of series of points, positions travel.
    Images, matrices, functions, sequences, flows and distributions that were recorded, and metrics, have panels beside
    them; the command says which series it leaves out.
    """
    from engine.commands.options import folder_for, look
    from engine.commands.terminal import size
    from engine.files.making import check
    from engine.library import called, find_run
    from engine.page.beats import Beat, told_by
    from engine.page.write import page, write_page
    from engine.render.scene_file import shipped_scenes
    from engine.runs.run import Run

    theme = look(None, None, None, theme).theme
    first, *others = runs
    scene = ".py" in first or (first in shipped_scenes() and not _is_run(first))
    if scene and others:
        raise UnspiralError("a page is made of one scene, or of runs; give one of them")
    output = output or Path(f"{Path(first.partition('.py')[0]).name if scene else called(first)}.html")
    folder_for(output)
    check(output, force, "name another file with -o")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        beats = [Beat(*_stop(stop)) for stop in stops]
        if scene:
            told = told_by(first, Path(folder), theme)
            named, title, beats = told.runs, title or told.title, beats or list(told.beats)
            names = told.names
        else:
            names, named = (), [(called(run), Run.load(find_run(run))) for run in runs]
        made = page(named, title, theme, beats, names)
    write_page(made, output, force)
    kept = f", {made.snapshots} snapshots, no point errs by more than {made.error:.2g} pixels of 1080"
    click.echo(f"{size(output.stat().st_size)}{kept if made.snapshots else ''}: {output}")
    for said in made.unfinished:
        click.echo(said)
    if made.left_out:
        click.echo(f"it leaves out {', '.join(made.left_out)}, for which there is no panel by itself")


def _is_run(name: str) -> bool:
    """Whether a name is a run's rather than a scene's: a recipe's, an example's, a file's."""
    from engine.library import examples
    from engine.recipes.named import RECIPES

    return name in RECIPES or name in examples() or Path(name).exists()


def _stop(text: str) -> tuple[str, float]:
    name, _, epoch = text.rpartition("=")
    try:
        return name, float(epoch)
    except ValueError:
        raise UnspiralError(f"--stop {text}: a stop is a name and an epoch, such as grow=250") from None
