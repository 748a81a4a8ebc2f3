"""Words that are being read: each letter where it stands, bright once it has been read."""

from dataclasses import replace

import numpy as np
import pytest

from engine import UnspiralError, words
from scenes.parts.paint.theme import DARK, rgb
from scenes.parts.pictures.words import AHEAD, paint_words
from tests.scenes.drawn import Text, drawn_panel
from tests.scenes.recorded import recorded


def test_letters_stand_in_their_order_and_are_bright_when_they_have_been_read() -> None:
    run = recorded()
    film, tokens = words(run, [3, 8]), run.constants["tokens"]
    frame = replace(film(2.25), labels=np.array([0, 2]))
    letters = [mark for mark in drawn_panel(paint_words, frame).of(Text)]
    length = tokens.shape[1]
    assert "".join(mark.text for mark in letters) == "".join("abcd"[k] for k in tokens[[3, 8]].ravel())
    across = np.array([mark.middle[0] for mark in letters]).reshape(2, length)
    down = np.array([mark.middle[1] for mark in letters]).reshape(2, length)
    assert (np.diff(across) > 0).all() and (down[1] > down[0] + 20).all()
    strength = np.array([mark.alpha for mark in letters]).reshape(2, length)
    assert strength == pytest.approx(AHEAD + (1 - AHEAD) * np.tile(np.clip(3.25 - np.arange(length), 0, 1), (2, 1)))
    colours = DARK.class_colours(3)
    assert letters[0].colour == pytest.approx(colours[0]) and letters[length].colour == pytest.approx(colours[2])
    assert letters[1].colour == pytest.approx(rgb(DARK.ink))


def test_words_that_are_not_there_are_refused() -> None:
    run = recorded()
    with pytest.raises(UnspiralError, match="word 12 was asked for; this run has 12"):
        words(run, [12])
    with pytest.raises(UnspiralError, match="4 kinds of tokens, and 2 letters"):
        words(run, [0], "ab")
    with pytest.raises(UnspiralError, match="record the tokens"):
        words(replace(run, constants={}), [0])
    with pytest.raises(UnspiralError):
        words(run, [0])(20)
