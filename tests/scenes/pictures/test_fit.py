"""Functions go through their values, residuals from the data to the function; over the plane, colours are values."""

import numpy as np
import pytest

from engine import fit
from scenes.parts.paint.theme import DARK, LIGHT, rgb
from scenes.parts.pictures.fit import TALL, paint_fit, paint_surface
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


def test_as_a_surface_values_are_heights_over_their_places_and_hidden_data_are_rings() -> None:
    places = np.array([[0.3, -1.0], [1.0, 1.5], [-2.0, -2.0], [0.8, 0.0]])
    film = fit(recorded(), "hills", data=(places, [0.9, 0.9, -1.0, -1.0]), surface=True, turn=0.4, elevation=0.5)
    frame = film(2.0)
    assert frame.eye == (pytest.approx(0.6 + 0.4 / 2), 0.5)
    drawing = drawn_panel(paint_surface, frame)
    floor = next(line.points for line in drawing.lines if len(line.points) == 5)
    right, back = floor[1] - floor[0], floor[3] - floor[0]
    scale = np.hypot(right[0], back[0]) / 2  # of the half plane: whatever it is turned by, both sides' shadows are it
    assert np.arctan2(back[0], right[0]) == pytest.approx(-frame.eye[0], abs=1e-6)  # turned anti-clockwise

    def seen(at: np.ndarray, values: np.ndarray) -> np.ndarray:
        raised = TALL * (values - frame.low) / (frame.high - frame.low) * np.cos(0.5) * scale
        return floor[0] + (at + 2) / 4 @ np.stack([right, back]) - np.outer(raised, (0, 1))

    rims, data = drawing.of(Points)
    shown = [0, 1, 2]  # the last lies deep under a hill
    assert near(data.centres, seen(places, frame.data)[shown]) and near(rims.centres, data.centres)
    lines = [line.points for line in drawing.lines if len(line.points) == 2]
    ends = np.stack([seen(places, frame.data), seen(places, frame.at_data())], 1)
    assert all(min(np.abs(line - end).max() for line in lines) < 0.01 for end in ends)
    inside = np.random.default_rng(0).uniform(-1.9, 1.9, (300, 2))
    from_above = drawn_panel(
        paint_surface, fit(recorded(), "hills", surface=True, azimuth=0.0, elevation=np.pi / 2)(4.0)
    )
    image = max(from_above.of(Image), key=lambda mark: mark.pixels.shape[0])
    floor = next(line.points for line in from_above.lines if len(line.points) == 5)
    at = floor[0] + (inside + 2) / 4 * (floor[2] - floor[0])
    whole = fit(recorded(), "hills")(4.0)
    cell = np.floor((inside + 2) / 0.5) * 0.5 - 2
    corners = np.mean([whole.between(cell + 0.5 * np.array(k)) for k in ((0, 0), (0, 1), (1, 0), (1, 1))], 0)
    expected = shades(corners[None], whole.low, whole.high, DARK)[0]
    got = image.at(at)
    lit = np.linalg.norm(got, axis=1) / np.linalg.norm(expected, axis=1)
    apart = np.linalg.norm(got - lit[:, None] * expected, axis=1)
    assert np.median(apart) < 0.01 and (apart < 0.05).mean() > 0.95 and (lit > 0.55).mean() > 0.95 and lit.std() > 0.02
