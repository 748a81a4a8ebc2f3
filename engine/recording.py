"""Train a recipe once, replay it ever after."""

from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.errors import Diverged, UnspiralError
from engine.layers import Network
from engine.recipes import Recipe
from engine.run import Run, runs_folder, upright


def record(recipe: Recipe, folder: str | Path | None = None, device: str = "cpu") -> Run:
    """The recipe's run: trained and saved the first time, loaded afterwards (found by the recipe's digest).

    Runs are kept in `folder`, else where UNSPIRAL_RUNS says, else in the user's cache. Diverged is raised, with what
    was recorded kept beside, when the loss is no longer finite.
    """
    folder = Path(folder) if folder else runs_folder()
    path = folder / f"{recipe.digest}.safetensors"
    if path.exists():
        return Run.load(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_suffix(".lock"))
        lock.acquire()
    except OSError as error:
        raise UnspiralError(
            f"cannot write into {folder}: {error.strerror or error}; name another with UNSPIRAL_RUNS"
        ) from None
    with lock:
        if not path.exists():  # another process may have trained it while we waited
            try:
                train_run(recipe, device).save(path)
            except Diverged as error:
                run: Run = error.args[1]
                kept = path.with_name(f"{recipe.digest}-stopped.safetensors")
                run.save(kept)
                raise Diverged(
                    f"{error.args[0]}; the {len(run.epochs)} snapshots before it are in {kept}", run
                ) from None
    return Run.load(path)


def train_run(recipe: Recipe, device: str = "cpu", progress: bool = True) -> Run:
    """Train and record every epoch, with a progress bar on standard error.

    If the loss is no longer finite, Diverged is raised with the run so far as its second argument.
    """
    from engine.train_one import Snapshot, train  # torch is imported only where something is trained

    count = recipe.epochs + 1
    curves = {name: np.full(count, np.nan) for name in ("loss", "accuracy", "held_out_loss", "held_out_accuracy")}
    stacked: Network = ()
    taken, stopped = 0, ""
    columns = (TextColumn("training"), BarColumn(), MofNCompleteColumn(), TextColumn("epochs"), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not progress)

    def keep(snapshot: Snapshot) -> None:
        nonlocal stacked
        if not stacked:
            stacked = tuple(type(layer)(*(_room(v, count) for v in layer)) for layer in snapshot.network)
        for layer, room in zip(snapshot.network, stacked):
            for value, rows in zip(layer, room):
                if isinstance(rows, np.ndarray):
                    rows[taken] = value
        for name, curve in curves.items():
            value = getattr(snapshot, name)
            curve[taken] = np.nan if value is None else value

    with bar:
        task = bar.add_task("", total=count)
        try:
            for snapshot in train(recipe, device):
                keep(snapshot)
                taken += 1
                if taken % 10 == 0:
                    bar.update(task, completed=taken)
        except Diverged as error:
            stopped = str(error)
            if not taken:
                raise
    points, held = recipe.points()
    points = points._replace(x=points.x.astype(recipe.precision))
    layers: Network = tuple(type(layer)(*(_cut(v, taken) for v in layer)) for layer in stacked)
    metrics = {name: curve[:taken] for name, curve in curves.items() if held.any() or not name.startswith("held_out")}
    run = Run(recipe, points, held, np.arange(taken, dtype=float), layers, metrics, stopped)
    if recipe.upright is not None:
        run = upright(run, recipe.upright)
    if stopped:
        raise Diverged(stopped, run)
    return run


def _room(value: Any, count: int) -> Any:
    return np.zeros((count, *value.shape), value.dtype) if isinstance(value, np.ndarray) else value


def _cut(value: Any, count: int) -> Any:
    return value[:count] if isinstance(value, np.ndarray) else value
