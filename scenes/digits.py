"""A small convolutional network learns handwritten digits, seen in its 2-D embedding: anybody's model, recorded."""

from dataclasses import replace

from engine import pace, training
from engine.library import digits_run
from scenes.parts import THEME, FilmScene, Picture, Replay


class Digits(FilmScene):
    def construct(self):
        film = training(digits_run())  # playhead: epochs
        picture = Picture(film(film.first), replace(THEME, names=tuple("0123456789")))
        self.next_section("origin")  # all images at one place
        self.add(picture)
        self.wait(1)
        self.next_section("fan")  # ten arms grow along ten class vectors
        self.play(Replay(picture, film, film.first, 12, rate_func=pace(film, film.first, 12), run_time=8))
        self.next_section("settle")  # the last mistakes leave the wrong colours
        self.play(Replay(picture, film, 12, film.last, rate_func=pace(film, 12, film.last), run_time=6))
        self.wait(2)
