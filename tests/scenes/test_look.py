"""What a picture looks like from the last row: small, dim, and to eyes that mix colours up."""

import cairo
import numpy as np
import pytest
from coloraide import Color
from manim import config, tempconfig
from PIL import Image

from engine import FIVE_SPIRALS, Film, Frame, record, training
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.theme import DARK, GREYS, LIGHT, Theme
from scenes.parts.pictures.contact_sheet import painted
from scenes.parts.pictures.picture import Picture, Place
from scenes.parts.pictures.pulling import over
from scenes.parts.pictures.scores import product
from tests.scenes.drawn import SHAPES, Text, drawn
from tests.scenes.states import PIXELS, STATES

BLOCK = 6
"""Side in pixels of 480 × 270 of the blocks that an eye in the last row takes in as one."""
DENSE = 6
"""Points of one class in a block from which on it should have that class's colour."""


@pytest.fixture(scope="module")
def film() -> Film:
    return training(record(FIVE_SPIRALS))


def survivals(frame: Frame, theme: Theme, **parts: bool) -> list[bool]:
    """For each dense block of a frame: whether from afar it is its class's own colour, with at least half its chroma.

    Of no other class is a fifth of its points.
    """
    width, height = 1920, 1080
    pixels = painted(Picture(frame, theme, **parts), width, height)[..., :3]
    small = Image.fromarray(pixels).resize((480, 270), Image.Resampling.BOX)
    means = np.asarray(small, float).reshape(270 // BLOCK, BLOCK, 480 // BLOCK, BLOCK, 3).mean((1, 3)) / 255
    cells = (Place.of(frame.view, width, height)(frame.points) // (BLOCK * width / 480)).astype(int)
    count = np.zeros((*means.shape[:2], len(frame.class_vectors)), int)
    np.add.at(count, (cells[:, 1], cells[:, 0], frame.labels), 1)
    colours = [Color("srgb", colour) for colour in theme.class_colours(count.shape[-1])]
    kept = []
    for row, column in np.argwhere((count.max(-1) >= DENSE) & (count.max(-1) > 0.8 * count.sum(-1))):
        seen, own = Color("srgb", means[row, column].tolist()), int(count[row, column].argmax())
        nearest = min(range(len(colours)), key=lambda k: seen.delta_e(colours[k], method="2000"))
        chroma = seen.convert("oklch")[1] / colours[own].convert("oklch")[1]
        kept.append(nearest == own and chroma >= 0.5)
    return kept


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_a_class_has_its_colour_from_the_last_row(film: Film, theme: Theme) -> None:
    kept = [block for epoch in (250, 350, 500, 1000, 2000) for block in survivals(film(epoch), theme)]
    assert len(kept) > 500
    assert np.mean(kept) >= 0.95


def test_points_have_their_colour_before_they_part_wherever_no_others_arrow_lies_over_them(film: Film) -> None:
    kept = survivals(film(200), DARK, class_vectors=False)
    assert len(kept) > 200 and np.mean(kept) >= 0.95


@pytest.mark.parametrize("name", STATES)
def test_nothing_that_is_to_be_read_touches_the_frames_edge(name: str) -> None:
    painted, shape = STATES[name]()
    (width, height), drawing = SHAPES[shape], drawn(*painted, shape=shape)
    left, top = 0.02 * width, 0.02 * height
    for mark in (*drawing.texts, *drawing.arrows):
        if not _seen(mark.middle if isinstance(mark, Text) else mark.tip, width, height):
            continue
        box = mark.box if isinstance(mark, Text) else (*mark.tip, *mark.tip)
        inside = box[0] >= left and box[1] >= top and box[2] <= width - left and box[3] <= height - top
        assert inside, (mark, np.round(box))


def _seen(place: np.ndarray, width: int, height: int) -> bool:
    """Whether a place is in the frame: what is larger than its view leaves it."""
    return bool(((place >= 0) & (place <= (width, height))).all())


@pytest.mark.parametrize("name", ["energy", "pulling", "descent-arrows", "folds-zoom", "scores-rows", "chart"])
def test_an_overlay_has_no_ground_and_what_fills_areas_lets_through_what_is_under_it(name: str) -> None:
    shown, shape = STATES[name]()
    width, height = PIXELS[shape]
    pixels = np.zeros((height, width, 4), np.uint8)
    surface = cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, width, height)
    for mobject in shown:
        mobject.paint_on(Canvas(cairo.Context(surface), width, height, transparent=True))
    surface.flush()
    assert (pixels[..., 3] <= 255 * DARK.overlay + 2).mean() > 0.7  # lines, points and texts take the rest


@pytest.mark.parametrize("epoch", [100, 300, 2000])
def test_names_of_regions_are_clear_of_axes_names(film: Film, epoch: int) -> None:
    texts = drawn(Picture(film(epoch), GREYS)).texts  # of five classes, greys name the regions
    regions, axes = ([text for text in texts if text.text in some] for some in ("12345", ("e₁", "e₂")))
    assert len(axes) == 2 and len(regions) >= 4
    for name in regions:
        for axis in axes:
            (left, top, right, bottom), (a, b, c, d) = name.box, axis.box
            assert right < a or c < left or bottom < b or d < top, (name.text, axis.text)


@pytest.mark.parametrize("shape", ["wide", "square"])
def test_formulas_keep_their_distance_from_the_frames_edge(shape: str) -> None:
    width, height = SHAPES[shape]
    with tempconfig(
        {"pixel_width": width, "pixel_height": height, "frame_height": config.frame_width * height / width}
    ):
        scale = width / config.frame_width
        for made in (product(5), over('1/N sum_(i != k) norm(e_i - e_i^"before")^2', 26)):
            left, top = width / 2 + scale * made.get_left()[0], height / 2 - scale * made.get_top()[1]
            right = width / 2 - scale * made.get_right()[0]
            assert min(left, right) >= 0.02 * width and top >= 0.02 * height
