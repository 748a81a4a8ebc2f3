"""Linear pieces: every polygon and every seam lies where the network folds, coloured as the frame says."""

import numpy as np
import pytest

from engine import logits
from engine.numbers import percent, significant
from scenes.parts.paint.theme import DARK, LIGHT, Theme, mix, rgb
from tests.scenes import states
from tests.scenes.claims import Plane, near, same_colour
from tests.scenes.drawn import Drawing, Points, Tiles, drawn

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])


def plane_of(drawing: Drawing, frame) -> Plane:
    """Its points say where the plane lies; there are no axes."""
    at = np.concatenate([group.centres for group in drawing.of(Points)])
    low, high = frame.points.argmin(0), frame.points.argmax(0)
    axes = np.arange(2)
    scales = (at[high, axes] - at[low, axes]) / (frame.points[high, axes] - frame.points[low, axes])
    assert abs(scales[0] + scales[1]) < 1e-6 < scales[0], "up and right are not equally large"
    plane = Plane(at[0] - frame.points[0] * (scales[0], -scales[0]), scales[0])
    assert near(at, plane(frame.points))
    return plane


def shown(number: int, playhead: float, theme: Theme = DARK):
    header, panel = states.folds(number, playhead, theme).painted
    drawing = drawn(header, panel)
    part = drawing.within(next(clip for clip in drawing.clips if clip != drawing.clips[0]))
    return panel.frame, drawing, part, plane_of(part, panel.frame)


@BOTH
@pytest.mark.parametrize("number, playhead", [(0, 0), (0, 5), (0, 8), (1, 0.0), (1, 0.4), (2, 0.0), (2, 0.6), (2, 1.0)])
def test_tiles_seams_and_points_are_the_frames(number: int, playhead: float, theme: Theme) -> None:
    frame, _, part, plane = shown(number, playhead, theme)
    (tiles,) = part.of(Tiles)
    colours = np.array(theme.piece_colours(8))
    if frame.answers is not None:
        plain = np.array(theme.region_colours(max(int(frame.labels.max()), int(frame.answers.max())) + 1))
        lighter = np.array([mix(c, rgb(theme.ink), 0.12) for c in plain])
    left, top, right, bottom = tiles.clip
    expected = []
    for k, (begin, end) in enumerate(zip(frame.pieces.starts, frame.pieces.starts[1:])):
        outline = plane(frame.pieces.vertices[begin:end])
        if (outline.max(0) > (left, top)).all() and (outline.min(0) < (right, bottom)).all():
            colour = (
                colours[frame.tones[k]]
                if frame.answers is None
                else (plain, lighter)[frame.tones[k] % 2][frame.answers[k]]
            )
            expected.append((outline, colour))
    assert len(tiles.outlines) == len(expected)
    for outline, seen, (polygon, colour) in zip(tiles.outlines, tiles.colours, expected):
        assert near(outline, polygon) and same_colour(seen[:3], colour) and seen[3] == 1
    ink = [x for x in part.lines if same_colour(x.colour, rgb(theme.ink)) and len(x.points) > 1]
    for begin, end in zip(frame.seams.starts, frame.seams.starts[1:]):
        seam = plane(frame.seams.vertices[begin:end])
        if (seam.max(0) > (left, top)).all() and (seam.min(0) < (right, bottom)).all():
            assert any(near(x.points, seam) for x in ink), "a seam is not drawn where the pieces meet"
    (discs,) = (g for g in part.of(Points) if len(g.labels))
    names = np.array(theme.class_colours(int(frame.labels.max()) + 1))
    assert same_colour(discs.colours, names[frame.labels]) and not discs.hollow


def test_an_answered_piece_has_the_networks_answer_at_its_middle() -> None:
    network, _ = states.narrow()
    frame, _, _, _ = shown(1, 0.0)
    for k, (begin, end) in enumerate(zip(frame.pieces.starts, frame.pieces.starts[1:])):
        middle = frame.pieces.vertices[begin:end].mean(0)
        assert logits(network, middle[None]).argmax() == frame.answers[k]


def test_numbers_under_it_are_the_folds_and_pieces_drawn() -> None:
    for folds in (0, 3, 8):
        frame, drawing, part, _ = shown(0, folds)
        (tiles,) = part.of(Tiles)
        assert number_of(drawing, "folds") == str(folds)
        assert number_of(drawing, "pieces") == str(len(tiles.outlines)) == str(len(frame.tones))
    frame, drawing, _, _ = shown(1, 0.4)
    first, _, _, _ = shown(1, 0.0)
    assert number_of(drawing, "magnified") == significant(first.view.half / frame.view.half)
    _, drawing, _, _ = shown(2, 0.6)
    accuracy = (logits(states.narrow()[0], states.narrow()[1].x).argmax(1) == states.narrow()[1].y).mean()
    assert percent(float(accuracy)) in drawing.words


def number_of(drawing: Drawing, name: str) -> str:
    return drawing.reading(name)
