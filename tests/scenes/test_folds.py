"""The folds scene shows both networks' pieces."""

import cairo
import numpy as np
import pytest

from engine.network.pieces import pieces
from scenes.folds import Folds
from scenes.parts.paint.raster import tile
from tests.engine.films.test_folds import CORNERS, patterns, random_network
from tests.scenes.rendering import rendered


def test_the_folds_scene_renders_every_section(monkeypatch, tmp_path, small):
    monkeypatch.setattr("scenes.folds.FIVE_SPIRALS", small.recipe)
    sections = rendered(Folds, tmp_path, frame_rate=1)
    assert list(sections) == ["narrow", "wide", "zoom", "carry"]
    colours = [len(np.unique(frames[-1][30:-30].reshape(-1, 3) // 16, axis=0)) for frames in sections.values()]
    assert min(colours) > 8
    assert (np.abs(np.diff(sections["carry"].astype(int), axis=0)).mean((1, 2, 3)) > 1).all()


@pytest.mark.parametrize("seed", range(3))
def test_every_pixel_has_the_colour_of_the_piece_that_holds_its_middle(seed):
    network = random_network(seed)
    found = pieces(network[:-1], CORNERS)
    side = 400
    surface = cairo.ImageSurface(cairo.FORMAT_ARGB32, side, side)
    numbers = np.arange(found.total)
    colours = np.stack([numbers % 256 / 255, numbers // 256 / 255, numbers * 0.0, numbers * 0.0 + 1], 1)
    corners = (found.outlines.vertices * (1, -1) + 1) * side / 2
    tile(cairo.Context(surface), corners, found.outlines.starts, numbers, colours)
    pixels = np.frombuffer(surface.get_data(), np.uint8).reshape(side, side, 4).astype(int)
    assert (pixels[..., 3] == 255).all()  # no gaps
    rows, columns = np.mgrid[0:side, 0:side] + 0.5
    x = np.stack([columns, side - rows], -1).reshape(-1, 2) * 2 / side - 1
    own = found.patterns[(pixels[..., 2] + 256 * pixels[..., 1]).ravel()]
    assert (own == patterns(network, x)).all()
