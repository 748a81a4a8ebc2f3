import numpy as np
from manim import BLUE, UP, Circle, Square, VGroup, tempconfig

from scenes.parts.stage.camera import FilmCamera
from scenes.parts.stage.still import Still


def drawn(make) -> np.ndarray:
    with tempconfig({"pixel_width": 320, "pixel_height": 180, "background_color": "#0d1117"}):
        camera = FilmCamera()
        camera.capture_mobjects(make())
        return camera.pixel_array[..., :3].astype(int)


def shapes() -> VGroup:
    return VGroup(Square(fill_opacity=0.5).shift(UP), Circle(color=BLUE, fill_opacity=1))


def test_a_still_looks_as_its_mobject_does_and_fades():
    plain, ground = drawn(lambda: [shapes()]), drawn(lambda: [])
    assert np.abs(plain - drawn(lambda: [Still(shapes())])).max() <= 2
    assert np.abs((plain + ground) / 2 - drawn(lambda: [Still(shapes()).set_opacity(0.5)])).max() <= 3


def test_a_still_of_nothing_paints_nothing():
    assert (drawn(lambda: [Still(VGroup())]) == drawn(lambda: [])).all()
