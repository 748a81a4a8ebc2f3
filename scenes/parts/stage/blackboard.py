"""A scene as the lecturer draws it: pictures that films move, and one formula at a time."""

from collections.abc import Callable
from typing import TypeVar

from manim import FadeIn, FadeOut, Mobject

from engine.films.film import Film
from engine.films.pace import eased
from scenes.parts.stage.replay import Replay, Shows
from scenes.parts.stage.scene import FilmScene
from scenes.parts.stage.still import Still

F = TypeVar("F")

EASED = eased()
"""As fast all the way, but from rest and to rest."""


class BlackboardScene(FilmScene):
    """A FilmScene with three more verbs: `put` a picture, `run` a whole film on it, `say` a formula."""

    said: Mobject | None = None

    def put(self, picture: Mobject) -> None:
        """Add a picture, over the others and under what is said."""
        self.add(picture, *([self.said] if self.said is not None else []))

    def run(
        self,
        picture: Shows[F],
        film: Film[F],
        run_time: float,
        rate_func: Callable[[float], float] = EASED,
        hold: float = 0.0,
    ) -> None:
        """Play a film from its first playhead to its last, and `hold` its end for so many seconds."""
        self.play(Replay(picture, film, film.first, film.last, run_time=run_time, rate_func=rate_func))
        if hold > 0:
            self.wait(hold)

    def say(self, formula: Mobject, run_time: float = 1.0) -> None:
        """Put a formula in the place of the one before."""
        gone = [FadeOut(self.said)] if self.said is not None else []
        self.said = Still(formula)
        self.play(*gone, FadeIn(self.said), run_time=run_time)
