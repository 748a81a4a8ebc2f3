"""A flow learns to carry noise to two moons; then it is watched while it carries."""

from manim import smooth

from engine import Together, curves, eased, flow, pace
from engine.library import example_run
from scenes.parts import FilmScene, Replay, beside


class TwoMoons(FilmScene):
    def construct(self):
        run = example_run("two_moons")
        last = run.epochs[-1]
        with_field, with_grid = flow(run, "ways", field="field"), flow(run, "ways", grid="bent")
        particles = flow(run, "ways", ways=500)
        carried = Together((with_field.carrying(0), with_grid.carrying(0)))  # playhead: time of the flow, 0 to 1
        titles = ["a field of velocities", "the plane it carries"]
        panels = beside(carried(0), titles, self.theme, key=(), above=("epoch", "t"))
        self.next_section("untrained", says=f"{len(with_field.labels)} grains of noise; the field knows no data yet.")
        self.add(panels)
        self.wait(1)
        self.play(Replay(panels, carried, 0, 1, rate_func=smooth, run_time=3))
        self.wait(1)
        self.next_section("learn")  # where the flow carries noise to, while it learns; grey is the data
        learning = Together((flow(run, "ways"), curves(run, ["loss"])))  # playhead: epochs
        self.remove(panels).add(
            panels := beside(learning(0), ["carried to the end", "loss"], self.theme, key=(), lead=True)
        )
        self.play(Replay(panels, learning, 0, last, rate_func=eased(pace(learning.films[0], 0, last)), run_time=9))
        self.wait(1)
        self.next_section("carry")  # trained: the field, and the plane bent by it
        carried = Together((with_field.carrying(last), with_grid.carrying(last)))
        self.remove(panels).add(panels := beside(carried(0), titles, self.theme, key=(), above=("t",)))
        self.play(Replay(panels, carried, 0, 1, rate_func=smooth, run_time=7))
        self.wait(1)
        self.next_section("ways")  # where each grain came from
        ways = Together((particles.carrying(last),))
        self.remove(panels).add(panels := beside(ways(0), ["upper noise yellow, lower noise blue"], self.theme, key=()))
        self.play(Replay(panels, ways, 0, 1, rate_func=smooth, run_time=5))
        self.wait(2)
