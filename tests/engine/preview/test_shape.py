"""Moments of a scene before and after it was changed."""

import pytest

from engine.errors import UnspiralError
from engine.preview.shape import Part, Shape, frame_at, same_moment, written


def shape(*sections: tuple[str, int], rate: float = 10) -> Shape:
    first, parts = 0, []
    for name, frames in sections:
        parts.append(Part(name, first, frames))
        first += frames
    return Shape("Scene", "", rate, 16, 9, first, tuple(parts))


BEFORE = shape(("origin", 50), ("fan", 30), ("fan", 30))


def test_the_same_moment_is_as_long_after_its_sections_beginning() -> None:
    assert same_moment(BEFORE, 65, shape(("origin", 90), ("fan", 30))) == 105
    assert same_moment(BEFORE, 65, shape(("origin", 90), ("fan", 60), rate=20)) == 120
    assert same_moment(BEFORE, 65, shape(("origin", 90), ("fan", 10))) == 99  # a shorter one: its end
    assert same_moment(BEFORE, 85, shape(("fan", 30), ("x", 5), ("fan", 30))) == 40  # the second of that name
    assert same_moment(BEFORE, 65, shape(("other", 40))) == 39
    assert same_moment(None, 99, BEFORE) == 99 and same_moment(None, 999, BEFORE) == 109


def test_a_moment_is_written_as_still_takes_it() -> None:
    assert written(BEFORE, 5) == "section:origin+0.5s"
    assert written(BEFORE, 65) == "6.5s"  # two sections are called fan
    assert written(shape(("", 20)), 10) == "1s"


def test_a_moment_that_was_written_is_found_again() -> None:
    assert all(frame_at(BEFORE, written(BEFORE, frame)) == frame for frame in range(0, BEFORE.frames, 7))
    assert [frame_at(BEFORE, moment) for moment in ("section:fan", "section:2+9s", "0:01", "99s")] == [50, 79, 10, 109]
    with pytest.raises(UnspiralError, match="unknown section 'fam'; did you mean fan"):
        frame_at(BEFORE, "section:fam")
    with pytest.raises(UnspiralError, match="at a time or a section"):
        frame_at(BEFORE, "250")
