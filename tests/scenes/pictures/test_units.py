"""Units of a network: numbers, brightness, pulses and gradients are those of the pass through it."""

import numpy as np
import pytest

from engine.numbers import decimal
from scenes.parts.paint.theme import DARK, LIGHT, Theme, mix, rgb
from scenes.parts.pictures.units import DiagramOfUnits
from tests.scenes import states
from tests.scenes.claims import near, same_colour
from tests.scenes.drawn import Disc, Drawing, drawn

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
FILMS = {"100 features": states.flow_film, "narrow": states.narrow_flow_film}


def columns_of(drawing: Drawing, frame, theme: Theme) -> list[list[tuple[Disc, Disc]]]:
    """Fill and ring of the units of every column and of y, from left to right, each from the top down."""
    rings = [d for d in drawing.discs if d.width]
    pairs = []
    for ring in rings:
        fills = [d for d in drawing.discs if not d.width and near(d.centre, ring.centre) and d.order < ring.order]
        pairs.append((fills[-1], ring))
    xs = sorted({round(float(ring.centre[0])) for _, ring in pairs})
    columns = [[pair for pair in pairs if round(float(pair[1].centre[0])) == x] for x in xs]
    assert len(columns) == len(frame.values) + 2
    return [sorted(column, key=lambda pair: pair[1].centre[1]) for column in columns]


def drawn_units(width: int) -> list[int]:
    return list(range(width)) if width <= 12 else [*range(5), *range(width - 5, width)]


@BOTH
@pytest.mark.parametrize("film", FILMS)
def test_each_unit_is_as_bright_as_its_value_and_says_it(film: str, theme: Theme) -> None:
    film = FILMS[film]()
    frame = film(film.turn)
    drawing = drawn(DiagramOfUnits(frame, theme))
    columns = columns_of(drawing, frame, theme)
    for column, values in zip(columns, [*frame.values, frame.probabilities]):
        numbers = drawn_units(len(values))
        assert len(column) == len(numbers)
        shares = np.abs(values) / np.abs(values).max()
        for (fill, ring), k in zip(column, numbers):
            strong = (0.29019607843137254, 0.4, 0.6588235294117647) if values[k] < 0 else rgb(theme.ink)
            assert same_colour(fill.colour, mix(rgb(theme.ground), strong, 0.08 + 0.82 * shares[k]), 0.01)
            if len(values) <= 7:
                inside = [t for t in drawing.texts if np.linalg.norm(t.middle - ring.centre) < 0.6 * ring.radius]
                assert [t.text for t in inside] == [decimal(float(values[k]))]
    colours = theme.class_colours(len(frame.probabilities))
    for column in columns[-3:]:  # scores, ỹ and y have the classes' colours
        for (_, ring), colour in zip(column, colours):
            assert same_colour(ring.colour, colour)
    assert all(same_colour(ring.colour, rgb(theme.quiet)) for column in columns[:-3] for _, ring in column)


@pytest.mark.parametrize("film", FILMS)
def test_columns_have_their_names_and_sizes_and_y_is_the_label(film: str) -> None:
    film = FILMS[film]()
    frame = film(film.turn)
    drawing = drawn(DiagramOfUnits(frame))
    columns = columns_of(drawing, frame, DARK)
    widths = [*map(len, frame.values), len(frame.probabilities)]
    for column, name, width in zip(columns, [*frame.names, "ỹ", "y"], [*widths, None]):
        x, top, bottom = column[0][1].centre[0], column[0][1].centre[1], column[-1][1].centre[1]
        mine = [t for t in drawing.texts if abs(t.middle[0] - x) < 5]
        assert [t.text for t in mine if t.baseline < top] == [name]
        if width is not None:
            assert [t.text for t in mine if t.baseline > bottom + 30 and t.text != name] == [str(width)]
            gap = [t.text for t in mine if top < t.baseline < bottom and t.text == str(width)]
            assert len(gap) == (width > 12)
    label = [[t.text for t in drawing.texts if np.linalg.norm(t.middle - ring.centre) < 15] for _, ring in columns[-1]]
    assert label == [["1"] if k == frame.label else ["0"] for k in range(len(frame.probabilities))]
    full = [same_colour(fill.colour, ring.colour) for fill, ring in columns[-1]]
    assert full == [k == frame.label for k in range(len(full))]


@pytest.mark.parametrize("film", FILMS)
def test_the_loss_stands_under_them_once_it_is_known_and_after_the_step_what_it_was(film: str) -> None:
    film = FILMS[film]()
    assert not [w for w in drawn(DiagramOfUnits(film(film.turn - 0.6))).words if w.startswith("L = ")]
    assert f"L = {decimal(film(0).loss, 3)}" in drawn(DiagramOfUnits(film(film.turn))).words
    after = film(film.last)
    words = drawn(DiagramOfUnits(after)).words
    assert f"L = {decimal(after.loss, 3)}" in words and f"before: {decimal(film(0).loss, 3)}" in words
    assert after.loss < film(0).loss


@pytest.mark.parametrize("film", FILMS)
def test_values_arrive_column_by_column(film: str) -> None:
    film = FILMS[film]()
    for arrived in range(film.turn):
        frame = film(arrived)
        columns = columns_of(drawn(DiagramOfUnits(frame)), frame, DARK)[:-1]
        lit = [max(sum(fill.colour) for fill, _ in column) > 0.6 for column in columns]
        assert lit == [k <= arrived for k in range(len(columns))]


@pytest.mark.parametrize("film", FILMS)
def test_a_pulse_travels_on_every_line_as_large_as_what_it_carries(film: str) -> None:
    film = FILMS[film]()
    share = 0.3
    for k, (weight, values) in enumerate(zip(film(0).weights, film(0).values)):
        drawing = drawn(DiagramOfUnits(film(k + share)))
        columns = columns_of(drawing, film(0), DARK)
        rows, cols = drawn_units(len(weight)), drawn_units(weight.shape[1])
        sent = np.abs(weight[np.ix_(rows, cols)] * values[cols])
        assert_pulses(drawing, columns[k], columns[k + 1], sent, share, rgb(DARK.ink))
        back = drawn(DiagramOfUnits(film(2 * film.turn - k - 1 + share)))
        signal = np.abs(weight[np.ix_(rows, cols)] * film(0).signals[k + 1][rows][:, None])
        assert_pulses(back, columns[k], columns[k + 1], signal, 1 - share, rgb(DARK.gradient))
    scores = film.turn - 2
    columns = columns_of(drawn(DiagramOfUnits(film(0))), film(0), DARK)
    there = drawn(DiagramOfUnits(film(scores + share)))
    assert_pulses(there, columns[scores], columns[scores + 1], np.eye(len(columns[scores])), share, rgb(DARK.ink))
    back = drawn(DiagramOfUnits(film(film.turn + 1 + share)))
    sent = np.diag(np.abs(film(0).signals[-1]))
    assert_pulses(back, columns[scores], columns[scores + 1], sent, 1 - share, rgb(DARK.gradient))


def assert_pulses(drawing: Drawing, sources, targets, sent: np.ndarray, share: float, colour) -> None:
    """A disc on the way from source j to target i, its area as sent[i, j]."""
    small = [d for d in drawing.discs if not d.width and d.radius < 12 and same_colour(d.colour, colour)]
    radii = np.sqrt(sent / sent.max())
    count = 0
    for i, (_, target) in enumerate(targets):
        for j, (_, source) in enumerate(sources):
            at = (1 - share) * source.centre + share * target.centre
            mine = [d for d in small if near(d.centre, at, 0.1)]
            if radii[i, j] > 0.1:
                count += 1
                assert mine and any(abs(d.radius - 11 * radii[i, j]) < 0.15 for d in mine), f"no pulse from {j} to {i}"
    assert count and len(small) <= sent.size


@BOTH
@pytest.mark.parametrize("film", FILMS)
def test_a_line_is_as_strong_as_its_weight(film: str, theme: Theme) -> None:
    film = FILMS[film]()
    frame = film(0)
    drawing = drawn(DiagramOfUnits(frame, theme))
    columns = columns_of(drawing, frame, theme)
    straight = [line for line in drawing.lines if len(line.points) == 2]
    for k, weight in enumerate(frame.weights):
        rows, cols = drawn_units(len(weight)), drawn_units(weight.shape[1])
        shares = np.abs(weight[np.ix_(rows, cols)])
        shares /= shares.max()
        for i, (_, target) in enumerate(columns[k + 1]):
            for j, (_, source) in enumerate(columns[k]):
                (line,) = (x for x in straight if near(x.points, [source.centre, target.centre]))
                assert line.width == pytest.approx(1.2 + 3 * shares[i, j], abs=0.02)
                assert line.alpha == pytest.approx(0.1 + 0.5 * shares[i, j], abs=0.01)
                assert same_colour(line.colour, rgb(theme.quiet))
    scores, soft = columns[-3], columns[-2]
    for (_, source), (_, target) in zip(scores, soft):
        assert any(near(x.points, [source.centre, target.centre]) for x in straight)


@BOTH
@pytest.mark.parametrize("film", FILMS)
def test_on_the_way_back_units_and_lines_show_their_gradients(film: str, theme: Theme) -> None:
    film = FILMS[film]()
    frame = film(2 * film.turn)
    drawing = drawn(DiagramOfUnits(frame, theme))
    columns = columns_of(drawing, frame, theme)
    ground, gradient = rgb(theme.ground), rgb(theme.gradient)
    for column, signal, name in zip(columns, frame.signals, frame.names):
        assert f"∂L/∂{name}" in drawing.words
        under = next(t for t in drawing.texts if t.text == f"∂L/∂{name}")
        assert abs(under.middle[0] - column[0][1].centre[0]) < 5
        steepest = np.abs(signal).max()
        for (fill, ring), k in zip(column, drawn_units(len(signal))):
            assert same_colour(fill.colour, mix(ground, gradient, 0.08 + 0.8 * abs(signal[k]) / steepest), 0.01)
            if len(signal) <= 7:
                inside = [t.text for t in drawing.texts if np.linalg.norm(t.middle - ring.centre) < 0.6 * ring.radius]
                assert inside == [decimal(float(signal[k]))]
    yellow = [x for x in drawing.lines if len(x.points) == 2 and same_colour(x.colour, gradient)]
    for k, slope in enumerate(frame.slopes):
        steep = np.abs(slope[np.ix_(drawn_units(len(slope)), drawn_units(slope.shape[1]))])
        steep /= max(np.abs(frame.slopes[k][np.ix_(drawn_units(len(slope)), drawn_units(slope.shape[1]))]).max(), 1e-12)
        for i, (_, target) in enumerate(columns[k + 1]):
            for j, (_, source) in enumerate(columns[k]):
                mine = [x for x in yellow if near(x.points, [source.centre, target.centre])]
                assert len(mine) == (steep[i, j] > 0.02)
                if mine:
                    assert mine[0].width == pytest.approx(1 + 5 * steep[i, j], abs=0.02)


@pytest.mark.parametrize("done", [0.25, 0.75])
def test_during_the_step_gradients_fade_from_the_lines_and_weights_move(done: float) -> None:
    film = states.flow_film()
    frame = film(2 * film.turn + done)
    drawing = drawn(DiagramOfUnits(frame))
    columns = columns_of(drawing, frame, DARK)
    yellow = [x for x in drawing.lines if len(x.points) == 2 and same_colour(x.colour, rgb(DARK.gradient))]
    weight, slope = frame.weights[-1], np.abs(frame.slopes[-1])  # from e to s: all units are drawn
    assert np.allclose(weight, film(0).weights[-1] - done * film.rate * film.gradients[-1].weight)
    steep = slope / slope.max()
    for i, (_, target) in enumerate(columns[-3]):
        for j, (_, source) in enumerate(columns[-4]):
            mine = [x for x in yellow if near(x.points, [source.centre, target.centre])]
            assert len(mine) == (steep[i, j] > 0.02)
            for line in mine:
                assert line.alpha == pytest.approx(0.75 * (1 - done) * steep[i, j] ** 0.5, abs=0.01)


def test_names_of_classes_stand_beside_their_unit_of_y() -> None:
    (_, picture), _ = states.units(states.flow_film, 5, theme=states.NAMED)
    drawing = drawn(picture)
    columns = columns_of(drawing, picture.frame, states.NAMED)
    for (_, ring), name in zip(columns[-1], states.NAMED.names):
        beside = [t for t in drawing.texts if abs(t.middle[1] - ring.centre[1]) < 10 and t.left > ring.centre[0] + 30]
        assert len(beside) == 1 and name.startswith(beside[0].text.removesuffix("…"))
