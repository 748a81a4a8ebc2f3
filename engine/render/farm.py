"""Rendering clips on all cores, or on a Dask cluster: every scene's missing segments in other processes.

What is done in those processes (`scenes.parts.stage.worker`) is called by name: this module never imports Manim.
"""

import importlib
import importlib.metadata
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from engine.errors import UnspiralError
from engine.render.sources import PROJECT, digest, drawing_code
from engine.runs.run import runs_folder

PACKAGES = ("manim", "av", "numba", "numpy", "pycairo")
"""What frames depend on, besides our code and fonts."""
TRIES = 3
"""How often a task is begun before its worker's death is its own fault."""


@dataclass(frozen=True)
class Job:
    """One scene file to render, wherever: paths are absolute, flags are Manim's."""

    file: str
    flags: tuple[str, ...]
    folder: str
    """The working folder: assets are looked up in it."""
    environment: tuple[tuple[str, str], ...]


class Segment(NamedTuple):
    """One play's file in Manim's cache."""

    play: int
    path: str
    frames: int


@dataclass(frozen=True)
class Plan:
    """What a scene consists of."""

    segments: tuple[Segment, ...] = ()
    """All that go into the clip; none if the scene cannot be rendered piecemeal."""
    output: str = ""
    """The clip, if nothing was missing and it has been joined already."""

    @property
    def missing(self) -> list[Segment]:
        """Segments that are not in the cache, each once."""
        return list({segment.path: segment for segment in self.segments if not Path(segment.path).exists()}.values())


@dataclass
class Clip:
    """A scene on its way to a clip."""

    job: Job
    plan: Plan | None = None
    pending: int = 0
    output: str = ""
    """Path of the finished clip."""
    error: str = ""
    """What went wrong, in one line."""
    progress: tuple[int, int] = (0, 0)
    """Frames done, frames in all; (0, 0) before they are counted."""
    tries: dict[Any, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The scene file's name."""
        return Path(self.job.file).name


class Failed(NamedTuple):
    """A task's answer if the scene is at fault."""

    reason: str


def work(verb: str, job: Job, *details: Any) -> Any:
    """Do one task in this process: plan, segments or finish."""
    try:
        return getattr(importlib.import_module("scenes.parts.stage.worker"), verb)(job, *details)
    except _Ended:
        os._exit(1)  # nothing is left half-finished; the pool would begin another task


class _Ended(SystemExit):
    """The parent has asked this worker to end."""


def jobs_for(files: Sequence[Path], flags: Sequence[str]) -> list[Job]:
    """A job for each scene file. UnspiralError names one that is not there."""
    folder = Path.cwd()
    for file in files:
        if not file.is_file():
            raise UnspiralError(f"there is no scene file {file}")
    flags = [part for flag in flags for part in (flag.split("=", 1) if flag.startswith("--") else [flag])]
    if "--media_dir" not in flags[:-1]:
        flags += ["--media_dir", "media"]
    media = flags.index("--media_dir") + 1
    flags[media] = str(folder / flags[media])
    environment = {"UNSPIRAL_RUNS": str(runs_folder()), "UNSPIRAL_THEME": os.environ.get("UNSPIRAL_THEME", "")}
    return [Job(str(file.resolve()), tuple(flags), str(folder), tuple(environment.items())) for file in files]


def render(
    jobs: Sequence[Job],
    pool: Callable[[], Executor],
    workers: int,
    report: Callable[[Sequence[Clip]], None] = lambda clips: None,
) -> list[Clip]:
    """Render all jobs; a scene that fails has an `error`, the others finish.

    `pool` makes an executor of `workers` processes, and another one should that break. `report` is told of progress
    a few times a second. KeyboardInterrupt leaves what is finished in the cache, and nothing half-finished.
    """
    clips = [Clip(job) for job in jobs]
    executor = pool()
    waiting: dict[Future[Any], tuple[Clip, str, tuple[Any, ...]]] = {}

    def submit(clip: Clip, verb: str, *details: Any) -> None:
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
        while waiting:
            finished, _ = wait(waiting, timeout=0.3, return_when=FIRST_COMPLETED)
            for future in finished:
                clip, verb, details = waiting.pop(future)
                try:
                    answer = future.result()
                except BrokenExecutor:
                    submit(clip, verb, *details)
                    continue
                except Exception as error:
                    answer = Failed(f"{type(error).__name__}: {error}")
                if isinstance(answer, Failed):
                    clip.error = clip.error or answer.reason
                elif isinstance(answer, Plan):
                    clip.plan, clip.output = answer, answer.output
                if verb == "segments":
                    clip.pending -= 1
                if clip.error or clip.output:
                    continue
                if isinstance(answer, Plan):
                    parts = _parts(answer.missing, -(-2 * workers // len(clips)) if workers > len(clips) else 1)
                    clip.pending = len(parts)
                    for part in parts:
                        submit(clip, "segments", part)
                if verb == "finish":
                    clip.output = str(answer)
                elif clip.pending == 0:
                    submit(clip, "finish")
            for clip in clips:
                clip.progress = _progress(clip)
            report(clips)
    except BaseException:
        for future in waiting:
            future.cancel()
        ended = multiprocessing.active_children()
        for process in ended:
            process.terminate()  # a worker takes this as: leave nothing half-finished, and end
        executor.shutdown(wait=True)
        _sweep(clips, [process.pid for process in ended])
        raise
    finally:
        executor.shutdown(wait=True)
    return clips


def _sweep(clips: Sequence[Clip], processes: Sequence[int | None]) -> None:
    """Remove what workers were writing when they ended: unfinished files are named after their process."""
    shares = {Path(segment.path).parents[2] for clip in clips if clip.plan for segment in clip.plan.segments}
    for process in processes:
        for share in shares:
            for unfinished in share.rglob(f".*.{process}-*"):
                unfinished.unlink(missing_ok=True)


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


def _progress(clip: Clip) -> tuple[int, int]:
    if clip.plan is None or not clip.plan.segments:
        return (1, 1) if clip.output else (0, 0)
    there = {segment.path for segment in clip.plan.segments if Path(segment.path).exists()}
    done = sum(segment.frames for segment in clip.plan.segments if segment.path in there)
    return done, sum(segment.frames for segment in clip.plan.segments)


def local_pool(count: int) -> Callable[[], Executor]:
    """Makes executors of `count` processes on this machine. They end when this process does, however it does."""

    def pool() -> Executor:
        return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_begin_worker)

    return pool


def _begin_worker() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        wait_for([parent.sentinel])
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes: the parent decides
    signal.signal(signal.SIGTERM, _end)


def _end(*_: Any) -> None:
    raise _Ended(1)


@contextmanager
def cluster_pool(
    address: str, jobs: Sequence[Job], say: Callable[[str], None]
) -> Iterator[tuple[Callable[[], Executor], int]]:
    """An executor on the Dask scheduler at `address`, and how many workers it has.

    Workers that see other files or run other versions than this process are refused, each with a sentence.
    UnspiralError if no scheduler answers or no worker is left.
    """
    try:
        import distributed
        from distributed.comm.addressing import resolve_address
    except ModuleNotFoundError:
        raise UnspiralError("--cluster needs Dask's distributed: pip install '.[cluster]'") from None
    import logging

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        resolve_address(address)  # a client that cannot even begin does not end quietly
        client: Any = distributed.Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise UnspiralError(f"no Dask scheduler answers at {address} ({str(error).splitlines()[0]})") from None
    with client:
        good = []
        with _sign(jobs) as sign:
            for worker, answer in client.run(survey, jobs, str(sign), on_error="return").items():
                reason = refusal(answer, survey(jobs, str(sign)))
                if reason:
                    say(f"worker {worker} is left out: {reason}")
                else:
                    good.append(worker)
        if not good:
            raise UnspiralError(f"the cluster at {address} has no worker that can be used")
        yield lambda: client.get_executor(workers=good, pure=False, retries=TRIES), len(good)


@contextmanager
def _sign(jobs: Sequence[Job]) -> Iterator[Path]:
    """A file in the media folder for a moment: who does not see it does not share the folder."""
    media = Path(jobs[0].flags[jobs[0].flags.index("--media_dir") + 1])
    media.mkdir(parents=True, exist_ok=True)
    sign = media / f".unspiral-{uuid4().hex}"
    sign.touch()
    try:
        yield sign
    finally:
        with suppress(OSError):
            sign.unlink()


def survey(jobs: Sequence[Job], sign: str) -> dict[str, str]:
    """What this process sees and runs, to be compared with another's: named in words that end a sentence."""
    files = [Path(job.file) for job in jobs]
    return {
        "the media folder": str(Path(sign).exists()),
        "the folder of runs": str(Path(dict(jobs[0].environment)["UNSPIRAL_RUNS"]).is_dir()),
        "the scene files": digest(files) if all(file.is_file() for file in files) else "none",
        **{name: importlib.metadata.version(name) for name in PACKAGES},
        "engine and scenes": drawing_code(),
        "fonts": digest(sorted(PROJECT.glob("assets/fonts/*"))),
    }


def refusal(theirs: Any, ours: dict[str, str]) -> str:
    """Why a worker with this `survey` cannot render like us; empty if it can."""
    if not isinstance(theirs, dict):
        return f"it does not run unspiral ({theirs})"
    for name in ("the media folder", "the folder of runs", "the scene files"):
        if theirs[name] != ours[name]:
            return f"it does not see {name} as this computer does; share it under the same path"
    other = [name for name in ours if theirs[name] != ours[name]]
    short = ", ".join(f"{name} {theirs[name][:12]} instead of {ours[name][:12]}" for name in other)
    return f"it has {short}" if other else ""
