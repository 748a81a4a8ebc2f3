"""What happens in each layer while five spirals unwind: weights, activations, and how surely each point is right."""

from engine import FIVE_SPIRALS, distributions, eased, pace, record, training
from engine.films.claims import mistakes
from engine.films.together import Together
from engine.network.layers import Linear
from engine.numbers import significant
from scenes.parts import FilmScene, Replay, beside


class Inside(FilmScene):
    def construct(self):
        run = record(FIVE_SPIRALS)
        film, last = training(run), run.epochs[-1]  # playhead: epochs
        even, first = eased(pace(film, 0, last)), run.layers[0]
        assert isinstance(first, Linear)
        wide = [significant(float(first.weight[k].std())) for k in (0, -1)]
        weights, worst = distributions(run, "weights"), int(film(last).wrong.argmax())
        activations = distributions(run, "activations", kind="violins")
        margins = distributions(run, "margins", chosen=[worst])
        below = f"Own score less the best other: {mistakes(film(last))} stay below 0."
        beats = (
            ("weights", weights, f"The first layer's weights begin {wide[0]} wide and end {wide[1]} wide."),
            ("activations", activations, "What leaves each layer: the network grows from nothing."),
            ("margins", margins, below),
        )
        for name, ridges, says in beats:
            both = Together((ridges, film))
            panels = beside(both(0), [name, "embedding"], self.theme)
            self.next_section(name, says=says)
            self.clear().add(panels)
            self.wait(1)
            self.play(Replay(panels, both, 0, last, rate_func=even, run_time=9))
            self.wait(2)
