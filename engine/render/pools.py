"""Where rendering is done: processes of this machine, or workers of a cluster."""

import io
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, redirect_stderr, suppress
from importlib import import_module
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from typing import Any
from uuid import uuid4

from engine.errors import UnspiralError
from engine.render.child import safe_environment
from engine.render.job import TRIES, Failed, Job
from engine.render.piped import PipedPool, semaphores
from engine.render.sources import PROJECT, digest, sources

STAGE = "scenes.parts.stage.worker"
"""What draws segments, by name: it imports Manim, and the engine does not."""


def work(verb: str, job: Job, *details: Any) -> Any:
    """Do one task in this process: plan, segments or finish."""
    try:
        # a theme is read when what draws is imported
        os.environ["UNSPIRAL_THEME"] = dict(job.environment).get("UNSPIRAL_THEME", "")
        with redirect_stderr(io.StringIO()):  # a mistake in it is answered, not printed
            drawing = import_module(STAGE)
        return getattr(drawing, verb)(job, *details)
    except UnspiralError as error:
        return Failed(str(error))
    except _Ended:
        os._exit(1)  # nothing is left half-finished; the pool would begin another task
    except SystemExit as end:
        if isinstance(end.__cause__, UnspiralError):
            return Failed(str(end.__cause__))
        raise


class _Ended(SystemExit):
    """The parent has asked this worker to end."""


def local_pool(count: int) -> Callable[[], Executor]:
    """Makes executors of `count` processes on this machine. They end when this process does, however it does."""

    def pool() -> Executor:
        os.environ.update(safe_environment())  # workers are begun as they are needed, and import nothing from here
        if not semaphores():
            return PipedPool(count, begin_worker)
        return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=begin_worker)

    return pool


def begin_worker() -> None:
    """What a process that draws does first: it ends with its parent, and leaves Ctrl-C to it."""
    os.chdir(PROJECT)  # Manim reads a manim.cfg that lies where it is imported; each job says where it works
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

    for name in [*logging.root.manager.loggerDict]:  # each says at length what is said here in a line
        if name.split(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        resolve_address(address)  # a client that cannot even begin does not end quietly
        client: Any = distributed.Client(address, timeout=f"{ANSWERS:g}s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise UnspiralError(f"no Dask scheduler answers at {address} ({str(error).splitlines()[0]})") from None
    with client:
        good: list[str] = []
        everybody = list(client.scheduler_info()["workers"])
        answering = _answering(client, everybody)
        for worker in sorted({*everybody} - {*answering}):
            say(f"worker {worker} is left out: it has not been heard of for {QUIET:g} s")
        with _sign(jobs) as sign:
            asked = client.run(survey, jobs, str(sign), on_error="return", workers=answering) if answering else {}
            for worker, answer in asked.items():
                reason = refusal(answer, survey(jobs, str(sign)))
                if reason:
                    say(f"worker {worker} is left out: {reason}")
                else:
                    good.append(worker)
        if not good:
            raise UnspiralError(f"the cluster at {address} has no worker that can be used")

        def pool() -> Executor:
            there = (
                _answering(client, good) or good
            )  # one that was stopped meanwhile keeps what it has, and gets no more
            return client.get_executor(workers=there, pure=False, retries=TRIES)

        yield pool, len(good)


ANSWERS = 10.0
"""Seconds that a scheduler has to answer: it may just be beginning, too."""
QUIET = 10.0
"""Seconds for which a scheduler has not heard of a worker that was stopped; busy ones, too, tell it that they live."""


def _answering(client: Any, among: Sequence[str]) -> list[str]:
    """Those workers that the scheduler has heard of as lately as of the others, by its own clock."""
    seen = {name: float(worker["last_seen"]) for name, worker in client.scheduler_info()["workers"].items()}
    latest = max(seen.values(), default=0.0)
    return [name for name in among if latest - seen.get(name, -QUIET) < QUIET]


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


SEEN = ("the media folder", "the folder of runs", "the scene files")
CODE = "the code and files that the scenes use"
REQUIRED = "required"


def survey(jobs: Sequence[Job], sign: str) -> dict[str, str]:
    """What this process sees and runs, to be compared with another's: named in words that end a sentence."""
    files = [Path(job.file) for job in jobs]
    there = all(file.is_file() for file in files)
    needed = sources(*files, folder=Path(jobs[0].folder)) if there else None
    return {
        "the media folder": str(Path(sign).exists()),
        "the folder of runs": str(Path(dict(jobs[0].environment)["UNSPIRAL_RUNS"]).is_dir()),
        "the scene files": digest(files) if there else "none",
        **(needed.versions() if needed else {}),
        CODE: needed.digest if needed else "none",
        REQUIRED: " ".join(sorted(needed.required())) if needed else "",
    }


def refusal(theirs: Any, ours: dict[str, str]) -> str:
    """Why a worker with this `survey` cannot render like us; empty if it can."""
    if not isinstance(theirs, dict):
        return f"it does not run unspiral ({theirs})"
    for name in SEEN:
        if theirs[name] != ours[name]:
            return f"it does not see {name} as this computer does; share it under the same path"
    required = ours[REQUIRED].split()
    packages = [name for name in ours if name not in (*SEEN, CODE, REQUIRED)]
    other = [
        f"{name} {theirs[name]} instead of {ours[name]}"
        for name in packages
        if theirs.get(name, ours[name]) != ours[name]
    ]
    lacking = [f"no {name}, which is {ours[name]} here" for name in required if name not in theirs]
    if other or lacking:
        return f"it has {', '.join((*lacking, *other))}; install the same versions there"
    return "" if theirs[CODE] == ours[CODE] else f"{CODE} are others there; update its copy"
