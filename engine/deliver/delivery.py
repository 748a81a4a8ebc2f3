"""Delivering scenes: what is asked for is checked first, then each scene is rendered and made into every target."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from engine.deliver import sound as heard
from engine.deliver.clip import Clip
from engine.deliver.rendering import Rendering
from engine.deliver.targets import TARGETS, Target, Work
from engine.errors import UnspiralError, unknown

ENDINGS = ("", ".gif", ".mov", ".mp4", ".otio", ".srt", ".vtt", ".webm")
"""Of all that targets make."""


def deliver(
    scenes: Sequence[Path],
    targets: Sequence[str],
    folder: Path,
    rendering: Rendering,
    *,
    transparent: bool = False,
    sound: Path | None = None,
    force: bool = False,
    say: Callable[[str], None] = lambda remark: None,
) -> Iterator[Path]:
    """Make every target of every scene in `folder`, yielding the files and folders as they are ready.

    They are named scene-target; `force` replaces what has that name. `say` is told what a lecturer should know.
    UnspiralError before anything is rendered: unknown targets, alpha that cannot be, names that are taken.
    """
    chosen = {name: find_target(name) for name in targets}
    if transparent:
        for name, target in chosen.items():
            if target.alpha == "never":
                able = ", ".join(n for n, t in TARGETS.items() if t.alpha != "never")
                raise UnspiralError(f"{name} cannot be transparent; these can: {able}")
    for scene in scenes:
        if not scene.is_file():
            raise UnspiralError(f"there is no scene file {scene}")
    if not folder.is_dir():
        raise UnspiralError(f"there is no folder {folder}; make it first, or name another with -o")
    if sound is not None and len(scenes) > 1:
        raise UnspiralError(f"one sound goes onto one scene, not onto {len(scenes)}")
    duration = heard.duration(sound) if sound is not None else 0.0
    named: dict[str, Path] = {}
    for scene in scenes:
        if (other := named.setdefault(scene.stem, scene)) is not scene:
            raise UnspiralError(f"{other} and {scene} would both become {scene.stem}-{targets[0]}; rename one of them")
    for stem in (folder / f"{scene.stem}-{name}" for scene in scenes for name in chosen):
        taken = made(stem)
        if taken and not force:
            raise UnspiralError(f"{taken[0]} exists; replace it with --force, or deliver into another folder")
    for scene in scenes:
        yield from _deliver_one(scene, chosen, folder, rendering, transparent, sound, duration, say)


def find_target(name: str) -> Target:
    """The row of the table; UnspiralError lists them."""
    if name not in TARGETS:
        raise unknown("target", name, TARGETS)
    return TARGETS[name]


def _deliver_one(
    scene: Path,
    chosen: dict[str, Target],
    folder: Path,
    rendering: Rendering,
    transparent: bool,
    sound: Path | None,
    duration: float,
    say: Callable[[str], None],
) -> Iterator[Path]:
    lossless = any(target.needs_lossless for target in chosen.values())
    clips: dict[bool, Clip] = {}
    for name, target in chosen.items():
        clear = target.alpha == "always" or (transparent and target.alpha == "optional")
        if clear not in clips:
            clips[clear] = rendering.render(scene, lossless=lossless, transparent=clear)
        clip = clips[clear]
        if not target.sounds and (clip.sounds or sound is not None):
            say(f"{name} carries no sound")
        elif sound is not None:
            extra = duration - float(clip.duration)
            if extra > 1 / float(clip.rate):
                say(f"{sound.name} is {extra:.1f} s longer than the clip; its end is cut off")
        stem = folder / f"{scene.stem}-{name}"
        work = Work(clip, lossless, clear, stem, sound if target.sounds else None, duration)
        for path in made(stem):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        target.make(work)
        yield from made(stem)
    if lossless:
        for clip in clips.values():
            clear_joined(clip)


def made(stem: Path) -> list[Path]:
    """What there is of a target: the folder of its sections, and files that have its whole name and an ending.

    The name may hold dots: week1.2 intro-web is not week1-web.
    """
    return [path for ending in ENDINGS if (path := stem.with_name(stem.name + ending)).exists()]


def clear_joined(clip: Clip) -> None:
    """Remove the lossless clip and its sections: Manim joins them again from its cache, and they are large."""
    for section in clip.sections:
        section.video.unlink(missing_ok=True)
    clip.video.unlink(missing_ok=True)
