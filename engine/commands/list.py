"""unspiral list: the named recipes, and the runs that are kept."""

from collections.abc import Iterator
from pathlib import Path

import click

from engine.errors import UnspiralError, printable


@click.command()
def command() -> None:
    """List the scenes that come with Unspiral, the named recipes, and the other runs in the cache, newest last."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from engine.library import runs_folder
    from engine.render.scene_file import shipped_scenes

    table = Table("recipe", "epochs", "accuracy", "size", "run", box=None, pad_edge=False)
    for row in rows():
        table.add_row(*(Text(printable(cell)) for cell in row))
    console = Console(highlight=False)
    console.print(table)
    console.print(Text(f"runs are kept in {printable(str(runs_folder()))}", style="dim"), soft_wrap=True)
    scenes = Table("scene", "what it shows: unspiral render NAME", box=None, pad_edge=False)
    for name, shows in shipped_scenes().items():
        scenes.add_row(name, Text(printable(shows)))
    console.print()
    console.print(scenes)


def rows() -> Iterator[tuple[str, str, str, str, str]]:
    """Name, epochs, accuracy, size and file of each named recipe, then of each other run in the cache."""
    from engine.library import find_run, runs_folder
    from engine.recipes.named import RECIPES

    listed = set()
    for name in RECIPES:
        try:
            path = find_run(name)
        except UnspiralError:
            yield name, "", "", "", "not recorded yet"
        else:
            listed.add(path)
            yield name, *measured(path)
    others = [path for path in runs_folder().glob("*.safetensors") if path not in listed]
    for path in sorted(others, key=lambda path: path.stat().st_mtime):
        yield "–", *measured(path)


def measured(path: Path) -> tuple[str, str, str, str]:
    """Last epoch, accuracy and size of a run file, and its name."""
    from engine.commands.terminal import size
    from engine.runs.run import Run

    taken = size(path.stat().st_size)
    try:
        run = Run.load(path)
    except UnspiralError:
        return "", "", taken, f"{path.stem} (damaged)"
    accuracy = f"{100 * run.metrics['accuracy'][-1]:.1f} %" if "accuracy" in run.metrics else ""
    return f"{run.epochs[-1]:g}" + (" (unfinished)" if run.unfinished else ""), accuracy, taken, path.stem
