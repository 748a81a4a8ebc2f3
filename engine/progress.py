"""What takes time says what it does: bars in a terminal or a notebook, a line now and then elsewhere.

All of it goes to standard error. UNSPIRAL_QUIET, which `--quiet` sets, silences it.
"""

import os
import sys
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any

FIRST, THEN = 3.0, 10.0
"""Seconds until the first line where there is no terminal, and from one line to the next."""


LISTENERS: list[Callable[[str, float, float, str], None]] = []
"""Who else is told how far things are, in this process: words, done, total, unit."""


class Bars:
    """A bar for each thing under way, gone in the end: what it is, how far it is, and how long it will still take."""

    def __init__(self, *, shown: bool = True) -> None:
        self._shown = shown and not os.environ.get("UNSPIRAL_QUIET")
        self._live: Any = None
        self._tasks: dict[Hashable, Any] = {}
        self._began: dict[Hashable, tuple[float, float]] = {}
        self._next = time.monotonic() + FIRST

    def __enter__(self) -> "Bars":
        from rich.console import Console  # the library is imported by every scene, and few of them train

        console = Console(stderr=True)
        notebook = console.is_jupyter and find_spec("ipywidgets") is not None  # rich would warn, and show nothing
        if self._shown and (console.is_terminal or notebook):
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            words, unit = TextColumn("{task.description}"), TextColumn("{task.fields[unit]}")
            columns = (words, BarColumn(), MofNCompleteColumn(), unit, TimeRemainingColumn())
            self._live = Progress(*columns, console=console, transient=True)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, key: Hashable, words: str, done: float, total: float, unit: str, *, failed: bool = False) -> None:
        """`done` of `total` units of something are done by now; a total of 0 is not known yet."""
        for tell in LISTENERS:
            tell(words, done, total, unit)
        now = time.monotonic()
        began, before = self._began.setdefault(key, (now, done))
        if self._live is not None:
            from rich.markup import escape

            if key not in self._tasks:
                self._tasks[key] = self._live.add_task("", total=None, unit=unit)
            label = f"{escape(words)} [red]failed[/]" if failed else escape(words)
            self._live.update(self._tasks[key], description=label, completed=done, total=total or None, unit=unit)
        elif self._shown and now >= self._next and not failed and (not total or done < total):
            self._next = now + THEN
            of = f"{done:,.0f} of {total:,.0f} {unit}" if total else f"{done:,.0f} {unit}" if done else "beginning"
            left = (now - began) * (total - done) / (done - before) if total and done > before else None
            with suppress(OSError, AttributeError):  # nobody reads it
                print(f"{words}: {of}" + (f", {duration(left)} left" if left is not None else ""), file=sys.stderr)


@contextmanager
def bar(words: str, total: float, unit: str, *, shown: bool = True) -> Iterator[Callable[[float], None]]:
    """One bar that says `words`; yields a function to be told how many of `total` units are done."""
    with Bars(shown=shown) as bars:
        bars.show(0, words, 0, total, unit)
        yield lambda done: bars.show(0, words, done, total, unit)


def duration(seconds: float) -> str:
    """A time as people say it: 8 s, 3 min."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
