"""What themes look like, for pages: as a module it takes a number of classes and themes, and prints JSON."""

import json
import sys
from collections.abc import Iterable
from typing import Any

from engine import UnspiralError
from scenes.parts.paint.theme import RGB, Theme, read_theme


def palette(theme: Theme, classes: int) -> dict[str, Any]:
    """Colours as #rrggbb: ground, ink, quiet, rim, a colour a class, and a quieter one for its region."""
    return {
        **{name: getattr(theme, name) for name in ("ground", "ink", "quiet", "rim")},
        "light": theme.light,
        "points": theme.points,
        "classes": _written(theme.class_colours(classes)),
        "regions": _written(theme.region_colours(classes)),
        "names": list(theme.names),
        "text": str(theme.text),
        "strong": str(theme.strong),
    }


def _written(colours: Iterable[RGB]) -> list[str]:
    return ["#" + "".join(f"{round(255 * part):02x}" for part in colour) for colour in colours]


if __name__ == "__main__":
    try:
        count, *names = sys.argv[1:]
        print(json.dumps([palette(read_theme(name), int(count)) for name in names]))
    except UnspiralError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
