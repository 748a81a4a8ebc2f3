"""unspiral search: search for a narrow network that learns a recipe, and keep its run."""

from itertools import islice
from pathlib import Path

import click

from engine.files.making import check
from engine.progress import Bars
from engine.recipes.cost import check_cost


@click.command()
@click.argument("recipe")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the run here, not into the cache.")
@click.option("--accuracy", default=0.98, show_default=True, help="Stop as soon as a network is as good as this.")
@click.option("--rounds", default=20, show_default=True, type=click.IntRange(1), help="Give up after so many.")
@click.option("--restarts", default=48, show_default=True, type=click.IntRange(1), help="Beginnings in a round.")
@click.option("--seed", default=0, show_default=True, help="Of the beginnings.")
@click.option("--force", is_flag=True, help="Replace what is there.")
def command(
    recipe: str, output: Path | None, accuracy: float, rounds: int, restarts: int, seed: int, force: bool
) -> None:
    """Search for a network that learns RECIPE, where most beginnings lead nowhere (three_spirals_narrow).

    Each round trains many random beginnings at once and polishes the best. The best of all rounds is kept, by the share
    of points that are answered rightly; without -o in the cache, where scenes find it.
    """
    from engine.library import recorded_at
    from engine.recipes.named import find_recipe

    found = find_recipe(recipe)
    path = output or recorded_at(found)
    if output is None:
        path.parent.mkdir(parents=True, exist_ok=True)
    check(path, force, "name another file with -o")
    check_cost(found, path.parent)

    from engine.trainings.search import POLISHED, search  # imports torch

    best, total, words = None, rounds * (found.epochs + POLISHED), f"{restarts} beginnings a round"
    with Bars() as bars:

        def done(epochs: int) -> None:
            bars.show(0, words, epochs, total, "epochs")

        done(0)
        for run in islice(search(found, restarts, seed, done=done), rounds):
            if best is None or run.accuracy[-1] > best.accuracy[-1]:
                best = run
                best.save(path)  # at once: a search may be stopped at any time
            words = f"best so far {_percent(best.accuracy[-1])}"
            if best.accuracy[-1] >= accuracy:
                break
    assert best is not None  # at least one round
    short = "" if best.accuracy[-1] >= accuracy else f", less than the {_percent(accuracy)} asked for"
    click.echo(f"accuracy {_percent(best.accuracy[-1])}{short}: {path}")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
