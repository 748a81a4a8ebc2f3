"""Each distribution stands in its own row, as high as its shares; its median and chosen numbers lie where they are."""

import numpy as np
import pytest

from engine import distributions
from scenes.parts.paint.theme import DARK, rgb
from scenes.parts.pictures.distributions import paint_distributions
from tests.scenes.claims import same_colour
from tests.scenes.drawn import Points, drawn_panel
from tests.scenes.recorded import recorded


@pytest.mark.parametrize("kind", ["ridges", "violins"])
def test_rows_are_as_high_as_shares_and_medians_lie_on_their_numbers(kind) -> None:
    frame = distributions(recorded(), "losses", chosen=[4, 9, 7, 2], kind=kind)(2.5)
    drawing = drawn_panel(paint_distributions, frame)
    outlines = [line for line in drawing.lines if len(line.points) == len(frame.at)]
    colours, per = DARK.class_colours(3), 2 if kind == "violins" else 1
    assert len(outlines) == 3 * per
    feet = []
    for k, name in enumerate(frame.names):
        ridge = outlines[per * k]
        assert same_colour(ridge.colour, colours[k])
        x, y = ridge.points.T
        foot, top = y.max(), y.min()
        assert (foot - y) / (foot - top) == pytest.approx(frame.shares[k] / frame.shares[k].max(), abs=0.01)
        to_x = lambda v, x=x: x[0] + (v - frame.at[0]) / (frame.at[-1] - frame.at[0]) * (x[-1] - x[0])  # noqa: E731
        assert np.allclose(x, to_x(frame.at), atol=0.1)
        marks = [
            line.points for line in drawing.lines if len(line.points) == 2 and same_colour(line.colour, rgb(DARK.ink))
        ]
        assert marks[k][:, 0] == pytest.approx(to_x(frame.medians[k]), abs=0.1)
        assert abs(drawing.text(name).middle[1] - foot) < 14
        feet.append(foot)
    assert feet == sorted(feet)
    discs = drawing.of(Points)
    rows = [k for k in range(3) if len(frame.chosen[k])]
    for k, group in zip(rows, discs):
        assert group.centres[:, 0] == pytest.approx(to_x(frame.chosen[k]), abs=0.1)
        assert group.centres[:, 1] == pytest.approx(feet[k], abs=0.1)
    assert len(discs) == len(rows)
