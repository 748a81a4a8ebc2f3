"""How far clips are, on standard error: a bar a clip, in frames."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from engine.render.farm import Underway


@contextmanager
def bars() -> Iterator[Callable[[Sequence[Underway]], None]]:
    """Yields what is to be told of the clips, as often as one likes; in a pipe nothing moves."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as display:

        def show(clips: Sequence[Underway]) -> None:
            while len(display.tasks) < len(clips):
                display.add_task(escape(clips[len(display.tasks)].name), total=None)
            for task, clip in zip(display.tasks, clips):
                done, total = clip.progress
                label = f"{escape(clip.name)} [red]failed[/]" if clip.error else escape(clip.name)
                display.update(task.id, description=label, completed=done, total=total or None)

        yield show
