"""Rendering a scene with Manim, in a process of its own: the engine never imports Manim."""

from dataclasses import dataclass
from pathlib import Path

from engine.deliver.clip import Clip, read_clip
from engine.errors import UnspiralError
from engine.render.farm import jobs_for
from engine.render.launch import LOSSLESS, SETTINGS, render_one


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
        kind = "transparent" if transparent else "lossless" if lossless else ""
        media = self.media / "deliver" / kind if kind else self.media
        flags = ["--media_dir", str(media), "--resolution", f"{self.width},{self.height}", "--fps", f"{self.fps:g}"]
        flags.append("--save_sections")
        if SETTINGS.is_file() and not Path(SETTINGS.name).is_file():  # Manim looks in the current folder alone
            flags += ["--config_file", str(SETTINGS)]
        if kind:
            flags += [*LOSSLESS, "--pixel-format", "argb" if transparent else "rgb24"]
        else:
            flags += ["--format", "mp4"]
        if transparent:
            flags.append("--transparent")
        (job,) = jobs_for([scene], flags)
        made = render_one(job.told({"UNSPIRAL_THEME": self.theme} if self.theme else {}))
        return read_clip(Path(made.sections), scene, Path(made.path))
