"""Delivering scenes: what is asked for is checked first, then each scene is rendered and made into every target."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.deliver import sound as heard
from engine.deliver.clip import Clip
from engine.deliver.rendering import Rendering
from engine.deliver.targets import TARGETS, Target, Work, expected
from engine.deliver.video import counting
from engine.errors import UnspiralError, unknown
from engine.files.making import Making, flush
from engine.render.scene_file import SceneFile, find_scene

LARGE = 100e6
"""Bytes from which on it is said beforehand how large a clip will be."""
ENDINGS = ("", ".gif", ".mov", ".mp4", ".otio", ".srt", ".vtt", ".webm")
"""Of all that targets make."""


def deliver(
    scenes: Sequence[str | Path],
    targets: Sequence[str],
    folder: Path,
    rendering: Rendering,
    *,
    transparent: bool = False,
    sound: Path | None = None,
    language: str = "en",
    force: bool = False,
    say: Callable[[str], None] = lambda remark: None,
) -> Iterator[Path]:
    """Make every target of every scene in `folder`, yielding the files and folders.

    They are named scene-target, and get their names together when all are whole; `force` replaces what has that name.
    Where a scene cannot be rendered, those before it are kept. `say` is told what a lecturer should know.
    UnspiralError before anything is rendered: unknown targets, alpha that cannot be, names that are taken.
    """
    chosen = {name: find_target(name) for name in targets}
    if transparent:
        for name, target in chosen.items():
            if target.alpha == "never":
                able = ", ".join(n for n, t in TARGETS.items() if t.alpha != "never")
                raise UnspiralError(f"{name} cannot be transparent; these can: {able}")
    found = [find_scene(scene) for scene in scenes]
    if folder.exists() and not folder.is_dir():
        raise UnspiralError(f"{folder} is a file; name a folder with -o")
    if sound is not None and len(scenes) > 1:
        raise UnspiralError(f"one sound goes onto one scene, not onto {len(scenes)}")
    duration = heard.duration(sound) if sound is not None else 0.0
    named: dict[str, SceneFile] = {}
    for scene in found:
        if (other := named.setdefault(scene.stem, scene)) is not scene:
            raise UnspiralError(
                f"{other.path} and {scene.path} would both become {scene.stem}-{targets[0]}; rename one of them"
            )
    for stem in (folder / f"{scene.stem}-{name}" for scene in found for name in chosen):
        for taken in made(stem):
            if not force:
                raise UnspiralError(f"{taken} exists; replace it with --force, or deliver into another folder")
            if taken.is_symlink() or not (taken.is_file() or taken.is_dir()):
                raise UnspiralError(f"{taken} is a link or a device, which is not replaced; remove it first")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnspiralError(f"cannot make the folder {folder}: {error.strerror or error}") from None
    yield from _delivered(found, folder, _Order(chosen, rendering, transparent, sound, duration, language, say))


@dataclass(frozen=True)
class _Order:
    """What is to be made of every scene, once it is known that it can be."""

    targets: dict[str, Target]
    rendering: Rendering
    transparent: bool
    sound: Path | None
    sound_duration: float
    language: str
    say: Callable[[str], None]


def _delivered(scenes: Sequence[SceneFile], folder: Path, order: _Order) -> Iterator[Path]:
    """Make all in a folder of its own, then give them their names."""
    try:
        making = Making(folder / "delivery")
        making.path.mkdir()
    except OSError as error:
        raise UnspiralError(f"cannot write into {folder}: {error.strerror or error}") from None
    ready: list[Path] = []
    wrong: UnspiralError | None = None
    try:
        for scene in scenes:
            ready += _deliver_one(scene, making.path, order)
    except UnspiralError as error:
        wrong = error
    try:
        flush(making.path)
        for path in ready:
            replaced = folder / path.name
            if replaced.is_dir():  # a folder is not replaced at once
                replaced.rename(path.with_name(f"{path.name}.replaced"))
            path.replace(replaced)
            yield replaced
    except OSError as error:
        raise UnspiralError(f"cannot write into {folder}: {error.strerror or error}") from None
    finally:
        making.abort()
    if wrong is not None:
        raise wrong


def find_target(name: str) -> Target:
    """The row of the table; UnspiralError lists them."""
    if name not in TARGETS:
        raise unknown("target", name, TARGETS)
    return TARGETS[name]


def _deliver_one(scene: SceneFile, folder: Path, order: _Order) -> list[Path]:
    """Every target of a scene, made in `folder`."""
    ready: list[Path] = []
    own = folder / f"{scene.stem} rendered"
    lossless = any(target.needs_lossless for target in order.targets.values())
    clips: dict[bool, Clip] = {}
    for name, target in order.targets.items():
        clear = target.alpha == "always" or (order.transparent and target.alpha == "optional")
        if clear not in clips:
            clips[clear] = order.rendering.render(scene, own, lossless=lossless, transparent=clear)
        clip = clips[clear]
        if not target.sounds and (clip.sounds or order.sound is not None):
            order.say(f"{name} carries no sound")
        elif order.sound is not None:
            extra = order.sound_duration - float(clip.duration)
            if extra > 1 / float(clip.rate):
                order.say(f"{order.sound.name} is {extra:.1f} s longer than the clip; its end is cut off")
        stem = folder / f"{scene.stem}-{name}"
        work = Work(
            clip, lossless, clear, stem, order.sound if target.sounds else None, order.sound_duration, order.language
        )
        if target.intra is not None and (size := expected(work, target.intra)) >= LARGE:
            smaller = "; overlay-small takes about a third" if name == "overlay" else ""
            order.say(f"{stem.name} will take about {size / 1e6:,.0f} MB, its sections as much again{smaller}")
        try:
            with counting(stem.name, clip.frames):
                target.make(work)
        except OSError as error:
            raise UnspiralError(f"cannot write {scene.stem}-{name}: {error.strerror or error}") from None
        ready += made(stem)
    shutil.rmtree(own, ignore_errors=True)  # large: Manim joins it again from its cache
    return ready


def made(stem: Path) -> list[Path]:
    """What there is of a target: the folder of its sections, and files that have its whole name and an ending.

    The name may hold dots: week1.2 intro-web is not week1-web.
    """
    return [path for ending in ENDINGS if os.path.lexists(path := stem.with_name(stem.name + ending))]
