"""One green point is pulled to its class vector; what else has to come along, with 10 features and with 100?"""

from manim import FadeIn, smooth

from engine import record
from engine.films.pulling import half_learned, pulling
from scenes.parts.blackboard import BlackboardScene
from scenes.parts.formula import formula, seat
from scenes.parts.panels import Together
from scenes.parts.pullboard import Pullboard
from scenes.parts.theme import THEME


class Pulling(BlackboardScene):
    def construct(self):
        runs = [record(half_learned(width)) for width in (10, 100)]
        films = [pulling(run.at(450), run.data, point=995) for run in runs]
        both, top = Together(tuple(films)), seat(wide=(960, 61), tall=(540, 61))
        self.next_section("one point")  # y is green, the region is not: how can its loss become less?
        self.add(Pullboard([films[1](0)], slopes=False))
        self.say(formula('L = op("softmax") (W e + b) - y^top (W e + b)').move_to(top))
        self.wait(1)
        self.next_section("gradient")  # steps against it go to the green class vector
        slope = "{{ (partial L) / (partial e) = W^top (tilde(y) - y) : slope }}"
        self.play(FadeIn(alone := Pullboard([films[1](0)])))
        self.say(formula(slope, {"slope": THEME.gradient}, 32).move_to(top))
        self.wait(1)
        self.next_section("pull")  # W stays, the feature extractor steps: 10 drag everything along, 100 much less
        self.remove(alone)
        board = Pullboard([film(0) for film in films])
        self.put(board)
        self.wait(1)
        self.run(board, both, 8, smooth)
        self.wait(2)
