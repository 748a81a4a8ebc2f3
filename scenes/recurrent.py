"""A recurrent network learns to remember the first letter of a word: its two numbers part, and stay apart."""

import numpy as np
from manim import linear

from engine import curves, eased, pace, sequence, words
from engine.films.together import Together
from engine.library import example_run
from engine.numbers import percent
from scenes.parts import FilmScene, Replay, beside


class Recurrent(FilmScene):
    def construct(self):
        run = example_run("recurrent")
        film, last = sequence(run, "states"), run.epochs[-1]  # playhead: steps of training
        tokens, first = run.constants["tokens"], run.constants["labels"]
        look, names = {"key": (), "lead": True}, tuple(f"{letter} …" for letter in "abc")
        both = Together((film, curves(run, ["accuracy"])))
        panels = beside(
            both(0), ["states, letter by letter; the last is large", "right words"], self.theme.naming(names), **look
        )
        says = f"{len(tokens)} words of {tokens.shape[1]} letters; the first decides the answer."
        self.next_section("untrained", says=says)
        self.add(panels)
        self.wait(3.5)
        self.next_section("learn", says=f"At the end, {percent(run.metrics['accuracy'][-1])} of the words are right.")
        self.play(Replay(panels, both, 0, last, rate_func=eased(pace(film, 0, last)), run_time=12))
        self.wait(1)
        some = [int(np.flatnonzero(first == k)[0]) for k in np.unique(first)]  # a word of each beginning
        reading = Together((film.reading(last), words(run, some)))  # playhead: letters
        titles = ["its two numbers, letter by letter", "one word of each beginning"]
        self.next_section("read")  # words of one beginning stay together, whatever follows
        self.remove(panels).add(panels := beside(reading(0), titles, self.theme.naming(names), above=("step",), **look))
        self.wait(1)
        self.play(Replay(panels, reading, 0, reading.last, rate_func=linear, run_time=9))
        self.wait(2)
