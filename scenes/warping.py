"""A trained network at work: the input plane morphs into the embedding, and back."""

from engine import FIVE_SPIRALS, record, warping
from engine.films.claims import mistakes
from engine.films.pace import exponential
from scenes.parts import FilmScene, Picture, Replay


class Warping(FilmScene):
    def construct(self):
        run = record(FIVE_SPIRALS)
        film = warping(run.at(run.epochs[-1]), run.data)  # playhead: 0 input, 1 embedding, 2 answered
        picture = Picture(film(0), self.theme)
        self.next_section("input")  # spirals, intertwined
        self.add(picture)
        self.wait(1)
        self.next_section("warp")  # this is not training: one trained network, from x to e
        self.play(Replay(picture, film, 0, 1, rate_func=exponential(4), run_time=7))
        self.wait(1)
        self.next_section("answer", says=f"{mistakes(film(2))} points lie in the part of another class.")
        self.play(Replay(picture, film, 1, 2, run_time=2))
        self.wait(2)
        self.next_section("back")  # slowly: the same straight way, the other way round
        self.play(Replay(picture, film, 2, 1, run_time=1))
        self.play(Replay(picture, film, 1, 0, run_time=10))
        self.wait(1)
