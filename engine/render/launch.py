"""Manim is started here, and nowhere else."""

import os
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from engine.errors import UnspiralError

if TYPE_CHECKING:
    pass
import re

STAGE, SHEET = "scenes.parts.stage.worker", "scenes.parts.pictures.contact_sheet"
"""What draws, by name: it imports Manim, and the engine does not."""


def stage() -> ModuleType:
    """The module that draws segments, for a process that is there for that."""
    return import_module(STAGE)


def render(environment: dict[str, str], name: str, flags: tuple[str, ...]) -> int:
    """Let Manim render scenes/replay.py in a process of its own; its exit code."""
    spec = find_spec("scenes")
    if spec is None or not spec.submodule_search_locations:
        raise UnspiralError("the scenes are not installed; run it from the project's environment")
    scenes = Path(spec.submodule_search_locations[0])
    arguments = [sys.executable, "-m", "manim", "render", str(scenes / "replay.py"), *flags]
    if not {"-o", "--output_file"} & set(flags):
        arguments += ["-o", name]
    settings = scenes.parent / "manim.cfg"
    if settings.is_file() and not Path("manim.cfg").is_file():  # Manim reads it from the current folder alone
        arguments += ["--config_file", str(settings)]
    return subprocess.run(arguments, env={**os.environ, **environment}, stdin=subprocess.DEVNULL).returncode


def draw_sheet(path: Path, sheet: Path) -> None:
    """Draw the contact sheet in another process: engine imports no scene."""
    done = subprocess.run([sys.executable, "-m", SHEET, path, sheet], stderr=subprocess.PIPE, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UnspiralError(f"the contact sheet could not be drawn: {said[-1] if said else 'no reason was given'}")


LOSSLESS = ("--format", "mov", "--video-codec", "qtrle")
"""Arguments for frames exactly as drawn: QuickTime Animation."""

SETTINGS = Path(__file__).parents[2] / "manim.cfg"
"""How the project renders: its ground and its encoder's settings, wherever the lecturer's own folder has none."""

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
