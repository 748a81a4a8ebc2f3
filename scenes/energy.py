"""The input plane while a network learns: curved regions, an energy a class, softargmax as surfaces."""

from math import pi

from manim import FadeIn, smooth

from engine import FIVE_SPIRALS, eased, energy, pace, record, softening, training
from engine.films.claims import extremes
from scenes.parts import Landscape, Replay, Surfaces
from scenes.parts.stage.blackboard import BlackboardScene
from scenes.parts.stage.formula import formula, seat


class Energy(BlackboardScene):
    def construct(self):
        run = record(FIVE_SPIRALS)
        film, surfaces = energy(run), softening(run)
        plane = Landscape(film(0), self.theme)
        low, high = extremes(surfaces.vary("epoch", 0, 2000)(0).heights)
        self.next_section("origin", says=f"Who wins wins by little: all probabilities lie between {low} and {high}.")
        self.add(plane)
        self.wait(4)
        self.next_section("learn")  # each class digs its energy out along its own arm
        self.play(Replay(plane, film, 0, 2000, run_time=14, rate_func=eased(pace(training(run), 0, 2000))))
        self.wait(2)
        self.next_section("softargmax")  # points and energies leave; what stays is the plane of answers
        rising = surfaces.vary("turned", 0, 1, rising=1)
        self.play(FadeIn(sheets := Surfaces(rising(0), self.theme)))
        soft = formula('tilde(y)_k = op("softargmax")(s)_k', size=32, theme=self.theme)
        self.say(soft.move_to(seat(wide=(1662, 81), tall=(-250, 81))))
        self.wait(1.5)
        self.next_section("turn")  # it tilts, and each class rises from it as a mesa
        self.run(sheets, rising, 4, smooth)
        self.run(sheets, surfaces.vary("azimuth", 0, pi / 2, turned=1), 6, smooth)
        self.next_section("rise", says=f"How they rose, from between {low} and {high}.")
        self.run(sheets, surfaces.vary("epoch", 0, 2000, turned=1, azimuth=pi / 2), 10)
        self.wait(1)
