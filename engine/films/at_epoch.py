"""Films of the network as it is at one epoch: the playhead is a time or a step of what it does there."""

from dataclasses import dataclass
from typing import Generic, Protocol

from engine.films.film import F_co, check_playhead
from engine.films.seen import Brief


class Acting(Protocol[F_co]):
    """What the networks of a run do, each in its own time: a flow carries, a sequence is read."""

    def at(self, epoch: float, time: float, /) -> F_co:
        """The frame at an epoch and a time from 0 on."""
        ...


@dataclass(frozen=True, eq=False)
class AtEpoch(Brief, Generic[F_co]):
    """What the network of one epoch does; the playhead is the time or the step that `acting` asks for."""

    acting: Acting[F_co]
    epoch: float
    last: float
    first: float = 0.0

    def __call__(self, playhead: float) -> F_co:
        """The frame at a time. UnspiralError before 0 and after `last`."""
        check_playhead(playhead, self.last)
        return self.acting.at(self.epoch, playhead)
