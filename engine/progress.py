"""What takes time says what it does: bars in a terminal or a notebook, a line now and then elsewhere.

All of it goes to standard error. UNSPIRAL_QUIET, which `--quiet` sets, silences it.
"""

import math
import os
import sys
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from importlib.util import find_spec
from typing import Any

FIRST, THEN = 3.0, 10.0
"""Seconds until the first line where there is no terminal, and from one line to the next."""


LISTENERS: list[Callable[[str, float, float, str], None]] = []
"""Who else is told how far things are, in this process: words, done, total, unit."""


class Estimate:
    """How long something will still take: as long a unit as since it began to move, be that after a while."""

    def __init__(self) -> None:
        self._unit: str | None = None
        self._still: tuple[float, float] = (0.0, 0.0)
        self._moved = False

    def left(self, now: float, done: float, total: float, unit: str = "") -> float | None:
        """Seconds from `now`; None while that is not known. What is counted in another unit is another thing."""
        if self._unit != unit or done < self._still[1]:
            self._unit, self._moved, self._still = unit, False, (now, done)
        if not self._moved and done == self._still[1]:
            self._still = now, done  # what is prepared, or was there before, says nothing of how fast it is
        self._moved = done > self._still[1]
        began, before = self._still
        return (now - began) * (total - done) / (done - before) if total and self._moved else None


class Bars:
    """A bar for each thing under way, gone in the end: what it is, how far it is, and how long it will still take.

    Within others they stand below those. `leave`: they stay.
    """

    def __init__(self, *, shown: bool = True, leave: bool = False) -> None:
        self._shown, self._leave = shown and not os.environ.get("UNSPIRAL_QUIET"), leave
        self._live: Any = None
        self._own = False
        self._tasks: dict[Hashable, Any] = {}
        self._estimates: dict[Hashable, Estimate] = {}
        self._next = time.monotonic() + FIRST

    def __enter__(self) -> "Bars":
        from rich.console import Console  # the library is imported by every scene, and few of them train

        console = Console(stderr=True)
        notebook = console.is_jupyter and find_spec("ipywidgets") is not None  # rich would warn, and show nothing
        if self._shown and _LIVE:
            self._live = _LIVE[-1]
        elif self._shown and (console.is_terminal or notebook):
            from rich.progress import BarColumn, Progress, TextColumn

            words, far = TextColumn("{task.description}"), TextColumn("{task.fields[far]}")
            self._live = Progress(words, BarColumn(), far, console=console, transient=not self._leave)
            self._own = True
            self._live.start()
            _LIVE.append(self._live)
        return self

    def __exit__(self, *_: object) -> None:
        if self._own:
            _LIVE.remove(self._live)
            self._live.stop()
        elif self._live is not None:
            for task in self._tasks.values():
                self._live.remove_task(task)

    def show(self, key: Hashable, words: str, done: float, total: float, unit: str, *, failed: bool = False) -> None:
        """`done` of `total` units of something are done by now; a total of 0 is not known yet."""
        tell(words, done, total, unit)
        now = time.monotonic()
        left = self._estimates.setdefault(key, Estimate()).left(now, done, total, unit)
        far = f"{done:,.0f} of {total:,.0f} {unit}" if total else f"{done:,.0f} {unit}" if done else "beginning"
        if left is not None and done < total:
            far += f", {duration(left)} left"
        if self._live is not None:
            from rich.markup import escape

            if key not in self._tasks:
                self._tasks[key] = self._live.add_task("", total=None, far="")
            label = f"{escape(words)} [red]failed[/]" if failed else escape(words)
            known = {"completed": done, "total": total} if total else {"completed": 0, "total": math.inf}
            self._live.update(self._tasks[key], description=label, far=far, **known)
        elif self._shown and now >= self._next and not failed and (not total or done < total):
            self._next = now + THEN
            with suppress(OSError, AttributeError):  # nobody reads it
                print(f"{words}: {far}", file=sys.stderr)


_LIVE: list[Any] = []
"""What is being shown in the terminal: a second display at the same time would write over it."""


def tell(words: str, done: float, total: float, unit: str) -> None:
    """Tell the listeners, and show nothing."""
    for listener in LISTENERS:
        listener(words, done, total, unit)


@contextmanager
def bar(words: str, total: float, unit: str, *, shown: bool = True) -> Iterator[Callable[[float], None]]:
    """One bar that says `words`; yields a function to be told how many of `total` units are done."""
    with Bars(shown=shown) as bars:
        bars.show(0, words, 0, total, unit)
        yield lambda done: bars.show(0, words, done, total, unit)


_FOLLOWING: ContextVar[Callable[[float], None] | None] = ContextVar("_FOLLOWING", default=None)


@contextmanager
def following(done: Callable[[float], None]) -> Iterator[None]:
    """Meanwhile a training's own loop, which shows nothing, tells `done` by recording how far it is."""
    token = _FOLLOWING.set(done)
    try:
        yield
    finally:
        _FOLLOWING.reset(token)


def recorded(name: str, epoch: float) -> None:
    """A loop has recorded an epoch in the file `name`: what follows it is told, else those who listen."""
    follow = _FOLLOWING.get()
    if follow is not None:
        follow(epoch)
    elif LISTENERS:
        tell(f"recording {name}", epoch, 0, "epochs")


def duration(seconds: float) -> str:
    """A time as people say it: 8 s, 3 min."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
