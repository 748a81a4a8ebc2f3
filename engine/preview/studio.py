"""A scene that is being written: loaded when it was saved, drawn for whoever looks, by a process that may die."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.errors import UnspiralError
from engine.preview.checks import Finding
from engine.preview.shape import Shape, frame_at
from engine.preview.worker import Worker
from engine.render.job import Job
from engine.render.sources import PROJECT

PATIENCE = 1.0
"""Seconds that a load may still take when the scene has been saved again; one that trains is waited for."""
STEADY = 5.0
"""Seconds since a scene was loaded after which it is loaded again where its process dies: it is hardly to blame."""
AHEAD = 2
"""Frames that the process is asked for at a time, so that it does not wait for their way to the page."""


@dataclass(eq=False)
class Viewer:
    """Somebody who looks: a page in a browser."""

    tell: Callable[[dict[str, Any]], None]
    show: Callable[[int, int, int, int, bytes], None]
    """A frame of the timeline with this ticket: number, width, height, pixels as they are sent."""
    wanted: int | None = None
    asked: int = 0
    """Frames of its own that are being drawn."""


@dataclass
class State:
    """What every page is told."""

    phase: str = "loading"
    """loading, ready, failed, stopped"""
    reason: str = ""
    progress: str = ""
    share: float = 0.0
    ticket: int = 0
    shape: Shape | None = None
    frame: int = 0
    """The moment that is shown."""
    sound: int = 0
    """Which load the sounds belong to; 0: there are none."""
    findings: tuple[Finding, ...] | None = None
    """What an audience could not read; None: it has not been looked through yet."""


@dataclass(eq=False)
class _Task:
    ticket: int
    viewer: Viewer | None
    frame: int


@dataclass(eq=False)
class Studio:
    """One scene. All of it runs in one event loop."""

    job: Job
    spares: bool = True
    """Whether another process is kept ready."""
    state: State = field(default_factory=State)
    viewers: list[Viewer] = field(default_factory=list)
    files: frozenset[Path] = frozenset()
    """What the scene was made from."""

    def __post_init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._worker: Worker | None = None
        self._spare: Worker | None = None
        self._tasks: dict[int, _Task] = {}
        self._ticket = 0
        self._begun = 0.0
        self._heard = 0.0
        self._again: asyncio.TimerHandle | None = None
        self.files_changed = asyncio.Event()
        self.closed = False
        self.sound = b""
        """A WAV file of what is heard."""

    def open(self) -> None:
        """Start drawing."""
        self._worker = self._started()
        self.load()

    def close(self) -> None:
        """End every process."""
        self.closed = True
        for worker in (self._worker, self._spare):
            if worker is not None:
                worker.end()
        for worker in (self._worker, self._spare):
            if worker is not None:
                worker.wait(2)

    def load(self, job: Job | None = None) -> None:
        """Load the scene as it is now."""
        self.job = job or self.job
        if self._worker is None:
            self._worker = self._taken()
        self._ticket += 1
        self._tasks = {k: task for k, task in self._tasks.items() if task.viewer is not None}
        self._tasks[self._ticket] = _Task(self._ticket, None, self.state.frame)
        self.state.phase, self.state.reason, self.state.progress = "loading", "", ""
        self._begun = self._heard = time.monotonic()
        self._worker.ask("load", self._ticket, self.job, self.state.shape, self.state.frame)
        self._tell()

    def saved(self, files: set[Path]) -> None:
        """Files have been changed that the scene is made of."""
        if self._again is not None:
            self._again.cancel()
            self._again = None
        fresh = any(map(_draws, files))
        if fresh:  # only another process imports anew what draws
            self._dismiss(self._spare)
            self._spare = None
            self._dismiss(self._worker)
            self._worker = None
        elif self.state.phase == "loading" and self._worker is not None:
            busy = time.monotonic() - self._heard
            if self.state.progress and busy < 3:  # it trains, and that is kept
                self._again = self._loop.call_later(0.3, self.saved, files)
                return
            if busy < PATIENCE:
                self._again = self._loop.call_later(PATIENCE - busy, self.saved, files)
                return
            self._dismiss(self._worker)
            self._worker = None
        self.load()

    def stop(self) -> None:
        """End what the process is doing: the page's button."""
        self._dismiss(self._worker)
        self._worker = None
        self._tasks.clear()
        for viewer in self.viewers:
            viewer.asked = 0
        self.state.phase, self.state.reason = "stopped", "it was stopped; saving the scene loads it again"
        self._tell()
        self._prepare()

    def fit(self, width: int, height: int) -> None:
        """Draw frames of this size from now on: a screen's own."""
        if not (64 <= width <= 8192 and 64 <= height <= 8192) or width % 2 or height % 2:
            return
        flags = (*self.job.flags, "--resolution", f"{width},{height}")
        if self.job.flags[-2:] != flags[-2:]:
            self.load(replace(self.job, flags=flags))

    def want(self, viewer: Viewer, frame: int, *, aside: bool = False) -> None:
        """A viewer wants a frame now; what it wanted before, and has not got yet, it wants no more.

        One who looks `aside` does not say which moment is shown.
        """
        frame = max(0, min(frame, self.state.shape.frames - 1 if self.state.shape else 0))
        viewer.wanted = frame
        if not aside:
            self.state.frame = frame
        self._hand_out()

    def seek(self, viewer: Viewer, moment: str) -> None:
        """A viewer wants a moment that is written as `still --at` takes it."""
        if self.state.shape is None:
            return
        try:
            self.want(viewer, frame_at(self.state.shape, moment))
        except UnspiralError as error:
            viewer.tell(self.message() | {"reason": str(error)})

    def message(self) -> dict[str, Any]:
        """The state, for a page."""
        state = self.state
        told: dict[str, Any] = {"kind": "state", "phase": state.phase, "reason": state.reason}
        told |= {"progress": state.progress, "share": state.share, "file": self.job.file, "frame": state.frame}
        found = None if state.findings is None else [finding.as_json() for finding in state.findings]
        return told | {
            "sound": state.sound,
            "findings": found,
            "shape": state.shape.as_json() if state.shape else None,
            "ticket": state.ticket,
        }

    def _tell(self) -> None:
        for viewer in self.viewers:
            viewer.tell(self.message())

    def _hand_out(self) -> None:
        """Ask for the frames that are wanted, one viewer after the other."""
        if self.state.phase == "loading" or self._worker is None or self.state.shape is None:
            return
        for viewer in [*self.viewers]:
            if viewer.wanted is not None and len(self._tasks) < AHEAD:
                self._ticket += 1
                self._tasks[self._ticket] = _Task(self._ticket, viewer, viewer.wanted)
                self._worker.ask("draw", self._ticket, viewer.wanted)
                viewer.wanted, viewer.asked = None, viewer.asked + 1
                self.viewers.remove(viewer)  # the others come first now
                self.viewers.append(viewer)

    def _hears(self, worker: Worker, answer: tuple[Any, ...], pixels: bytes | None) -> None:
        with suppress(RuntimeError):  # the loop may have ended
            self._loop.call_soon_threadsafe(self._answered, worker, answer, pixels)

    def _answered(self, worker: Worker, answer: tuple[Any, ...], pixels: bytes | None) -> None:
        if self.closed or worker is not self._worker:
            if worker is self._spare and answer[0] == "died":
                self._spare = None
            return
        self._heard = time.monotonic()
        match answer:
            case ("loaded", ticket, shape, files):
                self._watch(files)
                if ticket == max((t.ticket for t in self._tasks.values() if t.viewer is None), default=ticket):
                    self.state.shape, self.state.phase, self.state.ticket = shape, "ready", ticket
                    self.state.progress, self.state.findings = "", None
                    self.state.sound, self.sound = 0, b""
            case ("sounding", ticket, sound):
                self.state.sound, self.sound = ticket, sound
                self._tell()
            case ("checked", findings):
                self.state.findings = tuple(findings)
                self._tell()
            case ("failed", ticket, reason, files):
                self._watch(files)
                self._tasks.pop(ticket, None)
                self.state.phase, self.state.reason, self.state.progress = "failed", reason, ""
                self._tell()
                self._prepare()
            case ("progress", words, done, total, unit):
                self.state.progress = f"{words}: {done:,.0f} of {total:,.0f} {unit}" if total else words
                self.state.share = done / total if total else 0.0
                self._tell()
            case ("drawn", ticket, frame, width, height):
                self._drawn(ticket, frame, width, height, pixels or b"")
            case ("undrawn", ticket, frame, reason):
                task = self._tasks.pop(ticket, None)
                if task is not None and task.viewer is not None:
                    task.viewer.asked -= 1
                self.state.reason = f"frame {frame} cannot be drawn: {reason}"
                self._tell()
            case ("died", why):
                self._died(why)
        self._hand_out()

    def _drawn(self, ticket: int, frame: int, width: int, height: int, pixels: bytes) -> None:
        task = self._tasks.pop(ticket, None)
        if task is None:
            return
        if task.viewer is not None:
            task.viewer.asked -= 1
            task.viewer.show(ticket, frame, width, height, pixels)
            return
        self.state.frame = frame
        self._tell()
        for viewer in self.viewers:
            viewer.show(ticket, frame, width, height, pixels)
        self._loop.call_later(1.0, self._prepare)

    def _died(self, why: str) -> None:
        """The process is gone: one that had been drawing for a while is followed by another, as before an audience."""
        again = self.state.phase == "ready" and time.monotonic() - self._begun > STEADY
        self._worker = None
        self._tasks.clear()
        for viewer in self.viewers:
            viewer.asked = 0
        self.state.phase, self.state.reason = "failed", why
        self.state.progress = ""
        self._tell()
        if again:
            self.load()
        else:
            self._prepare()

    def _watch(self, files: list[str]) -> None:
        theme = dict(self.job.environment).get("UNSPIRAL_THEME", "")
        wanted = frozenset(map(Path, (*files, self.job.file, *([theme] if theme.endswith(".toml") else []))))
        if wanted != self.files:
            self.files = wanted
            self.files_changed.set()

    def _started(self) -> Worker:
        return Worker(self._hears, dict(self.job.environment))

    def _taken(self) -> Worker:
        """The spare process, or a new one."""
        taken, self._spare = self._spare, None
        return taken or self._started()

    def _prepare(self) -> None:
        """Have another process ready, for when this one dies."""
        if self.spares and self._spare is None and not self.closed:
            self._spare = self._started()

    def _dismiss(self, worker: Worker | None) -> None:
        if worker is not None:
            worker.end()
        if worker is self._worker:  # what it was asked for is still wanted
            for task in self._tasks.values():
                if task.viewer is not None and task.viewer.wanted is None:
                    task.viewer.wanted = task.frame
            self._tasks.clear()


def _draws(file: Path) -> bool:
    """Whether a file is part of what draws."""
    return file.is_relative_to(PROJECT / "engine") or file.is_relative_to(PROJECT / "scenes" / "parts")
