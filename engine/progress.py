"""A progress bar on standard error, where that is a terminal or a notebook."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec


@contextmanager
def bar(words: str, total: float, unit: str, *, shown: bool = True) -> Iterator[Callable[[float], None]]:
    """A bar that says `words`, how many of `total` units are done and how long it still takes; gone in the end.

    Yields a function to be told how many are done.
    """
    from rich.console import Console  # recording.py is imported by every scene, and few of them train
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TextColumn(unit), TimeRemainingColumn())
    notebook = console.is_jupyter and find_spec("ipywidgets") is not None  # rich would warn, and show nothing
    hidden = not (shown and (console.is_terminal or notebook))
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task("", total=total)
        yield lambda done: progress.update(task, completed=done)
