"""What goes wrong, said to a lecturer: what was given, what was expected, what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


class UnspiralError(ValueError):
    """A mistake in what was given. Its text is one readable line; the command prints it and exits with 2."""


class Diverged(UnspiralError):
    """The loss is no longer finite; everything recorded before is kept."""


def unknown(kind: str, given: object, known: Iterable[str]) -> UnspiralError:
    """Error for a name that does not exist, with the nearest that do."""
    known = list(known)
    near = get_close_matches(str(given), known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(known)}"
    return UnspiralError(f"unknown {kind} {given!r}; {hint}")
