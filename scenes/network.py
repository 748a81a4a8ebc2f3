"""The circuit of a network, module by module; then one point through it, its gradient back, and a step."""

from manim import FadeIn, FadeOut, smooth

from engine import FIVE_SPIRALS, assembling, flowing, record, warping
from scenes.parts import DiagramOfModules, DiagramOfUnits
from scenes.parts.pictures.stations import Stations
from scenes.parts.stage.blackboard import BlackboardScene
from scenes.parts.stage.formula import formula, seat


class Network(BlackboardScene):
    def construct(self):
        run, whole = record(FIVE_SPIRALS), assembling(FIVE_SPIRALS)
        circuit = DiagramOfModules(whole.vary("shown", 1, 9)(1), self.theme)
        self.next_section("sandwich")  # linear, nonlinear, linear … and what comes out is compared with y
        planes = Stations(warping(run.at(2000), run.data), self.theme)
        self.add(circuit, planes[0])
        self.run(circuit, whole.vary("shown", 1, 4), 3.5)
        self.play(FadeIn(planes[1]))  # where the extractor ends
        self.run(circuit, whole.vary("shown", 4, 9), 5.5)
        self.play(FadeIn(planes[2]))
        self.next_section("two boxes")  # all but the last is the feature extractor, the last a linear classifier
        self.run(circuit, whole.vary("collapsed", 0, 1), 3, smooth)
        self.run(circuit, whole.vary("collapsed", 1, 0), 2, smooth)
        self.next_section("sizes", says=" → ".join(map(str, whole.circuit.widths)))
        film = flowing(run.at(400), run.data.x[4796], run.data.y[4796], rate=0.02)
        units = DiagramOfUnits(film(0), self.theme)
        self.play(*map(FadeOut, planes))
        self.run(circuit, whole.vary("lifted", 0, 1), 1, smooth)
        self.play(FadeIn(units))
        self.next_section("forwards")  # a real point
        self.run(units, film.stretch(0, film.turn), 6, hold=1)
        self.next_section("backwards")  # the gradient of its loss
        self.run(units, film.stretch(film.turn, 2 * film.turn), 6, hold=1)
        self.next_section("step")  # a small step of every weight against its gradient
        step = "w <- w - eta {{ (partial L) / (partial w) : slope }}, quad eta = " + f"{film.rate:g}"
        taken = formula(step, {"slope": self.theme.gradient}, 36, self.theme)
        self.say(taken.move_to(seat(wide=(825, 979), tall=(430, -66))))
        self.run(units, film.stretch(2 * film.turn, film.last), 3, smooth, hold=1)
