"""Gradient descent on the average loss, stochastic on one sample, mini-batches between: three paths, one valley."""

from manim import smooth

from engine.films.descent import METHODS, descent, two_clouds
from scenes.parts.pictures.descent import Valley, Walkers, written_in
from scenes.parts.stage.blackboard import BlackboardScene

STEPS = {
    "gradient descent": "w <- w - eta 1/N sum_(i=1)^N (partial L_i) / (partial w)",
    "stochastic": "w <- w - eta (partial L_i) / (partial w)",
    "mini-batch": f"w <- w - eta 1/{METHODS['mini-batch']} sum_(i in cal(B)) (partial L_i) / (partial w)",
}


class Descent(BlackboardScene):
    def construct(self):
        film = descent(two_clouds())
        walkers = Walkers(film.vary("ghost", 0, 5)(0), self.theme)
        self.next_section("average")  # the loss of all samples: a valley over the plane of two weights
        self.add(Valley(film.data, film.view, self.theme), walkers)
        self.say(written_in("gradient descent", "cal(L) = 1/N sum_(i=1)^N L_i", self.theme))
        self.wait(3.5)
        self.next_section("samples")  # each sample has a loss of its own
        self.run(walkers, film.vary("ghost", 0, 5), 6)
        self.next_section("arrows")  # each wants to go elsewhere; gradient descent goes where their average goes
        self.run(walkers, film.vary("arrows", 0, 1, methods=("gradient descent",)), 2, smooth)
        self.wait(2)
        for method, formula in STEPS.items():
            self.next_section(method)
            self.say(written_in(method, formula, self.theme))
            alone = film.vary("samples", 0, 900, methods=(method,))
            if method == "stochastic":  # slowly at first, each sample's loss over the plane
                self.run(walkers, alone.vary("samples", 0, 16, follow=True), 8)
                alone = alone.vary("samples", 16, 900)
            self.run(walkers, alone, 6)
        self.next_section("together")  # as many samples for each, and the same learning rate
        self.say(written_in("", f"eta = {film.rate:g}", self.theme))
        self.run(walkers, film.vary("samples", 0, 900, methods=tuple(METHODS)), 12)
        self.wait(2)
