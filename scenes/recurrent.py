"""A recurrent network learns to remember the first letter of a word: its two numbers part, and stay apart."""

from engine import curves, eased, pace, sequence
from engine.films.together import Together
from engine.library import example_run
from engine.numbers import percent
from scenes.parts import FilmScene, Replay, beside


class Recurrent(FilmScene):
    def construct(self):
        run = example_run("recurrent")
        film, last = sequence(run, "states"), run.epochs[-1]  # playhead: steps of training
        words, length = run.constants["tokens"].shape
        both = Together((film, curves(run, ["accuracy"])))
        panels = beside(
            both(0), ["states, letter by letter; the last is large", "share of words that are right"], self.theme
        )
        self.next_section("untrained", says=f"{words} words of {length} letters; the first decides the answer.")
        self.add(panels)
        self.wait(3.5)
        self.next_section("learn", says=f"At the end, {percent(run.metrics['accuracy'][-1])} of the words are right.")
        self.play(Replay(panels, both, 0, last, rate_func=eased(pace(film, 0, last)), run_time=12))
        self.wait(1)
        reading = Together((film.reading(last), sequence(run, "states", colour="token").reading(last)))
        titles = ["coloured by the first letter", "coloured by the letter read"]
        self.next_section("read")  # words of one beginning stay together, whatever follows
        self.remove(panels).add(panels := beside(reading(0), titles, self.theme, key=(), above=("step",)))
        self.wait(1)
        self.play(Replay(panels, reading, 0, length - 1, rate_func=eased(), run_time=9))
        self.wait(2)
