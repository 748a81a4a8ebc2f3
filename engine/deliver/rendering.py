"""Rendering a scene with Manim, in a process of its own: the engine never imports Manim."""

from collections.abc import Sequence
from configparser import ConfigParser
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from engine.deliver.clip import Clip, read_clip
from engine.errors import UnspiralError
from engine.render.farm import jobs_for
from engine.render.job import Job
from engine.render.launch import FINE, LOSSLESS, made_of
from engine.render.scene_file import SceneFile, find_scene
from engine.themes import check_theme


@dataclass(frozen=True)
class Rendering:
    """How scenes are to be rendered."""

    width: int = 1920
    height: int = 1080
    fps: float = 60
    theme: str = ""
    """One of `THEMES` or a TOML file; empty: as the environment says."""
    media: Path = Path("media")

    def __post_init__(self) -> None:
        if not 1 <= self.fps <= 240:
            raise UnspiralError(f"{self.fps:g} frames a second were asked for; clips have from 1 to 240")
        check_theme(self.theme)

    def render(
        self,
        scene: str | Path | SceneFile,
        own: Path | None = None,
        *,
        lossless: bool = False,
        transparent: bool = False,
        fine: bool = False,
    ) -> Clip:
        """The scene as a clip that lies in the folder `own`, else in the media folder, where its segments always are.

        Not `lossless`: as `manim render` does, H.264; `fine`: good enough to be encoded once more. `transparent` is
        lossless, with premultiplied alpha. UnspiralError says what went wrong in the scene.
        """
        (clip,) = self.render_all([(scene, own)], lossless=lossless, transparent=transparent, fine=fine)
        return clip

    def render_all(self, scenes: Sequence[tuple[str | Path | SceneFile, Path | None]], **how: bool) -> list[Clip]:
        """Scenes as clips, each in its folder, together on all cores: see `render`, of which `how` are the switches."""
        found = [find_scene(scene) for scene, _ in scenes]
        jobs = [self._job(scene, own, **how) for scene, (_, own) in zip(found, scenes)]
        return [
            read_clip(Path(made.sections), scene.path, Path(made.path)) for scene, made in zip(found, made_of(jobs))
        ]

    def _job(
        self,
        found: SceneFile,
        own: Path | None,
        *,
        lossless: bool = False,
        transparent: bool = False,
        fine: bool = False,
    ) -> Job:
        kind = "transparent" if transparent else "lossless" if lossless else "fine" if fine else ""
        cache = self.media / "deliver" / kind if kind else self.media
        flags = ["--resolution", f"{self.width},{self.height}", "--fps", f"{self.fps:g}", "--save_sections"]
        if own is not None:
            own = own.absolute() / (kind or "media")
            own.mkdir(parents=True, exist_ok=True)
            settings = own.with_suffix(".cfg")
            settings.write_text(_settings(cache.absolute()), encoding="utf-8")
            flags += ["--media_dir", str(own), "--config_file", str(settings)]
        else:
            flags += ["--media_dir", str(cache)]
        if kind == "fine":
            flags += FINE
        elif kind:
            flags += [*LOSSLESS, "--pixel-format", "argb" if transparent else "rgb24"]
        else:
            flags += ["--format", "mp4"]
        if transparent:
            flags.append("--transparent")
        (job,) = jobs_for([found], flags, {"UNSPIRAL_THEME": self.theme} if self.theme else {})
        return job


def _settings(cache: Path) -> str:
    """Manim's settings for a clip whose segments are kept in the media folder `cache`, whatever its own is.

    Others that render at the same time share the segments, and nothing else.
    """
    parser = ConfigParser()
    parser.read("manim.cfg", encoding="utf-8")  # the lecturer's own, which Manim leaves out where another is named
    if not parser.has_section("CLI"):
        parser.add_section("CLI")
    named = str(cache).replace("%", "%%").replace("{", "{{").replace("}", "}}")
    parts = "videos/{module_name}/{quality}/partial_movie_files/{scene_name}"
    parser.set("CLI", "partial_movie_dir", f"{named}/{parts}")
    text = StringIO()
    parser.write(text)
    return text.getvalue()
