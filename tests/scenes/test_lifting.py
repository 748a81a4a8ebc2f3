"""The lifting scene: near things hide far ones, and the answer comes back to the board as a circle."""

import numpy as np

from engine.films.lifting import lifting
from scenes.lifting import Lifting
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.theme import DARK
from scenes.parts.pictures.lifting import SpacePicture
from tests.scenes.rendering import rendered
from tests.scenes.test_panels import pixels


def test_a_point_nearer_to_the_eye_is_painted_over_a_farther_one(runs_folder):
    frame = lifting(points=100)(2)
    _, up, eye = frame.axes()
    middle = 1.2 * up
    pair = np.stack([middle + 0.5 * eye, middle - 0.5 * eye])
    colours = 255 * np.array(DARK.class_colours(2))
    for labels in ([0, 1], [1, 0]):
        shown = frame.__class__(
            **{**vars(frame), "points": pair, "labels": np.array(labels), "wrong": np.zeros(2, bool)}
        )
        picture = SpacePicture(shown)
        image = pixels([picture]).astype(float)
        canvas = Canvas(None, image.shape[1], image.shape[0])
        x, y = np.rint(picture._place(canvas, pair[0])).astype(int)
        assert np.abs(image[y, x, :3] - colours[labels[0]]).max() < 12


def test_the_lifting_scene_has_every_section_and_ends_with_the_disc_inside_its_circle(tmp_path):
    sections = rendered(Lifting, tmp_path, frame_rate=2)
    assert list(sections) == ["flat", "line", "lift", "cut", "orbit", "back"]
    inside, outside = 255 * np.array(DARK.region_colours(2))
    last = sections["back"][-1].astype(float)
    places = [np.argwhere(np.abs(last - colour).max(-1) < 10) for colour in (inside, outside)]
    assert min(map(len, places)) > 300
    middle = places[0].mean(0)  # of the disc: farther out there is none of its colour, farther in none of the other
    reach = [np.linalg.norm(at - middle, axis=1) for at in places]
    assert reach[0].max() < reach[1].min() + 3
