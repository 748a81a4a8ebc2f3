"""What processes that draw say of how far they are: a file each, in a folder that all of them and the asker see."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import gettempdir
from uuid import uuid4

from engine import progress
from engine.files.making import Making
from engine.render.job import Job

TOLD = "UNSPIRAL_TOLD"
"""Names the folder of a clip."""
EVERY = 0.3
"""Seconds from one writing to the next."""


@dataclass(frozen=True)
class Standing:
    """How far one process is."""

    words: str = ""
    """What takes time before anything can be drawn: training, say. Empty: nothing, or it is over."""
    done: float = 0
    total: float = 0
    unit: str = ""
    segment: str = ""
    """The file that is being drawn, and how many of its frames are."""
    frames: int = 0


class Teller:
    """Writes how far this process is, for whoever asked for the work."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / uuid4().hex
        self._next = 0.0

    def doing(self, words: str, done: float, total: float, unit: str) -> None:
        """Something takes time that draws nothing; with the last of its units it is over."""
        over = bool(total) and done >= total
        self._write(Standing() if over else Standing(words, done, total, unit), at_once=over or not done)

    def drawn(self, segment: str, frames: int) -> None:
        """So many frames of a segment are drawn by now."""
        self._write(Standing(segment=segment, frames=frames))

    def end(self) -> None:
        """There is nothing more to tell."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _write(self, told: Standing, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if at_once or now >= self._next:
            self._next = now + EVERY
            with suppress(OSError):  # nobody waits for it any more, or the disk is full
                unfinished = self._path.with_suffix(".new")
                unfinished.write_text(json.dumps(asdict(told)), encoding="utf-8")
                unfinished.replace(self._path)


class Begun:
    """Which segments somebody draws, of the processes that draw a clip together: the first that says so does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, segment: Path) -> bool:
        """Whether it is this process that draws a segment. OSError if nothing can be said of it."""
        try:
            (self._folder / f"{segment.stem}.begun").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


@contextmanager
def telling() -> Iterator[Teller | None]:
    """Meanwhile whatever shows how far it is in this process is told to who asked for the work, if that is known."""
    folder = os.environ.get(TOLD)
    if not folder:
        yield None
        return
    teller = Teller(Path(folder))
    progress.LISTENERS.append(teller.doing)
    try:
        yield teller
    finally:
        progress.LISTENERS.remove(teller.doing)
        teller.end()


@contextmanager
def asked(jobs: Sequence[Job], *, far: bool) -> Iterator[list[Job]]:
    """The same jobs, whose processes will tell how far they are; those `far` away see only the media folder."""
    with ExitStack() as folders:
        told = []
        for job in jobs:
            place = job.flags[job.flags.index("--media_dir") + 1] if far else gettempdir()
            try:
                making = Making(Path(place) / "told")  # whoever writes there next removes what a killed one left
                folders.callback(making.abort)
                making.path.mkdir()
            except OSError:  # what cannot be written to is said by who draws
                told.append(job)
            else:
                told.append(job.told({TOLD: str(making.path)}))
        yield told


def heard(job: Job) -> list[Standing]:
    """What the job's processes have told last."""
    folder = dict(job.environment).get(TOLD)
    found = []
    if folder:
        with suppress(OSError):
            for path in Path(folder).iterdir():
                if not path.suffix:
                    with suppress(OSError, ValueError, TypeError):
                        found.append(Standing(**json.loads(path.read_text(encoding="utf-8"))))
    return found
