"""The themes that come along, by name; what they look like is known to what paints."""

import reprlib
from pathlib import Path

from engine.errors import UnspiralError, nearest
from engine.files.opening import regular

THEMES = ("dark", "light", "greys")
"""For a dark room, for a bright one, and for a printer without colours."""


def check_theme(name: str) -> None:
    """UnspiralError unless a theme of this name comes along, or it is a TOML file that is there; empty is nobody's."""
    if name in ("", *THEMES):
        return
    try:
        regular(Path(name))
    except UnspiralError as error:
        hint = nearest(name, THEMES)
        raise UnspiralError(f"theme {reprlib.repr(name)} is no TOML file that can be read: {error}; {hint}") from None
