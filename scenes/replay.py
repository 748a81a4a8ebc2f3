"""Any recorded run: UNSPIRAL_RUN=my.safetensors manim render scenes/replay.py, or unspiral film my.safetensors."""

from typing import Any

from engine import pace
from engine.films.replay import Replaying
from scenes import parts
from scenes.parts.pictures.beside import beside


class Replay(parts.FilmScene):
    def construct(self):
        replaying = Replaying.from_environment()
        film, titles = replaying.film(), replaying.titles()  # playhead: epochs
        start = film.first if replaying.start is None else replaying.start
        picture: Any = beside(film(start), titles, self.theme) if titles else parts.Picture(film(start), self.theme)
        self.add(picture)
        if replaying.cues:
            return self.play(parts.Replay(picture, film, cues=replaying.cues))
        beginning, *beats = replaying.beats(film)
        self.next_section(f"epoch {beginning.start:g}")
        if beginning.hold:
            self.wait(beginning.hold)
        for start, stop, seconds, hold in beats:  # a section from pause to pause
            self.next_section(f"epoch {stop:g}")
            self.play(parts.Replay(picture, film, start, stop, rate_func=pace(film, start, stop), run_time=seconds))
            if hold:
                self.wait(hold)
