"""What rendering takes of a machine's memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import FIVE_SPIRALS, record, training
from scenes.parts import Picture
from scenes.parts.pictures.contact_sheet import painted
from scenes.parts.stage.encoder import Pool, _yuv
from scenes.parts.stage.settings import frames_waiting

PROJECT = Path(__file__).parents[2]


WATCHED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a command and prints the most memory that it had. A small process: what starts another lends it its own size."""


@pytest.mark.skipif(sys.platform == "win32", reason="has no getrusage")
def test_a_clip_of_five_thousand_points_takes_less_than_half_a_gigabyte_encoder_included(tmp_path: Path) -> None:
    frame = training(record(FIVE_SPIRALS))(0)
    _yuv(painted(Picture(frame), 1920, 1080))  # compiling, once on a machine, takes another 80 MB
    command = [
        "-m",
        "manim",
        "render",
        "scenes/embedding.py",
        "-n",
        "0,1",
        "--frame_rate",
        "15",
        "--media_dir",
        tmp_path,
    ]
    watching = [sys.executable, "-c", WATCHED, sys.executable, *command]
    done = subprocess.run(watching, cwd=PROJECT, check=True, capture_output=True)
    assert list(tmp_path.rglob("*.mp4"))
    assert 200e6 < int(done.stdout) * (1 if sys.platform == "darwin" else 1024) < 500e6


def test_larger_frames_wait_in_smaller_numbers() -> None:
    frame = 3840 * 2160
    assert frames_waiting(1920 * 1080) == frames_waiting(64 * 48) == 8
    assert frames_waiting(frame) * frame * 1.5 <= 40e6
    for pixels, kept in ((1920 * 1080, 3), (frame, 1)):
        pool, made = Pool(), [np.empty((pixels, 4), np.uint8) for _ in range(5)]
        for buffer in made:
            pool.give(buffer)
        again = [pool.take(made[0]) for _ in range(5)]
        assert sum(any(buffer is other for other in made) for buffer in again) == kept
