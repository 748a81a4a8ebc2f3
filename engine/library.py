"""The library of runs: recipes and examples trained the first time, and loaded afterwards."""

import os
import warnings
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from inspect import signature
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

from engine.errors import UnspiralError, given, nearest
from engine.files.code import code_digest
from engine.files.locks import locked
from engine.files.making import writable
from engine.files.opening import Unreadable
from engine.network.layers import Linear, Network, mapped
from engine.progress import bar, following
from engine.recipes.cost import check_cost
from engine.recipes.named import RECIPES, find_recipe
from engine.recipes.recipe import Recipe
from engine.runs import journal
from engine.runs.run import Diverged, Run
from engine.runs.upright import upright


def digits_run() -> Run:
    """A small convolutional network's run on the handwritten digits: trained the first time, loaded afterwards."""
    return example_run("digits")


def example_run(name: str) -> Run:
    """The run of a scene's own loop, engine/trainings/NAME.py: trained the first time, loaded afterwards.

    It is trained again when that module's code, or what it uses to make data and networks, is another one.
    """
    path = example_at(name)
    if not _kept(path):
        with locked(path):
            if not _kept(path):  # another process may have trained it while we waited
                train = import_module(f"engine.trainings.{name}").train  # imports torch
                counted = [p for p in signature(train).parameters.values() if p.name in ("epochs", "steps")]
                total, unit = (counted[0].default, counted[0].name) if counted else (0, "epochs")  # 0: not known
                with bar(f"training {name}", total, unit) as done, following(done):
                    train(path)
    return Run.load(path)


def example_at(name: str) -> Path:
    """Where `example_run` keeps the run of a scene's own loop, be it there yet or not: named by what its code says."""
    return runs_folder() / f"{name}-{code_digest(f'engine.trainings.{name}', without=_NOT_THE_TRAINING)}.safetensors"


_NOT_THE_TRAINING = ("engine.recorder", "engine.runs", "engine.files", "engine.errors", "engine.progress")
"""Our modules that keep what a training computes, and do not compute it."""


def examples() -> list[str]:
    """Names that `example_run` knows: modules of engine/trainings that write a run of their own."""
    files = sorted((Path(__file__).parent / "trainings").glob("*.py"))
    return [path.stem for path in files if "\ndef train(path" in path.read_text(encoding="utf-8")]


def _of_example(name: str) -> Path:
    path = example_at(name)
    if not _kept(path):
        raise UnspiralError(f"the run of the scene {name} is not recorded yet; record it with: unspiral render {name}")
    return path


def _kept(path: Path, recipe: Recipe | None = None) -> bool:
    """Whether a run is kept at `path` that opens and is the recipe's; one that is not is set aside, and said."""
    if not path.exists():
        return False
    try:
        found = Run.load(path).recipe
        if recipe is None or found == recipe:
            return True
        wrong = "holds another recipe's run"
    except Unreadable:
        raise
    except UnspiralError as error:
        wrong = f"cannot be used ({error})"
    number = 1
    while (aside := path.with_name(f"{path.stem}-aside-{number}{path.suffix}")).exists():
        number += 1
    try:
        path.rename(aside)
    except OSError as error:
        raise UnspiralError(f"{path} {wrong}, and cannot be set aside: {error.strerror or error}") from None
    warnings.warn(f"{path} {wrong}: it is kept as {aside.name} and recorded anew", stacklevel=3)
    return False


def record_many(recipes: Sequence[Recipe], folder: str | Path | None = None) -> tuple[Run, ...]:
    """The recipes' runs, as `record` gives them one by one; the missing ones are trained at the same time.

    Recipes that differ only in hidden widths, seeds and initial scale share every step: fifty narrow ones take a few
    times as long as one. Runs lie where `record` keeps them, every epoch recorded. Diverged says which recipe of a
    group went wrong.
    """
    missing = [recipe for recipe in dict.fromkeys(recipes) if not _kept(recorded_at(recipe, folder), recipe)]
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
        missing = [recipe for recipe, path in paths.items() if not _kept(path, recipe)]
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
        if not all([_kept(path) for path in paths]):
            from engine.trainings.search import POLISHED, search  # torch is imported only where something is trained

            total = rounds * (recipe.epochs + POLISHED)
            with bar(f"searching {restarts} networks of depth {len(recipe.hidden)}", total, "epochs") as done:
                for path, run in zip(paths, search(recipe, restarts, points=points, done=done)):
                    run.save(path)
    return [Run.load(path) for path in paths]


SHIPPED = Path(__file__).parents[1] / "assets" / "runs"
"""Runs that cannot be retrained exactly; see the README there."""


def record(recipe: Recipe, folder: str | Path | None = None, device: str = "cpu", *, again: bool = False) -> Run:
    """The recipe's run: trained and saved the first time, loaded afterwards (found by the recipe's digest).

    Runs are kept in `folder`, else where UNSPIRAL_RUNS says, else in the user's cache; a few come with Unspiral.
    `again` trains even if the run is there. Diverged is raised, with what was recorded kept beside, when the loss is no
    longer finite.
    """
    if not isinstance(recipe, Recipe):
        raise UnspiralError(
            f"{given(recipe)} was given, where a recipe is needed: FIVE_SPIRALS, or Recipe(hidden=(30,))"
        )
    path = recorded_at(recipe, folder)
    there = not again and _kept(path, recipe)
    if not there and not again and (shipped := shipped_at(recipe)):
        return Run.load(shipped)
    if not there:
        with locked(path):
            if again or not _kept(path, recipe):  # another process may have trained it while we waited
                _train_into(path, recipe, device)
    return Run.load(path)


def record_as(path: str | Path, recipe: Recipe, device: str = "cpu", *, again: bool = False) -> Run:
    """The recipe's run in a file of your own: copied if `record` keeps it already, else trained (`again`: always)."""
    path, kept = Path(path), recorded_at(recipe)
    writable(path)  # before a long training rather than after it
    if not _kept(kept, recipe):
        kept = shipped_at(recipe) or kept
    if kept.exists() and not again:
        Run.load(kept).save(path)
    else:
        _train_into(path, recipe, device)
    return Run.load(path)


def recorded_at(recipe: Recipe, folder: str | Path | None = None) -> Path:
    """Where `record` keeps the recipe's run, be it there yet or not."""
    return (Path(folder) if folder else runs_folder()) / f"{recipe.digest}.safetensors"


def shipped_at(recipe: Recipe) -> Path | None:
    """The run that comes with Unspiral, if there is one: its network was searched for, and seeds do not travel."""
    name = next((name for name, known in RECIPES.items() if known == recipe), None)
    path = SHIPPED / f"{name}.safetensors"
    return path if path.exists() else None


def run_of(name: str | Path) -> Path:
    """A run's file, named itself or by a recipe; a recipe that is not recorded yet is recorded now."""
    if str(name).lower().replace("-", "_") in RECIPES or Path(name).suffix == ".toml":
        recipe = find_recipe(name)
        path = recorded_at(recipe)
        if not (path.exists() or _stopped(path).exists() or shipped_at(recipe)):  # what diverged would do so again
            record(recipe)
    return find_run(name)


def find_run(name: str | Path) -> Path:
    """A run's file, named itself, by a recipe (its name, its TOML file) or by the scene of its own loop (vae).

    UnspiralError if nothing was recorded; it says how to.
    """
    if Path(name).suffix == ".py" and Path(name).is_file():
        raise UnspiralError(f"{name} holds Python and no run; unspiral render takes a file of scenes")
    if str(name).lower().replace("-", "_") not in RECIPES and Path(name).suffix != ".toml":
        for there in (Path(name), journal.path_for(Path(name))):  # a recording that was not closed leaves a journal
            if there.exists():
                return there
        if Path(name).suffix or len(Path(name).parts) > 1:
            raise UnspiralError(f"there is no run file {name}")
        if str(name) in examples():
            return _of_example(str(name))
        near = nearest(str(name), [*RECIPES, *examples()])
        raise UnspiralError(f"there is no run file, no recipe and no example {str(name)!r}; {near}")
    path = recorded_at(recipe := find_recipe(name))
    for there in (path if _kept(path, recipe) else None, _stopped(path), shipped_at(recipe)):
        if there is not None and there.exists():
            return there
    raise UnspiralError(f"{name} is not recorded yet; record it with: unspiral train {name}")


def called(run: str | Path) -> str:
    """What to name after a run: its file's whole name without what only says that it is a run. Dots are part of it."""
    name = Path(run).name
    for ending in (".journal", ".safetensors", ".toml"):
        name = name.removesuffix(ending)
    return name


def train_run(recipe: Recipe, device: str = "cpu", *, progress: bool = True) -> Run:
    """Train and record every epoch, with a progress bar on standard error if that is a terminal.

    Diverged, which holds the run up to there, is raised when the loss is no longer finite.
    """
    check_cost(recipe)
    points, held = recipe.points()
    count = recipe.epochs + 1
    from engine.trainings.loop import train  # torch is imported only where something is trained

    curves = {name: np.full(count, np.nan) for name in ("loss", "accuracy", "held_out_loss", "held_out_accuracy")}
    stacked: Network = ()
    taken, stopped = 0, ""
    with bar("training", recipe.epochs, "epochs", shown=progress) as done:
        try:
            for snapshot in train(recipe, device):
                if not stacked:
                    stacked = mapped(lambda array: np.zeros((count, *array.shape), array.dtype), snapshot.network)
                for layer, room in zip(snapshot.network, stacked):
                    if isinstance(layer, Linear) and isinstance(room, Linear):
                        room.weight[taken], room.bias[taken] = layer
                for name, curve in curves.items():
                    value = getattr(snapshot, name)
                    curve[taken] = np.nan if value is None else value
                done(taken)
                taken += 1
        except Diverged as error:
            stopped = str(error)
            if not taken:
                raise
    layers = mapped(lambda array: array[:taken], stacked)
    metrics = {name: curve[:taken] for name, curve in curves.items() if held.any() or not name.startswith("held_out")}
    points = points._replace(x=points.x.astype(recipe.precision))
    run = Run(recipe, points, held, np.arange(taken, dtype=float), layers, metrics, stopped)
    if recipe.upright is not None:
        run = upright(run, recipe.upright)
    if stopped:
        raise Diverged(stopped, run)
    return run


def _train_into(path: Path, recipe: Recipe, device: str) -> None:
    """Train and save; what a diverging training left is kept beside, under another name."""
    try:
        check_cost(recipe, path.parent)
        train_run(recipe, device).save(path)
    except Diverged as error:
        if error.run is None:
            raise
        kept = _stopped(path)
        error.run.save(kept)
        count = len(error.run.epochs)
        raise Diverged(f"{error}; what came before ({count} snapshots) is kept in {kept}", error.run) from None


def _stopped(path: Path) -> Path:
    return path.with_name(f"{path.stem}-stopped.safetensors")


def runs_folder() -> Path:
    """Where `record` keeps runs: the folder named by UNSPIRAL_RUNS, or unspiral's in the user's cache."""
    named = os.environ.get("UNSPIRAL_RUNS")
    return Path(named) if named else user_cache_path("unspiral") / "runs"
