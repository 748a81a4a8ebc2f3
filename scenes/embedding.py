"""A 2–100–2–5 network unwinds five spirals, seen in its embedding space."""

from manim import smooth

from engine import FIVE_SPIRALS, eased, pace, record, training
from engine.films.claims import angles, astray, reach
from engine.films.opening import opening
from engine.numbers import at_most, percent
from scenes.parts import FilmScene, Picture, Replay


class Embedding(FilmScene):
    def construct(self):
        film = training(record(FIVE_SPIRALS))  # playhead: epochs
        near, upright, end = opening(film), film(250), film(2000)  # playhead: 0 from near, 1 from far
        picture = Picture(near(0), self.theme, regions=False, class_vectors=False)
        within = at_most(reach(film(0)))
        self.next_section("origin", says=f"Tiny weights: every point lies within {within} of the origin.")
        self.add(picture)
        self.wait(1)
        self.play(Replay(picture, near, 0, 1, rate_func=smooth, run_time=3))
        self.play(picture.animate.choose(regions=True), run_time=0.8)
        self.play(picture.animate.choose(class_vectors=True), run_time=0.8)
        self.wait(1)
        right = percent(upright.readings["accuracy"])
        self.next_section("grow", says=f"Little more than a scaled identity: upright, still tangled, {right} right.")
        self.play(Replay(picture, film, 0, 250, rate_func=eased(pace(film, 0, 250)), run_time=6))
        self.wait(1)
        self.next_section("unwind")  # the centre turns one way, the rim the other
        self.play(Replay(picture, film, 250, 1000, rate_func=eased(pace(film, 250, 1000)), run_time=8, trail=2))
        self.wait(1)
        apart, off = "{:.0f}° to {:.0f}°".format(*angles(end.class_vectors)), f"{astray(end):.0f}°"
        self.next_section(
            "fan", says=f"Class vectors are {apart} apart; half of the points lie within {off} of theirs."
        )
        self.play(Replay(picture, film, 1000, 2000, rate_func=eased(), run_time=3))
        for k in range(len(end.class_vectors)):  # each arm along its vector
            self.play(picture.animate.choose(focus=[k]), run_time=0.5)
        self.play(picture.animate.choose(focus=True), run_time=0.5)
        self.wait(2)
