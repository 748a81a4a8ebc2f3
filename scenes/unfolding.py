"""A network that must stay in the plane, whole, then taken apart step by step."""

from manim import FadeIn, rate_functions

from engine import THREE_SPIRALS_NARROW, eased, record, unfolding, warping
from engine.films.claims import mistakes
from engine.films.pace import announced
from engine.network.steps import Reflections
from scenes.parts import FilmScene, Picture, Replay
from scenes.parts.pictures.unfolding import Unfolder


class Unfolding(FilmScene):
    reflections: Reflections = "lecture"  # or "reduced": at most one reflection a layer

    def construct(self):
        run = record(THREE_SPIRALS_NARROW)
        network = run.at(run.epochs[-1])
        whole = warping(network, run.data, extent=1)  # playhead: 0 input, 1 embedding, 2 answered
        picture = Picture(whole(0), self.theme)
        self.next_section("whole")  # the same morph as before: now chunky, brutal
        self.add(picture)
        self.wait(1)
        self.play(Replay(picture, whole, 0, 1, rate_func=eased(), run_time=6))
        self.play(Replay(picture, whole, 1, 2, rate_func=eased(), run_time=1.5))
        self.wait(1.5)
        film = unfolding(network, run.data, self.reflections)  # playhead: steps
        plane = Unfolder(film(0), film.steps, self.theme)
        self.next_section("layer 1")  # what does each layer do? Back to the input
        self.play(FadeIn(plane), run_time=0.5)
        for number, step in enumerate(film.steps):
            if number and step.name != "positive part" and film.steps[number - 1].name == "positive part":
                self.next_section(f"layer {step.layer // 2 + 1}")  # the next linear layer: larger weights
            folds = step.name == "positive part"  # hatched: what is about to be flattened
            ease, run_time = (announced(), 1.8) if folds else (rate_functions.ease_in_out_sine, 1.2)
            self.play(Replay(plane, film, number, number + 1, rate_func=ease, run_time=run_time))
            self.wait(0.2)
        self.next_section("head", says=f"Linearly separable but for {mistakes(film(film.last))} points, and horrible.")
        self.play(Replay(plane, film, len(film.steps), film.last, rate_func=eased(), run_time=1.5))
        self.wait(2)
