"""What scenes are made of."""

from scenes.parts.film_scene import FilmScene
from scenes.parts.picture import Picture
from scenes.parts.replay import Replay
from scenes.parts.theme import DARK, LIGHT, THEME, Theme

__all__ = ["DARK", "LIGHT", "THEME", "FilmScene", "Picture", "Replay", "Theme"]
