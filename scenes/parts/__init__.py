"""What scenes are made of."""

from collections.abc import Sequence
from typing import Any

from engine.films.seen import frames_drawn_by
from scenes.parts.paint.theme import DARK, LIGHT, Theme, chosen_theme
from scenes.parts.pictures.beside import beside
from scenes.parts.pictures.chart import Chart
from scenes.parts.pictures.circling import CirclePicture
from scenes.parts.pictures.class_vectors import SpreadPicture
from scenes.parts.pictures.descent import Valley, Walkers
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
from scenes.parts.pictures.unfolding import Unfolder
from scenes.parts.pictures.units import DiagramOfUnits
from scenes.parts.stage.label import label
from scenes.parts.stage.replay import Replay
from scenes.parts.stage.scene import FilmScene

__all__ = [
    "DARK",
    "LIGHT",
    "Chart",
    "CirclePicture",
    "DiagramOfModules",
    "DiagramOfUnits",
    "FilmScene",
    "Landscape",
    "Panels",
    "Picture",
    "Pullboard",
    "Replay",
    "Scoreboard",
    "SpacePicture",
    "SpreadPicture",
    "Surfaces",
    "Theme",
    "TourPicture",
    "Unfolder",
    "Valley",
    "Walkers",
    "beside",
    "chosen_theme",
    "label",
    "paint_patchwork",
]


def _draw(frames: Sequence[Any], width: int, form: str) -> list[bytes]:
    from scenes.parts.pictures.seen import draw  # every picture there is: only where a notebook shows a frame

    return draw(frames, width, form)


frames_drawn_by(_draw)
