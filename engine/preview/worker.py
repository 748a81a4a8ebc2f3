"""The process that draws, as the page's server sees it: started, asked, listened to, ended."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

from engine.render.child import safe_environment
from engine.render.piped import CONTEXT
from engine.render.pools import begin_worker

STAGE = "scenes.parts.stage.preview"
"""What holds a scene and draws it, by name: it imports Manim, and the engine does not."""

Hears = Callable[["Worker", tuple[Any, ...], bytes | None], None]
"""Told of each answer, in a thread of its own; ("died", why) is the last."""


class Worker:
    """A process of its own. It ends when this one does, however that ends."""

    def __init__(self, hears: Hears, environment: Mapping[str, str]) -> None:
        os.environ.update(safe_environment())
        os.environ.update(environment)  # a theme is read when what draws is imported
        self._hears = hears
        self._ours, theirs = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self.ended = False
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid or 0

    def ask(self, *question: Any) -> None:
        """Ask something; one that has died is not heard of any more."""
        with suppress(OSError, ValueError):
            self._ours.send(question)

    def end(self) -> None:
        """End it now, whatever it is doing."""
        self.ended = True
        with suppress(AttributeError, ValueError):
            self._process.kill()

    def wait(self, seconds: float) -> None:
        """Until it is gone, or so long."""
        self._process.join(seconds)

    def _listen(self) -> None:
        try:
            while True:
                answer = self._ours.recv()
                pixels = self._ours.recv_bytes() if answer[0] == "drawn" else None
                self._hears(self, answer, pixels)
        except (EOFError, OSError):
            self._process.join(5)
            if not self.ended:
                self._hears(self, ("died", _why(self._process.exitcode)), None)


def _why(code: int | None) -> str:
    if code is not None and code < 0:
        return f"its process was ended by signal {-code}" + (", as for want of memory" if code == -9 else "")
    return f"its process ended by itself, with code {code}"


def _work(connection: Connection) -> None:
    begin_worker()
    assert multiprocessing.parent_process() is not None
    import_module(STAGE).serve(connection)
