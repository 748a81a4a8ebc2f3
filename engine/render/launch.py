"""Manim is started here, and nowhere else."""

import os
import pickle
import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.errors import UnspiralError, printable
from engine.films.replay import REPLAY, Replaying
from engine.render import farm
from engine.render.child import PROJECT, absolute, absolute_environment, run_module
from engine.render.farm import Underway, jobs_for
from engine.render.job import Job, Made
from engine.render.pools import cluster_pool, local_pool
from engine.render.progress import bars
from engine.render.scene_file import SHIPPED, SceneFile
from engine.render.told import asked

SHEET = "scenes.parts.pictures.contact_sheet"
"""What draws contact sheets, by name: it imports Manim, and the engine does not."""
SEEN = "scenes.parts.pictures.seen"
"""What draws single frames, by name."""

ENCODER = "UNSPIRAL_ENCODER"
"""Says which encoder is used, where Manim's flags do not."""


def say_nothing(remark: str) -> None:
    """For those who need not be told."""


def render(
    jobs: Sequence[Job],
    *,
    count: int | None = None,
    cluster: str | None = None,
    say: Callable[[str], None] = say_nothing,
) -> list[Underway]:
    """Render scenes, each as `manim render` would: in `count` processes (None: one a core), or on a Dask cluster.

    How far they are is shown on standard error; `say` is told what a lecturer should know. A scene that fails has an
    `error`, the others finish.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    workers = count or cores
    where: Any = nullcontext((local_pool(workers), workers)) if cluster is None else cluster_pool(cluster, jobs, say)
    far, least = cluster is not None, 0 if count or cluster else SHORT
    jobs = alike(jobs) if far else jobs
    with where as (pool, workers), asked(jobs, far=far) as jobs, bars() as show:
        clips = farm.render(jobs, pool, workers, show, say, far, least)
    for clip in clips:
        for remark in clip.made.remarks if clip.made else ():
            say(f"{clip.name}: {remark}")
    return clips


def alike(jobs: Sequence[Job]) -> list[Job]:
    """The same jobs, encoded alike on machines that differ: in software."""
    return [job.told({ENCODER: "software"}) for job in jobs]


def render_one(job: Job, say: Callable[[str], None] = say_nothing) -> Made:
    """The clip, or still, of one scene. UnspiralError says in its sentence why there is none."""
    (made,) = made_of([job], say)
    return made


def made_of(jobs: Sequence[Job], say: Callable[[str], None] = say_nothing) -> list[Made]:
    """The clips, or stills, of scenes. UnspiralError says in its sentence why one is not there."""
    made = []
    for clip in render(jobs, say=say):
        if clip.error:
            raise UnspiralError(f"{clip.name}: {clip.error}")
        if clip.made is None or not clip.made.path:
            raise UnspiralError(f"{clip.name} has nothing to deliver: it plays nothing; end it with self.wait(1)")
        made.append(clip.made)
    return made


def film(replaying: Replaying, name: str, flags: Sequence[str], environment: Mapping[str, str] | None = None) -> Path:
    """The film of a recorded run, as scenes/replay.py tells it, in a file called `name`; `environment` holds a theme.

    Of the current folder it takes where to put the clip and nothing else: its manim.cfg may be somebody else's.
    """
    flags = [*absolute(flags), *(() if {"-o", "--output_file"} & set(flags) else ("-o", name))]
    (job,) = jobs_for([SceneFile(SHIPPED / "replay.py")], flags)
    told = {**absolute_environment(), **(environment or {}), REPLAY: replaying.as_json()}
    return Path(render_one(replace(job, folder=str(PROJECT)).told(told)).path)


def draw_sheet(path: Path, sheet: Path) -> None:
    """Draw the contact sheet in another process: engine imports no scene."""
    done = run_module(SHEET, [path.absolute(), sheet.absolute()], stderr=subprocess.PIPE)
    if done.returncode:
        raise UnspiralError(f"the contact sheet could not be drawn: {_last_line(done.stderr)}")


def draw_frames(frames: Sequence[Any], width: int, form: str) -> list[bytes]:
    """Pictures of frames as files of a format hold them, drawn in another process: engine imports no scene."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answer = Path(folder, "asked"), Path(folder, "answer")
        asked.write_bytes(pickle.dumps((list(frames), width, form)))
        done = run_module(SEEN, [asked, answer], stderr=subprocess.PIPE)
        if done.returncode:
            raise UnspiralError(f"the frame could not be drawn: {_last_line(done.stderr)}")
        return pickle.loads(answer.read_bytes())


def _last_line(said: str) -> str:
    lines = said.strip().splitlines()
    return printable(lines[-1]) if lines else "no reason was given"


_FLAGS = (
    "-c --config_file --tex_template -v --verbosity --gui_location --preview_command --seed -o --output_file",
    "-0 --zero_pad --media_dir --log_dir -n --from_animation_number --format -r --resolution --frame_rate",
    "--video-codec --pixel-format --encoder-option --max-inflight-encoders --encoder-queue-size --renderer",
    "--progress_bar",
)
VALUES = frozenset(flag for line in _FLAGS for flag in line.split())
"""Manim's flags that are followed by a value."""

SHORT = 120
"""Frames that are not shared among processes unless it is asked for: a process takes about as long to start."""
LOSSLESS = ("--format", "mov", "--video-codec", "qtrle")
"""Arguments for frames exactly as drawn: QuickTime Animation."""
FINE = (
    *("--format", "mp4", "--video-codec", "libx264", "--pixel-format", "yuv444p"),
    *(word for option in ("preset=superfast", "crf=12", "g=30", "threads=1") for word in ("--encoder-option", option)),
)
"""Arguments for frames that are encoded once more, of which some are sought. 90 frames of five thousand points over
regions, 1920 × 1080: 72 kB each for 603 exactly as drawn. In a deck's encoding made of them the error is 2 to 4 %
larger; made of Manim's own clip, with half of the colours, 15 to 25 %."""

SIZES = {
    "low": (854, 480),
    "hd": (1280, 720),
    "full": (1920, 1080),
    "4k": (3840, 2160),
    "square": (1080, 1080),
    "vertical": (1080, 1920),
}
"""Named sizes in pixels."""


def parse_size(text: str) -> tuple[int, int]:
    """Width and height in pixels from a name in `SIZES` or 1280x720. UnspiralError lists them."""
    if text in SIZES:
        return SIZES[text]
    match = re.fullmatch(r"(\d+)[x×,](\d+)", text)
    if match is None:
        raise UnspiralError(f"size {text!r} is neither like 1280x720 nor one of {', '.join(SIZES)}")
    width, height = int(match[1]), int(match[2])
    if width % 2 or height % 2 or min(width, height) < 64 or max(width, height) > 8192:
        raise UnspiralError(f"size {text}: video needs even numbers from 64 to 8192")
    return width, height
