"""How a recorded run is to be replayed: from where to where, how long, with which pauses."""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from engine.errors import UnspiralError
from engine.films.pace import pace
from engine.films.shown import all_shown, by_themselves
from engine.films.space import space
from engine.films.together import Together
from engine.films.training import training
from engine.runs.run import Run
from engine.runs.showable import showable


class Beat(NamedTuple):
    """A stretch of a replay: from one epoch to another in `seconds`, then a pause of `hold` seconds."""

    start: float
    stop: float
    seconds: float
    hold: float


@dataclass(frozen=True)
class Replaying:
    """A run file and how to play it. UnspiralError says which value does not fit."""

    run: Path
    start: float | None = None
    """Epoch; None: the first recorded."""
    stop: float | None = None
    """Epoch; None: the last recorded. Less than `start`: backwards."""
    seconds: float = 20.0
    """Of motion; pauses come on top."""
    holds: Mapping[float, float] = field(default_factory=dict)
    """Pauses: seconds by epoch. Without one of its own, the beginning is held for 1 s, the end for 2 s."""
    upright: float | None = None
    """Epoch at which a 2-D embedding is turned to lie upright on its input; None: as it was recorded."""
    cues: Path | None = None
    """A file of cues, which say instead when the film is where, and how long it lasts."""
    sound: Path | None = None
    """The recording that cues belong to: it is heard, and the film lasts as long as it does."""
    show: tuple[str, ...] = ()
    """Names of series and metrics to show side by side, as `engine.films.shown` says; none: the embedding."""
    held_out: bool = False
    """Whether the points kept from training are shown beside the others."""
    label: str = ""
    """Of several labels a point, the one that is shown; empty: the one that the recording chose."""

    def __post_init__(self) -> None:
        if not 0 < self.seconds < 36000:
            raise UnspiralError(f"seconds is {self.seconds:g}; it must be more than 0, and less than ten hours")
        for epoch, seconds in self.holds.items():
            if not 0 <= seconds < 36000:
                raise UnspiralError(f"the hold at epoch {epoch:g} is {seconds:g} s; it must be 0 or more")
        if sum(self.holds.values()) >= 36000:
            raise UnspiralError(f"the holds last {sum(self.holds.values()):g} s; all together less than ten hours")

    def as_json(self) -> str:
        """The same as one text, for another process; `from_json` reads it."""
        values = {"run": str(self.run.absolute()), "start": self.start, "stop": self.stop, "seconds": self.seconds}
        values |= {"holds": [*self.holds.items()], "upright": self.upright, "label": self.label, "show": self.show}
        values |= {"held_out": self.held_out}
        files = {name: str(file.absolute()) if file else None for name, file in self._files().items()}
        return json.dumps(values | files)

    def _files(self) -> dict[str, Path | None]:
        return {"cues": self.cues, "sound": self.sound}

    @classmethod
    def from_json(cls, text: str) -> "Replaying":
        """What `as_json` wrote."""
        values = json.loads(text)
        run = Path(values.pop("run"))
        files = {name: Path(values[name]) if values[name] else None for name in ("cues", "sound")}
        return cls(run, **values | files | {"holds": dict(values["holds"]), "show": tuple(values["show"])})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Replaying":
        """What UNSPIRAL_REPLAY says, as JSON; or what a person asks for with UNSPIRAL_RUN and, beside it, _FROM, _TO,

        _SECONDS, _HOLD (EPOCH=SECONDS, …), _UPRIGHT, _CUES, _SOUND, _SHOW and _HELD_OUT (1).
        """
        if environment.get(REPLAY):
            return cls.from_json(environment[REPLAY])
        given = {name: environment.get(f"UNSPIRAL_{name}", "").strip() for name in _NAMES}
        if not given["RUN"]:
            raise UnspiralError("name a run file: UNSPIRAL_RUN=my.safetensors manim render scenes/replay.py")
        numbers = {name: parse_number(f"UNSPIRAL_{name}", given[name]) for name in _NUMBERS if given[name]}
        holds = [parse_hold(text) for text in given["HOLD"].split(",") if text.strip()]
        return cls(
            Path(given["RUN"]).expanduser(),
            numbers.get("FROM"),
            numbers.get("TO"),
            numbers.get("SECONDS", cls.seconds),
            dict(holds),
            numbers.get("UPRIGHT"),
            Path(given["CUES"]) if given["CUES"] else None,
            Path(given["SOUND"]) if given["SOUND"] else None,
            parse_names(given["SHOW"]),
            held_out=given["HELD_OUT"] not in ("", "0"),
        )

    def film(self) -> Any:
        """The run's film; UnspiralError if there is no such run, or it does not hold the epochs asked for."""
        run = Run.load(self.run)
        playable = showable(run)
        first, last = float(run.epochs[0]), float(run.epochs[-1])
        for name, epoch in (("from", self.start), ("to", self.stop), *(("hold", epoch) for epoch in self.holds)):
            if epoch is not None and not first <= epoch <= last:
                raise UnspiralError(f"{name} {epoch:g}: {self.run} holds epochs {first:g} to {last:g}")
            if epoch is not None and epoch > playable.epochs[-1]:
                raise UnspiralError(f"{name} {epoch:g}: {playable.unfinished}")
        if names := self._shown(playable):
            if self.held_out and not {"embedding", "space"} & set(names):
                raise UnspiralError("held-out points are shown in an embedding: add embedding to --show")
            return Together(all_shown(playable, names, self.held_out)[0])
        solid = playable.layers and playable.trajectories is None and playable.width == 3
        if solid and self.upright is None and not self.label:
            return space(playable, held_out=self.held_out)
        return training(playable, upright=self.upright, held_out=self.held_out, label=self.label or None)

    def titles(self) -> tuple[str, ...]:
        """What stands under each panel of what is shown side by side; empty where it is the embedding."""
        run = Run.load(self.run)
        names = self._shown(run)
        return all_shown(run, names)[1] if names else ()

    def _shown(self, run: Run) -> tuple[str, ...]:
        """What is asked for; of a run without a network, all that it holds, up to four series."""
        return self.show or (() if run.layers else (*by_themselves(run)[:4], *run.metrics))

    def beats(self, film: Any) -> tuple[Beat, ...]:
        """The stretches between pauses; together they last `seconds`, shared out by how far points move in each."""
        start = film.first if self.start is None else self.start
        stop = film.last if self.stop is None else self.stop
        if start == stop:
            return (Beat(start, stop, 0.0, self.holds.get(stop, self.seconds)),)
        low, high = min(start, stop), max(start, stop)
        outside = [epoch for epoch in self.holds if not low <= epoch <= high]
        if outside:
            raise UnspiralError(f"hold {outside[0]:g}: the replay goes from epoch {start:g} to {stop:g}")
        between = sorted((epoch for epoch in self.holds if low < epoch < high), reverse=stop < start)
        rate = pace(film, start, stop)
        time = np.linspace(0, 1, 2001)
        reached = np.array([rate(float(t)) for t in time])
        beats = [Beat(start, start, 0.0, self.holds.get(start, 1.0))]
        before = 0.0
        for epoch in (*between, stop):
            now = 1.0 if epoch == stop else float(np.interp((epoch - start) / (stop - start), reached, time))
            hold = self.holds.get(epoch, 2.0)
            beats.append(Beat(beats[-1].stop, epoch, self.seconds * (now - before), hold))
            before = now
        return tuple(beats)


REPLAY = "UNSPIRAL_REPLAY"
"""The variable in which a replay travels whole to the process that renders it."""
_NUMBERS = ("FROM", "TO", "SECONDS", "UPRIGHT")
_NAMES = ("RUN", *_NUMBERS, "HOLD", "CUES", "SOUND", "SHOW", "HELD_OUT")


def parse_names(text: str) -> tuple[str, ...]:
    """The names in a text, commas between them."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def parse_number(name: str, text: str) -> float:
    """A finite number from text. UnspiralError names it."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UnspiralError(f"{name} is {text!r}; it must be a number")
    return number


def parse_hold(text: str) -> tuple[float, float]:
    """Epoch and seconds from EPOCH=SECONDS."""
    epoch, found, seconds = text.partition("=")
    if not found:
        raise UnspiralError(f"hold {text!r} must be EPOCH=SECONDS, such as 250=3")
    return parse_number("the hold's epoch", epoch), parse_number("the hold's seconds", seconds)
