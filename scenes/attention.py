"""One layer of attention learns to say a word backwards: its matrix sharpens to the other diagonal."""

from engine import curves, eased, matrix, pace
from engine.films.pace import by_steps
from engine.films.together import Together
from engine.library import example_run
from engine.numbers import percent_at_least
from scenes.parts import FilmScene, Replay, beside


class Attention(FilmScene):
    def construct(self):
        run = example_run("attention")
        word = "".join(run.names["letters"][k] for k in run.constants["letters"])
        film = matrix(run, "attention", rows=tuple(word[::-1]), columns=tuple(word))  # playhead: steps
        both, last = Together((film, curves(run, ["accuracy"]))), run.epochs[-1]
        titles = [f"to say {word[::-1]}, look at {word}", "letters of unseen words that are right"]
        panels = beside(both(0), titles, self.theme, lead=True)
        self.next_section("even", says=f"Untrained, a letter of the answer looks everywhere; {len(word)} letters.")
        self.add(panels)
        self.wait(3.5)
        self.next_section("sharpen")  # row by row, each letter finds the place it must look at
        self.play(Replay(panels, both, 0, last, rate_func=eased(pace(film, 0, last)), run_time=12))
        self.wait(1)
        sure = percent_at_least(film(last).values[:, ::-1].diagonal().min())
        says = f"At the end each letter gives its own place at least {sure} of its attention."
        self.next_section("backwards", says=says)
        alone = Together((film.row_by_row(last),))
        self.remove(panels).add(panels := beside(alone(0), titles[:1], self.theme))
        self.play(Replay(panels, alone, 0, alone.last, rate_func=by_steps(len(word) - 1), run_time=6))
        self.wait(1.5)
