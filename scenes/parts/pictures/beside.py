"""Whatever a run holds, side by side: a panel for each of several films of different kinds."""

from collections.abc import Sequence
from typing import Any

from engine.films.curves import Drawn
from engine.films.distributions import Ridges
from engine.films.film import Frame
from engine.films.fit import Fitted, Surface
from engine.films.flow import Carried
from engine.films.images import Sheet
from engine.films.matrix import Cells
from engine.films.metric import Directions
from engine.films.sequence import States
from engine.films.words import Words
from scenes.parts.paint.key import classes_of
from scenes.parts.paint.theme import Theme
from scenes.parts.pictures.curves import paint_curves
from scenes.parts.pictures.distributions import paint_distributions
from scenes.parts.pictures.fit import paint_fit, paint_surface
from scenes.parts.pictures.flow import paint_flow
from scenes.parts.pictures.images import paint_images
from scenes.parts.pictures.matrix import paint_matrix
from scenes.parts.pictures.metric import paint_metric
from scenes.parts.pictures.panels import Layers, Panels, paint_embedding
from scenes.parts.pictures.sequence import paint_sequence
from scenes.parts.pictures.words import paint_words

PAINTERS: dict[type[Frame], Layers] = {
    Sheet: paint_images, Cells: paint_matrix, Drawn: paint_curves, Fitted: paint_fit, Surface: paint_surface,
    Ridges: paint_distributions, Carried: paint_flow, States: paint_sequence, Directions: paint_metric,
    Words: paint_words,
}  # fmt: skip
"""What paints a frame of this kind in a panel; of every other kind, the plane is painted."""


def beside(
    frames: Sequence[Any],
    titles: Sequence[str],
    theme: Theme | None = None,
    key: Sequence[str] | None = None,
    **kwargs: Any,
) -> Panels:
    """Panels for frames of any kind: `Replay(beside(film(0), titles), film, 0, 100)` with `film = Together(films)`.

    `key` names the marks that are explained, by default those that the frames have.
    """
    painters = [PAINTERS.get(type(frame), paint_embedding) for frame in frames]
    coloured = max(classes_of(frame) for frame in frames) > 1
    regions = any(len(frame.regions) for frame in frames)
    if key is None:
        key = ("point", "region", "mistake") if regions else ("point",) if coloured else ()
    return Panels(frames, titles, below=(), key=key, theme=theme, paint_plane=painters, **kwargs)
