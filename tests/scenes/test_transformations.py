"""Pictures obey what a rectangle obeys, and lead from data to the screen and back."""

from dataclasses import replace

import manim
import numpy as np
import pytest
from manim import DOWN, LEFT, RIGHT, UP, Rectangle, VGroup, tempconfig
from numpy.typing import NDArray

from engine import Frame, Run, UnspiralError, training
from scenes.parts import FilmScene, Picture
from scenes.parts.stage.camera import FilmCamera

WIDTH, HEIGHT = 480, 270
BARE = {"readouts": False, "key": False, "grid": False, "regions": False, "class_vectors": False}


@pytest.fixture(autouse=True)
def _frame():
    with tempconfig({"pixel_width": WIDTH, "pixel_height": HEIGHT}):
        yield


def seen(*mobjects: manim.Mobject, camera: FilmCamera | None = None) -> NDArray[np.uint8]:
    camera = camera or FilmCamera()
    camera.reset()
    camera.capture_mobjects(mobjects)
    return camera.pixel_array[..., :3].copy()


def pixel(point: NDArray[np.floating]) -> tuple[float, float]:
    scale = WIDTH / manim.config.frame_width
    return WIDTH / 2 + scale * point[0], HEIGHT / 2 - scale * point[1]


def few(run: Run) -> Frame:
    """A frame with thirteen points, none over another."""
    frame = training(run)(2000)
    return replace(frame, points=frame.points[::400], labels=frame.labels[::400], wrong=frame.wrong[::400])


def painted_there(difference: NDArray[np.bool_], x: float, y: float) -> bool:
    row, column = round(y - 0.5), round(x - 0.5)
    return bool(difference[row - 1 : row + 2, column - 1 : column + 2].any())


MOVES = {
    "shifted": lambda m: m.shift(2 * LEFT + UP),
    "scaled": lambda m: m.scale(0.5),
    "at an edge": lambda m: m.scale(0.4).to_edge(RIGHT),
    "stretched": lambda m: m.stretch(0.5, 0),
    "turned": lambda m: m.rotate(0.4).scale(0.6),
    "turned by a half": lambda m: m.rotate(np.pi),
    "mirrored": lambda m: m.flip().scale(0.7),
    "in a row": lambda m: VGroup(m.scale(0.45), Rectangle()).arrange(RIGHT)[0],
    "in a grid": lambda m: VGroup(Rectangle(), m.scale(0.3)).arrange_in_grid(2, 1)[1],
    "larger": lambda m: m.scale(1.7).shift(DOWN),
    "beside": lambda m: m.scale(0.3).next_to(Rectangle(), DOWN),
}


@pytest.mark.parametrize("move", MOVES)
def test_a_picture_goes_where_a_rectangle_goes(move: str, five_spirals: Run) -> None:
    picture = Picture(training(five_spirals)(2000))
    frame = Rectangle(width=manim.config.frame_width, height=manim.config.frame_height)
    corners = MOVES[move](frame).get_vertices()  # clockwise from the top right
    moved = MOVES[move](picture)
    order = np.array([3, 0, 1, 2]) if np.allclose(frame.get_vertices()[0], moved.points[1]) else None
    assert sorted(np.round(moved.points, 6).tolist()) == sorted(np.round(corners, 6).tolist()), order
    assert moved.width == pytest.approx(frame.width) and moved.get_center() == pytest.approx(frame.get_center())


@pytest.mark.parametrize("move", MOVES)
def test_a_sample_is_painted_where_point_says(move: str, five_spirals: Run) -> None:
    picture = MOVES[move](Picture(few(five_spirals), **BARE))
    alone = picture.copy().choose(points=False)
    difference = np.abs(seen(picture).astype(int) - seen(alone)).sum(2) > 30
    places = [pixel(picture.point(i)) for i in range(13)]
    inside = [(x, y) for x, y in places if 3 < x < WIDTH - 3 and 3 < y < HEIGHT - 3]
    assert len(inside) > 3 and all(painted_there(difference, x, y) for x, y in inside)
    assert difference.mean() < 0.02


def test_p2c_is_the_way_back_from_c2p(five_spirals: Run) -> None:
    picture = Picture(training(five_spirals)(500)).scale(0.6).rotate(0.3).shift(RIGHT)
    data = np.random.default_rng(0).normal(size=(20, 2))
    assert picture.p2c(picture.c2p(data)) == pytest.approx(data)
    assert picture.c2p([1.0, 2.0]).shape == (3,) and picture.p2c([1.0, 2.0, 0.0]).shape == (2,)
    assert picture.tip(2) == pytest.approx(picture.c2p(picture.frame.class_vectors[2]))


def test_a_shift_by_whole_pixels_moves_every_pixel_and_an_untouched_picture_costs_no_group(five_spirals: Run) -> None:
    film = training(five_spirals)
    still = seen(Picture(film(2000)))
    across = 40 * manim.config.frame_width / WIDTH
    moved = seen(Picture(film(2000)).shift(across * RIGHT))
    assert np.abs(moved[:, 45:-5].astype(int) - still[:, 5:-45]).max() <= 2


class Near(manim.MovingCameraScene, FilmScene):
    """Manim's own camera and ours."""


def test_a_camera_that_comes_near_shows_a_picture_as_it_shows_a_rectangle(five_spirals: Run) -> None:
    picture = Picture(few(five_spirals), **BARE)
    camera = Near().camera
    camera.frame.scale(0.5).shift(RIGHT)
    near = seen(picture, camera=camera)
    alone = seen(Picture(picture.frame, **BARE, points=False), camera=camera)
    difference = np.abs(near.astype(int) - alone).sum(2) > 30
    places = [pixel((picture.point(i) - [1, 0, 0]) * 2) for i in range(13)]
    inside = [(x, y) for x, y in places if 4 < x < WIDTH - 4 and 4 < y < HEIGHT - 4]
    assert len(inside) > 3 and all(painted_there(difference, x, y) for x, y in inside)


def test_what_cannot_be_obeyed_is_refused_in_one_line(five_spirals: Run) -> None:
    sheared = Picture(training(five_spirals)(0)).apply_matrix([[1, 0.4], [0, 1]])
    with pytest.raises(UnspiralError, match="sheared") as caught:
        seen(sheared)
    assert "\n" not in str(caught.value)
    with pytest.raises(UnspiralError, match="turned out of the screen"):
        seen(Picture(training(five_spirals)(0)).rotate(0.5, axis=UP))


def test_parts_fade_between_two_choices(five_spirals: Run) -> None:
    picture = Picture(training(five_spirals)(2000))
    target = picture.copy().choose(regions=False, grid=0.5, readouts=["accuracy"])
    half = picture.copy()
    half.interpolate(picture, target, 0.5)
    assert half.amounts["regions"] == 0.5 and half.amounts["grid"] == 0.75 and picture.amounts["regions"] == 1
    ground = seen(picture.copy().choose(regions=False))[5, -5]
    whole, between = seen(picture)[5, -5].astype(int), seen(picture.copy().choose(regions=0.5))[5, -5]
    assert np.abs(between - (whole + ground) / 2).max() <= 2 and np.abs(whole - ground).max() > 10


def test_points_of_one_class_are_shown_alone(five_spirals: Run) -> None:
    picture = Picture(training(five_spirals)(2000), points=[1])
    assert set(picture.chosen().labels.tolist()) == {1} and len(picture.chosen().points) == 1000


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"gird": False}, "did you mean grid"),
        ({"grid": 2}, "opacity from 0 to 1"),
        ({"points": [7]}, "class 7"),
        ({"readouts": ["acuracy"]}, "did you mean accuracy"),
    ],
)
def test_parts_that_there_are_not_are_refused(parts: dict, said: str, five_spirals: Run) -> None:
    with pytest.raises(UnspiralError, match=said):
        Picture(training(five_spirals)(0)).choose(**parts)
