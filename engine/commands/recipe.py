"""unspiral recipe: a named recipe as TOML."""

import click


@click.command()
@click.argument("name")
def command(name: str) -> None:
    """Print recipe NAME as TOML, every key explained, to start your own from:

    unspiral recipe five_spirals > mine.toml
    """
    from engine.recipes.named import find_recipe

    click.echo(find_recipe(name).text(), nl=False)
