"""Any recorded run: UNSPIRAL_RUN=my.safetensors manim render scenes/replay.py, or unspiral film my.safetensors."""

from typing import Any

from manim import config

from engine import pace
from engine.deliver.sound import cued
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
            return self.along(parts.Replay(picture, film, cues=cued(replaying.cues, replaying.sound)), replaying.sound)
        beginning, *beats = replaying.beats(film)
        self.next_section(f"epoch {beginning.start:g}")
        if beginning.hold:
            self.wait(beginning.hold)
        for start, stop, seconds, hold in beats:  # a section from pause to pause
            self.next_section(f"epoch {stop:g}")
            self.play(parts.Replay(picture, film, start, stop, rate_func=pace(film, start, stop), run_time=seconds))
            if hold:
                self.wait(hold)

    def along(self, replay, sound):
        if sound:
            self.add_sound(sound)
        for stretch in replay.cues.sections(config.frame_rate):  # a section a cue
            self.next_section(stretch.name, says=stretch.says)
            self.play(replay.between(stretch.first, stretch.end))
