"""Energies: shades and level lines are −s, curved regions its lowest, numbers those of the network drawn."""

import numpy as np
import pytest

from engine import logits
from engine.numbers import decimal, percent
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.theme import DARK, LIGHT, Theme, rgb
from scenes.parts.pictures.energy import Landscape, _parts
from tests.scenes import states
from tests.scenes.claims import assert_points, plane_of, same_colour, subscript
from tests.scenes.drawn import SHAPES, Drawing, Image, drawn
from tests.scenes.states import LOOKS

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
HALF = 1.2


def scores_at(places: np.ndarray, box, epoch: float) -> np.ndarray:
    """s at pixels (N, 2) of a square box over ± HALF of the input plane."""
    left, top, right, bottom = box
    x = (places - ((left + right) / 2, (top + bottom) / 2)) * (1, -1) * 2 * HALF / (right - left)
    return logits(states.trained(epoch), x)


def panels(drawing: Drawing, theme: Theme) -> list[tuple]:
    """Box and image of each class's energy, by the colour of its frame."""
    found = []
    for colour in theme.class_colours(5):
        (frame,) = (
            x.points for x in drawing.lines
            if len(x.points) == 5 and same_colour(x.colour, colour) and abs(x.alpha - 0.8) < 0.01
        )  # fmt: skip
        box = (*frame.min(0), *frame.max(0))
        (image,) = (
            i for i in drawing.of(Image)
            if np.allclose(i.corner, box[:2], atol=0.1) and i.pixels.shape[0] == i.pixels.shape[1] < 100
        )  # fmt: skip
        found.append((box, image))
    return found


@LOOKS
@pytest.mark.parametrize("epoch", [250, 2000])
def test_each_panel_is_its_classs_energy_and_has_its_name(epoch: float, shape: str, theme: Theme) -> None:
    drawing = drawn(Landscape(states.energy_film()(epoch), theme), shape=shape)
    random = np.random.default_rng(0)
    for k, (box, image) in enumerate(panels(drawing, theme)):
        left, top, right, bottom = box
        assert abs((right - left) - (bottom - top)) < 0.1
        places = random.uniform((left + 1, top + 1), (right - 1, bottom - 1), (300, 2))
        seen = np.linalg.norm(image.at(places) - rgb(theme.ground), axis=1)
        grid = image.corner + np.rint((places - image.corner) / image.step) * image.step
        expected = 1 / (1 + np.exp(-scores_at(grid, box, epoch)[:, k] / 20))  # half way at 0, levels 10 apart
        colour = np.linalg.norm(np.subtract(theme.class_colours(5)[k], rgb(theme.ground)))
        assert np.allclose(seen, 0.62 * expected * colour, atol=0.012), f"panel {k} does not show −s{k + 1}"
        name = drawing.text(f"−s{subscript(k + 1)}")
        assert left < name.left < right and top < name.baseline < bottom


@BOTH
@pytest.mark.parametrize("epoch", [450, 2000])
def test_level_lines_lie_where_the_energy_has_round_values(epoch: float, theme: Theme) -> None:
    drawing = drawn(Landscape(states.energy_film()(epoch), theme))
    for k, (box, _) in enumerate(panels(drawing, theme)):
        left, top, right, bottom = box
        mine = [x.points.mean(0) for x in drawing.lines if len(x.points) == 2 and x.width == 1.6]
        at = np.array([p for p in mine if left <= p[0] <= right and top <= p[1] <= bottom])
        assert len(at) > 5, f"panel {k} has no level lines"
        s = scores_at(at, box, epoch)[:, k]
        slope = sum(np.abs(scores_at(at + aside, box, epoch)[:, k] - s) for aside in np.eye(2))
        off = np.abs(s / 10 - np.rint(s / 10)) * 10 / np.maximum(slope, 0.3)
        assert np.quantile(off, 0.9) < 3, "level lines lie elsewhere"  # pixels; the grid is 14 pixels wide
        assert len(np.unique(np.rint(s / 10))) > 1


@LOOKS
@pytest.mark.parametrize("epoch", [300, 2000])
def test_the_plane_has_the_colour_of_the_highest_score(epoch: float, shape: str, theme: Theme) -> None:
    frame = states.energy_film()(epoch)
    drawing = drawn(Landscape(frame, theme), shape=shape)
    square = max(drawing.of(Image), key=lambda i: i.pixels.shape[0])
    side = square.pixels.shape[0] * abs(square.step[0])
    part = drawing.within(next(clip for clip in drawing.clips if abs(clip[2] - side) < 1 and abs(clip[3] - side) < 1))
    plane = plane_of(part, tick_step(HALF))
    assert_points(part, frame, plane, theme, classes=5)
    assert abs(HALF * plane.scale - side / 2) < 1 and np.allclose(plane.origin, side / 2, atol=1)
    x = np.random.default_rng(1).uniform(-HALF, HALF, (600, 2))
    s = np.sort(logits(states.trained(epoch), x), 1)
    clear = s[:, -1] - s[:, -2] > 1.0
    answer = logits(states.trained(epoch), x).argmax(1)
    colours = np.array(theme.region_colours(5))[answer]
    assert clear.sum() > 100
    assert np.allclose(square.at(plane(x))[clear], colours[clear], atol=0.01)
    borders = [y for y in part.lines if len(y.points) == 2 and y.width == 2.5]
    at = (np.array([y.points.mean(0) for y in borders]) - plane.origin) / (plane.scale, -plane.scale)
    top = np.sort(logits(states.trained(epoch), at), 1)
    assert len(at) > 100 and np.quantile(top[:, -1] - top[:, -2], 0.95) < 1.5  # two classes are level on a border


def tick_step(half: float) -> float:
    from scenes.parts.paint.readouts import tick_step

    return tick_step(half)


@pytest.mark.parametrize("shape", SHAPES)
def test_numbers_are_those_of_the_network_that_is_drawn(shape: str) -> None:
    drawing = drawn(Landscape(states.energy_film()(731.5)), shape=shape)
    x, y = states.five_spirals().data
    scores = logits(states.trained(731.5), x).astype(float)
    accuracy = (scores.argmax(1) == y).mean()
    loss = np.log(np.exp(scores - scores.max(1, keepdims=True)).sum(1)) + scores.max(1) - scores[np.arange(len(y)), y]
    assert drawing.reading("epoch") == "731"
    assert drawing.reading("accuracy") == percent(float(accuracy))
    assert drawing.reading("loss") == decimal(float(loss.mean()), 3)
    assert drawing.reading("levels every") == "10"


@pytest.mark.parametrize("shape", SHAPES)
def test_names_of_classes_stand_in_their_own_panel(shape: str) -> None:
    drawing = drawn(Landscape(states.energy_film()(2000), states.NAMED), shape=shape)
    for (box, _), name in zip(panels(drawing, states.NAMED), states.NAMED.names):
        inside = [t.text for t in drawing.texts if box[0] < t.left < box[2] and box[1] < t.baseline < box[3]]
        assert any(name.startswith(text.removesuffix("…").rstrip()) for text in inside if len(text) > 2)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("classes", [2, 5, 6, 9, 13, 40, 100])
def test_the_energies_of_many_classes_all_lie_in_the_frame_beside_one_another(classes: int, shape: str) -> None:
    width, height = SHAPES[shape]
    side, boxes = _parts(Canvas(None, width, height), classes)  # type: ignore[arg-type]
    assert len(boxes) == classes + 1 and side > 0.55 * min(width, height)
    plane = Box(0, 0, side, side)
    for k, one in enumerate([plane, *boxes]):
        assert one.left >= 0 and one.top >= 0 and one.left + one.width <= width and one.top + one.height <= height
        assert one.width > 0.04 * min(width, height)
        for other in boxes[k:]:
            apart = (one.left + one.width, other.left), (other.left + other.width, one.left)
            apart += (one.top + one.height, other.top), (other.top + other.height, one.top)
            assert any(end <= begin + 1 for end, begin in apart), (one, other)
