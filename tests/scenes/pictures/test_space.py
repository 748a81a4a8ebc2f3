"""The picture of a 3-D embedding: what is nearer covers what is farther."""

from dataclasses import replace

import numpy as np
import pytest

from engine import Frame
from engine.films.film import Depths, View
from engine.network.lines import Lines
from scenes.parts import Picture
from scenes.parts.paint.space import slabs
from scenes.parts.paint.theme import DARK, rgb


def frame(depth: float) -> Frame:
    """A point of class 0 in the middle of a line and of an arrow, all in one place, and one of class 1 elsewhere."""
    points = np.array([[0.5, 0.0], [-0.5, 0.5]])
    ends = np.array([[0.5, -0.9], [0.5, 0.9]])
    tips = np.array([[-0.5, -0.5], [1.0, 0.0]])
    depths = Depths(np.array([depth, 0.0]), np.zeros(2), np.array([0.0, 0.9]))
    lines = Lines(ends, np.array([0, 2]))
    return Frame(points, np.array([0, 1]), lines=lines, bright=(0,), class_vectors=tips, depths=depths, view=View())


def seen(shown: Frame, at: tuple[float, float], **parts: bool) -> np.ndarray:
    picture = Picture(shown, DARK, readouts=False, key=False, **parts)
    pixels = np.asarray(picture.to_image(960).convert("RGB"), float)
    x, y = picture.place(picture.canvas()._replace(width=960, height=540))(np.array([at]))[0]
    return pixels[int(y), int(x)] / 255


def test_of_a_point_an_arrow_and_a_line_in_one_place_the_nearest_is_seen() -> None:
    point, arrow = (np.array(colour) for colour in DARK.class_colours(2))
    ink, middle = np.array(rgb(DARK.ink)), (0.5, 0.0)
    for depth, nearest in ((0.6, point), (0.3, arrow), (-0.6, arrow)):  # the arrow is at 0.45 there, the line at 0
        assert np.abs(seen(frame(depth), middle) - nearest).max() < 0.03
    for depth, part in ((0.3, 1.0), (-0.3, 0.3)):
        alone = seen(frame(depth), middle, class_vectors=False)
        assert np.abs(alone - (part * point + (1 - part) * ink)).max() < 0.05  # a bright line is at .75
    two = replace(frame(0.6), points=np.array([[0.5, 0.0], [0.5, 0.0]]))
    for depths in ((0.6, 0.9), (0.9, 0.6)):  # of two points, too, whichever comes first
        both = replace(two, depths=Depths(np.array(depths), np.zeros(2), np.array([0.0, 0.9])))
        assert np.abs(seen(both, middle) - (arrow if depths[1] > depths[0] else point)).max() < 0.03


def test_slabs_hold_everything_once_the_farthest_first() -> None:
    random = np.random.default_rng(4)
    spots, ways, tips = random.normal(size=(60, 3)), random.normal(size=(40, 3)), random.normal(size=(5, 3))
    depths = Depths(spots[:, 2], ways[:, 2], tips[:, 2])
    lines = Lines(ways[:, :2], np.array([0, 11, 13, 40]))
    wrong = random.random(60) < 0.3
    parts = list(slabs(Frame(spots[:, :2], wrong=wrong, lines=lines, class_vectors=tips[:, :2], depths=depths)))
    order = np.concatenate([some for part in parts for some in part.points])
    assert np.array_equal(order, np.argsort(spots[:, 2]))
    assert all(len({bool(wrong[i]) for i in some}) == 1 for part in parts for some in part.points)

    def length(of: Lines) -> float:
        joined = np.append(np.diff(of.starts).cumsum()[:-1] - 1, []).astype(int)
        return float(np.delete(np.linalg.norm(np.diff(of.vertices, axis=0), axis=1), joined).sum())

    assert sum(length(part.lines) for part in parts) == pytest.approx(length(lines))
    for k in range(5):
        own = sorted((piece.begin, piece.end) for part in parts for piece in part.arrows if piece.of == k)
        assert own[0][0] == 0 and own[-1][1] == 1
        assert all(before[1] == pytest.approx(after[0]) for before, after in zip(own, own[1:]))
        middles = [(p.begin + p.end) / 2 * tips[k, 2] for part in parts for p in part.arrows if p.of == k]
        assert middles == sorted(middles)
