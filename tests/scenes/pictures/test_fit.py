"""Functions go through their values, residuals from the data to the function; over the plane, colours are values."""

import numpy as np
import pytest

from engine import fit
from scenes.parts.paint.theme import DARK, LIGHT, rgb
from scenes.parts.pictures.fit import paint_fit, paint_surface
from scenes.parts.pictures.matrix import shades
from tests.scenes.claims import has_line, near, same_colour
from tests.scenes.drawn import Drawing, Image, Points, drawn_panel
from tests.scenes.recorded import recorded


def to_pixels(drawing: Drawing, frame):
    """The way from numbers to pixels, read off the axes and the numbers at their ends."""
    corner = next(line.points for line in drawing.lines if len(line.points) == 3)
    (left, top), (_, bottom), (right, _) = corner.tolist()
    (x0, x1), (y0, y1) = frame.across, frame.up
    assert drawing.text(f"{x0:.3g}".replace("-", "−")).left == pytest.approx(left, abs=2)
    assert drawing.text(f"{y1:.3g}").baseline < drawing.text(f"{y0:.3g}".replace("-", "−")).baseline
    return lambda p: np.stack(
        [
            left + (p[:, 0] - x0) / (x1 - x0) * (right - left),
            bottom - (p[:, 1] - y0) / (y1 - y0) * (bottom - top),
        ],
        1,
    )


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_one_function_goes_through_its_values_and_residuals_end_on_it(theme) -> None:
    frame = fit(recorded(), "one")(3.0)
    drawing = drawn_panel(paint_fit, frame, theme)
    place = to_pixels(drawing, frame)
    assert has_line(drawing, place(np.stack([frame.at, frame.values[0]], 1)), theme.class_colours(1)[0])
    (data,) = drawing.of(Points)
    assert near(data.centres, place(frame.data)) and same_colour(data.colours, np.array([rgb(theme.ink)] * 6))
    for (x, y), residual in zip(frame.data, frame.residuals):
        assert has_line(drawing, place(np.array([[x, y], [x, y - residual]])), rgb(theme.quiet))


def test_a_fan_has_a_band_and_a_bold_mean_in_its_kinds_colour_and_its_name_at_the_end() -> None:
    frame = fit(recorded(), "fan")(4.0)
    drawing = drawn_panel(paint_fit, frame)
    place, colours = to_pixels(drawing, frame), DARK.class_colours(2)
    bands = [shape.points for shape in drawing.shapes if len(shape.points) > 60]
    for k, (middle, spread, name) in enumerate(zip(frame.middle, frame.spread, frame.names)):
        mean = has_line(drawing, place(np.stack([frame.at, middle], 1)), colours[k])
        assert mean is not None and mean.width == max(line.width for line in drawing.lines)
        for sign in (1, -1):
            edge = place(np.stack([frame.at, middle + sign * spread], 1))
            away = np.linalg.norm(bands[k][:, None] - edge, axis=2).min(0)
            assert np.mean(away < 0.3) > 0.9  # cairo keeps no corner where a path goes straight on
        assert same_colour(drawing.text(name).colour, colours[k]) and drawing.text(name).left > edge[-1, 0]
    for values, k in zip(frame.values, frame.group):
        assert has_line(drawing, place(np.stack([frame.at, values], 1)), colours[k])


def test_over_the_plane_a_place_has_the_colour_of_its_value_and_data_theirs() -> None:
    places, heights = np.array([[0.3, -1.0], [1.0, 1.5], [-2.0, -2.0]]), [0.5, -0.2, -1.1]
    frame = fit(recorded(), "hills", data=(places, heights))(4.0)
    drawing = drawn_panel(paint_surface, frame)
    image = max(drawing.of(Image), key=lambda mark: mark.pixels.shape[0])
    expected = shades(frame.values, frame.low, frame.high, DARK)
    assert image.pixels[::-1, :, :3] == pytest.approx(expected, abs=0.005)  # the lowest row is painted last
    rims, data = drawing.of(Points)
    bottom_left = image.corner + image.step * (0, 8)
    at = bottom_left + (places + 2) / 4 * image.step * (8, -8)
    assert np.abs(data.centres - at).max() < 1 and near(rims.centres, data.centres)
    assert data.colours == pytest.approx(shades(np.array([heights]), frame.low, frame.high, DARK)[0], abs=0.03)
