"""What goes wrong, said to a lecturer: what was given, what was expected, what to do."""

import reprlib
from collections.abc import Iterable
from difflib import get_close_matches


class UnspiralError(ValueError):
    """A mistake in what was given. Its text is one readable line; the command prints it and exits with 2."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it: the line, without where it was raised."""
        return [f"{type(self).__name__}: {self}"]


def unknown(kind: str, given: object, known: Iterable[str]) -> UnspiralError:
    """Error for a name that does not exist, with the nearest that do."""
    return UnspiralError(f"unknown {kind} {reprlib.repr(given)}; {nearest(given, known)}")


def nearest(given: object, known: Iterable[str]) -> str:
    """A hint: the known names that are nearest to what was given, or all of them."""
    known = list(known)
    given = str(given)[:100]
    near = get_close_matches(given, known, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(known)}"


def given(value: object) -> str:
    """What somebody gave instead of what was expected, in words: 'spirals', 3, a Recipe."""
    if value is None or isinstance(value, str | int | float):
        return reprlib.repr(value)
    kind = type(value).__name__
    return f"a{'n' if kind[0] in 'AEIOUaeiou' else ''} {kind}"


def printable(text: str, longest: int | None = None) -> str:
    """One line of text and nothing else: what stands in somebody's file cannot steer a terminal, nor turn it around.

    Control characters, those that set the direction of writing and those that nobody sees become spaces. A text of
    more than `longest` characters keeps its beginning and its end.
    """
    shown = "".join(c if c.isprintable() else " " for c in text)
    if longest is None or len(shown) <= longest:
        return shown
    half = (longest - 3) // 2
    return f"{shown[:half].rstrip()} … {shown[-half:].lstrip()}"
