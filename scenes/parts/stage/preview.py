"""A process that holds a scene, warm: loads it when it was saved, and draws any frame of it when asked.

It answers tuples with tuples, through a pipe. What goes wrong in a scene is answered too; the scene before stays.
"""

import contextlib
import gc
import io
import linecache
import os
import queue
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from manim import config, tempconfig
from manim.mobject.opengl.opengl_compatibility import ConvertToOpenGL
from manim.mobject.svg.svg_mobject import SVG_HASH_TO_MOB_MAP
from tqdm import tqdm

from engine import progress
from engine.preview.checks import Sighting, found, looked_at
from engine.preview.packing import packed
from engine.preview.shape import Shape, same_moment
from engine.render.job import Failed, Job
from engine.render.sources import PROJECT
from engine.runs.again import keep_loaded, kept
from scenes.parts.stage.hearing import heard
from scenes.parts.stage.memento import forget
from scenes.parts.stage.shape import shape_of
from scenes.parts.stage.sighting import sighting
from scenes.parts.stage.timeline import Timeline
from scenes.parts.stage.worker import reason, with_scene

IDLE = 0.5
"""Seconds without a question after which what is no longer needed is cleared away."""


def serve(connection: Connection) -> None:
    """Answer until nobody asks any more."""
    sys.dont_write_bytecode = (
        True  # two saves in one second: Python would take the first one's bytecode for the second's
    )
    tqdm.set_lock(threading.RLock())  # else it makes a semaphore, which nobody takes away when this process is ended
    keep_loaded()
    gc.freeze()  # what is imported by now stays
    _Stand(connection).serve()


class _Stand:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._sending = threading.Lock()
        self._file = Path()
        self._timeline: Timeline | None = None
        self._shape: Shape | None = None
        self._settings = ExitStack()
        self._own: dict[Path, tuple[int, int]] = {}
        self._opened: set[str] = set()
        self._listening = False
        self._told = 0.0
        self._looks: list[int] = []
        """Frames that are still to be looked at for what could not be read."""
        self._seen: list[Sighting] = []
        sys.addaudithook(self._note_opened)
        progress.LISTENERS.append(self._say_progress)

    def serve(self) -> None:
        threading.Thread(target=self._read, daemon=True).start()
        self._send("ready")
        cleared = True
        while True:
            try:
                asked = self._asked.get(timeout=0.02 if self._looks and cleared else None if cleared else IDLE)
            except queue.Empty:
                if not cleared:
                    gc.unfreeze()
                    gc.collect()
                    gc.freeze()
                elif self._looks:
                    self._look()
                cleared = True
                continue
            match asked:
                case ("load", ticket, job, shape, frame):
                    self._load(ticket, job, shape, frame)
                    cleared = False
                case ("draw", ticket, frame):
                    self._draw(ticket, frame)
                case ("check",):
                    while self._looks:
                        self._look()
                case None:
                    return

    def _read(self) -> None:
        try:
            while True:
                self._asked.put(self._connection.recv())
        except (EOFError, OSError):
            os._exit(0)

    def _send(self, *answer: Any, pixels: Any = None) -> None:
        with self._sending:
            self._connection.send(answer)
            if pixels is not None:
                self._connection.send_bytes(pixels)

    def _say_progress(self, words: str, done: float, total: float, unit: str) -> None:
        now = time.monotonic()
        if now - self._told > 0.1 or done == total:
            self._told = now
            with contextlib.suppress(OSError):
                self._send("progress", words, float(done), float(total), unit)

    def _load(self, ticket: int, job: Job, before: Shape | None, frame: int) -> None:
        """Load a scene, and draw the moment that was shown before, which lies elsewhere now."""
        self._settings.close()
        self._looks, self._seen = [], []
        os.chdir(job.folder)
        self._forget_changed()
        forget()
        ConvertToOpenGL._converted_classes.clear()  # else each setting of Manim's turns them all around, and keeps them
        SVG_HASH_TO_MOB_MAP.clear()  # a formula taken from it is not quite one that is set for the first time
        noted: dict[str, Any] = {}

        def recorded(scene: Any) -> Timeline:
            timeline = Timeline(scene)
            timeline.record()
            noted["shape"] = shape_of(timeline)
            noted["config"] = dict(config.items())
            return timeline

        path = list(sys.path)
        self._opened.clear()
        self._listening = True
        made = with_scene(job, recorded, by_cairo=True)
        self._listening = False
        sys.path[:] = path  # Manim adds the scene's folder every time
        files = self._files(job)
        if isinstance(made, Failed):
            self._settle()
            self._send("failed", ticket, made.reason, files)
            return
        self._file = Path(job.file)
        self._timeline, self._shape, self._config = made, noted["shape"], noted["config"]
        self._settle()
        assert self._shape is not None
        self._send("loaded", ticket, self._shape, files)
        self._draw(ticket, same_moment(before, frame, self._shape))
        self._looks, self._seen = looked_at(self._shape)[::-1], []
        if self._shape.sounds:
            try:
                self._send("sounding", ticket, heard(made))
            except Exception as error:
                self._send("undrawn", 0, 0, reason(error, self._file))

    def _look(self) -> None:
        """Look at one more frame; after the last, say what could not be read."""
        assert self._timeline is not None and self._shape is not None
        try:
            with _silence():
                self._seen.append(sighting(self._timeline, self._looks.pop()))
        except Exception as error:
            self._looks = []
            self._send("undrawn", 0, 0, reason(error, self._file))
        if not self._looks:
            self._send("checked", found(self._shape, self._seen))
            self._seen = []

    def _settle(self) -> None:
        """Manim's configuration as the scene that is held has left it."""
        self._settings = ExitStack()
        if self._timeline is not None:
            self._settings.enter_context(tempconfig(self._config))

    def _draw(self, ticket: int, frame: int) -> None:
        if self._timeline is None:
            self._send("undrawn", ticket, frame, "nothing is loaded")
            return
        try:
            with _silence():
                pixels = self._timeline.draw(frame)
        except Exception as error:
            self._send("undrawn", ticket, frame, reason(error, self._file))
            return
        height, width = pixels.shape[:2]
        self._send("drawn", ticket, frame, width, height, pixels=packed(pixels))

    def _note_opened(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._listening and event == "open" and isinstance(arguments[0], str):
            self._opened.add(arguments[0])

    def _files(self, job: Job) -> list[str]:
        """What the scene was made from: its modules, and what it read."""
        modules = [file for module in [*sys.modules.values()] if (file := getattr(module, "__file__", None))]
        opened = [file for file in self._opened if not file.endswith((".pyc", ".lock"))]
        return sorted(
            {os.path.abspath(file) for file in (job.file, *modules, *opened, *map(str, kept())) if _watched(file)}
        )

    def _forget_changed(self) -> None:
        """Where a module of the lecturer's own was changed, all of them are imported anew."""
        linecache.checkcache()
        own: dict[str, Path] = {}
        for name, module in [*sys.modules.items()]:
            file = getattr(module, "__file__", None)
            if file and name not in ("__main__", "__mp_main__") and _watched(file) and not ours(file):
                own[name] = Path(file)
        now = {file: _stamp(file) for file in own.values()}
        if any(self._own.get(file, stamp) != stamp for file, stamp in now.items()):
            for name in own:
                del sys.modules[name]
        self._own = now | {file: stamp for file, stamp in self._own.items() if file not in now}
        self._own.update(now)


@cache
def ours(file: str) -> bool:
    """Whether a module belongs to what draws: if it was changed, only another process will do."""
    path = Path(file).resolve()
    return path.is_relative_to(PROJECT / "engine") or path.is_relative_to(PROJECT / "scenes" / "parts")


@cache
def _watched(file: str) -> bool:
    """Whether a file is the lecturer's, or ours: none of Python's and none of what was installed."""
    return not (
        {"site-packages", "dist-packages"} & {*Path(file).parts} or file.startswith((sys.prefix, sys.base_prefix))
    )


def _stamp(file: Path) -> tuple[int, int]:
    try:
        stat = file.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size


@contextmanager
def _silence() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
