"""Options that change a recipe are the table of what a recipe may say."""

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import Recipe, Run, UnspiralError
from engine.commands.recipe import command as show
from engine.commands.train import command as train
from engine.recipes.fields import FIELDS


def told(*arguments: object) -> dict:
    result = CliRunner().invoke(show, list(map(str, arguments)))
    if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return tomllib.loads(result.stdout)


def test_every_key_of_a_recipe_is_an_option_with_its_meaning() -> None:
    said = " ".join(CliRunner().invoke(train, ["--help"], terminal_width=300).output.split())
    for key, field in FIELDS.items():
        assert f"--{key.replace('_', '-')} VALUE {field.meaning}" in said


def test_options_change_the_recipe_and_nothing_else() -> None:
    plain = told("five_spirals")
    changes = {"activation": "gelu", "hidden": [2, 3], "batch": 50, "upright": "none", "bias": False, "scale": 0.5}
    given = ["--activation=gelu", "--hidden=2,3", "--batch=50", "--upright=none", "--bias=false", "--scale=0.5"]
    assert told("five_spirals", *given) == {**plain, **changes}
    assert told("five_spirals", "--hidden=[7]", "--learning-rate=1e-3") == {
        **plain,
        "hidden": [7],
        "learning_rate": 1e-3,
    }
    other = told("five_spirals", "--parameter=classes=3", "--parameter", "noise=0.1")
    assert other["parameters"] == {**plain["parameters"], "classes": 3, "noise": 0.1}
    assert told("five_spirals", "--data=moons", "--parameter=points=9")["parameters"]["points"] == 9


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("--epochs=many", "epochs is 'many'; it must be a whole number"),
        ("--activation=relu", "unknown activation 'relu'; it must be positive_part"),
        ("--parameter=classes", "--parameter classes: write a name and a value, such as classes=3"),
        ("--data=spiral", "unknown data 'spiral'; did you mean spirals?"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_as_in_a_file(given: str, said: str) -> None:
    with pytest.raises(UnspiralError, match=said.replace("?", r"\?")):
        told("five_spirals", given)


def test_a_changed_recipe_is_trained_and_kept_as_its_own(empty_cache: Path) -> None:
    few = ["--epochs=3", "--hidden=4", "--activation=silu", "--parameter=points=8", "--scale=1"]
    result = CliRunner().invoke(train, ["five_spirals", *few])
    assert result.exit_code == 0, result.output
    (kept,) = empty_cache.glob("*.safetensors")
    assert str(kept) in result.stdout
    recipe = Run.load(kept).recipe
    assert isinstance(recipe, Recipe) and (recipe.activation, recipe.hidden, recipe.epochs) == ("silu", (4,), 3)
