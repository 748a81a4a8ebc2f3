"""What a network makes of the plane, in small pictures under its circuit: the input, the embedding, the answer."""

from collections.abc import Callable
from dataclasses import replace

from engine import Frame
from scenes.parts.paint.theme import Theme
from scenes.parts.pictures.picture import Picture
from scenes.parts.stage.formula import seat
from scenes.parts.stage.painted import PaintedGroup

SHARE = 0.3
"""How much of the frame's width and height each takes."""


class Stations(PaintedGroup):
    """Three small pictures side by side under the middle of the frame, of a film's playheads 0, 1 and 2."""

    def __init__(self, film: Callable[[float], Frame], theme: Theme | None = None) -> None:
        pictures = []
        for at in (0, 1, 2):
            frame = replace(film(at), axes=("", ""))  # too small for names
            picture = Picture(frame, theme, readouts=False, class_vectors=False).scale(SHARE)
            pictures.append(picture.move_to(seat(wide=(320 + 640 * at, 862), tall=(185 + 355 * at, -300))))
        super().__init__(*pictures)
