"""Moments of a scene before and after it was changed."""

from engine.preview.shape import Part, Shape, same_moment, written


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
