"""The pictures of the README, each a moment of a scene: `python -m tests.gallery [NAME …]` makes them anew.

The numbers in a picture lie in its file, too, as its description: tests compare them with what the scene shows.
"""

import importlib
import inspect
import json
import re
import sys
from pathlib import Path

import numpy as np
from manim import Mobject, tempconfig
from PIL import Image

from engine import Run
from engine.library import find_run
from engine.page.write import page
from scenes.parts import FilmScene
from scenes.parts.stage.camera import FilmCamera
from scenes.parts.stage.painted import Painted
from tests.scenes.drawn import drawn
from tests.scenes.walking import walked

HERE = Path(__file__).parents[1] / "assets" / "gallery"
WIDTH, HEIGHT = 854, 480
DESCRIPTION = 0x010E  # the EXIF tag for what a picture shows
MOMENTS = {  # section, and seconds from its beginning; four of them share one picture
    "class_vectors": [("round", 5.0)],
    "compare": [("train", 8.0)],
    "depth": [("answers", 1.0)],
    "descent": [("together", 12.9)],
    "digits": [("settle", 7.0)],
    "embedding": [("grow", 1.4), ("grow", 6.5), ("unwind", 3.0), ("fan", 6.8)],
    "energy": [("turn", 4.0)],
    "feature_tour": [("embedding", 4.0)],
    "folds": [("wide", 8.5)],
    "lifting": [("orbit", 1.0)],
    "linear_classifier": [("five: mistakes", 2.5)],
    "network": [("step", 4.5)],
    "pulling": [("stay", 10.0)],
    "scores": [("softargmax", 8.5)],
    "unfolding": [("layer 3", 4.0)],
    "warping": [("warp", 5.0)],
    "width": [("train", 17.0)],
}


PAGES = ("three_spirals_narrow",)
"""Runs that lie in `assets/runs`, as pages to touch."""


def shown(name: str, moment: tuple[str, float]) -> tuple[Mobject, ...]:
    """What is on the stage at a moment of a scene."""
    module = importlib.import_module(f"scenes.{name}")
    (kind,) = (
        v
        for v in vars(module).values()
        if inspect.isclass(v) and issubclass(v, FilmScene) and v.__module__ == module.__name__
    )
    return walked(kind, until=moment, width=WIDTH, height=HEIGHT)[-1].shown


def numbers(mobjects: tuple[Mobject, ...]) -> list[str]:
    """All texts with a number in them that pictures write."""
    words = [
        word for m in mobjects for part in m.get_family() if isinstance(part, Painted) for word in drawn(part).words
    ]
    return [word for word in words if re.search(r"\d", word)]


def picture(mobjects: tuple[Mobject, ...]) -> Image.Image:
    """The stage as the camera sees it."""
    with tempconfig({"pixel_width": WIDTH, "pixel_height": HEIGHT}):
        camera = FilmCamera()
        camera.reset()
        camera.capture_mobjects(mobjects)
        return Image.fromarray(np.array(camera.pixel_array[..., :3]))


def make(name: str) -> None:
    """Write the picture of a scene, with its numbers."""
    moments = [shown(name, moment) for moment in MOMENTS[name]]
    pictures = [picture(mobjects) for mobjects in moments]
    side = 2 if len(pictures) > 1 else 1
    sheet = Image.new("RGB", (side * WIDTH, side * HEIGHT))
    for k, one in enumerate(pictures):
        sheet.paste(one, (k % side * WIDTH, k // side * HEIGHT))
    exif = Image.Exif()
    exif[DESCRIPTION] = json.dumps([numbers(mobjects) for mobjects in moments])
    sheet.save(HERE / f"{name}.webp", quality=90, method=6, exif=exif)


def described(name: str) -> list[list[str]]:
    """The numbers in a picture, as they were when it was made; none where it does not say."""
    with Image.open(HERE / f"{name}.webp") as image:
        return json.loads(image.getexif().get(DESCRIPTION, "[]"))


if __name__ == "__main__":
    for chosen in sys.argv[1:] or [*MOMENTS, *PAGES]:
        if chosen in PAGES:
            page([(chosen, Run.load(find_run(chosen)))]).save(HERE / f"{chosen}.html")
        else:
            make(chosen)
        print(f"made {chosen}", flush=True)
