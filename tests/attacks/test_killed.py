"""Whoever is killed, at whatever moment: the same command again gives what it would have given undisturbed."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from engine import Run
from engine.deliver.clip import Clip, Section
from engine.deliver.deck import write_deck
from engine.deliver.delivery import deliver
from engine.deliver.rendering import Rendering
from engine.deliver.video import Encoder
from engine.runs import thin
from tests.attacks.attacking import small_run
from tests.attacks.kill import files, killed

RATE = Fraction(10)


class Rendered(Rendering):
    """Gives a clip of two sections as Manim would have rendered it, in no time."""

    def render_all(self, scenes: Any, **how: bool) -> list[Clip]:
        return [self.render(*scene) for scene in scenes]

    def render(self, scene: Path, own: Path, *, lossless: bool = False, transparent: bool = False) -> Clip:
        own.mkdir(parents=True, exist_ok=True)
        sections = []
        for number, name in enumerate(("one", "two")):
            path = own / f"{name}.mov"
            frames = [np.full((64, 64, 3), 40 * number + k, np.uint8) for k in range(5)]
            Encoder(".mov", "qtrle", "rgb24").write(path, frames, RATE)
            sections.append(Section(name, path, 5 * number, 5, loops=False))
        return Clip("Scene", "A scene.", own / "Scene.mov", 64, 64, RATE, tuple(sections))


def _delivering(place: Path) -> None:
    (place / "scene.py").touch()
    list(deliver([place / "scene.py"], ["poster", "gif", "frames"], place, Rendered()))


def _writing_a_deck(place: Path) -> None:
    (place / "scene.py").touch()
    write_deck([place / "scene.py"], place / "deck.html", Rendered())


def _saving_and_thinning(place: Path) -> None:
    small_run(snapshots=9).save(place / "whole.safetensors")
    thin.every(Run.load(place / "whole.safetensors"), 2).save(place / "thin.safetensors")


def _undisturbed_again(folder: Path, do: Callable[[Path], object], steps: Iterable[int]) -> int:
    """Kill before some changes of the file system; returns how many kills there were."""
    (folder / "calm").mkdir()
    do(folder / "calm")
    calm, kills = files(folder / "calm"), 0
    for step in steps:
        place = folder / f"killed-{step}"
        place.mkdir()
        if killed(do, place, step):
            kills += 1
            if files(place) != calm:
                do(place)
        assert files(place) == calm, step
        assert not [path.name for path in place.rglob(".making-*")], step
    return kills


def test_deliveries(tmp_path: Path) -> None:
    assert _undisturbed_again(tmp_path, _delivering, [0, 2, 5, 9, 14, 20, 26, 33]) > 5


def test_decks(tmp_path: Path) -> None:
    assert _undisturbed_again(tmp_path, _writing_a_deck, [1, 3, 5, 8, 12]) > 2


def test_saved_and_thinned_runs(tmp_path: Path) -> None:
    assert _undisturbed_again(tmp_path, _saving_and_thinning, range(12)) > 8
