"""What scenes are made of."""

from scenes.parts.film_scene import FilmScene
from scenes.parts.picture import Picture
from scenes.parts.replay import Replay
from scenes.parts.theme import DARK, Theme

__all__ = ["DARK", "FilmScene", "Picture", "Replay", "Theme"]
