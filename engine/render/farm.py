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
from engine.render.told import Standing, heard

LATE = 120
"""Frames left of a clip from which on another process may help to draw it: it goes through the scene first."""
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
    doing: Standing | None = None
    """What takes time before a frame can be drawn."""
    tries: dict[Any, int] = field(default_factory=dict)
    drawing: int = 0
    """How many processes have been asked to draw it, all of which go through it and draw what nobody has begun."""

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


_Task = tuple[Underway, str, tuple[Any, ...]]
"""A scene, what is to be done for it, and with what."""


class _Tasks:
    """What was asked of executors and is not yet answered."""

    def __init__(self, pool: Callable[[], Executor], workers: int, spread: bool) -> None:
        self._pool, self._workers, self._spread = pool, workers, spread
        self._executors = [pool()]
        self._others = {*multiprocessing.active_children()}
        self.waiting: dict[Future[Any], _Task] = {}

    def submit(self, clip: Underway, verb: str, *details: Any) -> None:
        """Ask for something; a task whose process died `TRIES` times is the clip's error."""
        key = (verb, details)
        clip.tries[key] = clip.tries.get(key, 0) + 1
        if clip.tries[key] > TRIES:
            clip.error = "its process died again and again: killed, or out of memory"
            return
        try:
            future = self._executors[-1].submit(work, verb, clip.job, *details)
        except BrokenExecutor:
            self._executors[-1].shutdown(wait=False)
            self._executors.append(self._pool())
            future = self._executors[-1].submit(work, verb, clip.job, *details)
        self.waiting[future] = (clip, verb, details)

    def answer(self, future: Future[Any]) -> tuple[Underway, str, Any] | None:
        """Whose answer a future holds, to what, and what it is; None if it was asked for anew, or answered before."""
        if future not in self.waiting:
            return None
        clip, verb, details = self.waiting.pop(future)
        for other, task in [*self.waiting.items()]:
            if task[0] is clip and task[1:] == (verb, details):
                del self.waiting[other]
                other.cancel()
        try:
            return clip, verb, future.result()
        except BrokenExecutor:
            self.submit(clip, verb, *details)
            return None
        except CancelledError:
            return clip, verb, Failed("its scheduler is gone, or has dropped it; what is done stays in the cache")
        except Exception as error:
            return clip, verb, Failed(f"{type(error).__name__}: {error}")

    @property
    def free(self) -> bool:
        """Whether a process has nothing to do."""
        return len(self.waiting) < self._workers

    def ask_again(self) -> None:
        """Ask others for all that is waited for, if there may be others; the first answer counts."""
        if self._spread:
            self._executors.append(self._pool())
            for clip, verb, details in [*self.waiting.values()]:
                self.waiting[self._executors[-1].submit(work, verb, clip.job, *details)] = (clip, verb, details)

    def end(self, *, at_once: bool = False) -> None:
        """Let processes end; `at_once`, leaving nothing half-finished."""
        if at_once:
            for future in self.waiting:
                future.cancel()
            for process in {*multiprocessing.active_children()} - self._others:
                process.terminate()  # a worker takes this as: leave nothing half-finished, and end
        for executor in self._executors:
            executor.shutdown(wait=not self._spread)  # for a cluster's worker that was stopped nobody can wait


def render(
    jobs: Sequence[Job],
    pool: Callable[[], Executor],
    workers: int,
    report: Callable[[Sequence[Underway]], None] = lambda clips: None,
    say: Callable[[str], None] = lambda remark: None,
    spread: bool = False,
    least: int = 0,
) -> list[Underway]:
    """Render all jobs; a scene that fails has an `error`, the others finish. `say` is told when nothing moves any more.

    A clip of fewer than `least` frames is not shared among processes. On this machine the longest is begun first, and
    who has nothing to do helps with what is being drawn; with `spread` clips are divided into parts.

    `pool` makes an executor of `workers` processes, and another one should that break. With `spread` it makes another
    one, too, when nothing moves, which is asked anew for what is waited for: the first answer counts. `report` is told
    of progress a few times a second. KeyboardInterrupt leaves what is finished in the cache, and nothing half-finished.
    """
    clips = [Underway(job) for job in jobs]
    tasks = _Tasks(pool, workers, spread)
    share = -(-2 * workers // len(clips)) if workers > len(clips) else 1
    ready: list[Underway] = []
    try:
        for clip in clips:
            tasks.submit(clip, "plan")
        moved, seen, silent = time.monotonic(), None, SILENT
        while tasks.waiting and (spread or not all(clip.made or clip.error for clip in clips)):
            finished, _ = wait(tasks.waiting, timeout=0.3, return_when=FIRST_COMPLETED)
            for future in finished:
                if not (found := tasks.answer(future)):
                    continue
                if spread:
                    _go_on(*found, tasks, share, least)
                elif _take(*found, tasks):
                    ready.append(found[0])
            for clip in clips:
                told = heard(clip.job)
                clip.progress = _progress(clip, told)
                clip.doing = None if clip.progress[0] else next((one for one in told if one.words), None)
            _hand_out(ready, clips, tasks, least)
            report(clips)
            if finished or seen != (seen := [clip.progress for clip in clips]):
                moved, silent = time.monotonic(), SILENT
            elif time.monotonic() - moved > silent:
                say(f"nothing was finished for {silent:.0f} s; has a worker been stopped? Ctrl-C keeps what is done")
                silent *= 4
                tasks.ask_again()
    except BaseException:
        tasks.end(at_once=True)
        _sweep(clips)
        raise
    helping = bool(tasks.waiting)  # with what is done by now: a process may still be loading what it draws with
    tasks.end(at_once=helping)
    if helping:
        _sweep(clips)
    return clips


def _go_on(clip: Underway, verb: str, answer: Any, tasks: _Tasks, share: int, least: int) -> None:
    """Take an answer for a clip, and ask for what comes next."""
    if isinstance(answer, Failed):
        clip.error = clip.error or answer.reason
    elif isinstance(answer, Plan):
        clip.plan, clip.made = answer, answer.made
    if verb == "segments":
        clip.pending -= 1
    if clip.error or clip.made:
        return
    if isinstance(answer, Plan):
        parts = _parts(answer.missing, share, least)
        clip.pending = len(parts)
        for part in parts:
            tasks.submit(clip, "segments", part)
    if isinstance(answer, Made):
        clip.made = answer
    elif clip.pending == 0:
        tasks.submit(clip, "finish")


def _take(clip: Underway, verb: str, answer: Any, tasks: _Tasks) -> bool:
    """Take an answer for a clip; whether there is something of it to be drawn."""
    clip.drawing -= verb == "share"
    match answer:
        case Failed():
            clip.error = clip.error or answer.reason
        case Plan():
            clip.plan, clip.made = answer, answer.made
        case Made():
            clip.made = answer
    if clip.error or clip.made or clip.drawing:
        return False
    if isinstance(answer, Plan) and answer.segments:
        return True
    tasks.submit(clip, "finish")  # it cannot be rendered piecemeal; or what a process had begun died with it
    return False


def _hand_out(ready: list[Underway], clips: Sequence[Underway], tasks: _Tasks, least: int) -> None:
    """Give processes that have nothing to do the longest of the clips that are ready, or those that are being drawn."""
    left = {id(clip): clip.progress[1] - clip.progress[0] for clip in clips}
    ready.sort(key=lambda clip: left[id(clip)])
    while tasks.free:
        if ready:
            clip = ready.pop()
        else:
            drawn = [clip for clip in clips if clip.drawing and _helps(clip, left[id(clip)], least)]
            clip = max(drawn, key=lambda clip: left[id(clip)] / clip.drawing, default=None)
        if clip is None:
            return
        clip.drawing += 1
        tasks.submit(clip, "share", len(clip.tries))


def _helps(clip: Underway, left: int, least: int) -> bool:
    """Whether one more process would make a clip ready sooner."""
    assert clip.plan is not None
    if clip.error or clip.made or len(clip.plan.missing) <= clip.drawing:
        return False
    return left >= (LATE if clip.progress[0] else least)


def _sweep(clips: Sequence[Underway]) -> None:
    """Remove what workers were making when they ended: segments, and the clip and its sections two folders above."""
    for folder in {Path(segment.path).parent for clip in clips if clip.plan for segment in clip.plan.segments}:
        for place in (folder, folder.parents[1], folder.parents[1] / "sections"):
            sweep(place)


def _parts(missing: Sequence[Segment], count: int, least: int = 0) -> list[tuple[int, ...]]:
    """Plays to render together: neighbours, about as many frames in each of at most `count` parts, `least` or more."""
    share = max(sum(segment.frames for segment in missing) / count, least)
    parts: list[list[int]] = []
    taken = 0.0
    for segment in missing:
        if not parts or taken >= share * len(parts) - 1e-9:
            parts.append([])
        parts[-1].append(segment.play)
        taken += segment.frames
    return [tuple(part) for part in parts]


def _progress(clip: Underway, told: Sequence[Standing] = ()) -> tuple[int, int]:
    """Frames of whole segments and of those that are being drawn, and frames in all."""
    if clip.plan is None or not clip.plan.segments:
        return (1, 1) if clip.made else (0, 0)
    drawn = {one.segment: one.frames for one in sorted(told, key=lambda one: one.frames)}
    there = {segment.path for segment in clip.plan.segments if Path(segment.path).exists()}
    done = sum(
        segment.frames if segment.path in there else min(drawn.get(segment.path, 0), segment.frames)
        for segment in clip.plan.segments
    )
    return done, sum(segment.frames for segment in clip.plan.segments)
