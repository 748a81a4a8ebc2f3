"""The picture of a frame: everything in it stands where the frame's arrays say."""

from dataclasses import replace

import numpy as np
import pytest

from engine import UnspiralError
from engine.films.film import NO_TRAILS
from engine.films.trails import trailing
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.theme import DARK, LIGHT, Theme, rgb
from scenes.parts.pictures.contact_sheet import painted
from scenes.parts.pictures.picture import Picture
from tests.scenes import states
from tests.scenes.claims import (
    assert_axes_are_named,
    assert_class_vectors,
    assert_curve,
    assert_grid,
    assert_key,
    assert_points,
    assert_regions,
    assert_view_is_seen,
    plane_of,
)
from tests.scenes.drawn import SHAPES, Text, drawn

FRAMES = {
    "grown": lambda: states.training_film()(250),
    "between snapshots": lambda: states.training_film()(731.5),
    "trained": lambda: states.training_film()(2000),
    "half warped": lambda: states.warping_film()(0.5),
    "half answered": lambda: states.warping_film()(1.6),
}


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("name", FRAMES)
def test_points_lines_regions_and_arrows_are_where_the_frame_has_them(name: str, theme: Theme) -> None:
    frame = FRAMES[name]()
    drawing = drawn(Picture(frame, theme))
    plane = plane_of(drawing)
    assert_axes_are_named(drawing, plane, frame.axes)
    assert_points(drawing, frame, plane, theme)
    assert_grid(drawing, frame, plane, theme)
    if frame.decided:
        assert_regions(drawing, frame, plane, theme)
        assert_class_vectors(drawing, frame, plane, theme, named=False)
    else:
        assert not drawing.arrows


@pytest.mark.parametrize("shape", SHAPES)
def test_a_view_off_the_origin_lies_in_the_middle_of_the_plot(shape: str) -> None:
    frame = states.training_film()(2000)
    frame = replace(frame, view=frame.view._replace(centre=(1.5, -0.7), half=5.0))
    drawing = drawn(Picture(frame), shape=shape)
    width, height = SHAPES[shape]
    plane = plane_of(drawing)
    left = 2 * 0.568 * width - width if shape == "wide" else 0  # a column of numbers stands on the left
    top, bottom = (0, height) if shape == "wide" else (250, height - 70)
    assert_view_is_seen(plane, frame.view, left, top, width, bottom)
    assert_points(drawing, frame, plane)
    assert_class_vectors(drawing, frame, plane)


@pytest.mark.parametrize("shape", SHAPES)
def test_numbers_are_the_frames_rounded_as_written(shape: str) -> None:
    frame = states.training_film()(731.5)
    readings = {
        "epoch": 731.5,
        "accuracy": 0.98449,
        "loss": 0.04251,
        "held_out_accuracy": 0.7115,
        "held_out_loss": 1.25,
    }
    drawing = drawn(Picture(replace(frame, readings=readings, caption="said under it")), shape=shape)
    assert drawing.reading("epoch") == "731"
    assert (drawing.reading("accuracy"), drawing.reading("loss")) == ("98.4 %", "0.043")
    unseen = sorted((t for t in drawing.texts if t.text == "… unseen"), key=lambda t: t.baseline)
    assert [drawing.read(text).text for text in unseen] == ["71.2 %", "1.250"]
    assert unseen[0].baseline < drawing.text("loss").baseline < unseen[1].baseline  # each under what it belongs to
    caption = drawing.text("said under it")
    assert 0.5 * caption.left + 0.5 * caption.right == pytest.approx(plane_of(drawing).origin[0], abs=1)
    t = drawn(Picture(states.warping_film()(0.376)), shape=shape)
    assert t.reading("t") == "0.38"


@pytest.mark.parametrize("epoch", [50, 500, 731.5, 2000])
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_the_loss_curve_is_the_loss_up_to_now(epoch: float, theme: Theme) -> None:
    frame = states.training_film()(epoch)
    assert_curve(drawn(Picture(frame, theme)), frame, theme)


def test_a_long_loss_curve_is_thinned_evenly_and_still_ends_now() -> None:
    at = np.arange(1000.0)
    curve = states.training_film()(500).curve._replace(at=at, value=2 + np.cos(at / 60))
    readings = {"epoch": 612.3, "loss": float(np.interp(612.3, curve.at, curve.value))}
    frame = replace(states.training_film()(500), curve=curve, playhead=612.3, readings=readings)
    assert_curve(drawn(Picture(frame)), frame)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_key_says_what_is_drawn(shape: str) -> None:
    frame = states.training_film()(500)
    theme = replace(DARK, names=("a", "b", "c", "d", "e"))
    drawing = drawn(Picture(frame, theme), shape=shape)
    assert_key(drawing, theme, 5, marks=("truth y", "mistake", "answer ŷ"))
    assert [word for word in drawing.words if word in theme.names] == ["a", "b", "c", "d", "e"]
    bare = replace(frame, decided=0.0)
    assert {"mistake", "answer ŷ"}.isdisjoint(drawn(Picture(bare, theme), shape=shape).words)
    assert "truth y" not in drawn(Picture(replace(bare, **nothing()), theme), shape=shape).words


def nothing() -> dict:
    return {"points": np.zeros((0, 2)), "labels": np.zeros(0, np.int64), "wrong": np.zeros(0, bool)}


def test_names_of_close_class_vectors_fade_and_never_collide() -> None:
    frame = states.training_film()(2000)
    for spread, seen in ((1.3, 1.0), (0.05, 0.0)):
        angles = spread * np.arange(3)
        vectors = 2.0 * np.stack([np.cos(angles), np.sin(angles)], 1)
        drawing = drawn(Picture(replace(frame, class_vectors=vectors, regions=())))
        names = [text for text in drawing.of(Text) if text.text.startswith("w")]
        assert len(names) == (3 if seen else 0)
        assert all(text.alpha == seen for text in names)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_an_arrow_has_a_rim_and_lies_over_points_and_lines(theme: Theme) -> None:
    frame = states.training_film()(2000)
    drawing = drawn(Picture(frame, theme))
    rims = [line for line in drawing.lines if len(line.points) == 8 and same(line.colour, theme.rim)]
    assert len(rims) == len(frame.class_vectors)
    points = max(mark.order for mark in drawing.marks if type(mark).__name__ == "Points")
    assert min(rim.order for rim in rims) > points


def same(colour: tuple[float, float, float], name: str) -> bool:
    return bool(np.allclose(colour, rgb(name), atol=0.004))


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_trails_end_at_their_points_and_are_drawn_where_the_points_were(theme: Theme) -> None:
    frame = trailing(states.training_film(), [380, 420, 460])
    pixels = painted(Picture(frame, theme), 960, 540)[..., :3].astype(int)
    before = painted(Picture(replace(frame, trails=NO_TRAILS), theme), 960, 540)[..., :3].astype(int)
    changed = np.abs(pixels - before).max(2) > 12
    places = frame.trails.places
    ways = Picture(frame, theme).place(Canvas(None, 960, 540))(places.reshape(-1, 2)).reshape(places.shape)  # type: ignore
    fast = np.linalg.norm(np.diff(ways, axis=0), axis=2).sum(0) > 20
    middles = (ways[1] + ways[2])[:, :] / 2
    for way in (middles, ways[-1]):
        columns, rows = np.rint(way[fast]).astype(int).T
        assert np.mean([changed[y - 2 : y + 3, x - 2 : x + 3].any() for x, y in zip(columns, rows)]) > 0.9
    reach = np.abs(np.argwhere(changed)[:, None, ::-1] - ways.reshape(-1, 2)).max(-1).min(1)
    assert reach.max() < 40  # nothing else has changed


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_classes_in_focus_stay_as_they_are_and_the_others_sink_into_the_ground(theme: Theme) -> None:
    frame = states.training_film()(2000)
    picture = Picture(frame, theme, grid=False, curve=False, key=False, readouts=False)
    plain = painted(picture, 960, 540)[..., :3].astype(float)
    spoken = painted(picture.choose(focus=[2]), 960, 540)[..., :3].astype(float)
    place, ground = picture.place(Canvas(None, 960, 540)), 255 * np.array(rgb(theme.ground))  # type: ignore[arg-type]
    beyond = [place(k * vector)[None].astype(int)[0] for k in (1.4, 1.7) for vector in frame.class_vectors]
    columns, rows = np.array([at for at in beyond if 0 <= at[0] < 960 and 0 <= at[1] < 540]).T
    columns, rows = (
        np.append(columns, place(frame.points)[:, 0].astype(int)),
        np.append(rows, place(frame.points)[:, 1].astype(int)),
    )
    e = (np.stack([columns, rows], 1) + 0.5 - place.origin) / (place.scale, -place.scale)
    network = states.trained()
    answers = (e @ network[-1].weight.T + network[-1].bias).argmax(1)
    away = [np.abs(image[rows, columns] - ground).sum(1) for image in (plain, spoken)]
    own = answers == 2
    assert own.sum() > 100 and np.median(away[1][own] / away[0][own]) > 0.98
    assert np.median(away[1][~own] / np.maximum(away[0][~own], 1)) < 0.45
    between = Picture(frame, theme)
    between.interpolate(Picture(frame, theme), Picture(frame, theme, focus=[2]), 0.5)
    assert between.strengths == pytest.approx([0.625, 0.625, 1, 0.625, 0.625])
    assert (painted(picture.choose(focus=True), 960, 540)[..., :3] == plain).all()
    with pytest.raises(UnspiralError, match="points of class 7 were asked for"):
        picture.choose(focus=[7])
