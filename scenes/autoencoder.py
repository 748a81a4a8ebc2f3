"""Handwritten digits pass through two numbers and come out again; the numbers are seen as a plane."""

from engine import eased, pace, points, shown
from engine.films.curves import curves
from engine.films.opening import opening
from engine.films.together import Together
from engine.library import example_run
from engine.numbers import significant
from scenes.parts import FilmScene, Replay, beside


class Autoencoder(FilmScene):
    def construct(self):
        run = example_run("autoencoder")
        codes, last = points(run, "codes"), run.epochs[-1]  # playhead: epochs
        sheets = shown(run, "images"), shown(run, "reconstructions")
        near = Together((opening(codes),))
        panel = beside(near(0), [f"{len(codes.labels):,} images, two numbers each"], self.theme)
        self.next_section("codes")  # an untrained encoder lays digits over one another
        self.add(panel)
        self.wait(1)
        self.play(Replay(panel, near, 0, 1, rate_func=eased(), run_time=3))
        every = Together((codes, curves(run), *sheets))
        titles = ["codes", "loss", "in", "out, through two numbers"]
        before, after = (significant(run.metrics["loss"][k]) for k in (0, -1))
        says = f"The squared error of a pixel falls from {before} to {after}; nobody says which digit is which."
        self.next_section("learn", says=says)
        self.remove(panel).add(panels := beside(every(0), titles, self.theme, lead=True))
        self.play(Replay(panels, every, 0, last, rate_func=eased(pace(codes, 0, last)), run_time=12))
        self.wait(1)
        self.next_section("seen")  # coloured by the truth, which the loss does not know
        alone = Together((codes,))
        self.remove(panels).add(beside(alone(last), ["codes at the end"], self.theme))
        self.wait(4)
