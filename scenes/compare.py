"""Adam beside gradient descent with momentum: the same points, the same first weights, two optimisers."""

from dataclasses import replace

from engine import FIVE_SPIRALS, eased, pace, record, training
from engine.films.together import Together
from engine.numbers import percent
from scenes.parts import FilmScene, Replay
from scenes.parts.pictures.panels import Panels

SGD = FIVE_SPIRALS
ADAM = replace(SGD, optimiser="adam", learning_rate=0.003)  # all else is the same, the warm-up too


class Compare(FilmScene):
    def construct(self):
        films = tuple(training(record(recipe)) for recipe in (ADAM, SGD))
        both, last = Together(films), SGD.epochs
        names = [f"Adam, η = {ADAM.learning_rate:g}", f"SGD, momentum {SGD.momentum:g}, η = {SGD.learning_rate:g}"]
        panels = Panels(both(0), names, below=("loss", "accuracy"), theme=self.theme)
        self.next_section("start")  # the same points, first weights and warm-up; the optimiser and its rate differ
        self.add(panels)
        self.wait(4.5)
        adam, sgd = (percent(film(last).readings["accuracy"]) for film in films)
        self.next_section("train", says=f"The same epoch on both sides; at the end {adam} and {sgd} are right.")
        self.play(Replay(panels, both, 0, last, rate_func=eased(pace(films[1], 0, last)), run_time=12))
        self.wait(2)
