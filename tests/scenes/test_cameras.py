"""Manim's own kinds of scene with their cameras: a picture obeys them, or says in a line that it cannot."""

from pathlib import Path

import numpy as np
import pytest
from manim import DEGREES, DOWN, LEFT, UR, Rectangle, ThreeDScene, ZoomedScene, tempconfig

from engine import Frame, Run, UnspiralError, training
from scenes.parts import FilmScene, Picture
from scenes.parts.stage.camera import placed

SMALL = {"pixel_width": 480, "pixel_height": 270, "frame_rate": 4, "progress_bar": "none", "disable_caching": True}


@pytest.fixture(scope="module")
def frame(five_spirals: Run) -> Frame:
    return training(five_spirals)(2000)


@pytest.mark.filterwarnings("ignore:.mode. parameter for changing data types")  # Manim's own images
def test_a_zoomed_scene_shows_a_picture_in_its_display(frame: Frame, tmp_path: Path) -> None:
    class Zoomed(ZoomedScene, FilmScene):
        def construct(self) -> None:
            self.add(Picture(frame))
            self.zoomed_camera.frame.move_to(6 * LEFT + 2 * DOWN)
            self.activate_zooming()
            self.wait(0.5)

    with tempconfig({**SMALL, "media_dir": str(tmp_path)}):
        scene = Zoomed()
        scene.render()
        shown, display = scene.renderer.camera.pixel_array, scene.zoomed_display.get_center()
        scale = 480 / scene.renderer.camera.frame_width
        x, y = 240 + scale * display[0], 135 - scale * display[1]
        (left, top), (right, bottom) = (x - 20, y - 20), (x + 20, y + 20)
        inside = shown[round(top) : round(bottom), round(left) : round(right), :3].reshape(-1, 3)
        there = shown[round(135 + 2 * scale), round(240 - 6 * scale), :3]  # what lies in the middle of what is zoomed
    assert np.abs(np.median(inside, axis=0) - there).max() <= 3 and there.max() > 20


def test_a_camera_in_space_shows_a_picture_where_it_faces_it_and_else_says_what_to_do(frame: Frame) -> None:
    class Space(ThreeDScene, FilmScene):
        """Manim's scene in space, and ours."""

    with tempconfig(SMALL):
        scene, picture = Space(), Picture(frame).scale(0.4).to_corner(UR)
        camera = scene.renderer.camera
        where = placed(picture, camera)
        camera.set_zoom(2)
        near = placed(picture, camera)
        assert near.across == pytest.approx(2 * where.across)
        camera.set_zoom(1)
        camera.set_phi(60 * DEGREES)
        with pytest.raises(UnspiralError, match=r"the camera was turned.*add_fixed_in_frame_mobjects"):
            scene.add(picture).renderer.update_frame(scene)
        scene.add_fixed_in_frame_mobjects(picture)
        assert placed(picture, camera).corner == pytest.approx(where.corner)
        scene.add(Rectangle()).renderer.update_frame(scene)
