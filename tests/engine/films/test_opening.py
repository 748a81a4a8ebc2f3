"""An opening begins near enough to see the points, and ends with the film's own frame."""

import numpy as np
import pytest

from engine import FIVE_SPIRALS, UnspiralError, record, training
from engine.films.opening import opening


@pytest.fixture(scope="module")
def film():
    return training(record(FIVE_SPIRALS))


def test_what_is_a_dot_from_far_fills_the_plot_from_near(film) -> None:
    seen = opening(film)
    begin, end = seen(0), seen(1)
    assert 0.7 < np.abs(begin.points - begin.view.centre).max() / begin.view.half < 0.73
    assert np.abs(end.points).max() / end.view.half < 0.01
    assert end.view == film(0).view and (end.points == film(0).points).all()


def test_the_view_draws_back_evenly_and_keeps_the_points_in(film) -> None:
    seen = opening(film)
    frames = [seen(t) for t in np.linspace(0, 1, 21)]
    assert np.ptp(np.diff(np.log([frame.view.half for frame in frames]))) < 1e-9
    for frame in frames:
        assert (np.abs(frame.points - frame.view.centre) <= frame.view.half).all()
    with pytest.raises(UnspiralError, match="from 0 to 1"):
        seen(1.1)
