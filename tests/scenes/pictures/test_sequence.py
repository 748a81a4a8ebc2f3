"""Ways have their labels' colours, states on them the shade of their time or the colour of their token."""

import numpy as np

from engine import sequence
from scenes.parts.paint.plane import fitted
from scenes.parts.paint.theme import DARK
from scenes.parts.pictures.sequence import paint_sequence
from tests.scenes.claims import has_line, near, same_colour
from tests.scenes.drawn import Points, drawn_panel
from tests.scenes.recorded import recorded


def test_ways_states_and_ends_lie_where_the_arrays_say_later_states_are_lighter() -> None:
    frame = sequence(recorded(), "states", labels=np.arange(12) % 2).reading(4.0)(5.5)
    drawing, place = drawn_panel(paint_sequence, frame), fitted(frame, 640, 480)
    colours = np.array(DARK.class_colours(2))
    for k in range(12):
        way = place(frame.lines.vertices[frame.lines.starts[k] : frame.lines.starts[k + 1]])
        assert has_line(drawing, way, colours[k % 2])
    states, ends = [group for group in drawing.of(Points) if len(group.centres)]
    assert near(states.centres, place(frame.steps)) and near(ends.centres, place(frame.points))
    assert same_colour(ends.colours, colours[frame.labels])
    light = states.colours.reshape(12, 6, 3).sum(2)
    assert (np.diff(light, axis=1) > 0).all()
    assert frame.caption in drawing.words


def test_coloured_by_token_each_state_has_the_colour_of_what_was_read() -> None:
    frame = sequence(recorded(), "states", colour="token")(4.0)
    states = drawn_panel(paint_sequence, frame).of(Points)[0]
    assert same_colour(states.colours, np.array(DARK.class_colours(4))[recorded().constants["tokens"].ravel()])
