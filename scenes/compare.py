"""The lecturer's Adam beside plain gradient descent from tiny weights: two ways to the same answer."""

from engine import FIVE_SPIRALS, NOTEBOOK, pace, record, training
from engine.films.together import Together
from scenes.parts import FilmScene, Replay
from scenes.parts.pictures.panels import Panels


class Compare(FilmScene):
    def construct(self):
        films = tuple(training(record(recipe)) for recipe in (NOTEBOOK, FIVE_SPIRALS))
        both, last = Together(films), FIVE_SPIRALS.epochs
        panels = Panels(both(0), ["Adam (the notebook)", "SGD from tiny weights"], below=("loss", "accuracy"))
        self.next_section("start")  # Adam's weights are as large as usual, SGD's nearly nothing
        self.add(panels)
        self.wait(1)
        self.next_section("train")  # one playhead: the same epoch on both sides
        self.play(Replay(panels, both, 0, last, rate_func=pace(films[1], 0, last), run_time=12))
        self.wait(2)
