"""Digits find their places on a circle: the loss knows only which two are alike."""

import numpy as np

from engine import curves, eased, metric, pace
from engine.films.claims import angles
from engine.films.together import Together
from engine.library import example_run
from scenes.parts import FilmScene, Replay, beside


class Contrastive(FilmScene):
    def construct(self):
        run = example_run("contrastive")
        film, last = metric(run, "codes"), run.epochs[-1]  # playhead: epochs
        alone, both = Together((film,)), Together((film, curves(run)))
        panel = beside(alone(0), ["directions of the codes"], self.theme)
        self.next_section(
            "mixed", says=f"{len(film.labels)} digits of {len(film(0).arcs)} kinds: directions alone count."
        )
        self.add(panel)
        self.wait(2.5)
        self.next_section("part")  # alike ones come together, others go as far apart as a circle lets them
        self.remove(panel).add(
            panels := beside(both(0), ["an arc holds 80 % of its class", "loss"], self.theme, lead=True)
        )
        self.play(Replay(panels, both, 0, last, rate_func=eased(pace(film, 0, last)), run_time=12))
        self.wait(1)
        apart = "{:.0f}° to {:.0f}°".format(*angles(np.array([arc[len(arc) // 2] for arc in film(last).arcs])))
        self.next_section("round", says=f"Neighbours are {apart} apart; even would be {360 / len(film(last).arcs):g}°.")
        self.remove(panels).add(beside(alone(last), ["at the end"], self.theme))
        self.wait(3.5)
