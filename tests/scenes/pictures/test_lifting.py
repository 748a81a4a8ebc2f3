"""Three dimensions: points, plane, circle and board are where the eye's geometry has them."""

import math

import numpy as np
import pytest

from engine.numbers import percent
from scenes.parts.paint.theme import DARK, LIGHT, Theme, mix, rgb
from scenes.parts.pictures.lifting import STEPS, SpacePicture
from tests.scenes import states
from tests.scenes.claims import assert_key, near, same_colour
from tests.scenes.drawn import SHAPES, Drawing, Points, drawn
from tests.scenes.states import LOOKS

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
BOARD = 1.25
PLANE = 0.15
"""How much the cutting plane hides."""
PLAYHEADS = [0.0, 1.0, 1.6, 2.8, 3.4, 4.0, 5.0]


def screen(points: np.ndarray, frame) -> np.ndarray:
    """Right and up (N, 2) of points (N, 3), as seen from far away, so far round and above the board."""
    a, e = frame.azimuth, frame.elevation
    right = np.array([math.cos(a), math.sin(a), 0])
    up = np.array([-math.sin(a) * math.sin(e), math.cos(a) * math.sin(e), math.cos(e)])
    return np.stack([points @ right, points @ up], -1)


def board_of(drawing: Drawing) -> np.ndarray:
    return next(x.points[:4] for x in drawing.lines if len(x.points) == 5)


def lifted_points(drawing: Drawing) -> list[Points]:
    """All but the footprints that they leave on the board."""
    return [group for group in drawing.of(Points) if group.radius > 6]


def place_of(drawing: Drawing, frame):
    """Points as pixels, with the scale and middle that the drawn board has."""
    corners = np.array([[-BOARD, -BOARD, 0], [BOARD, -BOARD, 0], [BOARD, BOARD, 0], [-BOARD, BOARD, 0]])
    there, seen = screen(corners, frame) * (1, -1), board_of(drawing)
    scale = np.linalg.norm(seen - seen.mean(0)) / np.linalg.norm(there - there.mean(0))
    middle = (seen - scale * there).mean(0)
    assert near(seen, middle + scale * there, 0.1), "the board is not where the eye sees it"
    return lambda points: middle + scale * screen(np.asarray(points), frame) * (1, -1)


@LOOKS
@pytest.mark.parametrize("playhead", PLAYHEADS)
def test_points_stand_over_their_x_and_have_the_colour_of_their_truth(
    playhead: float, shape: str, theme: Theme
) -> None:
    film = states.lifting_film()
    frame = film(playhead)
    drawing = drawn(SpacePicture(frame, theme), shape=shape)
    place = place_of(drawing, frame)
    x, y = film.flat.data
    lift = frame.points[:, 2] / (x**2).sum(1)
    assert np.ptp(lift) < 1e-9 and np.allclose(frame.points[:, :2], x)
    groups = lifted_points(drawing)
    at, colours = (np.concatenate([getattr(g, name) for g in groups]) for name in ("centres", "colours"))
    hollow = np.concatenate([np.full(len(g.labels), g.hollow) for g in groups])
    expected = place(frame.points)
    order = [int(np.abs(at - p).max(1).argmin()) for p in expected]
    assert sorted(order) == list(range(len(y))) and near(at[order], expected)
    own, fog = np.array(theme.class_colours(2))[y], np.array(rgb(theme.ground))
    faded = ((colours[order] - own) * (fog - own)).sum(1) / ((fog - own) ** 2).sum(1)
    assert same_colour(colours[order], own + faded[:, None] * (fog - own)) and -0.01 < faded.min() <= faded.max() < 0.56
    assert frame.elevation < math.pi / 2 or faded.max() < 0.01
    assert (hollow[order] == frame.wrong).all()


@pytest.mark.parametrize("playhead", [2.8, 3.4, 4.0])
def test_what_the_plane_hides_is_painted_before_it_and_the_farthest_first(playhead: float) -> None:
    frame = states.lifting_film()(playhead)
    drawing = drawn(SpacePicture(frame))
    plane = next(s for s in drawing.shapes if s.alpha == pytest.approx(PLANE))
    w, b = frame.plane.weight[0], frame.plane.bias[0]
    round_, low = frame.azimuth, math.cos(frame.elevation)
    e = np.array([math.sin(round_) * low, -math.cos(round_) * low, math.sin(frame.elevation)])  # to the eye
    behind = (frame.points @ w + b) * (w @ e) < 0
    place = place_of(drawing, frame)
    for group in lifted_points(drawing):
        order = [int(np.abs(place(frame.points) - c).max(1).argmin()) for c in group.centres]
        assert (behind[order] == (group.order < plane.order)).all()
        assert (np.diff(frame.points[order] @ e) > -1e-9).all(), "a far point hides a near one"


@BOTH
@pytest.mark.parametrize("playhead", [2.4, 2.8, 4.0])
def test_the_plane_is_where_the_classifier_is_undecided_and_cuts_along_the_circle(
    playhead: float, theme: Theme
) -> None:
    frame = states.lifting_film()(playhead)
    drawing = drawn(SpacePicture(frame, theme))
    place = place_of(drawing, frame)
    w, b = frame.plane.weight[0], float(frame.plane.bias[0])
    xy = BOARD * min(1, frame.cut) * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    corners = np.column_stack([xy, -(xy @ w[:2] + b) / w[2]])
    filled = next(s for s in drawing.shapes if s.alpha == pytest.approx(PLANE))
    assert near(filled.points, place(corners), 0.1)
    edge = next(x for x in drawing.lines if near(x.points[:4], place(corners), 0.1))
    assert edge.alpha == pytest.approx(0.8 * frame.cut)
    assert np.allclose(frame.circle @ w + b, 0, atol=1e-9) or frame.circle[:, 2].max() == 0
    curve = next(x for x in drawing.lines if len(x.points) == len(frame.circle))
    assert near(curve.points, place(frame.circle)) and curve.alpha == pytest.approx(max(frame.cut, frame.round))


@BOTH
@pytest.mark.parametrize("playhead", [0.6, 1.0, 4.7, 5.0])
def test_the_board_has_the_answers_of_the_line_then_of_the_circle(playhead: float, theme: Theme) -> None:
    film = states.lifting_film()
    frame = film(playhead)
    drawing = drawn(SpacePicture(frame, theme))
    place, colours = place_of(drawing, frame), theme.region_colours(2)
    if frame.line:
        last = film.flat.layers[-1]
        w, b = last.weight[-1], last.bias[-1]
        for k, colour in enumerate(colours):
            (mine,) = (s for s in drawing.shapes if same_colour(s.colour, colour))
            assert mine.alpha == pytest.approx(frame.line)
            inside = frame.straight[k].mean(0)
            assert (w @ inside + b).argmax() == k
            assert near(mine.points, place(np.pad(frame.straight[k], ((0, 0), (0, 1)))), 0.3)
    if frame.round:
        outside, inside = (next(s for s in drawing.shapes if same_colour(s.colour, c)) for c in colours[::-1])
        assert near(inside.points, place(frame.circle * (1, 1, 0))[: len(inside.points)], 0.1)
        assert len(outside.points) == 4 and outside.order < inside.order
        assert inside.alpha == outside.alpha == pytest.approx(frame.round)
        high = film.high.layers[-1]
        w, b = high.weight[-1], high.bias[-1]
        middle = frame.circle[:, :2].mean(0)
        assert (w @ [*middle, (middle**2).sum()] + b).argmax() == 0  # inside is the first class


@pytest.mark.parametrize("playhead", PLAYHEADS)
def test_grid_lines_run_over_the_lifted_board(playhead: float) -> None:
    frame = states.lifting_film()(playhead)
    drawing = drawn(SpacePicture(frame))
    place = place_of(drawing, frame)
    shades = [mix(rgb(DARK.ground), rgb(DARK.ink), 0.14 + 0.3 * (1 - step / STEPS)) for step in range(STEPS + 1)]
    faint = [x.points for x in drawing.lines if any(same_colour(x.colour, shade) for shade in shades)]
    begins, ends = (np.concatenate([f[side] for f in faint]) for side in (slice(None, -1), slice(1, None)))
    expected = place(frame.sheet).reshape(-1, 2)[::7, None]
    along = ends - begins
    share = ((expected - begins) * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-12)
    gaps = np.linalg.norm(expected - begins - share.clip(0, 1)[..., None] * along, axis=-1).min(1)
    assert gaps.max() < 0.1, "a grid line leaves the lifted board"
    lengths = np.linalg.norm(np.diff(place(frame.sheet), axis=1), axis=-1).sum()
    assert np.linalg.norm(along, axis=1).sum() == pytest.approx(lengths, rel=0.05)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("playhead", [0.0, 1.0, 2.8, 5.0])
def test_words_say_what_is_so(playhead: float, shape: str) -> None:
    film = states.lifting_film()
    frame = film(playhead)
    drawing = drawn(SpacePicture(frame, states.NAMED), shape=shape)
    assert frame.caption in ["", *drawing.words]
    if playhead:
        assert drawing.reading("accuracy") == percent(float(1 - frame.wrong.mean()))
        if shape == "wide":
            assert_key(drawing, states.NAMED, 2, marks=("truth y", "answer ŷ", "mistake"))
    else:
        assert "accuracy" not in drawing.words
    place = place_of(drawing, frame)
    for name, end in (("x₁", [BOARD + 0.08, -BOARD, 0]), ("x₂", [-BOARD, BOARD + 0.08, 0])):
        assert np.linalg.norm(drawing.text(name).middle - place(np.array([end]))[0]) < 14
