"""Bars are as long as their values, whatever their span; what the theme calls them stands over each."""

import cairo
import numpy as np
import pytest

from scenes.parts.paint.arrows import paint_arrow
from scenes.parts.paint.bars import TEXT_ROOM, paint_bars
from scenes.parts.paint.canvas import Box, Canvas
from scenes.parts.paint.fading import fading
from scenes.parts.paint.theme import DARK, rgb
from tests.scenes import states
from tests.scenes.claims import assert_bars, same_colour
from tests.scenes.drawn import Drawing
from tests.scenes.listening import Line, Listening, Shape

BOX = Box(300, 100, 400, 500)


def listened() -> tuple[Canvas, Listening]:
    context = Listening(cairo.ImageSurface(cairo.FORMAT_ARGB32, 1920, 1080))
    return Canvas(context, 1920, 1080), context


def read(context: Listening) -> Drawing:
    return Drawing(context.marks, np.zeros((1, 1, 4), np.uint8))


@pytest.mark.parametrize("span", [(-4.0, 4.0), (0.0, 4.0), (-1.0, 5.0)])
def test_a_bar_ends_at_its_value_on_the_boxs_own_scale(span: tuple[float, float]) -> None:
    canvas, context = listened()
    values, texts = [3.0, 0.5, 1.25, 2.0], ["three", "half", "more", "two"]
    paint_bars(canvas, BOX, values, span, names=["a", "b", "c", "d"], texts=texts)
    bars = assert_bars(read(context), values, DARK.class_colours(4), ["a", "b", "c", "d"], texts)
    scale = BOX.width / (span[1] - span[0])
    for bar, value in zip(bars, values):
        assert bar.zero == pytest.approx(BOX.left - span[0] * scale, abs=0.01)
        assert bar.end == pytest.approx(bar.zero + value * scale, abs=0.02)
    assert [bar.middle for bar in bars] == pytest.approx([162.5, 287.5, 412.5, 537.5], abs=0.02)
    text = next(t for t in read(context).texts if t.text == "half")
    assert text.right == pytest.approx(BOX.left + BOX.width + TEXT_ROOM, abs=0.5)


def test_values_outside_the_span_end_at_its_edge() -> None:
    canvas, context = listened()
    paint_bars(canvas, BOX, [9.0, -9.0], (-1.0, 3.0))
    ends = sorted(s.points[1, 0] for s in read(context).shapes if len(s.points) == 4)
    assert ends == pytest.approx([300, 700], abs=0.01)


@pytest.mark.parametrize("chosen", [0.4, 1.0])
def test_the_longest_alone_is_framed_as_strongly_as_it_is_chosen(chosen: float) -> None:
    canvas, context = listened()
    paint_bars(canvas, BOX, [1.0, 3.0, 2.0], (0.0, 4.0), chosen=chosen)
    frames = [x for x in read(context).lines if len(x.points) == 5 and same_colour(x.colour, rgb(DARK.ink))]
    assert len(frames) == 1 and frames[0].alpha == pytest.approx(chosen)
    low, high = frames[0].points.min(0), frames[0].points.max(0)
    assert low[0] < 300 and high[0] > 600 and low[1] < 100 + 500 / 2 < high[1]


def test_bars_grow_their_names_come_first_and_their_texts_last() -> None:
    for shown, name, text in ((0.25, 0.5, 0.0), (0.5, 1.0, 0.0), (0.875, 1.0, 0.5), (1.0, 1.0, 1.0)):
        canvas, context = listened()
        paint_bars(canvas, BOX, [4.0], (0.0, 4.0), names=["s"], texts=["4"], shown=[shown], theme=states.NAMED)
        (bar,) = (s for s in context.marks if isinstance(s, Shape))
        assert bar.points[:, 0].max() == pytest.approx(300 + shown * 400, abs=0.01)
        alphas = {t.text: t.alpha for t in context.marks if hasattr(t, "text")}
        assert alphas == pytest.approx({"s": name, "walking": name, "4": text})


def test_an_arrow_ends_at_its_tip_with_a_head_that_suits_its_length() -> None:
    for tip in ((700.0, 300.0), (200.0, 650.0), (508.0, 505.0)):
        canvas, context = listened()
        paint_arrow(canvas, (500.0, 500.0), tip, (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
        (arrow,) = read(context).arrows
        assert np.allclose(arrow.tip, tip, atol=0.01) and np.allclose(arrow.tail, (500, 500), atol=0.01)
        assert arrow.colour == (1.0, 0.0, 0.0)
        rim, shape = (next(m for m in context.marks if isinstance(m, kind)) for kind in (Line, Shape))
        weight = min(max(arrow.length / 240, 0.6), 1)  # short ones are lighter
        assert rim.colour == (0.0, 0.0, 1.0) and rim.width == pytest.approx(6 * weight) and rim.order < shape.order
        along = np.subtract(tip, (500, 500)) / arrow.length
        back = (shape.points - shape.points[3]) @ along
        head = -back[2]
        assert head == pytest.approx(min(30 * weight, 0.6 * arrow.length), abs=0.02)
        widths = [np.linalg.norm(shape.points[i] - shape.points[6 - i]) for i in (0, 1, 2)]
        assert widths[2] == pytest.approx(0.9 * head, abs=0.03) and widths[0] == pytest.approx(widths[1], abs=0.03)
        assert widths[0] == pytest.approx(2 * min(4 * weight, 0.15 * head + weight), abs=0.03)


def test_what_fades_fades_as_a_whole_and_only_within_its_box() -> None:
    canvas, context = listened()
    with fading(canvas, 0.3, (10, 20, 30, 40)) as layer:
        layer.context.set_source_rgba(*layer.colour((0.2, 0.4, 0.6)))
        layer.context.paint()
    (mark,) = context.marks
    assert mark.alpha == pytest.approx(0.3) and mark.clip == (10, 20, 40, 60)
    assert same_colour(mark.colour, (0.2, 0.4, 0.6))
