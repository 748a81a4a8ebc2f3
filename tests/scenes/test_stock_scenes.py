"""Scenes of Manim's own mobjects look under our camera exactly as under Manim's: bit for bit, frame for frame."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import (
    BLUE,
    DOWN,
    GREEN,
    LEFT,
    PI,
    RED,
    RIGHT,
    UP,
    YELLOW,
    Arrow,
    Axes,
    Circle,
    Create,
    Cube,
    DashedLine,
    DashedVMobject,
    Dot,
    FadeIn,
    FadeOut,
    ImageMobject,
    LaggedStart,
    MathTypst,
    MovingCameraScene,
    PointCloudDot,
    Scene,
    Sphere,
    Square,
    Star,
    Text,
    ThreeDScene,
    TracedPath,
    Transform,
    Typst,
    ValueTracker,
    VGroup,
    Write,
    ZoomedScene,
    always_redraw,
    tempconfig,
)
from PIL import Image

from scenes.parts import FilmScene

SIZE = {"pixel_width": 240, "pixel_height": 136, "frame_rate": 5, "progress_bar": "none", "save_sections": False}


def words(scene: Any) -> None:
    text, formula = Text("Umlaut ä", gradient=(RED, BLUE)).shift(UP), MathTypst("e = W x").shift(DOWN)
    scene.play(Write(text), FadeIn(Typst("*bold* text"), shift=UP))
    scene.play(Transform(text, formula), run_time=0.6)


def shapes(scene: Any) -> None:
    square = Square(fill_opacity=0.6).set_color([RED, "#00ff00", BLUE]).set_sheen(0.4, UP)
    circle = Circle(color=YELLOW, fill_opacity=0.3, stroke_opacity=0.5, stroke_width=12).shift(RIGHT / 2)
    circle.set_background_stroke(color=RED, width=20)
    star = Star(fill_opacity=1).set_z_index(-1).shift(LEFT / 2)
    scene.add(square, circle, DashedVMobject(Circle(radius=2)), DashedLine(LEFT * 4, RIGHT * 4), star)
    scene.play(FadeIn(Arrow(LEFT, UP)), star.animate.set_z_index(3).scale(2), run_time=0.6)
    scene.play(FadeOut(square), circle.animate.set_opacity(0.9).shift(LEFT))


def pictures(scene: Any) -> None:
    levels = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
    picture = ImageMobject(np.stack([levels, levels.T, levels[::-1], np.full_like(levels, 200)], -1)).scale(8)
    cloud = PointCloudDot(color=GREEN, density=4, radius=1).shift(2 * RIGHT)
    scene.play(FadeIn(picture), FadeIn(cloud))
    scene.play(picture.animate.rotate(0.4).set_opacity(0.5), run_time=0.6)


def updaters(scene: Any) -> None:
    angle = ValueTracker(0)
    dot = always_redraw(lambda: Dot([2 * np.cos(angle.get_value()), np.sin(angle.get_value()), 0], color=RED))
    scene.add(Axes(x_range=[-3, 3], y_range=[-2, 2], tips=False), dot, TracedPath(dot.get_center, stroke_color=BLUE))
    scene.play(angle.animate.set_value(PI), run_time=1)
    scene.play(LaggedStart(*[Create(square) for square in VGroup(*[Square() for _ in range(3)]).arrange()]))
    scene.add_foreground_mobjects(Circle(fill_opacity=1))
    scene.play(FadeIn(Square(fill_opacity=1)), run_time=0.6)


def moved(scene: Any) -> None:
    scene.add(Square(), Text("near"))
    scene.play(scene.camera.frame.animate.scale(0.4).shift(UP / 2))


def zoomed(scene: Any) -> None:
    scene.add(Square(), Dot())
    scene.activate_zooming(animate=False)
    scene.play(scene.zoomed_camera.frame.animate.shift(UP))


def solid(scene: Any) -> None:
    scene.set_camera_orientation(phi=1, theta=-1)
    scene.add(Cube(fill_opacity=0.7), Sphere(resolution=(6, 6)).shift(2 * RIGHT))
    scene.add_fixed_in_frame_mobjects(Text("flat").to_corner())
    scene.move_camera(theta=0, run_time=0.6)


def frames(bases: tuple[type[Scene], ...], construct: Callable[[Any], None], folder: Path) -> list[np.ndarray]:
    scene_class: Any = type("Stock", bases, {"construct": construct})
    with tempconfig(
        {
            **SIZE,
            "background_color": "#102030",
            "media_dir": str(folder),
            "format": "png-sequence",
            "disable_caching": True,
        }
    ):
        scene = scene_class()
        scene.render()
        pictures = sorted(scene.renderer.file_writer.image_sequence_directory.glob("*.png"))
    return [np.asarray(Image.open(picture)) for picture in pictures]


@pytest.mark.filterwarnings("ignore:'mode' parameter")  # Manim's images, under Pillow 12
@pytest.mark.parametrize(
    ("base", "construct"),
    [
        (Scene, words),
        (Scene, shapes),
        (Scene, pictures),
        (Scene, updaters),
        (MovingCameraScene, moved),
        (ZoomedScene, zoomed),
        (ThreeDScene, solid),
    ],
    ids=lambda value: value.__name__,
)
def test_a_scene_of_stock_mobjects_is_the_same_to_the_last_bit(
    base: type[Scene], construct: Callable[[Any], None], tmp_path: Path
) -> None:
    theirs = frames((base,), construct, tmp_path / "theirs")
    ours = frames((FilmScene,) if base is Scene else (base, FilmScene), construct, tmp_path / "ours")
    assert len(ours) == len(theirs) and len({frame.tobytes() for frame in theirs}) >= 3
    assert [number for number, pair in enumerate(zip(ours, theirs)) if not np.array_equal(*pair)] == []
