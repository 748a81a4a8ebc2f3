"""Frames say what they show, and nothing else."""

import numpy as np

from engine import Frame
from scenes.parts import DARK, Picture
from scenes.parts.pictures.contact_sheet import painted


def test_a_frame_of_points_alone_needs_its_points_alone() -> None:
    frame = Frame(points=np.array([[0.5, 0.5], [-0.5, 0.25]]))
    assert frame.labels.tolist() == [0, 0] and frame.wrong.tolist() == [False, False] and frame.decided == 0
    pixels = painted(Picture(frame), 192, 108)[..., :3]
    ground = [int(DARK.ground[i : i + 2], 16) for i in (1, 3, 5)]
    assert (pixels[4, 4] == ground).all() and (pixels != ground).any()


def test_nothing_is_decided_where_nothing_answers() -> None:
    assert Frame(decided=1).decided == 0
    assert Frame(class_vectors=np.eye(2), decided=0.5).decided == 0.5
