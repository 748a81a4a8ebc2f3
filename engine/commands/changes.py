"""Options that change a recipe for one command: one for each of its keys, from the table of what it may say."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from engine.errors import UnspiralError
from engine.recipes.fields import FIELDS, spoken
from engine.recipes.recipe import Recipe


def changes(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for every key of a recipe; its function takes them as keyword arguments."""
    command = click.option(
        "--parameter", "parameter", multiple=True, metavar="NAME=VALUE", help="of the data set: --parameter classes=3"
    )(command)
    for key, field in reversed([*FIELDS.items()]):
        command = click.option(f"--{key.replace('_', '-')}", key, metavar="VALUE", help=field.meaning)(command)
    return command


def changed(recipe: Recipe, given: Mapping[str, Any]) -> Recipe:
    """The recipe with what the options say. UnspiralError says what does not fit."""
    values = recipe.as_dict()
    data = None if isinstance(recipe.data, str) else recipe.data
    if given["data"] is not None:
        data, values["parameters"] = None, {}  # another data set has other parameters
    words = FIELDS["data"].kind, "word"
    for key, field in FIELDS.items():
        if given[key] is not None:
            value = given[key] if field.kind in words else spoken(given[key])
            values[key] = [value] if field.kind == "whole numbers" and isinstance(value, int) else value
    for pair in given["parameter"]:
        name, equals, text = pair.partition("=")
        if not equals:
            raise UnspiralError(f"--parameter {pair}: write a name and a value, such as classes=3")
        values["parameters"] = {**values["parameters"], name: spoken(text)}
    return Recipe.from_dict(values, data)
