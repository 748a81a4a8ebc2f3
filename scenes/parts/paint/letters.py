"""Which fonts besides a theme's own set a text, for decks and pages: a module that takes a theme and a file."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine import UnspiralError
from scenes.parts.paint.scripts import runs
from scenes.parts.paint.theme import Theme, read_theme


def others(theme: Theme, lines: Iterable[str]) -> dict[str, Any]:
    """Each other font with the letters that it sets, and the sentence about letters that no font here has."""
    found: dict[tuple[str, int, bool], set[str]] = {}
    missing = ""
    for line in lines:
        try:
            parts = runs(line, theme.text, theme.fallback)
        except UnspiralError as error:
            missing = missing or str(error)
            continue
        for part in parts:
            if not part.face.plain:
                key = str(part.face.path), part.face.number, part.face.coloured
                found.setdefault(key, set()).update(part.text.replace(" ", ""))
    fonts = [
        {"path": path, "number": number, "coloured": coloured, "letters": "".join(sorted(letters))}
        for (path, number, coloured), letters in found.items()
    ]
    return {"fonts": fonts, "missing": missing}


if __name__ == "__main__":
    try:
        name, file = sys.argv[1:]
        print(json.dumps(others(read_theme(name), Path(file).read_text(encoding="utf-8").splitlines())))
    except UnspiralError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
