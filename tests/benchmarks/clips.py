"""Processor time of every scene's frames at 1080p, film and drawing, beside the embedding clip's.

    python tests/benchmarks/clips.py [scenes/energy.py …]

Plays each scene, one frame a second, nothing encoded; prints for each section the median milliseconds a frame and their
ratio to the embedding clip's median, which is measured before each scene.
"""

import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from manim import Scene, logger, tempconfig
from manim.utils.module_ops import get_module, get_scene_classes_from_module

SCENES = Path(__file__).parents[2] / "scenes"
REPLAYED = "replay.py"
"""Shows a run that the lecturer names: the embedding picture once more."""


def timed(scene_class: type[Scene], frame_rate: int = 1) -> dict[str, list[float]]:
    """Milliseconds of each drawn frame, by section; a frame that is repeated by a wait takes none and is left out."""
    spent: dict[str, list[float]] = defaultdict(list)
    size = {"pixel_width": 1920, "pixel_height": 1080, "frame_rate": frame_rate}
    with tempconfig({**size, "dry_run": True, "progress_bar": "none", "disable_caching": True}):
        scene: Any = scene_class()
        update, draw = scene.update_to_time, scene.renderer.render
        began = [0.0]

        def begin(t: float) -> None:
            began[0] = time.process_time()
            update(t)

        def end(*args: Any, **kwargs: Any) -> None:
            draw(*args, **kwargs)
            spent[scene.renderer.file_writer.sections[-1].name].append(1e3 * (time.process_time() - began[0]))

        scene.update_to_time, scene.renderer.render = begin, end
        scene.render()
    return spent


def only_scene(file: Path) -> type[Scene]:
    (scene_class,) = get_scene_classes_from_module(get_module(file))
    return scene_class


def main() -> None:
    logger.setLevel("ERROR")  # of waits shorter than a second
    named = [Path(name) for name in sys.argv[1:]]
    beside = only_scene(SCENES / "embedding.py")
    for file in named or sorted(SCENES.glob("*.py")):
        if file.name in ("__init__.py", REPLAYED):
            continue
        embedding = float(np.median([ms for times in timed(beside).values() for ms in times]))
        print(f"{file.stem} (embedding {embedding:.1f} ms)")
        spent = timed(only_scene(file))
        for section, times in spent.items():
            middle, most = float(np.median(times)), max(times)
            print(f"  {section:24} {middle:6.1f} ms: {middle / embedding:4.2f}, at most {most / embedding:4.2f}")


if __name__ == "__main__":
    main()
