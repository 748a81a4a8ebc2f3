"""A mistake is pulled to its class vector; what comes along, and what can stay, with 10 features and with 100?"""

from manim import FadeIn, smooth

from engine import Together, record
from engine.films.pulling import held_back, mistakes_of_all, pulling, typical_mistake
from engine.numbers import decimal, percent
from engine.recipes.named import half_learned
from scenes.parts.pictures.pulling import Pullboard, over
from scenes.parts.stage.blackboard import BlackboardScene


class Pulling(BlackboardScene):
    def construct(self):
        runs = [record(half_learned(width)) for width in (10, 100)]
        networks, data = [run.at(450) for run in runs], runs[0].data
        point, count = typical_mistake(networks, data), len(mistakes_of_all(networks, data))
        films = [pulling(network, data, point) for network in networks]
        self.next_section("one point", says=f"Of {count} mistakes of both networks, the one with the median loss.")
        self.add(Pullboard([films[1](0)], slopes=False, theme=self.theme, alone=True))
        self.say(over('L = op("softmax") (W e + b) - y^top (W e + b)', theme=self.theme))
        self.wait(3)
        self.next_section("gradient")  # steps against it go to the class vector of its own colour
        self.play(FadeIn(alone := Pullboard([films[1](0)], theme=self.theme, alone=True)))
        self.say(over("{{ (partial L) / (partial e) = W^top (tilde(y) - y) : slope }}", 32, self.theme))
        self.wait(2)
        says = "The feature extractor steps: {} of what was right breaks with 10 features, {} with 100."
        self.next_section("pull", says=says.format(*(percent(film(1).broken) for film in films)))
        self.remove(alone).put(board := Pullboard([film(0) for film in films], theme=self.theme))
        self.wait(1)
        self.run(board, Together(tuple(films)), 8, smooth)
        self.wait(2)
        kept = Together(tuple(map(held_back, films)))
        few, many = (f"{decimal(end.far)} of its way, its loss gets to {decimal(end.loss)}" for end in kept(1))
        says = f"All others are asked to stay. With 10 features, far ones go {few}; with 100, {many}."
        self.next_section("stay", says=says)
        board.show(kept(0))
        self.say(over('L + 10/N sum_(i != k) norm(e_i - e_i^"before")^2 "," quad "momentum" 0.9', 26, self.theme))
        self.run(board, kept, 8, smooth)
        self.wait(2)
