"""A pulled point: its trail, its gradient, what follows and what is written under it."""

import numpy as np
import pytest

from engine.numbers import decimal, percent
from scenes.parts.paint.theme import DARK, Theme, rgb
from scenes.parts.pictures.pulling import Pullboard
from tests.scenes import states
from tests.scenes.claims import (
    arrow_to,
    assert_class_vectors,
    assert_grid,
    assert_points,
    assert_regions,
    assert_view_is_seen,
    near,
    plane_of,
    same_colour,
)
from tests.scenes.drawn import SHAPES, Drawing, drawn
from tests.scenes.states import LOOKS


def planes(drawing: Drawing) -> list[Drawing]:
    """What is clipped to each plane."""
    whole = drawing.clips[0]
    return [drawing.within(clip) for clip in drawing.clips if clip != whole]


@LOOKS
@pytest.mark.parametrize("playhead", [0.0, 0.33, 1.0])
def test_each_plane_shows_its_frame_and_the_points_own_gradient(playhead: float, shape: str, theme: Theme) -> None:
    frames = [states.pulling_film(width)(playhead) for width in (30, 100)]
    drawing = drawn(Pullboard(frames, theme=theme), shape=shape)
    assert len(planes(drawing)) == 2
    for part, frame, film in zip(planes(drawing), frames, map(states.pulling_film, (30, 100))):
        plane = plane_of(part, tick_step(frame.view.half))
        assert_view_is_seen(plane, frame.view, *part.marks[0].clip)
        assert_points(part, frame, plane, theme)
        assert_regions(part, frame, plane, theme)
        assert_grid(part, frame, plane, theme)
        assert_class_vectors(part, frame, plane, theme, named=False)
        e = frame.points[frame.pulled]
        colour = theme.class_colours(5)[frame.labels[frame.pulled]]
        marked = [d for d in part.discs if near(d.centre, plane(e), 0.1)]
        assert [d.radius for d in marked] == sorted((d.radius for d in marked), reverse=True)
        assert same_colour(marked[-1].colour, colour) and len(marked) == 3
        trail = [x for x in part.lines if near(x.points, plane(frame.trail))]
        assert same_colour(trail[-1].colour, rgb(theme.ink)) and same_colour(trail[0].colour, rgb(theme.rim))
        assert trail[0].width > trail[-1].width
        last = film.networks[0][-1]
        scores = last.weight @ e + last.bias
        soft = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
        slope = last.weight.T @ (soft - np.eye(5)[frame.labels[frame.pulled]])  # ∂L/∂e, as the formula over it says
        if np.linalg.norm(slope) * plane.scale > 15:
            arrow_to(part, plane(e), plane(e + slope), rgb(theme.gradient))


def tick_step(half: float) -> float:
    from scenes.parts.paint.readouts import tick_step

    return tick_step(half)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("playhead", [0.33, 1.0])
def test_each_number_stands_on_its_line_under_its_own_plane(playhead: float, shape: str) -> None:
    films = [states.pulling_film(width) for width in (30, 100)]
    frames = [film(playhead) for film in films]
    drawing = drawn(Pullboard(frames), shape=shape)
    for film, frame, width in zip(films, frames, (30, 100)):
        head = drawing.text(f"f has {width} dimensions")
        mine = [t for t in drawing.texts if near_column(t, head, shape)]
        x, k, (_, net) = film.data.x, film.pulled, film.at(playhead)
        went = np.linalg.norm(forward(net, x) - film.before, axis=1)
        apart = np.linalg.norm(x - x[k], axis=1)
        near_it = (apart < 0.15) & (apart > 0)
        said = {
            head.text: f"L = {decimal(frame.loss, 3)}",
            "x within 0.15 of its x follow": f"{decimal(went[near_it].mean() / went[k])} of its way",
            "x beyond 0.5 of it follow": f"{decimal(went[apart > 0.5].mean() / went[k])} of its way",
            "right before, wrong now": percent(float(frame.broken)),
        }
        for name, number in said.items():
            text = next(t for t in mine if t.text == name)
            after = [t for t in mine if t.text != name and 0 <= t.baseline - text.baseline < 60 and t.right > text.left]
            assert number in [t.text for t in after], (name, number, [t.text for t in after])


def near_column(text, head, shape: str) -> bool:
    """Whether a text belongs to the rows that begin with `head`."""
    if shape == "wide":
        return head.left - 1 <= text.left and text.right < head.left + 960
    return -1 <= text.baseline - head.baseline < 460


def forward(network, x):
    from engine import embedding

    return embedding(network, x)


def test_nothing_is_said_of_a_way_before_it_begins_and_no_slope_is_drawn_unless_asked_for() -> None:
    frame = states.pulling_film()(0.0)
    drawing = drawn(Pullboard([frame], slopes=False))
    assert drawing.words[-2:] == ["f has 100 dimensions", f"L = {decimal(frame.loss, 3)}"]
    assert not any(same_colour(a.colour, rgb(DARK.gradient)) for a in drawing.arrows)
