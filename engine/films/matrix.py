"""A matrix (T, A, B) while a training goes on: attention, confusion, weights; the playhead is the epoch."""

from dataclasses import dataclass, replace

import numpy as np

from engine.errors import UnspiralError
from engine.films.film import Frame, check_playhead
from engine.films.images import limits
from engine.films.points import series_of
from engine.films.readings import in_common
from engine.films.seen import Brief
from engine.films.training import OverEpochs
from engine.network.layers import Array
from engine.runs.run import Run
from engine.runs.showable import series_showable


@dataclass(frozen=True, kw_only=True)
class Cells(Frame):
    """A frame of a matrix."""

    values: Array
    """(A, B), row by row."""
    low: float
    high: float
    """The smallest and largest value that any cell has in the whole run."""
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    """Names at the left and above; none or one each."""
    row: float | None = None
    """The row that is spoken of; between two of them both are, in part. None: all are."""

    @property
    def moving(self) -> Array:
        """(A, B), what a pace is measured by."""
        return self.values


@dataclass(frozen=True, eq=False)
class Matrix(OverEpochs):
    """A series of matrices; see `matrix`."""

    name: str
    low: float
    high: float
    rows: tuple[str, ...]
    columns: tuple[str, ...]

    def __call__(self, playhead: float) -> Cells:
        """The frame at an epoch. UnspiralError outside the run."""
        values = np.asarray(self.run.array(self.name, playhead), float)
        return Cells(
            **in_common(self.run, playhead),
            values=values,
            low=self.low,
            high=self.high,
            rows=self.rows,
            columns=self.columns,
        )

    def row_by_row(self, epoch: float) -> "Rows":
        """The matrix of an epoch, one row after the other spoken of; the playhead is the row, 0 the first."""
        return Rows(self(epoch))


@dataclass(frozen=True)
class Rows(Brief):
    """A matrix whose rows are spoken of one after the other; the playhead is the row."""

    cells: Cells
    first: float = 0.0

    @property
    def last(self) -> float:
        """The last row."""
        return len(self.cells.values) - 1.0

    def __call__(self, playhead: float) -> Cells:
        """The frame at a row. UnspiralError beyond the last."""
        check_playhead(playhead, self.last)
        return replace(self.cells, row=playhead)


def matrix(run: Run, name: str, rows: tuple[str, ...] = (), columns: tuple[str, ...] = ()) -> Matrix:
    """The series `name` (T, A, B) as a matrix with named `rows` and `columns`, which the run may hold under its name.

    Where values of both signs occur, the middle of the scale is 0. UnspiralError for series of another shape, and for
    another number of names.
    """
    run = series_showable(run, name)
    stacked = series_of(run, name, 3, "(T, A, B): a matrix of A rows and B columns")
    rows = rows or run.names.get(f"{name}.rows", ())
    columns = columns or run.names.get(f"{name}.columns", ())
    for what, names, size in (("rows", rows, stacked.shape[1]), ("columns", columns, stacked.shape[2])):
        if names and len(names) != size:
            raise UnspiralError(f"{len(names)} names of {what} were given; the series {name!r} has {size}")
    low, high = limits(run, name)
    if low < 0:
        high = max(high, -low)
        low = -high
    return Matrix(run, name, low, high, tuple(rows), tuple(columns))
