"""Logistic regression on three and on five spirals: lines turn, and every arm is cut."""

from manim import FadeOut, rate_functions

from engine import eased, record
from engine.films.claims import wrong_in_class
from engine.films.linear_classifier import cutting
from engine.numbers import percent
from engine.recipes.named import linear_classifier
from scenes.parts import FilmScene, Picture, Replay


class LinearClassifier(FilmScene):
    def construct(self):
        self.learn("three", 3)
        self.learn("five", 5)

    def learn(self, name, classes):
        run = record(linear_classifier(classes))
        film = cutting(run)
        picture = Picture(film(0), self.theme)
        mistakes = Picture(cutting(run, only_mistakes=True)(film.last), self.theme)
        self.next_section(name)  # the lines lie anywhere
        self.clear()
        self.add(picture)
        self.wait(1.5)
        right, cut = percent(film(film.last).readings["accuracy"]), wrong_in_class(film(film.last))
        self.next_section(f"{name}: turn", says=f"Boundaries turn: logistic regression gets {right} right.")
        self.play(Replay(picture, film, 0, film.last, rate_func=eased(rate_functions.ease_in_quad), run_time=6))
        self.wait(1)
        says = f"Of the {len(cut)} arms, {min(cut)} to {max(cut)} points each are on the wrong side."
        self.next_section(f"{name}: mistakes", says=says)
        self.add(mistakes, picture)
        self.play(FadeOut(picture))
        self.wait(3.5)
