"""What is painted without cairo covers its area; what is converted without FFmpeg looks as if FFmpeg had done it."""

import av
import cairo
import numpy as np
import pytest
from av.video.reformatter import Colorspace, VideoReformatter
from hypothesis import given, settings
from hypothesis import strategies as st

from scenes.parts.paint import kernels, raster
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.discs import Discs, trace

WIDTH, HEIGHT = 160, 90
COLOUR = (0.9, 0.4, 0.1, 0.34)


def canvas_of(seed: int = 0) -> tuple[Canvas, np.ndarray]:
    """A canvas of opaque random colours, and its pixels."""
    pixels = np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 4), dtype=np.uint8)
    pixels[..., 3] = 255
    surface = cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, WIDTH, HEIGHT)
    return Canvas(cairo.Context(surface), WIDTH, HEIGHT), pixels


def by_cairo(context: cairo.Context, line: np.ndarray, width: float, colour: raster.Colour) -> None:
    context.set_line_width(width)
    context.set_line_cap(cairo.LINE_CAP_ROUND)
    context.set_line_join(cairo.LINE_JOIN_ROUND)
    context.set_source_rgba(*colour)
    for x, y in line.tolist():
        context.line_to(x, y)
    context.stroke()


places = st.floats(-50, 200, allow_nan=False)
lines = st.lists(st.tuples(places, places), min_size=2, max_size=12).map(np.array)


def area(line: np.ndarray, width: float, n: int = 8) -> np.ndarray:
    """How much of each pixel lies within half a width of the line, from n × n places in it: (HEIGHT, WIDTH)."""
    places = np.stack(np.meshgrid(*((np.arange(size * n) + 0.5) / n for size in (WIDTH, HEIGHT))), -1)
    inside = np.zeros(places.shape[:2], bool)
    for a, b in zip(line, line[1:]):
        along = np.clip((places - a) @ (b - a) / max((b - a) @ (b - a), 1e-12), 0, 1)
        inside |= ((places - a - along[..., None] * (b - a)) ** 2).sum(-1) <= (width / 2) ** 2
    return inside.reshape(HEIGHT, n, WIDTH, n).mean((1, 3))


def covered(line: np.ndarray, width: float) -> np.ndarray:
    """How much of each pixel is painted, (HEIGHT, WIDTH)."""
    canvas, pixels = canvas_of()
    pixels[:] = 0
    raster.stroke(canvas.context, line, [0, len(line)], [0], width, (1.0, 1.0, 1.0, 1.0))
    return pixels[..., 3] / 255


@settings(max_examples=25, deadline=None)
@given(lines, st.floats(1, 6))
def test_a_line_covers_its_area_but_for_half_a_pixel_where_it_meets_itself(line, width):
    assert np.abs(covered(line, width) - area(line, width)).max() <= 0.5 + 1 / 16


@settings(max_examples=25, deadline=None)
@given(st.tuples(places, places), st.tuples(places, places), st.floats(1, 6))
def test_a_straight_line_covers_its_area_to_a_sixth_of_a_pixel(begin, end, width):
    line = np.array([begin, end])
    assert np.abs(covered(line, width) - area(line, width)).max() <= 1 / 6  # of which a sixteenth is the area's own


@pytest.mark.parametrize("upright", [False, True])
@pytest.mark.parametrize("at, width", [(20.5, 1.0), (20.25, 1.4), (20.9, 2.6), (21.0, 0.5)])
def test_level_and_upright_lines_are_cairos_to_a_level(at, width, upright):
    (ours, painted), (theirs, expected) = canvas_of(), canvas_of()
    line = np.array([[-10.0, at], [200.0, at]])[:, :: -1 if upright else 1]
    raster.stroke(ours.context, line, [0, 2], [0], width, COLOUR)
    by_cairo(theirs.context, line, width, COLOUR)
    assert np.abs(painted.astype(int) - expected).max() <= 2


def test_a_line_that_goes_back_over_itself_is_no_darker():
    (once, painted), (twice, again) = canvas_of(), canvas_of()
    there = np.array([[10.0, 10.3], [140.0, 77.7]])
    raster.stroke(once.context, there, [0, 2], [0], 1.4, COLOUR)
    raster.stroke(twice.context, there[[0, 1, 0, 1, 0]], [0, 5], [0], 1.4, COLOUR)
    assert np.array_equal(painted, again)


def test_each_line_is_painted_over_those_before():
    (ours, painted), (one_by_one, expected) = canvas_of(), canvas_of()
    rng = np.random.default_rng(1)
    vertices, starts = rng.uniform(0, 160, (30, 2)), [0, 7, 7, 8, 20, 30]
    raster.stroke(ours.context, vertices, starts, [4, 0, 1, 2, 3], 2.0, COLOUR)
    for k in (4, 0, 1, 2, 3):
        raster.stroke(
            one_by_one.context, vertices[starts[k] : starts[k + 1]], [0, starts[k + 1] - starts[k]], [0], 2.0, COLOUR
        )
    assert np.array_equal(painted, expected)


@pytest.mark.parametrize("far", [1e9, 1e300, np.inf, np.nan])
def test_lines_from_beyond_all_measure_end_and_leave_no_trace_in_later_ones(far):
    canvas, _ = canvas_of()
    raster.stroke(canvas.context, [[10.0, 10.0], [far, 40.0], [20.0, -far]], [0, 3], [0], 2.0, COLOUR)
    (ours, after), (clean, expected) = canvas_of(), canvas_of()
    line = np.array([[3.0, 5.0], [150.0, 60.0]])
    raster.stroke(ours.context, line, [0, 2], [0], 2.0, COLOUR)
    by_cairo(clean.context, line, 2.0, COLOUR)
    assert np.abs(after.astype(int) - expected).max() <= 30


@pytest.mark.parametrize("hollow", [False, True])
def test_discs_are_the_pixels_that_cairo_paints(hollow):
    rng = np.random.default_rng(2)
    xy, labels = rng.uniform(-8, 168, (300, 2)), rng.integers(0, 10, 300)
    colours = rng.uniform(0, 1, (10, 3))
    xy = np.rint(xy * 8) / 8  # where sprites are exact
    (ours, painted), (theirs, expected) = canvas_of(), canvas_of()
    rims, holes = rng.uniform(0, 1, (2, 10, 3))
    Discs(4.3, 1.2, colours, rims, holes if hollow else None, 0.4).paint(ours, xy, labels)
    for (x, y), label in zip(xy.tolist(), labels.tolist()):
        theirs.context.push_group()
        rings = [(4.3, rims[label]), (3.1, colours[label])] + [(0.4 * 4.3, holes[label])] * hollow
        for radius, colour in rings:
            trace(theirs.context, x, y, radius, square=label >= 8)
            theirs.context.set_source_rgba(*theirs.colour(tuple(colour)))
            theirs.context.fill()
        theirs.context.pop_group_to_source()
        theirs.context.paint()
    assert np.abs(painted.astype(int) - expected).max() <= 3


@pytest.mark.parametrize(("radius", "squares", "diamond"), [(4.3, 3, False), (2.51, 0, False), (9.7, 9, True)])
def test_a_marks_colours_are_to_the_bit_those_that_cairo_fills_it_with(radius, squares, diamond):
    rims, colours, holes = np.random.default_rng(3).uniform(0, 1, (3, 6, 3)).tolist()
    marks = Discs(radius, 0.7, colours, rims, holes, 0.4, squares, diamond)
    for label in range(6):
        painted, expected = (
            Canvas(cairo.Context(cairo.ImageSurface(cairo.FORMAT_ARGB32, 32, 32)), 32, 32) for _ in "ab"
        )
        marks.paint(painted, np.array([[15.125, 14.625]]), np.array([label]))
        for ring, colour in ((radius, rims[label]), (radius - 0.7, colours[label]), (0.4 * radius, holes[label])):
            trace(expected.context, 15.125, 14.625, ring, label >= squares, diamond)
            expected.context.set_source_rgba(*expected.colour(tuple(colour)))
            expected.context.fill()
        assert bytes(painted.context.get_target().get_data()) == bytes(expected.context.get_target().get_data())


def test_groups_panels_and_clips_are_painted_into():
    line = np.array([[-20.0, 3.3], [90.0, 61.0]])
    painted = []
    for paint in (
        lambda context: raster.stroke(context, line, [0, 2], [0], 3.0, COLOUR),
        lambda context: by_cairo(context, line, 3.0, COLOUR),
    ):
        canvas, pixels = canvas_of()
        context = canvas.context
        context.translate(31, 12)
        context.rectangle(0, 0, 60, 40)
        context.clip()
        context.push_group()
        paint(context)
        context.pop_group_to_source()
        context.paint_with_alpha(0.5)
        painted.append(pixels.astype(int))
    before = canvas_of()[1].astype(int)
    inside = (slice(12, 52), slice(31, 91))
    assert np.abs(painted[0][inside] - before[inside]).max() > 20
    assert np.abs(painted[0] - painted[1]).max() <= 12
    painted[0][inside] = before[inside]
    assert np.array_equal(painted[0], before)


def test_yuv_is_ffmpegs_to_a_level_of_luma_and_flat_colours_to_a_level_of_chroma():
    rng = np.random.default_rng(3)
    blocks = rng.integers(0, 256, (9, 16, 4), dtype=np.uint8)
    pixels = np.ascontiguousarray(np.kron(blocks, np.ones((10, 10, 1), np.uint8)))
    pixels[..., 3] = 255
    frame = av.VideoFrame.from_ndarray(pixels, format="rgba")
    theirs = VideoReformatter().reformat(frame, format="yuv420p", dst_colorspace=Colorspace.ITU709).to_ndarray()
    planes = [np.zeros(shape, np.uint8) for shape in ((90, 160), (45, 80), (45, 80))]
    kernels.to_yuv(pixels.view(np.uint32)[..., 0], *planes)
    luma, chroma = theirs[:90], theirs[90:].reshape(2, 45, 80)
    assert np.abs(planes[0].astype(int) - luma).max() <= 1
    middle = slice(2, None, 5)  # FFmpeg smooths chroma over edges
    for ours, expected in zip(planes[1:], chroma):
        assert np.abs(ours.astype(int) - expected)[middle, middle].max() <= 1


def test_pixels_are_put_where_they_are_told_and_not_outside_the_clip():
    canvas, pixels = canvas_of()
    before, block = pixels.copy(), canvas_of(7)[1][:50, :70]
    context = canvas.context
    context.translate(10, 20)
    context.rectangle(0, 0, 40, 30)
    context.clip()
    raster.put(context, (-4, 5), np.ascontiguousarray(block).view(np.uint32)[..., 0])
    assert np.array_equal(pixels[25:50, 10:50], block[:25, 4:44])
    pixels[25:50, 10:50] = before[25:50, 10:50]
    assert np.array_equal(pixels, before)


def test_smooth_pieces_are_those_of_twice_the_size_as_cairo_makes_four_pixels_one():
    rng = np.random.default_rng(5)
    corners = np.add(rng.uniform(-20, 70, (40, 1, 2)), [[0, 0], [30, 4], [26, 33], [-7, 21]])
    colours, starts = np.column_stack([rng.uniform(0, 1, (40, 3)), np.ones(40)]), np.arange(0, 161, 4)
    (ours, painted), (theirs, expected) = canvas_of(), canvas_of()
    for canvas in (ours, theirs):
        canvas.context.translate(9, 5)
    for _ in range(2):  # the sheet is clean afterwards
        raster.tile_smoothly(ours.context, (3, 2, 90, 80), corners.reshape(-1, 2), starts, range(40), colours)
    sheet = cairo.ImageSurface(cairo.FORMAT_ARGB32, 180, 160)
    raster.tile(cairo.Context(sheet), 2 * (corners - (3, 2)).reshape(-1, 2), starts, range(40), colours)
    for _ in range(2):
        theirs.context.save()
        theirs.context.translate(3, 2)
        theirs.context.scale(0.5, 0.5)
        theirs.context.set_source_surface(sheet)
        theirs.context.get_source().set_filter(cairo.FILTER_BILINEAR)
        theirs.context.rectangle(0, 0, 180, 160)
        theirs.context.fill()
        theirs.context.restore()
    assert painted.any() and np.array_equal(painted, expected)
