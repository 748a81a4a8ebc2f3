"""What a linear classifier does to spirals: lines turn, and every arm is cut (segment 3)."""

from dataclasses import dataclass, replace

from engine.errors import UnspiralError
from engine.films.film import Film, Frame
from engine.films.seen import Brief
from engine.films.training import training
from engine.runs.run import Run


@dataclass(frozen=True, eq=False)
class Cutting(Brief):
    """A linear classifier learning, in the input plane; the playhead is the epoch."""

    film: Film[Frame]
    run: Run
    only_mistakes: bool

    @property
    def first(self) -> float:
        """The first recorded epoch."""
        return self.film.first

    @property
    def last(self) -> float:
        """The last recorded epoch."""
        return self.film.last

    def __call__(self, playhead: float) -> Frame:
        """The frame at an epoch."""
        frame = self.film(playhead)
        if not self.only_mistakes:
            return frame
        wrong, count = frame.wrong, len(frame.wrong)
        return replace(
            frame,
            points=frame.points[wrong],
            labels=frame.labels[wrong],
            wrong=wrong[wrong],
            held=frame.held[wrong],
            caption=f"{wrong.sum():,} of {count:,} points on the wrong side",
        )


def cutting(run: Run, only_mistakes: bool = False) -> Film[Frame]:
    """A linear classifier's run in the input plane, all points or only its mistakes; the playhead is the epoch.

    UnspiralError if the run's network is more than a linear classifier of the plane.
    """
    if len(run.layers) != 1 or run.data.x.shape[1] != 2:
        raise UnspiralError(
            "cutting shows a linear classifier of points in the plane: use a recipe with hidden=(), embedding=None"
        )
    return Cutting(training(run), run, only_mistakes)
