"""The linear classifier alone: its class vectors turn and spread; then one point is scored on its way round."""

from manim import FadeIn, FadeOut

from engine import FIVE_SPIRALS, circling, class_vectors, eased, pace, record
from engine.films.claims import angles
from scenes.parts import CirclePicture, FilmScene, Replay, SpreadPicture
from scenes.parts.stage.formula import formula, seat


class ClassVectors(FilmScene):
    def construct(self):
        run = record(FIVE_SPIRALS)
        film = class_vectors(run)  # playhead: epochs
        arrows = SpreadPicture(film(0), self.theme)
        self.next_section("start")  # arrows anywhere: the rows of W
        self.add(arrows)
        self.wait(2)
        (first, _), (low, high) = (angles(film(at).class_vectors) for at in (0, film.last))
        says = f"They turn, grow and spread: at first two are {first:.0f}° apart, at the end {low:.0f}° to {high:.0f}°."
        self.next_section("spread", says=says)
        self.play(Replay(arrows, film, 0, film.last, rate_func=eased(pace(film, 0, film.last)), run_time=10))
        self.wait(2)
        walk = circling(run.at(film.last))  # playhead: 0 to 1 once round, to 2 softargmax, to 3 round again
        point = CirclePicture(walk(0), self.theme)
        scores = formula("bold(s) = W bold(e) + bold(b)", size=46, theme=self.theme)
        scores.move_to(seat(wide=(305, 850), tall=(288, -170)))
        self.next_section("scores")  # a projection on each class vector; the highest score wins
        self.play(FadeIn(point), FadeIn(scores))
        self.wait(2.5)
        self.next_section("round")  # the answer changes where the two highest scores are equal
        self.play(Replay(point, walk, 0, 1, rate_func=eased(), run_time=12))
        self.next_section("softargmax")  # hard becomes soft: bars become probabilities
        soft = formula('tilde(bold(y)) = op("softargmax") bold(s)', size=46, theme=self.theme).move_to(scores)
        self.play(FadeOut(scores), FadeIn(soft), Replay(point, walk, 1, 2, rate_func=eased(), run_time=2))
        self.wait(1)
        self.next_section("round again")  # surer inside a region; at its edges two are equally likely
        self.play(Replay(point, walk, 2, 3, rate_func=eased(), run_time=12))
        self.wait(1)
