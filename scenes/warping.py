"""A trained network at work: the input plane morphs into the embedding, and back."""

from engine import FIVE_SPIRALS, eased, record, warping
from engine.films.claims import mistakes
from engine.films.pace import exponential
from scenes.parts import FilmScene, Picture, Replay


class Warping(FilmScene):
    def construct(self):
        run = record(FIVE_SPIRALS)
        film = warping(run.at(run.epochs[-1]), run.data)  # playhead: 0 input, 1 embedding, 2 answered
        picture = Picture(film(0), self.theme, class_vectors=False)
        self.next_section("input")  # spirals, intertwined
        self.add(picture)
        self.wait(1)
        self.next_section("warp")  # this is not training: one trained network, from x to e
        self.play(Replay(picture, film, 0, 1, rate_func=eased(exponential(4)), run_time=7, trail=2))
        self.wait(1)
        self.next_section("answer", says=f"{mistakes(film(2))} points lie in the part of another class.")
        self.play(Replay(picture, film, 1, 2, rate_func=eased(), run_time=1.2))
        self.play(picture.animate.choose(class_vectors=True), run_time=0.8)
        self.wait(2)
        self.next_section("back")  # slowly: the same straight way, the other way round
        self.play(Replay(picture, film, 2, 1, rate_func=eased(), run_time=1))
        self.play(Replay(picture, film, 1, 0, rate_func=eased(), run_time=10, trail=2))
        self.wait(1)
