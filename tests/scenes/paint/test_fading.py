"""What fades together is painted on a layer of its own; cairo's groups are the oracle."""

import cairo
import numpy as np
import pytest

from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.fading import fading
from scenes.parts.paint.raster import stroke

SIZE = (200, 120)
BOX = (31.3, 20.2, 90.0, 61.5)


class Grouping(cairo.Context):
    """Any context but cairo's own hears the groups that are made on it, and so has cairo's."""


def painted(context_of: type[cairo.Context], box: tuple[float, float, float, float] | None) -> np.ndarray:
    """A faded line and discs within another fade, moved and clipped, over a pattern that is not opaque everywhere."""
    width, height = SIZE
    pixels = np.random.default_rng(3).integers(0, 256, (height, width, 1), np.uint8).repeat(4, 2)
    surface = cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, width, height)
    canvas = Canvas(context_of(surface), width, height)
    canvas.context.translate(11, 7)
    canvas.context.rectangle(0, 0, 150, 100)
    canvas.context.clip()
    for _ in range(2):  # a layer that is used again is clean
        with fading(canvas, 0.61) as layer:
            stroke(layer.context, [[-20.0, 3.3], [90.0, 61.0], [140.0, 20.0]], [0, 3], [0], 9.0, (0.2, 0.9, 0.4, 0.8))
            with fading(layer, 0.5, box) as inner:
                for x in (60.0, 75.0):
                    inner.context.arc(x, 50.0, 14.0, 0, 7)
                    inner.context.set_source_rgba(*inner.colour((0.9, 0.3, 0.1)))
                    inner.context.fill()
    surface.flush()
    return pixels.astype(int)


@pytest.mark.parametrize("box", [None, BOX, (-90.0, 0.0, 20.0, 20.0)])
def test_what_fades_has_the_pixels_of_cairos_groups(box):
    ours, theirs = painted(cairo.Context, box), painted(Grouping, box)
    assert np.abs(ours - theirs).max() <= 1  # on a group that is still clear, cairo rounds otherwise


def test_an_error_while_something_fades_leaves_nothing_of_it_behind():
    clean = painted(cairo.Context, None)
    pixels = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
    surface = cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, *SIZE)
    with pytest.raises(ZeroDivisionError), fading(Canvas(cairo.Context(surface), *SIZE), 0.5) as layer:
        layer.context.paint()
        raise ZeroDivisionError
    assert not pixels.any() and np.array_equal(painted(cairo.Context, None), clean)
