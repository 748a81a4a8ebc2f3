"""unspiral train: train a recipe and keep its run."""

from pathlib import Path

import click

from engine.commands.changes import changed, changes
from engine.files.making import check


@click.command()
@click.argument("recipe")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the run here, not into the cache.")
@click.option("--device", default="cpu", show_default=True, help="Where to train: cpu or cuda.")
@click.option("--force", is_flag=True, help="Train again what is kept already; replace the file that is there.")
@changes
def command(recipe: str, output: Path | None, device: str, force: bool, **given: str | None) -> None:
    """Train RECIPE, a name (five_spirals, notebook, linear) or a TOML file, and keep its run.

    Without -o the run goes to the cache, where scenes find it. What is kept there is not trained a second time. Other
    options change the recipe: --activation gelu, --hidden 2,2,2, --batch none.
    """
    from engine.library import find_run, record, record_as, recorded_at, shipped_at
    from engine.recipes.named import find_recipe

    found = changed(asked := find_recipe(recipe), given)
    if output is not None:
        check(output, force)
    if not force and (recorded_at(found).exists() or shipped_at(found)):
        click.echo("this recipe is recorded already; --force trains it again", err=True)
    run = record_as(output, found, device, again=force) if output else record(found, device=device, again=force)
    held = f", {_percent(run.metrics['held_out_accuracy'][-1])} on held-out points" if run.held.any() else ""
    click.echo(
        f"{run.epochs[-1]:g} epochs, loss {run.loss[-1]:.4f}, accuracy {_percent(run.accuracy[-1])}{held}: "
        f"{output or (find_run(recipe) if found == asked else recorded_at(found))}"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
