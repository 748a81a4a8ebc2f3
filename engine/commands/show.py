"""unspiral show: describe a run."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.errors import printable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.runs.run import Run
from engine.commands.terminal import number, size, sparkline
from engine.files.making import check as check_output
from engine.render.launch import draw_sheet


@click.command()
@click.argument("run")
@click.option("--sheet", type=click.Path(path_type=Path), help="Draw the embedding at nine epochs into this PNG.")
@click.option("--check", is_flag=True, help="Read every byte and compare checksums.")
@click.option("--force", is_flag=True, help="Replace the PNG that is there.")
def command(run: str, sheet: Path | None, check: bool, force: bool) -> None:
    """Describe RUN: a run file, or a recipe (a name or a TOML file), which is recorded now if it was not."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from engine.library import run_of
    from engine.runs.run import Run

    path = run_of(run)
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    if sheet is not None:
        check_output(sheet, force)
    loaded = Run.load(path)
    for name, value in described(loaded, path):
        table.add_row(Text(printable(name)), Text(printable(value)))  # Text: brackets in a name are no markup
    if check:
        table.add_row("checked", loaded.check())
    Console(highlight=False).print(table)
    if sheet is not None:
        draw_sheet(path, sheet)


def described(run: "Run", path: Path) -> Iterator[tuple[str, str]]:
    """Name and value of each line of the description."""
    import numpy as np

    from engine.numbers import percent
    from engine.recipes.named import RECIPES

    recipe = run.recipe
    yield "file", f"{path} ({size(path.stat().st_size)})"
    if recipe is not None:
        names = [name for name, known in RECIPES.items() if known == recipe]
        yield "recipe", f"{names[0] if names else 'your own'}, digest {recipe.digest}"
        parameters = ", ".join(f"{k} {v:g}" for k, v in recipe.parameters.items())
        yield "data", "your own points" if not isinstance(recipe.data, str) else f"{recipe.data}: {parameters}"
    count, held = len(run.points.y), int(run.held.sum())
    if count:
        yield "points", f"{count:,} in {run.points.x.shape[1]} dimensions" + (f", {held:,} held out" if held else "")
    if network := _network(run):
        yield "network", network
    if recipe is not None:
        batch = "all points in a step" if recipe.batch is None else f"{recipe.batch:,} points in a step"
        yield "trained", f"{recipe.optimiser}, learning rate {recipe.learning_rate:g}, {batch}"
    yield "epochs", f"{run.epochs[0]:g} to {run.epochs[-1]:g}, {len(run.epochs):,} snapshots"
    for name, curve in run.metrics.items():
        there = curve[np.isfinite(curve)]  # not every snapshot need have it
        ends = (there[0], there[-1]) if len(there) else ()
        shown = [percent(float(v)) if "accuracy" in name else number(v) for v in ends]
        yield name.replace("_", " "), " → ".join(shown) or "no numbers"
    if "loss" in run.metrics:
        yield "loss curve", sparkline(run.loss)
    for name, array in run.series.items():
        yield name, f"series of {_shape(array[0])} {array.dtype}"
    for name, array in run.constants.items():
        words = run.names.get(name, ())
        yield name, f"constant, {_shape(array)} {array.dtype}" + (f": {', '.join(words)}" if words else "")
    if run.unfinished:
        yield "unfinished", run.unfinished


def _network(run: "Run") -> str:
    """Its widths, where they are known."""
    from engine.network.layers import Linear

    linear = [layer for layer in run.layers if isinstance(layer, Linear)]
    if run.trajectories is not None:
        classes = f"classes {linear[-1].weight.shape[1]}" if linear else "no classifier"
        return f"layers that unspiral does not know; embedding {run.width}, {classes}"
    if not linear:
        return ""
    weights = sum(layer.weight[0].size + layer.bias[0].size for layer in linear)
    return f"{widths(run)}, {weights:,} weights and biases in {linear[0].weight.dtype}"


def widths(run: "Run") -> str:
    """2–100–2–5: how wide the input is and what each linear layer makes of it; empty where that is not known."""
    from engine.network.layers import Linear

    linear = [layer for layer in run.layers if isinstance(layer, Linear)]
    if run.trajectories is not None or not linear:
        return ""
    return "–".join(map(str, [linear[0].weight.shape[-1], *(layer.weight.shape[-2] for layer in linear)]))


def _shape(array: "NDArray") -> str:
    return " × ".join(f"{n:,}" for n in array.shape) or "one number"
