"""Record many recipes at once: what is not there yet is trained together."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engine.recipes.recipe import Recipe
from engine.render.progress import bar
from engine.runs.library import locked, record, recorded_at
from engine.runs.run import Run


def record_many(recipes: Sequence[Recipe], folder: str | Path | None = None) -> tuple[Run, ...]:
    """The recipes' runs, as `record` gives them one by one; the missing ones are trained at the same time.

    Recipes that differ only in hidden widths, seeds and initial scale share every step: fifty narrow ones take a few
    times as long as one. Runs lie where `record` keeps them, every epoch recorded. Diverged says which recipe of a
    group went wrong.
    """
    missing = [recipe for recipe in dict.fromkeys(recipes) if not recorded_at(recipe, folder).exists()]
    groups: dict[Recipe, list[Recipe]] = {}
    for recipe in missing:
        if recipe.batch is None and not recipe.held_out:  # in mini-batches, each run draws its own points
            depth = (1,) * len(recipe.hidden)
            kind = replace(recipe, hidden=depth, seed=0, data_seed=0, scale=1.0, upright=None)
            groups.setdefault(kind, []).append(recipe)
    for group in groups.values():
        if len(group) > 1:
            _record_group(group, folder)
    return tuple(record(recipe, folder) for recipe in recipes)


def _record_group(group: Sequence[Recipe], folder: str | Path | None) -> None:
    """Train and save recipes that fit together; another process that does the same waits, and finds them done."""
    with locked(recorded_at(group[0], folder)):
        paths = {recipe: recorded_at(recipe, folder) for recipe in group}
        missing = [recipe for recipe, path in paths.items() if not path.exists()]
        if missing:
            from engine.trainings.together import train_together  # torch is imported only where something is trained

            for recipe, run in zip(missing, train_together(missing, progress=True)):
                run.save(paths[recipe])


def record_searched(
    recipe: Recipe, rounds: int = 2, restarts: int = 48, points: int = 100, folder: str | Path | None = None
) -> list[Run]:
    """The best network of each round of a search, searched for the first time only."""
    plain = recorded_at(recipe, folder)
    name = f"{plain.stem}-search-{restarts}-{points}"
    paths = [plain.with_name(f"{name}-{number}.safetensors") for number in range(rounds)]
    with locked(paths[-1]):
        if not all(path.exists() for path in paths):
            from engine.trainings.together import search  # torch is imported only where something is trained

            found = search(recipe, restarts, points=points)
            with bar(f"searching {restarts} networks of depth {len(recipe.hidden)}", rounds, "rounds") as done:
                for number, path in enumerate(paths, 1):
                    next(found).save(path)
                    done(number)
    return [Run.load(path) for path in paths]
