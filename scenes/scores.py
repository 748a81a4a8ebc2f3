"""Scores s = W f, row by row; then the hard answer and the soft one."""

from math import pi

from manim import FadeIn

from engine import record
from engine.films.scores import scoring
from engine.recipes.named import FIVE_BLOBS
from scenes.parts.pictures.scores import Scoreboard, product, says
from scenes.parts.stage.blackboard import BlackboardScene
from scenes.parts.stage.still import Still


class Scores(BlackboardScene):
    def construct(self):
        film = scoring(record(FIVE_BLOBS), point=55)
        board = Scoreboard(film.vary("rows", 0, 5, form=0)(0), self.theme)
        self.next_section("feature")  # somebody gave us f
        self.add(board)
        self.wait(1.5)
        self.next_section("rows")  # each row of W is a direction, each score a projection onto it
        self.play(FadeIn(Still(product(5, self.theme))))
        self.run(board, film.vary("rows", 0, 5, form=0), 10)
        self.next_section("three names")  # one number: a linear sum, a similarity, a score
        for form, text in enumerate(("s_k = sum_j w_(k j) f_j", "s_k = norm(w_k) norm(f) cos theta_k")):
            self.say(says(text, self.theme))
            self.run(board, film.vary("form", form, form + 1), 2)
        self.next_section("argmax")  # the highest score wins and colours the region: hard
        self.say(says('hat(y) = op("argmax") s', self.theme))
        self.run(board, film.vary("answered", 0, 1), 2)
        self.next_section("softargmax")  # as hard at temperature 0, and soft from there
        self.say(says('tilde(y)_k = op("softargmax") (s)_k = exp(s_k \\/ T) / (sum_j exp(s_j \\/ T))', self.theme))
        self.run(board, film.vary("soft", 0, 1, answered=1, temperature=0), 1)
        self.run(board, film.vary("temperature", 0, 8, answered=1, soft=1), 5)
        self.run(board, film.vary("temperature", 8, 1, answered=1, soft=1), 2)
        self.next_section("turn")  # f turns, everything follows
        self.run(board, film.vary("turn", 0, 2 * pi, answered=1, soft=1), 10)
