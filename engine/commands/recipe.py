"""unspiral recipe: print a named recipe as TOML, to start your own from."""

import click

from engine.commands.changes import changed, changes


@click.command()
@click.argument("name")
@changes
def command(name: str, **given: str | None) -> None:
    """Print recipe NAME as TOML, every key explained, to start your own from:

    unspiral recipe five_spirals --activation gelu > mine.toml
    """
    from engine.recipes.named import find_recipe

    click.echo(changed(find_recipe(name), given).text(), nl=False)
