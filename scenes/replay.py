"""Any recorded run: UNSPIRAL_RUN=my.safetensors manim render scenes/replay.py, or unspiral film my.safetensors."""

from engine import pace
from engine.films.replay import Replaying
from scenes import parts


class Replay(parts.FilmScene):
    def construct(self):
        replaying = Replaying.from_environment()
        film = replaying.film()  # playhead: epochs
        if replaying.cues:
            picture = parts.Picture(film(film.first))
            self.add(picture)
            return self.play(parts.Replay(picture, film, cues=replaying.cues))
        beginning, *beats = replaying.beats(film)
        picture = parts.Picture(film(beginning.start))
        self.next_section(f"epoch {beginning.start:g}")
        self.add(picture)
        self.wait(beginning.hold)
        for start, stop, seconds, hold in beats:  # a section from pause to pause
            self.next_section(f"epoch {stop:g}")
            self.play(parts.Replay(picture, film, start, stop, rate_func=pace(film, start, stop), run_time=seconds))
            self.wait(hold)
