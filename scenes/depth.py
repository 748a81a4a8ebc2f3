"""Two units wide, two to six activations deep: what the best networks found get right."""

from dataclasses import replace

import numpy as np

from engine import THREE_SPIRALS_NARROW, Labelled, carrying, eased, folding
from engine.films.together import InTurn, Samples
from engine.library import record_searched
from engine.numbers import percent
from scenes.parts import Chart, FilmScene, Panels, Replay, paint_patchwork

DEPTHS, AXES, ROUNDS = (2, 3, 4, 5, 6), ("activations", "accuracy"), 3  # an odd number: the median is a run's
NARROW = replace(THREE_SPIRALS_NARROW, parameters={"classes": 5, "points": 400})  # the wide network's five spirals


class Depth(FilmScene):
    def construct(self):
        rounds = [record_searched(replace(NARROW, hidden=(2,) * depth), ROUNDS) for depth in DEPTHS]
        best = [max(runs, key=lambda run: run.accuracy[-1]) for runs in rounds]
        networks, data = [run.at(run.epochs[-1]) for run in best], best[0].data
        names, painted = [f"{depth} activations" for depth in DEPTHS], {"columns": 3, "paint_plane": paint_patchwork}
        look = painted | {"theme": self.theme, "below": ("pieces",), "key": ("point", "piece")}
        self.next_section("folds")  # an activation folds the plane along two lines, bent by the folds before it
        films = [folding(network, Labelled(data.x[::6], data.y[::6])) for network in networks]
        self.add(panels := Panels([film(0) for film in films], names, **look))
        self.play(*(Replay(panels[k], one, 0, one.last, rate_func=eased(), run_time=8) for k, one in enumerate(films)))
        self.wait(1)
        self.next_section("answers")  # the boundary may bend only at a fold
        look |= {"below": ("pieces", "accuracy"), "key": ("point", "region", "piece")}
        frames = [carrying(network, data, every=6)(0) for network in networks]
        self.remove(panels).add(answers := Panels(frames, names, **look))
        self.wait(3)
        values = np.array([[run.accuracy[-1] for run in runs] for runs in rounds])
        medians = ", ".join(map(percent, np.median(values, 1)))
        self.next_section("accuracies", says=f"The best of 48 beginnings, {ROUNDS} times over; medians: {medians}.")
        told = InTurn(Samples(tuple(map(str, DEPTHS)), values, AXES, floor=0.8, each="best of 48"))
        self.remove(answers).add(chart := Chart(told(0), self.theme))
        self.play(Replay(chart, told, 0, told.last, rate_func=eased(), run_time=4))  # playhead: depths told
        self.wait(3)
