"""Points lie on the circle, arcs beside it over them; on the sphere what is behind is dim."""

from dataclasses import replace

import numpy as np
import pytest

from engine import metric
from scenes.parts.paint.plane import fitted
from scenes.parts.paint.theme import DARK, GREYS, LIGHT, Theme, mix, rgb
from scenes.parts.pictures.metric import paint_metric
from tests.scenes.claims import near, same_colour
from tests.scenes.drawn import Points, drawn_panel
from tests.scenes.recorded import recorded


def test_arcs_lie_outside_the_circle_in_their_classes_colours_and_none_over_another() -> None:
    for epoch in (0.0, 4.0):
        frame = metric(recorded(), "round")(epoch)
        drawing, place = drawn_panel(paint_metric, frame, LIGHT), fitted(frame, 640, 480)
        (points,) = drawing.of(Points)
        assert near(points.centres, place(frame.points))
        assert same_colour(points.colours, np.array(LIGHT.class_colours(3))[frame.labels])
        arcs = [line for line in drawing.lines if len(line.points) == 65]
        seen = []
        for arc, line, colour in zip(frame.arcs, arcs, LIGHT.class_colours(3)):
            out = (line.points - place.origin) / (place.scale, -place.scale)
            radius = np.linalg.norm(out, axis=1)
            assert np.ptp(radius) < 1e-3 and 1.03 < radius[0] < 1.25 and same_colour(line.colour, colour)
            assert near(out / radius[0], arc, 1e-3)
            seen.append(out)
            for name in (text for text in drawing.texts if same_colour(text.colour, colour)):  # clear of every arc
                assert min(np.linalg.norm(arc.points - name.middle, axis=1).min() for arc in arcs) > 0.4 * name.size
        assert len(drawing.texts) == 3 or epoch == 0  # one has no room before the classes part
        apart = [np.linalg.norm(a[:, None] - b, axis=2).min() for k, a in enumerate(seen) for b in seen[:k]]
        assert min(apart) > 0.02


def test_on_the_sphere_points_behind_are_dim_and_those_before_painted_last() -> None:
    frame = metric(recorded(), "space")(4.0)
    drawing, place = drawn_panel(paint_metric, frame), fitted(frame, 640, 480)
    behind, before = drawing.of(Points)
    order = np.argsort(frame.depth, kind="stable")
    assert near(np.concatenate([behind.centres, before.centres]), place(frame.points[order]))
    colours = np.array(DARK.class_colours(3))[frame.labels[order]]
    dim = np.array([mix(rgb(DARK.ground), colour, 0.45) for colour in colours])
    painted = np.concatenate([behind.colours, before.colours])
    assert same_colour(painted, np.where(frame.depth[order, None] < 0, dim, colours))
    caps = [line.points for line in drawing.lines if len(line.points) == 97]
    assert all(near(cap, place(arc)) for cap, arc in zip(caps, frame.arcs)) and len(caps) == 3


@pytest.mark.parametrize("theme, discs", [(DARK, 8), (GREYS, 5)], ids=["dark", "greys"])
def test_marks_are_those_of_the_key_behind_the_sphere_too(theme: Theme, discs: int) -> None:
    frame = metric(recorded(), "space")(4.0)
    frame = replace(frame, labels=np.arange(len(frame.labels)) % 9, arcs=(np.zeros((0, 2)),) * 9)
    marks = drawn_panel(paint_metric, frame, theme).of(Points)
    assert len(marks) == 2 and all(np.array_equal(mark.square, mark.labels >= discs) for mark in marks)
    assert any(mark.square.any() for mark in marks)
    assert sum(len(mark.centres) for mark in marks) == len(frame.points)
