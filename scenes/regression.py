"""Networks of two kinds and several seeds fit the same few points, and part where there are none."""

from engine import eased, fit, pace
from engine.films.curves import curves
from engine.films.together import Together
from engine.library import example_run
from engine.numbers import at_most, significant
from scenes.parts import FilmScene, Replay, beside


class Regression(FilmScene):
    def construct(self):
        run = example_run("regression")
        film, last = fit(run, "functions"), run.epochs[-1]  # playhead: epochs
        functions = Together((film,))
        panel = beside(functions(0), ["before training"], self.theme)
        count, (_, networks, _) = len(film.data), run.series["functions"].shape
        self.next_section("points", says=f"{count} points, and {networks} networks that know nothing of them.")
        self.add(panel)
        self.wait(3.5)
        end = film(last)
        apart = at_most(abs(end.at_data() - end.data[:, 1]).max())
        self.next_section("fit", says=f"At the end, every network passes within {apart} of every point.")
        both = Together((film, curves(run, ["loss tanh", "loss ReLU"])))
        self.remove(panel).add(panels := beside(both(0), ["functions", "loss"], self.theme, lead=True))
        self.play(Replay(panels, both, 0, last, rate_func=eased(pace(film, 0, last)), run_time=12))
        self.wait(1)
        spreads = [[significant(row[abs(film.at - x).argmin()]) for row in end.spread] for x in (0, -4)]
        said = " and ".join(f"{a} between the points, {b} far from them ({n})" for a, b, n in zip(*spreads, end.names))
        self.next_section("beyond", says=f"Where no point says so, they part: {said}.")
        self.remove(panels).add(
            panel := beside(functions(last), ["trained: band of one standard deviation"], self.theme)
        )
        self.wait(8.5)
