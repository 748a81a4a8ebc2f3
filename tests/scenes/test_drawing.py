import numpy as np
import pytest
from manim import RED, Camera, Circle, Mobject, Square, Text, tempconfig

from engine import Frame
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.discs import Discs
from scenes.parts.stage.camera import FilmCamera
from scenes.parts.stage.painted import Painted
from scenes.parts.stage.replay import Replay, whole_frames


class Ground(Painted):
    opaque = True

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[float] = []

    def show(self, frame: float) -> None:  # type: ignore[override]
        self.shown.append(frame)

    def paint(self, canvas: Canvas) -> None:
        canvas.context.set_source_rgba(*canvas.colour((1.0, 0.5, 0.0)))
        canvas.context.paint()


def drawn(camera_class: type[Camera], *mobjects: Mobject) -> np.ndarray:
    with tempconfig({"pixel_width": 320, "pixel_height": 180}):
        camera = camera_class()
        camera.capture_mobjects(mobjects)
        return camera.pixel_array.copy()


def test_stock_mobjects_are_drawn_bit_for_bit_as_by_manims_camera() -> None:
    square = Square(fill_opacity=0.5).set_color([RED, "#00ff00"]).set_z_index(2)
    stock = (square, Circle(color=RED, fill_opacity=0.3), Text("e = W x"))
    assert np.array_equal(drawn(FilmCamera, *stock), drawn(Camera, *stock))


def test_painted_mobjects_have_true_colours_and_fade() -> None:
    ground = Ground()
    assert drawn(FilmCamera, ground)[90, 160].tolist() == [255, 128, 0, 255]
    assert abs(int(drawn(FilmCamera, ground.set_opacity(0.5))[90, 160, 0]) - 128) <= 8


class Left(Painted):
    """Blue on the left, and on the right nothing but ground."""

    opaque = True

    def paint(self, canvas: Canvas) -> None:
        canvas.context.rectangle(0, 0, canvas.width / 2, canvas.height)
        canvas.context.set_source_rgba(*canvas.colour((0.0, 0.0, 1.0)))
        canvas.context.fill()


@pytest.mark.parametrize("turned", [0.0, 0.4])
def test_in_a_transparent_clip_a_picture_hides_what_it_lies_on_as_its_ground_would(turned: float) -> None:
    under, square = Ground(), Square(30, fill_opacity=1, color="#ffffff")
    with tempconfig({"transparent": True, "background_opacity": 0}):
        assert drawn(FilmCamera, under, square, Left().rotate(turned).scale(2))[90, 170].tolist() == [0, 0, 0, 0]
        fading = drawn(FilmCamera, under, Left().rotate(turned).scale(2).set_opacity(0.75))[90, 170].tolist()
        assert fading == pytest.approx([64, 32, 0, 64], abs=1)
        beside = drawn(FilmCamera, under, Left().rotate(turned).scale(0.4))
        assert beside[90, 180].tolist() == [0, 0, 0, 0] and beside[90, 300].tolist() == [255, 128, 0, 255]
    assert drawn(FilmCamera, under, Left())[90, 170].tolist() == [255, 128, 0, 255]  # whose ground nobody painted


@pytest.mark.parametrize("size", [(320, 180), (180, 180), (180, 320), (240, 180)])
def test_what_is_painted_fills_frames_of_every_shape(size: tuple[int, int]) -> None:
    with tempconfig({"pixel_width": size[0], "pixel_height": size[1]}):
        camera, ground = FilmCamera(), Ground()
        camera.capture_mobjects([ground])
        assert (camera.pixel_array == (255, 128, 0, 255)).all()
        assert ground.canvas().width == size[0] and ground.canvas().height == size[1]
        half = ground.copy().scale(0.5)
        camera.reset()
        camera.capture_mobjects([half])
        seen = np.argwhere(camera.pixel_array[..., 0] == 255)
        assert np.abs(np.ptp(seen, axis=0) + 1 - np.array(size[::-1]) / 2).max() <= 1


@pytest.mark.parametrize("most", [1, 7, 240])
def test_a_cut_replay_shows_the_very_same_playheads(most: int) -> None:
    whole, cut = Ground(), Ground()
    count = 100
    for ground, size in ((whole, count), (cut, most)):
        for part in Replay(ground, lambda playhead: playhead, 3, 11, run_time=5).parts(count, size):  # type: ignore
            n = part.span[1] - part.span[0]
            for k in range(n):
                part.interpolate(k / n)
    assert cut.shown == whole.shown


def test_a_trail_is_what_was_shown_so_long_before_and_none_is_left_at_the_end() -> None:
    def film(playhead: float) -> Frame:
        return Frame(points=np.array([[playhead, 0.0]]), playhead=playhead)

    class Kept(Ground):
        def show(self, frame: Frame) -> None:  # type: ignore[override]
            self.frames = [*getattr(self, "frames", []), frame]

    whole, cut = Kept(), Kept()
    for ground, most in ((whole, 50), (cut, 7)):
        for part in Replay(ground, film, 3, 8, run_time=5, trail=1).parts(50, most):  # type: ignore
            count = part.span[1] - part.span[0] if most == 7 else 50
            for k in range(count + (part.span[1] in (1, 50))):
                part.interpolate(k / count)
    tails = [frame.trails.places[:, 0, 0].tolist() if len(frame.trails.of) else [] for frame in whole.frames]
    assert tails[30] == pytest.approx([5, 5.2, 5.4, 5.6, 5.8, 6])  # a playhead is a second
    assert tails[5] == pytest.approx([3, 3, 3, 3.1, 3.3, 3.5])  # nothing was shown before the beginning
    assert tails[50] == []
    assert [f.trails.places.tolist() for f in cut.frames] == [f.trails.places.tolist() for f in whole.frames]


def test_run_times_are_whole_numbers_of_frames_at_every_rate() -> None:
    for rate in (24, 25, 30, 60):
        with tempconfig({"frame_rate": rate}):
            assert [whole_frames(n / rate) for n in range(1, 1801)] == list(range(1, 1801))


def test_discs_are_where_they_are_told_to_a_sixteenth_of_a_pixel() -> None:
    class Disc(Ground):
        def paint(self, canvas: Canvas) -> None:
            super().paint(canvas)
            Discs(5, 1, [(0, 0, 0)]).paint(canvas, np.array([[100.3, 60.7]]), np.array([0]))

    dark = 255.0 - drawn(FilmCamera, Disc())[..., 0]
    y, x = (np.arange(n) + 0.5 for n in dark.shape)
    at = (dark.sum(0) @ x / dark.sum(), dark.sum(1) @ y / dark.sum())
    assert np.allclose(at, (100.3, 60.7), rtol=0, atol=1 / 16 + 0.02)
