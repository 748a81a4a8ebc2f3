"""A 2–100–2–5 network unwinds five spirals, seen in its embedding space."""

from engine import FIVE_SPIRALS, pace, record, training
from scenes.parts import FilmScene, Picture, Replay


class Embedding(FilmScene):
    def construct(self):
        film = training(record(FIVE_SPIRALS))  # playhead: epochs
        picture = Picture(film(0))
        self.next_section("origin")  # tiny weights: everything sits at the origin, the grid is a dot
        self.add(picture)
        self.wait(1)
        self.next_section("grow")  # little more than a scaled identity: the spirals grow upright, still tangled
        self.play(Replay(picture, film, 0, 250, rate_func=pace(film, 0, 250), run_time=6))
        self.wait(1)
        self.next_section("unwind")  # the centre turns one way, the rim the other
        self.play(Replay(picture, film, 250, 1000, rate_func=pace(film, 250, 1000), run_time=8))
        self.wait(1)
        self.next_section("fan")  # five arms along five class vectors, about 72° apart
        self.play(Replay(picture, film, 1000, 2000, run_time=3))
        self.wait(2)
