"""Hidden states along sequences, while a network learns to read, or reads; the playhead is the epoch or the step."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.films.at_epoch import AtEpoch
from engine.films.film import Frame, View
from engine.films.points import labels_for, looked_at, principal, series_of
from engine.films.readings import in_common
from engine.films.training import OverEpochs
from engine.network.layers import Array
from engine.network.lines import Lines
from engine.runs.run import Run
from engine.runs.showable import series_showable

MARGIN = 1.25
"""How much more than all states is seen: those that saturate lie at the edges, where the axes have their names."""
Colour = Literal["time", "token"]


@dataclass(frozen=True, kw_only=True)
class States(Frame):
    """A frame of sequences' states: `points` are each one's last, in its label's colour; `lines` the ways there."""

    steps: Array
    """(M, 2), all states on the way, sequence by sequence."""
    shade: Array
    """(M,), how late each is, 0 the first and 1 the last; or, coloured by token, which token was read, 0, 1, 2 …"""
    tokens: int = 0
    """How many tokens there are; 0 where colours are times."""


@dataclass(frozen=True, eq=False)
class Sequences(OverEpochs):
    """Hidden states while a network learns; see `sequence`."""

    name: str
    labels: NDArray[np.int64]
    tokens: NDArray[np.int64] | None
    view: View
    directions: Array
    axes: tuple[str, str]
    caption: str

    def __call__(self, playhead: float) -> States:
        """The frame at an epoch, of whole sequences. UnspiralError outside the run."""
        frame = self.at(playhead, self.run.series[self.name].shape[2] - 1.0)
        return replace(frame, readings={name: value for name, value in frame.readings.items() if name != "step"})

    def at(self, epoch: float, step: float) -> States:
        """The frame at an epoch, of sequences read up to a step (0 is the first); on straight ways between two."""
        about = in_common(self.run, epoch)
        about["readings"]["step"] = step + 1
        states = np.asarray(self.run.array(self.name, epoch), float)
        states = states @ self.directions if states.shape[2] > 2 else states
        count, length = states.shape[:2]
        whole = min(int(step), length - 1)
        share, after = step - whole, min(whole + 1, length - 1)
        heads = (1 - share) * states[:, whole] + share * states[:, after]
        passed = states[:, : whole + 1]
        ways = np.concatenate([passed, heads[:, None]], 1) if share > 0 else passed
        late = np.broadcast_to(np.arange(whole + 1) / max(length - 1, 1), (count, whole + 1))
        shade = late if self.tokens is None else self.tokens[:, : whole + 1]
        return States(
            **about,
            class_names=self.run.class_names,
            points=heads,
            labels=self.labels,
            lines=Lines(ways.reshape(-1, 2), np.arange(count + 1) * ways.shape[1]),
            view=self.view,
            axes=self.axes,
            caption=self.caption,
            steps=passed.reshape(-1, 2),
            shade=np.array(shade, float).ravel(),
            tokens=0 if self.tokens is None else int(self.tokens.max()) + 1,
        )

    def reading(self, epoch: float) -> AtEpoch[States]:
        """The network as it is at an epoch, reading; the playhead is the step, 0 the first."""
        self(epoch)
        return AtEpoch(self, epoch, last=self.run.series[self.name].shape[2] - 1.0)


def sequence(run: Run, name: str, labels: NDArray[np.integer] | None = None, colour: Colour = "time") -> Sequences:
    """The series `name` (T, N, L, d): the hidden states of N sequences after each of L steps, as ways in a plane.

    Of d > 2 dimensions the plane of the principal axes at the end is shown, and said. A way ends in a point of its
    label's colour, by default the run's labels; the states on it are coloured by time, or by the token read there: the
    run's constant tokens (N, L), whole numbers. UnspiralError for other shapes.
    """
    run = series_showable(run, name)
    states = series_of(run, name, 4, "(T, N, L, d): N sequences of L states of d dimensions")
    count, length, width = states.shape[1:]
    if width < 2:
        raise UnspiralError(f"the states {name!r} have 1 dimension; this film shows 2 or more")
    own = labels_for(run, count, labels)
    tokens = None
    if colour == "token":
        if "tokens" not in run.constants or run.constants["tokens"].shape != (count, length):
            raise UnspiralError(f"record the tokens as a constant of shape ({count}, {length}): Recorder(…, tokens=…)")
        tokens = np.asarray(run.constants["tokens"], np.int64)
    flat = np.asarray(run.array(name, float(run.epochs[-1])), float).reshape(-1, width)
    directions, caption = principal(flat) if width > 2 else (np.eye(2), "")
    seen = [np.asarray(run.array(name, float(e)), float).reshape(-1, width) @ directions for e in looked_at(run)[::4]]
    places = np.concatenate([*seen, flat @ directions])
    low, high = places.min(0), places.max(0)
    middle = (low + high) / 2
    view = View((float(middle[0]), float(middle[1])), MARGIN * float((high - low).max()) / 2 or 1.0)
    axes = (f"{name}₁", f"{name}₂") if width == 2 else ("u₁", "u₂")
    return Sequences(run, name, own, tokens, view, directions, axes, caption)
