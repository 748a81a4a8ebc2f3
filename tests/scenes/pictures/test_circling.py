"""One point on its circle: its feet, its bars and its answer are those of the classifier."""

import numpy as np
import pytest

from engine import circling, softargmax
from engine.numbers import decimal, percent
from scenes.parts.paint.theme import DARK, LIGHT, Theme, rgb
from scenes.parts.pictures.circling import CirclePicture
from tests.scenes import states
from tests.scenes.claims import (
    assert_bars,
    assert_class_vectors,
    assert_key,
    assert_regions,
    near,
    plane_of,
    same_colour,
    subscript,
)
from tests.scenes.drawn import Disc, drawn
from tests.scenes.states import LOOKS

PLAYHEADS = (0.0, 0.62, 1.3, 1.7, 2.4)
BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])


@BOTH
@pytest.mark.parametrize("playhead", PLAYHEADS)
def test_the_point_its_circle_and_its_feet_are_where_the_classifier_has_them(playhead: float, theme: Theme) -> None:
    network = states.trained()
    frame = circling(network)(playhead)
    drawing = drawn(CirclePicture(frame, theme))
    plane = plane_of(drawing)
    assert_regions(drawing, frame, plane, theme)
    assert_class_vectors(drawing, frame, plane, theme)
    w, b = network[-1].weight.astype(float), network[-1].bias.astype(float)
    e = plane(frame.e)
    colours, winner = theme.class_colours(5), int((w @ frame.e + b).argmax())
    point = [d for d in drawing.discs if not d.width and near(d.centre, e) and same_colour(d.colour, colours[winner])]
    assert point, "the point does not have the colour of its answer"
    rings = [d for d in drawing.discs if d.width and near(d.centre, plane.origin, 0.2)]
    assert any(abs(d.radius - np.linalg.norm(e - plane.origin)) < 0.2 for d in rings), "the point leaves its circle"
    assert drawing.nearest(e, [t for t in drawing.texts if t.text == "e"]).text == "e"
    for k, row in enumerate(w):
        foot = plane((row @ frame.e) / (row @ row) * row)
        dashed = [x for x in drawing.lines if x.dashed and same_colour(x.colour, colours[k])]
        assert len(dashed) == 1 and near(dashed[0].points, [e, foot], 0.1), "a dashed line misses its foot"
        solid = [x for x in drawing.lines if not x.dashed and near(x.points, [plane.origin, foot], 0.1)]
        shades = [x.colour for x in solid]
        assert len(solid) == 2 and solid[0].width > solid[1].width and same_colour(shades[0], rgb(theme.rim))
        assert np.linalg.norm(np.subtract(shades[1], colours[k])) < 0.5
        if k != winner:
            assert same_colour(shades[1], colours[k])
        widths = [x.width for x in drawing.lines if x.dashed]
        assert widths.index(max(widths)) == winner


@LOOKS
@pytest.mark.parametrize("playhead", PLAYHEADS)
def test_bars_are_the_scores_and_turn_into_probabilities(playhead: float, shape: str, theme: Theme) -> None:
    network = states.trained()
    film = circling(network)
    frame = film(playhead)
    w, b = network[-1].weight.astype(float), network[-1].bias.astype(float)
    scores = w @ frame.e + b
    probabilities = softargmax(scores)
    soft = min(max(playhead - 1, 0), 1)
    drawing = drawn(CirclePicture(frame, theme), shape=shape)
    letter, title = ("ỹ", "probabilities") if soft >= 0.5 else ("s", "scores")
    texts = [percent(float(p), 0) for p in probabilities] if soft >= 0.5 else [decimal(s, 1) for s in scores]
    assert title in drawing.words
    names = [letter + subscript(k + 1) for k in range(5)]
    bars = assert_bars(drawing, frame.bars, theme.class_colours(5), names, texts)
    if soft in (0, 1):
        values = probabilities if soft else scores
        assert np.allclose(frame.bars / np.abs(frame.bars).max(), values / np.abs(values).max())
    winner = int(scores.argmax())
    answer = drawing.text(f"answer ŷ = {winner + 1}")
    assert same_colour(answer.colour, theme.class_colours(5)[winner])
    frames = [x for x in drawing.lines if len(x.points) == 5 and abs(x.points[:, 1].mean() - bars[winner].middle) < 30]
    assert any(x.points[:, 0].max() >= bars[winner].end for x in frames), "the longest bar is not framed"


def test_the_frame_round_the_longest_bar_is_there_once_and_the_key_explains_regions() -> None:
    (picture,), _ = states.circle(0.3, theme=states.NAMED)
    drawing = drawn(picture)
    assert_key(drawing, states.NAMED, marks=("answer ŷ",))
    assert not isinstance(drawing.mark_of("answer ŷ"), Disc)
    winner = picture.frame.answer
    assert f"answer ŷ = {states.NAMED.names[winner]}" in drawing.words
    assert [word for word in drawing.words if word in states.NAMED.names] == list(states.NAMED.names)
