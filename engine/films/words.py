"""Sequences of letters that are being read: what a network has seen of some words; the playhead is the step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.films.film import Frame, check_playhead
from engine.films.points import labels_for
from engine.films.seen import Brief
from engine.runs.run import Run


@dataclass(frozen=True, kw_only=True)
class Words(Frame):
    """A frame of words, each of them one of `labels`, its class."""

    letters: tuple[tuple[str, ...], ...]
    """A word a row."""
    read: float = 0.0
    """How many letters of each have been read."""


@dataclass(frozen=True, eq=False)
class Reader(Brief):
    """Words being read; see `words`."""

    letters: tuple[tuple[str, ...], ...]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    last: float
    first: float = 0.0

    def __call__(self, playhead: float) -> Words:
        """The frame at a step, 0 the first: its letter has been read. UnspiralError beyond the words' ends."""
        check_playhead(playhead, self.last)
        return Words(
            playhead=playhead,
            readings={"step": playhead + 1},
            labels=self.labels,
            class_names=self.class_names,
            letters=self.letters,
            read=playhead + 1,
        )


def words(run: Run, which: Sequence[int], alphabet: str = "abcdefghijklmnopqrstuvwxyz") -> Reader:
    """The words number `which` of the run's constant tokens (N, L), whole numbers, written in `alphabet`.

    UnspiralError where there are none such, or more kinds of tokens than letters.
    """
    tokens = run.constants.get("tokens")
    if tokens is None or tokens.ndim != 2:
        raise UnspiralError("record the tokens as a constant (N, L), whole numbers: Recorder(…, tokens=…)")
    count, length = tokens.shape
    for number in which:
        if not 0 <= number < count:
            raise UnspiralError(f"word {number} was asked for; this run has {count}, numbered from 0")
    if tokens.max() >= len(alphabet):
        raise UnspiralError(f"there are {tokens.max() + 1} kinds of tokens, and {len(alphabet)} letters to write them")
    letters = tuple(tuple(alphabet[int(token)] for token in tokens[number]) for number in which)
    return Reader(letters, labels_for(run, count, None)[list(which)], run.class_names, last=length - 1.0)
