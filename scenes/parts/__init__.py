"""What scenes are made of."""

from scenes.parts.paint.theme import DARK, LIGHT, Theme, chosen_theme
from scenes.parts.pictures.picture import Picture
from scenes.parts.stage.label import label
from scenes.parts.stage.replay import Replay
from scenes.parts.stage.scene import FilmScene

__all__ = ["DARK", "LIGHT", "FilmScene", "Picture", "Replay", "Theme", "chosen_theme", "label"]
