"""A walk through codes: the way so far, and the image that is decoded where it has come to."""

import numpy as np
import pytest

from engine import Labelled, Run, UnspiralError, points, walk
from engine.films.images import images

PATH = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]])


@pytest.fixture(scope="module")
def run() -> Run:
    random = np.random.default_rng(0)
    series = {"codes": random.normal(size=(2, 9, 2)), "walk": random.uniform(size=(2, 3, 4, 4))}
    nothing = Labelled(np.zeros((0, 2)), np.zeros(0, np.int64))
    return Run(None, nothing, np.zeros(0, bool), np.array([0.0, 1.0]), (), series=series)


def test_the_way_so_far_is_marked_and_the_image_of_its_last_step_framed(run: Run) -> None:
    film = walk(points(run, "codes"), images(run, "walk"), PATH, 1)
    assert (film.first, film.last) == (0, 2)
    for at, way, step in ((0, PATH[[0, 0]], 0), (0.75, [[0, 0], [0.75, 0]], 1), (1.5, [[0, 0], [1, 0], [1, 1]], 2),
                          (2, PATH, 2)):  # fmt: skip
        codes, sheet = film(at)
        assert codes.marked == pytest.approx(np.array(way)) and sheet.pointed == step
        assert (codes.points == run.series["codes"][1]).all() and len(sheet.images) == 3


def test_a_walk_without_an_image_for_each_place_is_refused(run: Run) -> None:
    codes, sheet = points(run, "codes"), images(run, "walk")
    with pytest.raises(UnspiralError, match="2 places and 3 images"):
        walk(codes, sheet, PATH[:2], 1)
    with pytest.raises(UnspiralError, match=r"a path has shape \(3,\)"):
        walk(codes, sheet, PATH[0:1, [0, 0, 0]][0], 1)
    with pytest.raises(UnspiralError):
        walk(codes, sheet, PATH, 1)(2.1)
