"""unspiral list: list the named recipes and the runs that are kept."""

import inspect
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import get_origin, get_type_hints

import click

from engine.errors import UnspiralError, printable


@click.command()
def command() -> None:
    """List the named recipes, the other runs in the cache and in this folder, newest last, the scenes and the films."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from engine.library import runs_folder
    from engine.render.scene_file import shipped_scenes

    table = Table("recipe", "epochs", "accuracy", "size", "run", "data", "widths", box=None, pad_edge=False)
    for row in rows():
        table.add_row(*(Text(printable(cell)) for cell in row))
    console = Console(highlight=False)
    console.width = max(console.width, 100)  # names of runs stay whole
    console.print(table)
    console.print(Text(f"runs are kept in {printable(str(runs_folder()))}", style="dim"), soft_wrap=True)
    scenes = Table("scene", "what it shows: unspiral render NAME", box=None, pad_edge=False)
    for name, shows in shipped_scenes().items():
        scenes.add_row(name, Text(printable(shows)))
    console.print()
    console.print(scenes)
    made = Table("film", "what it is", box=None, pad_edge=False)
    for name, what in films():
        made.add_row(name, Text(printable(what)))
    console.print()
    console.print(made)


def rows() -> Iterator[tuple[str, ...]]:
    """What is to be said of each named recipe, of each other run in the cache, and of those in the current folder."""
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
    own = [path for path in Path().glob("*.safetensors") if path.resolve().parent != runs_folder().resolve()]
    for path in sorted(others, key=_age):
        yield "–", *measured(path)
    for path in sorted(own, key=_age):
        yield "here", *measured(path)


def _age(path: Path) -> float:
    with suppress(OSError):  # gone meanwhile
        return path.stat().st_mtime
    return 0.0


def measured(path: Path) -> tuple[str, ...]:
    """Last epoch, accuracy and size of a run file, its name, and what it is of: data, and widths of the network."""
    from engine.commands.show import widths
    from engine.commands.terminal import size
    from engine.runs.run import Run

    try:
        taken = size(path.stat().st_size)
        run = Run.load(path)
    except (OSError, UnspiralError):
        return "", "", "", f"{path.stem} (damaged)"
    accuracy = f"{100 * run.metrics['accuracy'][-1]:.1f} %" if "accuracy" in run.metrics else ""
    epochs = f"{run.epochs[-1]:g}" + (" (unfinished)" if run.unfinished else "")
    data = run.recipe.data if run.recipe is not None and isinstance(run.recipe.data, str) else "your own"
    return epochs, accuracy, taken, path.stem, data if len(run.points.y) else ", ".join(run.series), widths(run)


def films() -> Iterator[tuple[str, str]]:
    """Every film's name, and what it is: the first line of its documentation."""
    import engine.films
    from engine.films.film import Film
    from engine.films.seen import Brief, Seen
    from engine.films.shown import FILMS

    for module in pkgutil.iter_modules(engine.films.__path__, "engine.films."):
        for name, made in vars(import_module(module.name)).items():
            if inspect.isfunction(made) and made.__module__ == module.name and not name.startswith("_"):
                kind = get_type_hints(made).get("return")
                plays = isinstance(kind, type) and issubclass(kind, Brief) and not issubclass(kind, Seen)
                if plays or get_origin(kind) is Film or made in FILMS.values():
                    yield name, (inspect.getdoc(made) or "").partition("\n")[0]
