"""What goes wrong, said to a lecturer: what was given, what was expected, what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


class UnspiralError(ValueError):
    """A mistake in what was given. Its text is one readable line; the command prints it and exits with 2."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it: the line, without where it was raised."""
        return [f"{type(self).__name__}: {self}"]


def unknown(kind: str, given: object, known: Iterable[str]) -> UnspiralError:
    """Error for a name that does not exist, with the nearest that do."""
    return UnspiralError(f"unknown {kind} {given!r}; {nearest(given, known)}")


def nearest(given: object, known: Iterable[str]) -> str:
    """A hint: the known names that are nearest to what was given, or all of them."""
    known = list(known)
    near = get_close_matches(str(given), known, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(known)}"


def printable(text: str) -> str:
    """One line without control characters: what stands in somebody's file cannot steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
