"""A scene's beats, for pages: as a module it goes through a scene without drawing and prints what it trains, and when.

It takes a job as JSON and a folder, where it leaves the runs that the scene shows.
"""

import json
import sys
from pathlib import Path
from typing import Any

from engine.films.training import Training
from engine.render.job import Failed, Job
from scenes.parts.stage.replay import Replay
from scenes.parts.stage.timeline import Timeline
from scenes.parts.stage.worker import with_scene


def beats(scene: Any, folder: Path) -> dict[str, Any]:
    """The scene's runs, as files in `folder`, what it calls classes, and for each section the epoch where it ends."""
    timeline = Timeline(scene)
    play, runs, stops, names = scene.play, {}, [], []

    def noted(*animations: Any, **how: Any) -> None:
        section = scene.renderer.file_writer.sections[-1].name
        for animation in animations:
            if isinstance(animation, Replay) and isinstance(film := animation.film, Training):
                runs.setdefault(film.run.digest, film.run)
                if (theme := getattr(animation.picture, "theme", None)) is not None:
                    names.append(theme.names)
                stops.append((section, float(animation.stop)))
        if not stops or stops[-1][0] != section:  # nothing is trained in it: it stays where it is
            stops.append((section, stops[-1][1] if stops else None))
        play(*animations, **how)

    scene.play = noted
    timeline.record()
    files = [folder / f"{number}.safetensors" for number in range(len(runs))]
    for file, run in zip(files, runs.values()):
        run.save(file)
    first = min((float(run.epochs[0]) for run in runs.values()), default=0.0)
    ends = {name: first if epoch is None else epoch for name, epoch in stops if name != "autocreated"}
    return {
        "runs": [str(file) for file in files],
        "beats": [{"name": name, "epoch": epoch} for name, epoch in ends.items()],
        "names": list(next(filter(None, names), ())),
        "title": (sys.modules[type(scene).__module__].__doc__ or "").strip().partition("\n")[0],
    }


if __name__ == "__main__":
    given, where = json.loads(sys.argv[1]), Path(sys.argv[2])
    surroundings = tuple((name, value) for name, value in given["environment"])
    job = Job(given["file"], tuple(given["flags"]), given["folder"], surroundings, given["scene"])
    found = with_scene(job, lambda scene: beats(scene, where))
    if isinstance(found, Failed):
        print(found.reason, file=sys.stderr)
        sys.exit(2)
    print(json.dumps(found))
