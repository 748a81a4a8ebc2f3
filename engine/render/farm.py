"""Rendering clips on all cores, or on a Dask cluster: every scene's missing segments in other processes.

What is done in those processes (`scenes.parts.stage.worker`) is called by name: this module never imports Manim.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.files.making import sweep
from engine.library import runs_folder
from engine.render.job import TRIES, Failed, Job, Made, Plan, Segment
from engine.render.pools import work
from engine.render.scene_file import SceneFile, find_scene

SILENT = 30.0
"""Seconds without a finished segment after which that is said."""


@dataclass
class Underway:
    """A scene on its way to a clip."""

    job: Job
    plan: Plan | None = None
    pending: int = 0
    made: Made | None = None
    """What was made of it in the end."""
    error: str = ""
    """What went wrong, in one line."""
    progress: tuple[int, int] = (0, 0)
    """Frames done, frames in all; (0, 0) before they are counted."""
    tries: dict[Any, int] = field(default_factory=dict)

    @property
    def output(self) -> str:
        """Path of the finished clip."""
        return self.made.path if self.made else ""

    @property
    def name(self) -> str:
        """The scene file's name, and the scene's where the file holds several."""
        return SceneFile(Path(self.job.file), self.job.scene).label


def jobs_for(
    scenes: Sequence[str | Path | SceneFile], flags: Sequence[str], environment: Mapping[str, str] | None = None
) -> list[Job]:
    """A job for each scene, its process having `environment` besides. UnspiralError names a scene that is not there."""
    folder = Path.cwd()
    found = [find_scene(scene) for scene in scenes]
    flags = [part for flag in flags for part in (flag.split("=", 1) if flag.startswith("--") else [flag])]
    if "--media_dir" not in flags[:-1]:
        flags += ["--media_dir", "media"]
    media = flags.index("--media_dir") + 1
    flags[media] = str(folder / flags[media])
    theme = os.environ.get("UNSPIRAL_THEME", "")
    surroundings = {"UNSPIRAL_RUNS": str(runs_folder()), "UNSPIRAL_THEME": theme, **(environment or {})}
    return [
        Job(str(scene.path.resolve()), tuple(flags), str(folder), tuple(surroundings.items()), scene.scene)
        for scene in found
    ]


def render(
    jobs: Sequence[Job],
    pool: Callable[[], Executor],
    workers: int,
    report: Callable[[Sequence[Underway]], None] = lambda clips: None,
    say: Callable[[str], None] = lambda remark: None,
) -> list[Underway]:
    """Render all jobs; a scene that fails has an `error`, the others finish. `say` is told when nothing moves any more.

    `pool` makes an executor of `workers` processes, and another one should that break. `report` is told of progress
    a few times a second. KeyboardInterrupt leaves what is finished in the cache, and nothing half-finished.
    """
    clips = [Underway(job) for job in jobs]
    executor = pool()
    waiting: dict[Future[Any], tuple[Underway, str, tuple[Any, ...]]] = {}

    def submit(clip: Underway, verb: str, *details: Any) -> None:
        nonlocal executor
        key = (verb, details)
        clip.tries[key] = clip.tries.get(key, 0) + 1
        if clip.tries[key] > TRIES:
            clip.error = "its process died again and again: killed, or out of memory"
            return
        try:
            future = executor.submit(work, verb, clip.job, *details)
        except BrokenExecutor:
            executor.shutdown(wait=False)
            executor = pool()
            future = executor.submit(work, verb, clip.job, *details)
        waiting[future] = (clip, verb, details)

    try:
        for clip in clips:
            submit(clip, "plan")
        moved, seen, silent = time.monotonic(), None, SILENT
        while waiting:
            finished, _ = wait(waiting, timeout=0.3, return_when=FIRST_COMPLETED)
            for future in finished:
                clip, verb, details = waiting.pop(future)
                try:
                    answer = future.result()
                except BrokenExecutor:
                    submit(clip, verb, *details)
                    continue
                except CancelledError:
                    answer = Failed("its scheduler is gone, or has dropped it; what is done stays in the cache")
                except Exception as error:
                    answer = Failed(f"{type(error).__name__}: {error}")
                if isinstance(answer, Failed):
                    clip.error = clip.error or answer.reason
                elif isinstance(answer, Plan):
                    clip.plan, clip.made = answer, answer.made
                if verb == "segments":
                    clip.pending -= 1
                if clip.error or clip.made:
                    continue
                if isinstance(answer, Plan):
                    parts = _parts(answer.missing, -(-2 * workers // len(clips)) if workers > len(clips) else 1)
                    clip.pending = len(parts)
                    for part in parts:
                        submit(clip, "segments", part)
                if isinstance(answer, Made):
                    clip.made = answer
                elif clip.pending == 0:
                    submit(clip, "finish")
            for clip in clips:
                clip.progress = _progress(clip)
            report(clips)
            if finished or seen != (seen := [clip.progress for clip in clips]):
                moved, silent = time.monotonic(), SILENT
            elif time.monotonic() - moved > silent:
                say(f"nothing was finished for {silent:.0f} s; has a worker been stopped? Ctrl-C keeps what is done")
                silent *= 4
    except BaseException:
        for future in waiting:
            future.cancel()
        for process in multiprocessing.active_children():
            process.terminate()  # a worker takes this as: leave nothing half-finished, and end
        executor.shutdown(wait=True)
        _sweep(clips)
        raise
    finally:
        executor.shutdown(wait=True)
    return clips


def _sweep(clips: Sequence[Underway]) -> None:
    """Remove what workers were making when they ended: segments, and the clip and its sections two folders above."""
    for folder in {Path(segment.path).parent for clip in clips if clip.plan for segment in clip.plan.segments}:
        for place in (folder, folder.parents[1], folder.parents[1] / "sections"):
            sweep(place)


def _parts(missing: Sequence[Segment], count: int) -> list[tuple[int, ...]]:
    """Plays to render together: neighbours, about as many frames in each of `count` parts."""
    share = sum(segment.frames for segment in missing) / count
    parts: list[list[int]] = []
    taken = 0.0
    for segment in missing:
        if not parts or taken >= share * len(parts) - 1e-9:
            parts.append([])
        parts[-1].append(segment.play)
        taken += segment.frames
    return [tuple(part) for part in parts]


def _progress(clip: Underway) -> tuple[int, int]:
    if clip.plan is None or not clip.plan.segments:
        return (1, 1) if clip.made else (0, 0)
    there = {segment.path for segment in clip.plan.segments if Path(segment.path).exists()}
    done = sum(segment.frames for segment in clip.plan.segments if segment.path in there)
    return done, sum(segment.frames for segment in clip.plan.segments)
