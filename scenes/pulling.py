"""One green point is pulled to its class vector; what else has to come along, with 10 features and with 100?"""

from manim import FadeIn, smooth

from engine import record
from engine.films.pulling import half_learned, pulling
from scenes.parts.blackboard import BlackboardScene
from scenes.parts.diagram import GRADIENT
from scenes.parts.formula import formula
from scenes.parts.panels import Together
from scenes.parts.pullboard import Pullboard


class Pulling(BlackboardScene):
    def construct(self):
        runs = [record(half_learned(width)) for width in (10, 100)]
        films = [pulling(run.at(450), run.data, point=995) for run in runs]
        both = Together(tuple(films))
        self.next_section("one point")  # y is green, the region is not: how can its loss become less?
        self.add(Pullboard([films[1](0)], slopes=False))
        self.say(formula('L = op("softmax") (W e + b) - y^top (W e + b)').move_to((0, 3.55, 0)))
        self.wait(1)
        self.next_section("gradient")  # steps against it go to the green class vector
        slope = "{{ (partial L) / (partial e) = W^top (tilde(y) - y) : slope }}"
        self.play(FadeIn(alone := Pullboard([films[1](0)])))
        self.say(formula(slope, {"slope": GRADIENT}, 32).move_to((0, 3.55, 0)))
        self.wait(1)
        self.next_section("pull")  # W stays, the feature extractor steps: 10 drag everything along, 100 much less
        self.remove(alone)
        board = Pullboard([film(0) for film in films])
        self.put(board)
        self.wait(1)
        self.run(board, both, 8, smooth)
        self.wait(2)
