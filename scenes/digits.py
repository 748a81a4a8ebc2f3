"""A small convolutional network learns handwritten digits, seen in its 2-D embedding: anybody's model, recorded."""

from dataclasses import replace

from manim import smooth

from engine import eased, pace, training
from engine.films.claims import mistakes, reach
from engine.films.opening import opening
from engine.library import digits_run
from engine.numbers import at_most, percent
from scenes.parts import FilmScene, Picture, Replay


class Digits(FilmScene):
    def construct(self):
        film = training(digits_run())  # playhead: epochs
        near = opening(film)  # playhead: 0 from near, 1 from far
        picture = Picture(near(0), replace(self.theme, names=tuple("0123456789")))
        self.next_section("origin", says=f"All images within {at_most(reach(film(film.first)))} of the origin.")
        self.add(picture)
        self.wait(1)
        self.play(Replay(picture, near, 0, 1, rate_func=smooth, run_time=3))
        self.wait(1)
        self.next_section("fan", says=f"{len(film(12).class_vectors)} arms grow along as many class vectors.")
        self.play(Replay(picture, film, film.first, 12, rate_func=eased(pace(film, film.first, 12)), run_time=8))
        end = film(film.last)
        unseen = percent(end.readings["held_out_accuracy"])
        says = f"{mistakes(end)} images stay on the wrong side; of those kept from training, {unseen} are right."
        self.next_section("settle", says=says)
        self.play(Replay(picture, film, 12, film.last, rate_func=eased(pace(film, 12, film.last)), run_time=6))
        self.wait(2)
