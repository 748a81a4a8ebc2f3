"""A film under a slider, for notebooks: few stills in HTML that needs nothing else."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from engine.errors import UnspiralError
from engine.films.film import Frame
from engine.films.pace import pace
from engine.films.seen import drawn
from engine.films.training import training
from engine.runs.run import Run


@dataclass(frozen=True, repr=False)
class Scrubbing:
    """Stills of a film, and the playhead of each."""

    playheads: tuple[float, ...]
    stills: tuple[bytes, ...]
    """WebP."""

    def __repr__(self) -> str:
        return f"<Scrubbing: {len(self.stills)} stills, from {self.playheads[0]:g} to {self.playheads[-1]:g}>"

    def _repr_html_(self) -> str:
        last = len(self.stills) - 1
        images = "".join(
            f'<img alt="{escape(f"playhead {at:g}")}" style="width:100%" src="data:image/webp;base64,'
            f'{b64encode(still).decode()}"{"" if number == last else " hidden"}>'
            for number, (at, still) in enumerate(zip(self.playheads, self.stills))
        )
        show = "var v=+this.value;this.parentNode.querySelectorAll('img').forEach(function(m,k){m.hidden=k!==v})"
        return (
            f'<div style="max-width:800px">{images}<input type="range" min="0" max="{last}" value="{last}" '
            f'aria-label="playhead" style="width:100%" oninput="{show}"></div>'
        )


def scrub(shown: Any, stills: int = 25, width: int = 960) -> Scrubbing:
    """A run, or a film, under a slider: `scrub(run)` as a cell's last line. In HTML that notebooks keep.

    `stills` pictures `width` pixels wide, of about equal motion between them; a run's are at whole epochs. A notebook
    grows by about 30 KB for each.
    """
    if not 2 <= stills <= 200:
        raise UnspiralError(f"{stills} stills were asked for; a slider takes from 2 to 200")
    film: Any = training(shown) if isinstance(shown, Run) else shown
    for end in ("first", "last"):
        if not hasattr(film, end):
            raise UnspiralError(f"a run or a film goes under the slider; a {type(shown).__name__} was given")
    first, last = film.first, film.last
    begins = film(first)
    rate: Callable[[float], float] = float
    if isinstance(begins[0] if isinstance(begins, tuple) else begins, Frame):
        rate = pace(film, first, last)
    at = [(1 - s) * first + s * last for s in (rate(float(t)) for t in np.linspace(0, 1, stills))]
    if isinstance(shown, Run):
        at = [min(max(float(np.round(epoch)), first), last) for epoch in at]
    playheads = tuple(dict.fromkeys(at))
    return Scrubbing(playheads, tuple(drawn([film(playhead) for playhead in playheads], width, "webp")))
