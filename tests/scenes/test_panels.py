"""Panels: one playhead for all, each in its own window, small ones too."""

from dataclasses import replace
from itertools import combinations, pairwise

import cairo
import numpy as np
import pytest

from engine import FIVE_SPIRALS, UnspiralError, record, training
from engine.films.together import Accuracies, Together, groups
from engine.library import record_many
from scenes.compare import Compare
from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.plane import fitted
from scenes.parts.paint.theme import DARK
from scenes.parts.pictures.chart import Chart
from scenes.parts.pictures.panels import HEADER, ROW, Panels, arranged
from scenes.width import Width
from tests.scenes.drawn import drawn
from tests.scenes.rendering import rendered

WIDTH, HEIGHT = 960, 540


@pytest.fixture(scope="module")
def films(small):
    other = record(replace(small.recipe, hidden=(5,), epochs=20))
    return Together((training(small), training(other), training(small)))


def pixels(mobjects, width=WIDTH, height=HEIGHT):
    array = np.zeros((height, width, 4), np.uint8)
    surface = cairo.ImageSurface.create_for_data(array.data, cairo.FORMAT_ARGB32, width, height)
    for mobject in mobjects:
        context = cairo.Context(surface)
        mobject.paint(Canvas(context, width, height))
    surface.flush()
    return array


def shown(films, playhead):
    return Panels(films(playhead), [f"number {k}" for k in range(len(films.films))])


@pytest.mark.parametrize("playhead", [0, 7.25, 13, 20])
def test_all_panels_show_the_same_epoch(films, playhead):
    panels = shown(films, 0)
    panels.show(films(playhead))
    epochs = {panel.frame.readings["epoch"] for panel in panels.panels} | {panels.header.frame.readings["epoch"]}
    assert epochs == {playhead}
    for panel, film in zip(panels.panels, films.films, strict=True):
        scores = film.run.scores(playhead)
        assert panel.frame.readings["accuracy"] == np.mean(scores.argmax(1) == film.run.data.y)


def test_films_together_end_with_the_shortest(films):
    assert (films.first, films.last) == (0, 20)
    with pytest.raises(UnspiralError):
        films(21)


@pytest.mark.parametrize("count", range(1, 11))
def test_windows_lie_under_the_header_and_beside_each_other(count):
    windows = arranged(count)
    assert len(windows) == count
    for window in windows:
        assert 0 <= window.left < window.right <= 1
        assert HEADER / 1080 <= window.top < window.bottom <= 1 + 1e-12
    for a, b in pairwise(windows):
        assert b.left >= a.right or b.top >= a.bottom - 1e-12


@pytest.mark.parametrize("shape", [16 / 9, 1.0, 9 / 16])
@pytest.mark.parametrize("count", range(2, 5))
def test_the_panel_that_leads_is_larger_than_all_others_together(count: int, shape: float) -> None:
    first, *others = arranged(count, shape=shape, lead=True)
    areas = [(window.right - window.left) * (window.bottom - window.top) for window in (first, *others)]
    assert areas[0] > 1.4 * sum(areas[1:])
    for a, b in combinations((first, *others), 2):
        assert b.left >= a.right or b.top >= a.bottom - 1e-12
    assert max(window.bottom for window in others) <= 1 + 1e-12


def test_a_panel_paints_nothing_outside_its_window(films):
    panels = shown(films, 20)
    ink = pixels([panels[1]])[..., 3] > 0
    left, top, width, height = panels[1].window.within(Canvas(None, WIDTH, HEIGHT))
    assert ink[top : top + height, left : left + width].mean() > 0.8
    ink[top : top + height, left : left + width] = False
    assert not ink.any()


def test_a_region_has_the_colour_of_its_answer_in_every_panel(films):
    panels = shown(films, 20)
    frame = pixels([panels.header, *panels.panels])
    for panel in panels.panels:
        left, top, width, height = panel.window.within(Canvas(None, WIDTH, HEIGHT))
        plot = height - round(ROW * HEIGHT / 1080)
        place = fitted(panel.frame, width, plot)
        rows, columns = np.mgrid[0:plot, 0:width] + 0.5
        plane = (np.stack([columns, rows], -1) - place.origin) / (place.scale, -place.scale)
        last = films.films[panels.panels.index(panel)].run.at(20)[-1]
        answer = (plane @ last.weight.T + last.bias).argmax(-1)
        expected = np.round(255 * np.array(DARK.region_colours(len(last.weight))))[answer]
        close = np.abs(frame[top : top + plot, left : left + width, :3] - expected).max(-1) <= 1
        assert close.mean() > 0.6  # the rest is lines, points and arrows


def test_panels_need_a_title_each(films):
    with pytest.raises(UnspiralError, match="3 frames and 1 titles"):
        Panels(films(0), ["alone"])


def test_a_chart_has_a_dot_at_every_value(small):
    recipes = [replace(small.recipe, hidden=(width,), seed=seed) for width in (3, 9) for seed in (1, 2)]
    film = Accuracies(("3", "9"), groups(record_many(recipes), 2), axis="width of f")
    spread = film(30)
    assert spread.values.tolist() == [[record(r).accuracy[-1] for r in recipes[k : k + 2]] for k in (0, 2)]
    drawing = drawn(Chart(spread))
    dots = [d for d in drawing.discs if not d.width and d.alpha == pytest.approx(0.9)]
    upwards = sorted(dots, key=lambda dot: -dot.centre[1])
    assert len(dots) == 4
    shares = [(upwards[0].centre[1] - dot.centre[1]) for dot in upwards]
    values = np.sort(spread.values, axis=None) - spread.values.min()
    assert np.allclose(shares, values * (0.82 - 0.15) * 1080, atol=0.1)


def test_the_width_scene_has_a_panel_for_every_width_and_a_chart(monkeypatch, tmp_path):
    few = replace(FIVE_SPIRALS, parameters={"points": 20}, epochs=30, warm_up=5, upright=5)
    monkeypatch.setattr("scenes.width.SPIRALS", few)
    show, shown_epochs = Panels.show, []

    def noted(self, frames):
        show(self, frames)
        shown_epochs.append({panel.frame.readings["epoch"] for panel in (self.header, *self.panels)})

    monkeypatch.setattr(Panels, "show", noted)
    sections = rendered(Width, tmp_path)
    assert all(len(epochs) == 1 for epochs in shown_epochs)  # in every frame
    assert len(set(map(min, shown_epochs))) >= 4 * 16
    assert list(sections) == ["start", "train", "accuracies"]
    frame = sections["train"][-1]
    for window in arranged(7):
        left, top, width, height = window.within(Canvas(None, frame.shape[1], frame.shape[0]))
        assert frame[top : top + height, left : left + width].reshape(-1, 3).std(0).max() > 20
    assert (sections["accuracies"][-1] > 200).all(-1).sum() > 100


def test_the_compare_scene_renders(monkeypatch, tmp_path, small):
    monkeypatch.setattr("scenes.compare.ADAM", replace(small.recipe, optimiser="adam", learning_rate=1e-3))
    monkeypatch.setattr("scenes.compare.SGD", small.recipe)
    assert list(rendered(Compare, tmp_path)) == ["start", "train"]
