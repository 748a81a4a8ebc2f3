"""How time passes where things move: from rest and to rest, with trails of where points were."""

import ast
from pathlib import Path

import numpy as np
import pytest

import scenes
from engine import Run, Together, class_vectors, eased, exponential, training, warping
from engine.films.pace import by_steps
from engine.films.trails import MOST, trailing

NAMES = sorted(path.stem for path in Path(scenes.__file__ or "").parent.glob("*.py"))


@pytest.mark.parametrize("share", [0.0, 0.15, 0.5])
@pytest.mark.parametrize("rate", [lambda t: t, exponential(4)])
def test_what_is_eased_goes_from_rest_to_rest_and_meets_its_ends(rate, share: float) -> None:
    ease = eased(rate, share)
    assert (ease(0), ease(1)) == (0, 1)
    way = np.array([ease(t) for t in np.linspace(0, 1, 1001)])
    speed = 1000 * np.diff(way)
    assert (speed >= 0).all()
    assert np.abs(np.diff(speed)).max() < 0.2  # no jolt
    if share:
        assert speed[0] < 0.01 and speed[-1] < 0.01
    else:
        assert way == pytest.approx([rate(t) for t in np.linspace(0, 1, 1001)])


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_scene_replays_says_how_it_gathers_speed(name: str) -> None:
    source = Path(scenes.__file__ or "").with_name(f"{name}.py").read_text(encoding="utf-8")
    replays = [
        {keyword.arg for keyword in node.keywords}
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Replay"
    ]
    assert all({"rate_func", "cues"} & told for told in replays)


def test_trails_lead_through_where_points_were_to_where_they_are(five_spirals: Run) -> None:
    network, playheads = five_spirals.at(2000), [0.2, 0.35, 0.6]
    for film, heads in ((training(five_spirals), [300, 380.5, 400]), (warping(network, five_spirals.data), playheads)):
        frame = trailing(film, heads)
        of, places = frame.trails
        assert 20 <= len(of) <= MOST and len(set(of.tolist())) == len(of)
        for at, there in zip(heads, places, strict=True):
            assert there == pytest.approx(film(at).points[of], abs=1e-12)
        assert (frame.points == film(heads[-1]).points).all()


def test_films_together_have_trails_and_a_frame_without_points_has_none(five_spirals: Run) -> None:
    film = training(five_spirals)
    both = trailing(Together((film, film)), [1, 2])
    assert len(both) == 2 and all(len(frame.trails.of) for frame in both)
    assert not len(trailing(class_vectors(five_spirals), [1, 2]).trails.of)


def test_steps_wait_where_they_begin_and_meet_their_ends() -> None:
    ease = by_steps(4, still=0.5)
    assert [ease(k / 4) for k in range(5)] == pytest.approx([0, 0.25, 0.5, 0.75, 1], abs=1e-6)
    assert ease(0.25 + 0.12) == pytest.approx(0.25, abs=1e-5) and 0.3 < ease(0.25 + 0.19) < 0.49
    way = [ease(t) for t in np.linspace(0, 1, 400)]
    assert (np.diff(way) >= -1e-9).all()
