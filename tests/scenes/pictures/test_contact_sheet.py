"""A contact sheet: nine epochs from the first to the last, each panel with its own epoch and accuracy."""

import numpy as np

from engine.numbers import percent
from scenes.parts.paint.theme import DARK
from scenes.parts.pictures import contact_sheet
from tests.scenes import states
from tests.scenes.claims import assert_class_vectors, assert_points, assert_regions, plane_of
from tests.scenes.drawn import drawn


def test_every_panel_shows_and_says_its_own_epoch(monkeypatch) -> None:
    run, seen = states.five_spirals(), []

    def noted(picture, width, height):
        seen.append(picture)
        return drawn(picture, shape=(width, height)).pixels

    monkeypatch.setattr(contact_sheet, "painted", noted)
    sheet = contact_sheet.contact_sheet(run, 960, 540)
    assert sheet.shape == (540, 960, 4)
    epochs = [picture.frame.playhead for picture in seen]
    assert epochs[0] == run.epochs[0] and epochs[-1] == run.epochs[-1] and (np.diff(epochs) > 0).all()
    assert all(epoch == round(epoch) for epoch in epochs)
    for number, picture in enumerate(seen):
        drawing = drawn(picture, shape=(640, 360))
        epoch = picture.frame.playhead
        said = [f"{epoch:g}", percent(float((~picture.frame.wrong).mean()))]
        assert [w for w in drawing.words if w[0].isdigit()] == said
        row, column = divmod(number, 3)
        panel = sheet[180 * row : 180 * (row + 1), 320 * column : 320 * (column + 1)]
        assert np.array_equal(panel, drawn(picture, shape=(320, 180)).pixels)
    picture = seen[4]
    drawing = drawn(picture, shape=(640, 360))
    from scenes.parts.paint.readouts import tick_step

    plane = plane_of(drawing, tick_step(picture.frame.view.half))
    assert_points(drawing, picture.frame, plane, DARK)
    assert_regions(drawing, picture.frame, plane, DARK)
    assert_class_vectors(drawing, picture.frame, plane, DARK, named=False)
