"""The beats of a scene: its sections as stops of a page, the runs that it shows, its words."""

import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from engine.errors import UnspiralError, printable
from engine.render.child import run_module
from engine.render.farm import jobs_for
from engine.render.scene_file import find_scene
from engine.runs.run import Run

BEATS = "scenes.parts.stage.beats"
"""What goes through a scene, by name: it imports Manim, and the engine does not."""


class Beat(NamedTuple):
    """A named stop."""

    name: str
    epoch: float


class Told(NamedTuple):
    """What a scene tells of its trainings."""

    title: str
    runs: tuple[tuple[str, Run], ...]
    beats: tuple[Beat, ...]
    names: tuple[str, ...] = ()
    """What it calls the classes, where its theme does."""


def told_by(scene: str, folder: Path, theme: str = "") -> Told:
    """What a scene shows, without drawing it; its runs are left in `folder`. UnspiralError if it shows no training."""
    file = find_scene(scene)
    (job,) = jobs_for([file], ["--media_dir", str(folder / "media")], {"UNSPIRAL_THEME": theme} if theme else None)
    done = run_module(BEATS, [json.dumps(asdict(job)), folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UnspiralError(f"{file.label}: {printable(said[-1]) if said else 'it could not be gone through'}")
    found = json.loads(done.stdout.splitlines()[-1])
    count = len(found["runs"])
    if not count:
        raise UnspiralError(f"{file.label} plays no training film, which is what a page shows; give a run")
    names = [file.stem if count == 1 else f"{file.stem} {number + 1}" for number in range(count)]
    runs = tuple((name, Run.load(path)) for name, path in zip(names, found["runs"]))
    stops = tuple(Beat(beat["name"], float(beat["epoch"])) for beat in found["beats"])
    return Told(found["title"], runs, stops, tuple(found["names"]))
