"""What is drawn is what the network computes: rendered pixels against torch."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import binary_dilation

from engine import FIVE_SPIRALS, Frame, pace, record, training
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.key import paint_key
from scenes.parts.paint.plane import Place, paint_axes, paint_axis_names, paint_class_vectors, paint_lines, paint_points
from scenes.parts.paint.readouts import paint_readouts
from scenes.parts.paint.theme import DARK
from scenes.parts.pictures.contact_sheet import contact_sheet, painted
from scenes.parts.pictures.picture import Picture

WIDTH, HEIGHT = 1920, 1080


@pytest.fixture(scope="module")
def film():
    return training(record(FIVE_SPIRALS))


class _InkOnly(Picture):
    """Everything but the regions, on nothing: where a pixel may differ from its region's colour."""

    def paint(self, canvas: Canvas) -> None:
        place = Place.of(self.frame.view, canvas.width, canvas.height)
        for part in (paint_axes, paint_lines, paint_points, paint_axis_names, paint_class_vectors):
            part(canvas, place, self.frame, self.theme)
        paint_readouts(canvas, self.frame, self.theme)
        paint_key(canvas, self.frame, self.theme)


def torch_argmax(frame: Frame, epoch: float, run) -> np.ndarray:
    """Class of every pixel's centre, by torch."""
    place = Place.of(frame.view, WIDTH, HEIGHT)
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    e = (np.stack([columns, rows], -1) - place.origin) / (place.scale, -place.scale)
    last = run.at(epoch)[-1]
    linear = torch.nn.Linear(*last.weight.shape[::-1], dtype=torch.float64)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor(last.weight))
        linear.bias.copy_(torch.tensor(last.bias))
        return linear(torch.tensor(e)).argmax(-1).numpy()


def clear_of_ink(frame: Frame, answer: np.ndarray) -> np.ndarray:
    """Pixels more than two away from any point, line, arrow, text and boundary."""
    ink = painted(_InkOnly(frame), WIDTH, HEIGHT)[..., 3] > 0
    ink[:, 1:] |= answer[:, 1:] != answer[:, :-1]
    ink[1:] |= answer[1:] != answer[:-1]
    return ~binary_dilation(ink, iterations=3)


def assert_regions_are_argmax(pixels: np.ndarray, frame: Frame, epoch: float, run) -> None:
    answer = torch_argmax(frame, epoch, run)
    clear = clear_of_ink(frame, answer)
    colours = np.round(255 * np.array(DARK.region_colours(len(frame.class_vectors))))
    assert clear.mean() > 0.5
    assert (np.abs(pixels[clear][:, :3] - colours[answer[clear]]) <= 1).all()


@pytest.mark.parametrize("epoch", [0, 250, 731.5])
def test_pixels_clear_of_ink_have_the_colour_of_torchs_argmax(film, epoch):
    assert_regions_are_argmax(painted(Picture(film(epoch)), WIDTH, HEIGHT), film(epoch), epoch, film.run)


def test_a_rendered_still_has_the_colour_of_torchs_argmax(film, tmp_path):
    command = [sys.executable, "-m", "manim", "render", "-s", "-qh", "--media_dir", tmp_path, "scenes/embedding.py"]
    subprocess.run(command, check=True, capture_output=True)
    (still,) = Path(tmp_path).rglob("*.png")
    assert_regions_are_argmax(np.array(Image.open(still)).astype(int), film(2000), 2000, film.run)


def test_what_is_drawn_does_not_depend_on_what_was_shown_before(film):
    picture = Picture(film(2000))
    painted(picture, 480, 270)
    picture.show(film(100))
    assert (painted(picture, 480, 270) == painted(Picture(film(100)), 480, 270)).all()


def test_a_points_colour_is_its_truth_and_a_mistake_is_hollow(film):
    frame = film(500)
    pixels = painted(Picture(frame), WIDTH, HEIGHT)
    at = Place.of(frame.view, WIDTH, HEIGHT)(frame.points)
    colours = 255 * np.array(DARK.class_colours(5))
    others = np.linalg.norm(at[:, None] - at[None], axis=2) + np.diag(np.full(len(at), np.inf))
    tips = Place.of(frame.view, WIDTH, HEIGHT)(frame.class_vectors)
    alone = (others.min(1) > 9) & (np.linalg.norm(at[:, None] - tips[None], axis=2).min(1) > 80)
    middle = pixels[at[:, 1].astype(int), at[:, 0].astype(int), :3].astype(float)
    close = np.abs(middle - colours[frame.labels]).max(1) < 12
    assert (alone & frame.wrong).sum() > 20
    assert close[alone & ~frame.wrong].mean() > 0.95  # an arrow may lie on a few
    assert not close[alone & frame.wrong].any()


def test_pace_keeps_its_ends_and_never_turns_back(film):
    rate = pace(film, 0, 2000)
    playheads = [rate(a) for a in np.linspace(0, 1, 400)]
    assert playheads[0] == 0 and playheads[-1] == 1
    assert (np.diff(playheads) > 0).all()


def test_a_contact_sheet_shows_nine_epochs(film):
    sheet = contact_sheet(film.run, 960, 540)
    assert sheet.shape == (540, 960, 4)
    panels = sheet.reshape(3, 180, 3, 320, 4).swapaxes(1, 2).reshape(9, -1)
    assert len({panel.tobytes() for panel in panels}) == 9


def test_points_of_the_ninth_class_on_are_squares(film):
    frame = replace(
        film(0), points=np.array([[-3.0, 3.0], [3.0, 3.0]]), labels=np.array([0, 8]), wrong=np.zeros(2, bool)
    )
    place = Place.of(frame.view, WIDTH, HEIGHT)
    pixels = painted(Picture(frame), WIDTH, HEIGHT)[..., :3].astype(float)
    colours = 255 * np.array(DARK.class_colours(9))
    areas = []
    for (x, y), k in zip(place(frame.points).astype(int), frame.labels):
        mark = np.abs(pixels[y - 20 : y + 20, x - 20 : x + 20] - colours[k]).max(-1) < 40
        box = np.ptp(np.flatnonzero(mark.any(0))) + 1
        areas.append(mark.sum() / box**2)
    assert areas[0] < 0.85 < 0.93 < areas[1]  # a disc fills π / 4 of its box, a square all of it
