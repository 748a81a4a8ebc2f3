"""What every command that draws can be told: theme, size, quality, frames a second, and to be quiet."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click

from engine.errors import UnspiralError
from engine.themes import check_theme

QUALITIES = {
    "l": (854, 480, 15.0),
    "m": (1280, 720, 30.0),
    "h": (1920, 1080, 60.0),
    "p": (2560, 1440, 60.0),
    "k": (3840, 2160, 60.0),
}
"""Manim's letters: pixels, and frames a second."""


class Look(NamedTuple):
    """How clips are to look."""

    width: int
    height: int
    fps: float
    theme: str

    def environment(self) -> dict[str, str]:
        """The theme, as what draws reads it."""
        return {"UNSPIRAL_THEME": self.theme} if self.theme else {}


def manims(quality: str | None, size: str | None, fps: float | None) -> list[str]:
    """What was asked for as Manim's flags; what was not is left to a manim.cfg."""
    asked = look(quality, size, fps, "")
    flags = ["-q", quality] if quality else []
    flags += ["--resolution", f"{asked.width},{asked.height}"] if size else []
    return flags + (["--fps", f"{fps:g}"] if fps is not None else [])


def looks(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --theme, --size, -q, --fps and --quiet; `look` makes a Look of the first four."""
    for option in (
        click.option("--quiet", is_flag=True, expose_value=False, callback=_quiet, help="No progress is shown."),
        click.option("--theme", default="", help="dark, light, greys (to print) or your own TOML file."),
        click.option("--fps", type=float, help="Frames a second.  [default: 60, or as -q says]"),
        click.option("--size", help="full, 4k, hd, low, square, vertical or 1280x720.  [default: full, or as -q says]"),
        click.option("-q", "--quality", type=click.Choice(list(QUALITIES)), help="l is for a quick look, k is 4K."),
    ):
        command = option(command)
    return command


def look(quality: str | None, size: str | None, fps: float | None, theme: str) -> Look:
    """What was asked for. UnspiralError if there is no such size or theme."""
    from engine.render.launch import parse_size

    width, height, rate = QUALITIES[quality or "h"]
    if size:
        width, height = parse_size(size)
    rate = rate if fps is None else fps
    if not 1 <= rate <= 240:
        raise UnspiralError(f"{rate:g} frames a second were asked for; clips have from 1 to 240")
    check_theme(theme)
    return Look(width, height, rate, str(Path(theme).resolve()) if Path(theme).is_file() else theme)


def folder_for(file: Path) -> None:
    """Make the folder that a file is to go into. UnspiralError if that cannot be."""
    try:
        file.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnspiralError(f"cannot make the folder {file.parent}: {error.strerror or error}") from None


def _quiet(_: click.Context, __: click.Parameter, value: bool) -> None:
    if value:
        os.environ["UNSPIRAL_QUIET"] = "1"
