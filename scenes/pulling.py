"""A mistake is pulled to its class vector; what comes along, and what can stay, with 10 features and with 100?"""

from manim import FadeIn, smooth

from engine import record
from engine.films.pulling import held_back, mistakes_of_all, pulling, typical_mistake
from engine.films.together import Together
from engine.numbers import decimal, percent
from engine.recipes.named import half_learned
from scenes.parts.pictures.pulling import Pullboard
from scenes.parts.stage.blackboard import BlackboardScene
from scenes.parts.stage.formula import formula, seat


class Pulling(BlackboardScene):
    def construct(self):
        runs = [record(half_learned(width)) for width in (10, 100)]
        networks, data = [run.at(450) for run in runs], runs[0].data
        point, count = typical_mistake(networks, data), len(mistakes_of_all(networks, data))
        films = [pulling(network, data, point) for network in networks]
        both, top = Together(tuple(films)), seat(wide=(960, 61), tall=(540, 61))
        self.next_section("one point", says=f"Of {count} mistakes of both networks, the one with the median loss.")
        self.add(Pullboard([films[1](0)], slopes=False, theme=self.theme))
        self.say(formula('L = op("softmax") (W e + b) - y^top (W e + b)', theme=self.theme).move_to(top))
        self.wait(1)
        self.next_section("gradient")  # steps against it go to the class vector of its own colour
        slope = "{{ (partial L) / (partial e) = W^top (tilde(y) - y) : slope }}"
        self.play(FadeIn(alone := Pullboard([films[1](0)], theme=self.theme)))
        self.say(formula(slope, {"slope": self.theme.gradient}, 32, self.theme).move_to(top))
        self.wait(1)
        few, many = (percent(film(1).broken) for film in films)
        says = f"The feature extractor steps: {few} of what was right breaks with 10 features, {many} with 100."
        self.next_section("pull", says=says)
        self.remove(alone)
        board = Pullboard([film(0) for film in films], theme=self.theme)
        self.put(board)
        self.wait(1)
        self.run(board, both, 8, smooth)
        self.wait(2)
        kept = tuple(map(held_back, films))
        few, many = (
            f"{decimal(frame.far)} of its way, its loss gets to {decimal(frame.loss)}"
            for frame in (film(1) for film in kept)
        )
        says = f"All others are asked to stay. With 10 features, far ones go {few}; with 100, {many}."
        self.next_section("stay", says=says)
        board.show(Together(kept)(0))
        term = 'L + 10/N sum_(i != k) norm(e_i - e_i^"before")^2'
        self.say(formula(f'{term} "," quad "momentum" 0.9', size=26, theme=self.theme).move_to(top))
        self.run(board, Together(kept), 8, smooth)
        self.wait(2)
