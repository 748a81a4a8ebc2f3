"""One green point is pulled to its class vector; what comes along, and what can stay, with 10 features and with 100?"""

from manim import FadeIn, smooth

from engine import record
from engine.films.pulling import pulling
from engine.films.together import Together
from engine.recipes.named import half_learned
from scenes.parts.paint.theme import THEME
from scenes.parts.pictures.pulling import Pullboard
from scenes.parts.stage.blackboard import BlackboardScene
from scenes.parts.stage.formula import formula, seat


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
        self.next_section("pull")  # W stays, the feature extractor steps: the whole grid follows; 10 break half of it
        self.remove(alone)
        board = Pullboard([film(0) for film in films])
        self.put(board)
        self.wait(1)
        self.run(board, both, 8, smooth)
        self.wait(2)
        self.next_section("stay")  # all others are asked to stay where they are: 10 are stuck, 100 let the point go
        held = Together(
            tuple(
                pulling(film.networks[0], film.data, 995, 0.001, most=400, hold=10, momentum=0.9, view=film.view)
                for film in films
            )
        )
        board.show(held(0))
        self.say(formula('L + 10/N sum_i norm(e_i - e_i^"before")^2', size=26).move_to(top))
        self.run(board, held, 8, smooth)
        self.wait(2)
