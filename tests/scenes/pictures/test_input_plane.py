"""The input plane with the true regions of its answers, and panels that paint a plane as a picture does."""

from dataclasses import replace

import numpy as np
import pytest

from engine import Frame, Run, Together, UnspiralError, input_plane, logits, training
from engine.films.shown import all_shown
from engine.recipes.data import Labelled
from scenes.parts import Panels, Picture
from scenes.parts.paint.theme import DARK
from tests.scenes import states
from tests.scenes.drawn import Drawing, drawn


def test_every_pixel_of_the_input_plane_is_what_the_network_answers_there(small: Run) -> None:
    film = input_plane(small)
    frame = film(30)
    picture = Picture(frame, points=False, grid=False, readouts=False)
    image = np.asarray(picture.to_image(960)).astype(int)
    random = np.random.default_rng(1)
    pixels = np.stack([random.integers(0, 960, 3000), random.integers(0, 540, 3000)], 1)
    scene = np.stack([(pixels[:, 0] + 0.5) / 960 - 0.5, 0.5 - (pixels[:, 1] + 0.5) / 540, np.zeros(3000)], 1)
    x = picture.p2c(scene * (128 / 9, 8, 1))
    scores = np.sort(logits(small.at(30), x.astype(np.float32)), axis=1)
    answer = logits(small.at(30), x.astype(np.float32)).argmax(1)
    colours = np.rint(255 * np.array(DARK.region_colours(5))).astype(int)
    seen = np.abs(image[pixels[:, 1], pixels[:, 0], None] - colours).sum(-1)
    sure = scores[:, -1] - scores[:, -2] > 0.05 * np.ptp(scores)  # not at an edge, where two colours mix
    plain = sure & (seen.min(1) < 6)  # not under an axis
    assert plain.sum() > 1200 and (seen.argmin(1) == answer)[plain].all()
    assert len(np.unique(answer[plain])) > 2 and frame.decided == 1 and not len(frame.class_vectors)
    assert film(3).readings["accuracy"] == training(small)(3).readings["accuracy"]


def test_only_a_plane_has_an_input_plane(small: Run) -> None:
    space = replace(small, points=Labelled(np.zeros((300, 3)), small.points.y))
    with pytest.raises(UnspiralError, match="the input has 3 dimensions"):
        input_plane(space)


def test_input_and_embedding_stand_side_by_side_by_name(small: Run) -> None:
    films, titles = all_shown(small, ("input", "embedding"))
    assert titles == ("input", "embedding") and [film.last for film in films] == [30, 30]
    first, second = Together(films)(12)
    assert first.axes == ("x₁", "x₂") and second.axes == ("e₁", "e₂") and (first.wrong == second.wrong).all()


def drawn_of(panels: Panels) -> Drawing:
    return drawn(panels.header, *panels.panels)


def test_a_panel_paints_the_plane_as_its_picture_does() -> None:
    frame = states.training_film()(2000)
    undecided = replace(frame, decided=0.0, caption="not yet")
    regions = DARK.region_colours(5)

    def coloured(frame: Frame) -> bool:
        shapes = drawn_of(Panels([frame], ["one"], key=())).shapes
        return any(np.allclose(shape.colour, colour, atol=0.004) for shape in shapes for colour in regions)

    assert coloured(frame) and not coloured(undecided)
    shown = drawn_of(Panels([undecided], ["one"]))
    assert "not yet" in shown.words and not shown.arrows


def test_the_head_has_the_epoch_where_the_first_frame_has_none() -> None:
    silent = replace(states.training_film()(2000), readings={})
    panels = Panels([silent, states.training_film()(2000)], ["input", "embedding"])
    assert drawn_of(panels).reading("epoch") == "2000"
    panels.show([silent, states.training_film()(250)])
    assert drawn_of(panels).reading("epoch") == "250"
