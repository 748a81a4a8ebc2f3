"""Particles, the bent grid, the field's arrows and the data lie where their arrays say."""

import numpy as np

from engine import flow
from scenes.parts.paint.plane import fitted
from scenes.parts.paint.theme import DARK
from scenes.parts.pictures.flow import paint_flow
from tests.scenes.claims import has_line, near, same_colour
from tests.scenes.drawn import Points, drawn_panel
from tests.scenes.recorded import recorded


def test_everything_that_is_carried_lies_where_it_was_carried_to() -> None:
    frame = flow(recorded(), "paths", grid="bent", field="pull", ways=5).carrying(4.0)(0.6)
    drawing, place = drawn_panel(paint_flow, frame), fitted(frame, 640, 480)
    target, particles = [group for group in drawing.of(Points) if len(group.centres)]
    assert near(target.centres, place(frame.target))
    assert near(particles.centres, place(frame.points))
    assert same_colour(particles.colours, np.array(DARK.class_colours(3))[frame.labels])
    for lines, count in ((frame.lines, 10), (frame.ways, 5)):
        for k in range(count):
            assert has_line(drawing, place(lines.vertices[lines.starts[k] : lines.starts[k + 1]]))
    arrows = [line.points for line in drawing.lines if len(line.points) == 5]
    assert near(np.array([line[:2] for line in arrows]), np.array([place(a) for a in frame.arrows]))


def test_particles_are_painted_over_grid_and_field() -> None:
    drawing = drawn_panel(paint_flow, flow(recorded(), "paths", grid="bent", field="pull")(4.0))
    assert drawing.of(Points)[-1].order > max(line.order for line in drawing.lines)
