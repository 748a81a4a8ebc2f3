"""A disc in a ring: no line cuts them apart, but pulled out of the board a plane does."""

from manim import LEFT, Write, rate_functions

from engine import eased
from engine.films.claims import right_in_class
from engine.films.lifting import lifting
from engine.numbers import percent
from scenes.parts import FilmScene, Replay
from scenes.parts.pictures.lifting import SpacePicture
from scenes.parts.stage.formula import formula, seat


class Lifting(FilmScene):
    def construct(self):
        film = lifting()  # playhead: 0 flat, 1 a line, 2 lifted, 3 cut, 4 from the other side, 5 flat again
        picture = SpacePicture(film(0), self.theme)
        f = [formula(line, size=52, theme=self.theme) for line in ("f_1 = x_1", "f_2 = x_2", "f_3 = x_1^2 + x_2^2")]
        for row, line in enumerate(f):
            line.move_to(seat(wide=(70, 432 + 121 * row), tall=(580, 66 + 80 * row)), aligned_edge=LEFT)
        smooth = rate_functions.smooth
        self.next_section("flat")  # a ring around a disc
        self.add(picture)
        self.wait(2)
        right = percent(film(1).readings["accuracy"])
        self.next_section("line", says=f"Logistic regression's line gets {right} right.")
        self.play(Replay(picture, film, 0, 1, rate_func=eased(), run_time=1))
        self.wait(1.5)
        self.next_section("lift")  # the first two features are x itself; the third pulls the ring out of the board
        self.play(Write(f[0]), Write(f[1]), run_time=1.5)
        self.play(Replay(picture, film, 1, 2, run_time=5, rate_func=smooth), Write(f[2], run_time=2))
        self.wait(1)
        self.next_section("cut")  # now a plane goes in straight: the linear classifier that was trained on f
        self.play(Replay(picture, film, 2, 3, rate_func=eased(), run_time=6))
        below, above = right_in_class(film(3))
        self.next_section("orbit", says=f"{below} points of the disc below it, {above} of the ring above.")
        self.play(Replay(picture, film, 3, 4, rate_func=eased(), run_time=5))
        self.next_section("back")  # down on the board again, the straight cut is a circle
        self.play(Replay(picture, film, 4, 5, run_time=5, rate_func=smooth))
        self.wait(2)
