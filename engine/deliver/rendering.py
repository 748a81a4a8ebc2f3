"""Rendering a scene with Manim, in a process of its own: the engine never imports Manim."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.deliver.clip import Clip, read_clip
from engine.errors import UnspiralError, printable
from engine.render.launch import LOSSLESS, SETTINGS


@dataclass(frozen=True)
class Rendering:
    """How scenes are to be rendered."""

    width: int = 1920
    height: int = 1080
    fps: float = 60
    theme: str = ""
    """dark, light or a TOML file; empty: as the environment says."""
    media: Path = Path("media")

    def __post_init__(self) -> None:
        if not 1 <= self.fps <= 240:
            raise UnspiralError(f"{self.fps:g} frames a second were asked for; clips have from 1 to 240")
        if self.theme not in ("", "dark", "light") and not Path(self.theme).is_file():
            raise UnspiralError(f"theme {self.theme!r} is neither dark nor light nor a TOML file that is there")

    def render(self, scene: Path, *, lossless: bool = False, transparent: bool = False) -> Clip:
        """The scene as a clip; what was rendered before comes from Manim's cache.

        Not `lossless`: as `manim render` does, H.264 as in manim.cfg. `transparent` is lossless, with premultiplied
        alpha. UnspiralError says what went wrong in the scene.
        """
        if not scene.is_file():
            raise UnspiralError(f"there is no scene file {scene}")
        kind = "transparent" if transparent else "lossless" if lossless else ""
        media = self.media / "deliver" / kind if kind else self.media
        arguments = [sys.executable, "-m", "manim", "render", str(scene), "--media_dir", str(media)]
        arguments += ["--resolution", f"{self.width},{self.height}", "--fps", f"{self.fps:g}", "--save_sections"]
        if SETTINGS.is_file() and not Path(SETTINGS.name).is_file():  # Manim looks in the current folder alone
            arguments += ["--config_file", str(SETTINGS)]
        if kind:
            arguments += [*LOSSLESS, "--pixel-format", "argb" if transparent else "rgb24"]
        else:
            arguments += ["--format", "mp4"]
        if transparent:
            arguments.append("--transparent")
        shown = sys.stderr.isatty()
        if not shown:
            arguments += ["--progress_bar", "none"]
        environment = {**os.environ, "UNSPIRAL_THEME": self.theme or os.environ.get("UNSPIRAL_THEME", "")}
        began = time.time() - 2  # file systems keep whole seconds, some of them even ones
        done = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,  # a file with two scenes would ask which
            stdout=subprocess.DEVNULL,
            stderr=None if shown else subprocess.PIPE,
            env=environment,
            text=True,
        )
        made = _newer(media.glob(f"videos/{_escaped(scene.stem)}/*/sections/*.json"), began)
        if done.returncode or not made:
            raise UnspiralError(_reason(scene, done.stderr))
        return read_clip(made[-1], scene)


def _newer(paths: Iterable[Path], than: float) -> list[Path]:
    times = {path: path.stat().st_mtime for path in paths}
    return sorted((path for path, at in times.items() if at >= than), key=times.__getitem__)


def _escaped(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)


def _reason(scene: Path, said: str | None) -> str:
    """The last line that Manim's process wrote: our own one-line errors stand there, and exceptions too."""
    lines = [line.strip(" │╭╰─╮╯") for line in (said or "").splitlines()]
    lines = [line for line in lines if line]
    if "cannot be produced" in (said or ""):  # Manim's advice for a scene without a frame
        return f"{scene.name} has nothing to deliver: it plays nothing"
    if not lines:
        return f"{scene} could not be rendered, or holds no scene; try: manim render {scene}"
    return printable(f"{scene.name}: {lines[-1]}")
