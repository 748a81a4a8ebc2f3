"""A variational autoencoder of digits: each image is an ellipse of codes, and all of them together fill the prior's."""

from engine import curves, eased, pace, points, shown, walk
from engine.films.together import Together
from engine.library import example_run
from engine.numbers import significant
from scenes.parts import FilmScene, Replay, beside


class Vae(FilmScene):
    def construct(self):
        run = example_run("vae")
        codes, last = points(run, "codes", spreads="spreads", circle=2), run.epochs[-1]  # playhead: epochs
        alone = Together((codes,))
        panel = beside(alone(0), ["mean codes, and how far they spread"], self.theme)
        wide = [significant(float(run.series["spreads"][k].mean())) for k in (0, -1)]
        self.next_section("prior", says=f"Untrained, an image spreads over {wide[0]} on average: the prior has 1.")
        self.add(panel)
        self.wait(3.5)
        every = Together((codes, curves(run, ["divergence", "reconstruction"])))
        self.next_section("learn", says=f"Images that differ come apart, and spread over {wide[1]} on average.")
        titles = ["codes; the circle is two deviations of the prior", "what is lost, in nats"]
        self.remove(panel).add(panels := beside(every(0), titles, self.theme, lead=True))
        self.play(Replay(panels, every, 0, last, rate_func=eased(pace(codes, 0, last)), run_time=12))
        self.wait(1)
        self.next_section("walk")  # decoded codes along a walk round the origin: digits turn into one another
        images, count = shown(run, "walk:images"), len(run.constants["walk_x"])
        way = walk(codes, images, run.constants["walk_x"], last)  # playhead: steps
        titles = ["codes", f"decoded on the way round, {count} steps from the top"]
        self.remove(panels).add(panels := beside(way(0), titles, self.theme))
        self.play(Replay(panels, way, 0, way.last, rate_func=eased(), run_time=9))
        self.wait(2)
