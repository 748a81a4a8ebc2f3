"""Scenes checked one after the other, by one process that draws."""

import queue
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.errors import UnspiralError
from engine.preview.checks import Finding
from engine.preview.worker import Worker
from engine.render.job import Job
from engine.render.scene_file import SceneFile


def checked(jobs: Sequence[Job]) -> Iterator[tuple[Job, list[Finding]]]:
    """Each scene with what an audience could not read in it. UnspiralError if one cannot be gone through."""
    heard: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
    worker = Worker(lambda _, answer, __: heard.put(answer), dict(jobs[0].environment))
    try:
        for number, job in enumerate(jobs):
            worker.ask("load", number, job, None, 0)
            worker.ask("check")
            yield job, _found(job, heard)
    finally:
        worker.end()


def _found(job: Job, heard: "queue.SimpleQueue[tuple[Any, ...]]") -> list[Finding]:
    while True:
        match heard.get():
            case ("checked", findings):
                return findings
            case ("failed", _, reason, _) | ("undrawn", _, _, reason) | ("died", reason):
                raise UnspiralError(f"{SceneFile(Path(job.file), job.scene).label}: {reason}")
