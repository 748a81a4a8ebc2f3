"""A tour of the features: each axis of f is a ray, the most important ones named at their tips."""

from dataclasses import replace

import numpy as np
import pytest

from engine.films.feature_tour import RAY
from scenes.parts.paint.theme import DARK, LIGHT, Theme, rgb
from scenes.parts.pictures.feature_tour import TourPicture
from tests.scenes import states
from tests.scenes.claims import (
    assert_beside_tip,
    assert_class_vectors,
    assert_grid,
    assert_points,
    assert_regions,
    near,
    plane_of,
    same_colour,
    subscript,
)
from tests.scenes.drawn import drawn

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])


@BOTH
@pytest.mark.parametrize("playhead", [0.0, 2.0, 3.3, 5.6])
def test_rays_points_and_arrows_lie_in_the_plane_of_the_tour(playhead: float, theme: Theme) -> None:
    frame = states.tour_film()(playhead)
    drawing = drawn(TourPicture(frame, theme))
    plane = plane_of(drawing)
    assert_points(drawing, frame, plane, theme)
    assert_grid(drawing, frame, plane, theme)
    fade = 1 - frame.decided
    tips = plane(RAY * frame.view.half * frame.rays)
    rays = [x for x in drawing.lines if len(x.points) == 2 and near(x.points[0], plane.origin)]
    faint = [x for x in rays if same_colour(x.colour, rgb(theme.quiet)) and x.alpha == pytest.approx(0.6 * fade)]
    assert near(np.array([x.points[1] for x in faint]), tips)
    for feature in frame.named:
        bright = [x for x in drawing.lines if x.width == 4 and near(x.points, [plane.origin, tips[feature]])]
        assert len(bright) == 1 and bright[0].alpha == pytest.approx(0.9 * fade, abs=1e-6)
        for text in (t for t in drawing.texts if t.text == "f" + subscript(feature + 1)):
            assert_beside_tip(text, tips[list(frame.named)], frame.named.index(feature), plane.origin)
    if frame.decided:
        assert_regions(drawing, frame, plane, theme)
    vectors = frame.class_vectors
    assert_class_vectors(drawing, replace(frame, decided=1.0), plane, theme, named=False)  # all the time
    long = np.linalg.norm(vectors, axis=1) * plane.scale > 2
    assert sum(near(arrow.tail, plane.origin) for arrow in drawing.arrows) == long.sum()  # the key has one, too
    assert any(text.startswith("class vectors ") for text in drawing.words)


def test_at_the_end_it_is_the_embedding_and_rays_are_gone() -> None:
    film = states.tour_film()
    frame = film(film.last)
    drawing = drawn(TourPicture(frame))
    plane = plane_of(drawing)
    assert_class_vectors(drawing, frame, plane, named=False)
    assert not [w for w in drawing.words if w.startswith("f")]
    assert {"e₁", "e₂", "the embedding e = W f + b"} <= set(drawing.words)
    assert drawing.reading("epoch") == "2000"


def test_named_features_are_those_that_the_embedding_rests_on_most() -> None:
    film = states.tour_film()
    network = states.trained()
    first, _, second, _ = network
    x = states.five_spirals().data.x
    f = np.maximum(x @ first.weight.T + first.bias, 0)
    weight = np.abs(second.weight).sum(0) * f.std(0)
    assert list(film(0).named) == np.argsort(-weight)[:4].tolist()
    seen = {w for p in (0.0, 1.0, 2.0, 3.0, 4.0) for w in drawn(TourPicture(film(p))).words if w.startswith("f")}
    assert seen and seen <= {"f" + subscript(k + 1) for k in film(0).named}
