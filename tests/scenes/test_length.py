from manim import FadeIn, FadeOut, Scene, Square, linear

from scenes.embedding import Embedding
from scenes.network import Network
from scenes.parts.stage.length import about

STEPS = ("one", "two", "three")
PAUSE = 1.5


class Read(Scene):
    speed = 2

    def construct(self):
        square = Square()
        self.play(FadeIn(square))  # 1
        self.play(square.animate(run_time=2).shift(1), FadeOut(square, run_time=0.5))  # 2
        for _ in STEPS:  # 3 × (1.5 + 4)
            self.wait(PAUSE)
            self.turn(square, 2 * self.speed, rate_func=linear)
        for _, _ in enumerate(range(2)):  # 2 × 1.5
            told(self, 1)
        if self.speed > 3:
            self.wait(100)
        self.wait(duration=0.5)

    def turn(self, square, seconds, rate_func=None, hold=0.0):
        self.play(square.animate.rotate(1), run_time=seconds, rate_func=rate_func)
        if hold > 0:
            self.wait(hold)


def told(scene, seconds):
    scene.play(FadeIn(Square()), run_time=seconds)
    scene.pause(0.5)


short = lambda scene: scene.wait(1)  # noqa: E731  # as people write it


class Odd(Scene):
    def construct(self):
        short(self)
        for _ in range(1, 2, 0):
            self.wait(1)
        self.wait(1, 2, *[3])


class Helped(Scene):
    def construct(self):
        short(self)
        self.wait(3)


class Unreadable(Scene):
    def construct(self):
        while self.mobjects:
            self.wait(2)
        for _ in self.mobjects:
            self.wait(2)
        self.wait(1)


def test_how_long_a_scene_is_is_read_from_its_lines_helpers_loops_and_defaults() -> None:
    assert about(Read) == 1 + 2 + 3 * (1.5 + 4) + 2 * 1.5 + 0.5


def test_a_scene_whose_length_depends_on_what_it_computes_is_not_guessed_at() -> None:
    assert about(Unreadable) == 0
    assert about(type("Nowhere", (Scene,), {})) == 0


def test_no_line_of_a_scene_ends_its_render_by_being_read() -> None:
    assert about(Odd) == 0  # range() itself refuses a step of 0
    assert about(Helped) == 3  # what a lambda takes is not read


def test_scenes_that_come_with_unspiral_are_read_as_long_as_they_are() -> None:
    assert about(Embedding) == 29.6  # it plays 30.6: five arms, of which three are guessed
    assert about(Network) == 38
