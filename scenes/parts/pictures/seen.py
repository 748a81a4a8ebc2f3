"""Frames as pictures of their own, wherever no scene says which: in notebooks."""

import io
import pickle
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from manim import Mobject

from engine import UnspiralError
from engine.films.circling import Circled
from engine.films.class_vectors import Spread
from engine.films.descent import Descending
from engine.films.energy import Energies
from engine.films.feature_tour import Toured
from engine.films.film import Frame
from engine.films.folds import Folded
from engine.films.lifting import Space
from engine.films.network import Assembly, Flow
from engine.films.pulling import Pull
from engine.films.scores import Scores
from engine.films.softargmax import Sheets
from engine.films.together import Samples
from scenes.parts.pictures.beside import PAINTERS, beside
from scenes.parts.pictures.chart import Chart
from scenes.parts.pictures.circling import CirclePicture
from scenes.parts.pictures.class_vectors import SpreadPicture
from scenes.parts.pictures.descent import Walkers
from scenes.parts.pictures.energy import Landscape
from scenes.parts.pictures.feature_tour import TourPicture
from scenes.parts.pictures.folds import paint_patchwork
from scenes.parts.pictures.lifting import SpacePicture
from scenes.parts.pictures.network import DiagramOfModules
from scenes.parts.pictures.panels import Panels
from scenes.parts.pictures.picture import Picture
from scenes.parts.pictures.pulling import Pullboard
from scenes.parts.pictures.scores import Scoreboard
from scenes.parts.pictures.softargmax import Surfaces
from scenes.parts.pictures.units import DiagramOfUnits

PICTURES: dict[type, Callable[[Any], Any]] = {
    Frame: Picture,
    Circled: CirclePicture,
    Spread: SpreadPicture,
    Toured: TourPicture,
    Energies: Landscape,
    Scores: Scoreboard,
    Space: SpacePicture,
    Sheets: Surfaces,
    Flow: DiagramOfUnits,
    Assembly: DiagramOfModules,
    Samples: Chart,
    Descending: Walkers,
    Pull: lambda frame: Pullboard([frame]),
    Folded: lambda frame: Panels([frame], [""], below=(), key=("point", "piece"), paint_plane=paint_patchwork),
    **{kind: lambda frame: beside([frame], [""]) for kind in PAINTERS},
}
"""What shows a frame of this kind; one of a kind derived from it is shown the same way."""


def picture_of(frame: Any) -> Mobject:
    """The picture of a frame, or of several side by side."""
    for kind in type(frame).__mro__:
        if kind in PICTURES:
            return PICTURES[kind](frame)
    if isinstance(frame, tuple) and frame:
        return Pullboard(frame) if isinstance(frame[0], Pull) else beside(frame, [""] * len(frame))
    raise UnspiralError(f"a {type(frame).__name__} is no frame of a film: there is no picture of it")


def draw(frames: Sequence[Any], width: int, form: str) -> list[bytes]:
    """Files that hold pictures of frames, `width` pixels wide, in a format such as png or webp."""
    files = []
    for frame in frames:
        picture: Any = picture_of(frame)
        picture.to_image(width).save(file := io.BytesIO(), form)
        files.append(file.getvalue())
    return files


def main(asked: str, answer: str) -> None:
    """Draw what a process of ours has written into the file `asked`, and write the pictures into `answer`."""
    Path(answer).write_bytes(pickle.dumps(draw(*pickle.loads(Path(asked).read_bytes()))))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except UnspiralError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
