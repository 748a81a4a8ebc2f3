"""Starting another Python: it imports nothing from the folder in which somebody happens to work.

`python -m` puts the current folder before everything else: a manim.py or numpy.py that lies beside somebody's run would
be executed by showing that run.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
_PATHS = ("--media_dir", "--config_file", "-c", "--log_dir", "--tex_template")
"""Flags of Manim that are followed by a path."""


def run_module(module: str, arguments: Sequence[object], **how: Any) -> "subprocess.CompletedProcess[str]":
    """`python -m module arguments` in our own folder: neither code nor settings (manim.cfg) of the current one count.

    Paths in `arguments` are absolute. It reads no input.
    """
    command = [sys.executable, "-P", "-m", module, *map(str, arguments)]
    environment = {**safe_environment(), **absolute_environment()}
    return subprocess.run(command, env=environment, cwd=PROJECT, stdin=subprocess.DEVNULL, text=True, **how)


def absolute_environment() -> dict[str, str]:
    """What we read from the environment that names files, as it holds in any folder."""
    given = {name: os.environ.get(name, "") for name in ("UNSPIRAL_RUNS", "UNSPIRAL_THEME")}
    paths = {name for name, value in given.items() if value and (name == "UNSPIRAL_RUNS" or Path(value).suffix)}
    return {name: os.path.abspath(value) for name, value in given.items() if name in paths}


def absolute(flags: Sequence[str]) -> list[str]:
    """Manim's flags with paths that hold in any folder; its media folder lies in the current one."""
    parts = [part for flag in flags for part in (flag.split("=", 1) if flag.startswith("--") else [flag])]
    for place, flag in enumerate(parts[:-1]):
        if flag in _PATHS:
            parts[place + 1] = os.path.abspath(parts[place + 1])
    if "--media_dir" not in parts[:-1]:
        parts += ["--media_dir", os.path.abspath("media")]
    return parts


def safe_environment() -> dict[str, str]:
    """The environment of this process, in which no Python imports from the current folder."""
    here = os.path.realpath(os.curdir)
    kept = [
        entry
        for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep)
        if os.path.isabs(entry) and (_outside(os.path.realpath(entry), here) or Path(entry).resolve() == PROJECT)
    ]
    safe = {**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(kept)}
    return safe if kept else {name: value for name, value in safe.items() if name != "PYTHONPATH"}


def _outside(path: str, folder: str) -> bool:
    return path != folder and not path.startswith(folder.rstrip(os.sep) + os.sep)
