"""The circuit: its boxes stand in the order of the network, joined by arrows from each to the next."""

from itertools import pairwise

import numpy as np
import pytest

from engine.films.network import assembling
from engine.recipes.named import FIVE_SPIRALS, THREE_SPIRALS_NARROW
from scenes.parts.paint.theme import DARK, Theme, mix, rgb
from scenes.parts.pictures.network import CLASSIFIER, EXTRACTOR, DiagramOfModules
from scenes.parts.pictures.stations import Stations
from tests.scenes import states
from tests.scenes.claims import same_colour
from tests.scenes.drawn import SHAPES, Drawing, Shape, Text, drawn
from tests.scenes.states import LOOKS

WHOLE = ["x", "linear", "(·)⁺", "linear", "W", "softargmax", "ỹ", "C", "y"]
DEEP = ["x", "linear", "(·)⁺", "linear", "(·)⁺", "…", "(·)⁺", "linear", "W", "softargmax", "ỹ", "C", "y"]
COLOURS = {**dict.fromkeys(("linear", "(·)⁺", "feature extractor"), EXTRACTOR),
           **dict.fromkeys(("W", "softargmax", "linear classifier"), CLASSIFIER)}  # fmt: skip


def circuit(shape: str = "wide", theme: Theme = DARK, recipe=FIVE_SPIRALS, **settings: float) -> Drawing:
    frame = states.at(assembling(recipe), **{"shown": 99.0, **settings})
    return drawn(DiagramOfModules(frame, theme), shape=shape)


def pieces(drawing: Drawing) -> list[Text]:
    """Texts that are no names of wires, row by row from the left; wires' names stand above their arrows."""
    boxes = [t for t in drawing.texts if t.text not in ("f", "e", "s")]
    rows = sorted({round(t.baseline) for t in boxes})
    return [t for row in rows for t in sorted((t for t in boxes if round(t.baseline) == row), key=lambda t: t.left)]


def box_of(drawing: Drawing, text: Text) -> Shape | None:
    """The rounded box round a text."""
    found = [s for s in drawing.shapes if len(s.points) > 8 and s.box[0] < text.left and text.right < s.box[2]
             and s.box[1] < text.baseline < s.box[3] and s.order < text.order]  # fmt: skip
    return found[-1] if found else None


@LOOKS
@pytest.mark.parametrize("recipe, names", [(FIVE_SPIRALS, WHOLE), (THREE_SPIRALS_NARROW, DEEP)], ids=["wide", "deep"])
def test_boxes_stand_in_the_networks_order_in_their_parts_colour(
    recipe, names: list[str], shape: str, theme: Theme
) -> None:
    drawing = circuit(shape, theme, recipe)
    texts = pieces(drawing)
    assert [t.text for t in texts] == names
    for text in texts:
        box = box_of(drawing, text)
        assert (box is not None) == (text.text in (*COLOURS, "C"))
        if text.text in COLOURS:
            assert box and same_colour(box.colour, mix(rgb(theme.ground), rgb(COLOURS[text.text]), 0.3))
            edge = next(x for x in drawing.lines if x.order == box.order + 1)
            assert same_colour(edge.colour, rgb(COLOURS[text.text]))


@pytest.mark.parametrize("shape", SHAPES)
def test_an_arrow_leads_from_each_to_the_next_and_from_y_back_to_the_cost(shape: str) -> None:
    drawing = circuit(shape)
    texts = pieces(drawing)
    for before, after in zip(texts, texts[1:]):
        if abs(before.baseline - after.baseline) > 1:
            continue  # the way down to the second row
        ends = [box_of(drawing, t) for t in (before, after)]
        right = ends[0].box[2] if ends[0] else before.right
        left = ends[1].box[0] if ends[1] else after.left
        level = [a for a in drawing.arrows if abs(a.tip[1] - before.middle[1]) < 30]
        between = [a for a in level if right - 1 < min(a.tail[0], a.tip[0]) <= max(a.tail[0], a.tip[0]) < left + 1]
        assert len(between) == 1, f"no arrow between {before.text} and {after.text}"
        forward = between[0].tip[0] > between[0].tail[0]
        assert forward == (after.text != "y"), f"the arrow to {after.text} is reversed"


@pytest.mark.parametrize("shape", SHAPES)
def test_wires_are_named_where_f_e_and_s_flow(shape: str) -> None:
    drawing = circuit(shape)
    texts = pieces(drawing)
    at = {t.text: t for t in drawing.texts if t.text in ("f", "e", "s")}
    assert set(at) == {"f", "e", "s"}
    for name, before, after in (("f", 2, 3), ("e", 3, 4), ("s", 4, 5)):
        a, b = texts[before], texts[after]
        if abs(a.baseline - b.baseline) < 1:
            assert a.right < at[name].middle[0] < b.left and at[name].baseline < a.baseline
        else:
            assert a.baseline < at[name].baseline < b.baseline


def test_pieces_appear_from_the_left() -> None:
    for shown in range(1, 10):
        assert [t.text for t in pieces(circuit(shown=float(shown)))] == WHOLE[:shown]
    half = pieces(circuit(shown=3.5))
    assert [round(t.alpha, 3) for t in half] == [1, 1, 1, 0.5]


def test_it_collapses_into_a_feature_extractor_and_a_linear_classifier() -> None:
    drawing = circuit(collapsed=1.0)
    texts = [t for t in pieces(drawing) if t.alpha > 0.5]
    assert [t.text for t in texts] == ["x", "feature extractor", "linear classifier", "ỹ", "C", "y"]
    for text in texts:
        if text.text in COLOURS:
            box = box_of(drawing, text)
            assert box and same_colour(box.colour, mix(rgb(DARK.ground), rgb(COLOURS[text.text]), 0.3))
    half = circuit(collapsed=0.3)
    alphas = {t.text: round(t.alpha, 3) for t in pieces(half)}
    assert alphas["feature extractor"] == alphas["linear classifier"] == 0.3
    assert alphas["linear"] == alphas["W"] == 0.7 and alphas["x"] == alphas["y"] == 1
    long, short = circuit(), circuit(collapsed=1.0)
    for name in ("x", "ỹ", "y"):
        assert half.text(name).left == pytest.approx(0.7 * long.text(name).left + 0.3 * short.text(name).left, abs=1.5)


@pytest.mark.parametrize("shape", SHAPES)
def test_lifted_it_is_a_strip_at_the_top(shape: str) -> None:
    flat, lifted = circuit(shape), circuit(shape, lifted=1.0)
    middle = [np.mean([t.middle[1] for t in pieces(d)]) for d in (flat, lifted)]
    assert abs(middle[0] - SHAPES[shape][1] / 2) < 14 and middle[1] < 200
    assert pieces(lifted)[0].size <= pieces(flat)[0].size


def test_the_deep_network_names_only_its_last_features() -> None:
    drawing = circuit(recipe=THREE_SPIRALS_NARROW)
    wires = [t.text for t in drawing.texts if t.text in ("f", "e", "s")]
    assert wires == ["e", "s"] or wires == ["f", "s"] or wires == ["f", "e", "s"]
    assert states.narrow()[0][-2].weight.shape == (2, 2)


def test_under_a_circuit_stand_its_input_its_embedding_and_its_answer_and_nothing_touches() -> None:
    film = states.warping_film()
    stations = Stations(film)
    for at, picture in enumerate(stations):
        assert (picture.frame.points == film(at).points).all() and picture.frame.decided == (at == 2)
        assert picture.get_bottom()[1] > -4 + 0.02 * 8 and abs(picture.get_center()[0]) + picture.width / 2 < 7.11
    for a, b in pairwise(stations):
        assert a.get_right()[0] < b.get_left()[0]
