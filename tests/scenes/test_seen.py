"""Films, frames and pictures as a notebook shows them."""

import importlib
import io
import pkgutil
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from manim import LEFT, tempconfig
from PIL import Image

import engine
from engine import (
    Run,
    UnspiralError,
    circling,
    class_vectors,
    descent,
    energy,
    flowing,
    scrub,
    training,
    two_clouds,
    warping,
)
from engine.films import seen
from engine.films.seen import Brief, Seen
from engine.render.launch import draw_frames
from scenes.parts import Panels, Picture
from scenes.parts.pictures.seen import draw, picture_of


def opened(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def films_of(run: Run) -> list[Any]:
    network = run.at(run.epochs[-1])
    films = [training(run), class_vectors(run), energy(run), circling(network), warping(network, run.data)]
    falling = descent(two_clouds()).vary("samples", 0, 64, methods=("stochastic",))
    return [*films, falling, flowing(network, run.data.x[0], 0)]


def test_a_film_and_its_frame_are_one_line_and_its_frame_is_a_picture(small: Run) -> None:
    for film in films_of(small):
        assert len(repr(film)) < 100 and "\n" not in repr(film) and f"{film.first:g} to {film.last:g}" in repr(film)
        frame = film(film.last)
        assert len(repr(frame)) <= 160 and "\n" not in repr(frame) and "array" not in repr(frame)
        (png,) = draw([frame], 160, "png")
        assert opened(png).shape == (90, 160, 3) and len(np.unique(opened(png).reshape(-1, 3), axis=0)) > 20


def test_no_film_and_no_frame_anywhere_dumps_its_arrays() -> None:
    for module in pkgutil.iter_modules(engine.films.__path__, "engine.films."):  # type: ignore[attr-defined]
        for kind in vars(importlib.import_module(module.name)).values():
            if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.name:
                arrays = any(
                    "Array" in str(field.type) or str(field.type) in ("Run", "Labelled") for field in fields(kind)
                )
                assert issubclass(kind, Brief) or not (arrays or callable(getattr(kind, "vary", None))), kind


def test_a_picture_and_panels_show_themselves_as_they_lie_in_the_frame(small: Run) -> None:
    frame = training(small)(small.epochs[-1])
    with tempconfig({"pixel_width": 320, "pixel_height": 180}):
        whole = np.asarray(Picture(frame).to_image()).astype(int)
        assert whole.shape == (180, 320, 3)
        moved = np.asarray(Picture(frame).scale(0.5).to_edge(LEFT, buff=0).to_image())
        assert (moved[:, 200:] == moved[0, -1]).all() and not (moved[:, :150] == moved[0, -1]).all()
        png, shown = Panels([frame, frame], ["one", "two"])._repr_png_()
        assert opened(png).shape == (720, 1280, 3) and shown == {"width": 640}
    assert np.abs(opened(draw([frame], 320, "png")[0]) - whole).max() == 0


def test_frames_are_drawn_in_another_process_where_no_scene_is_loaded(small: Run) -> None:
    frames = [training(small)(epoch) for epoch in (0, 30)]
    apart = [opened(png) for png in draw_frames(frames, 320, "png")]
    here = [opened(png) for png in draw(frames, 320, "png")]
    assert all((a == b).all() for a, b in zip(apart, here)) and (apart[0] != apart[1]).any()


def test_a_slider_holds_stills_of_whole_epochs_and_needs_nothing_else(
    small: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def noted(frames: Any, width: int, form: str) -> list[bytes]:
        asked.extend(frame.playhead for frame in frames)
        return [b"still"] * len(frames)

    monkeypatch.setattr(seen, "_DRAWN_BY", [noted])
    slider = scrub(small, stills=5)
    html = slider._repr_html_()
    assert asked == list(slider.playheads) and asked[0] == 0 and asked[-1] == 30
    assert all(at == round(at) for at in asked) and sorted(asked) == asked
    assert html.count("<img") == len(asked) and html.count(" hidden>") == len(asked) - 1
    assert "http" not in html and "<script" not in html and len(repr(slider)) < 80
    with pytest.raises(UnspiralError, match="a run or a film goes under the slider; a dict was given"):
        scrub({})


def test_what_is_no_frame_is_refused_in_a_sentence() -> None:
    with pytest.raises(UnspiralError, match="a dict is no frame of a film"):
        picture_of({})
    assert not issubclass(dict, Seen)
