"""Four clips by `unspiral render`, by one process and by two, in turns, each time from an empty cache.

    python tests/benchmarks/farm.py [SCENES] [MANIM'S FLAGS]

Prints seconds by the clock and of processor time, and how much sooner two processes are done. By default: 1080p at 15
frames/s, so that a turn takes a minute or two and starting the processes counts for more than it would at 60.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).parents[2]
SCENES = ("embedding.py", "class_vectors.py", "warping.py", "unfolding.py")
TURNS = 2


def rendered(arguments: list[str], jobs: int) -> tuple[float, float]:
    """Seconds by the clock and of processor time."""
    with tempfile.TemporaryDirectory() as media:
        command = [sys.executable, "-c", "from engine.cli import main; main()", "render", *arguments]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([*command, "--jobs", str(jobs), "--media_dir", media], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(*arguments: str) -> None:
    """Render in turns and print."""
    scenes = [argument for argument in arguments if argument.endswith(".py")]
    flags = [argument for argument in arguments if argument not in scenes] or ["--fps", "15"]
    scenes = scenes or [str(PROJECT / "scenes" / name) for name in SCENES]
    print(f"{len(scenes)} clips, {' '.join(flags)}, {len(os.sched_getaffinity(0))} cores")
    for _ in range(TURNS):
        one, two = (rendered([*scenes, *flags], jobs) for jobs in (1, 2))
        print(
            f"--jobs 1: {one[0]:.1f} s ({one[1]:.1f} s of processor time), --jobs 2: {two[0]:.1f} s ({two[1]:.1f} s): "
            f"{one[0] / two[0]:.2f} times as fast"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
