"""Colours and letters of a page: those of the clips."""

import base64
import io
import json
import logging
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from engine.errors import UnspiralError, printable
from engine.render.child import run_module

PALETTE = "scenes.parts.paint.palette"
"""What knows the clips' colours, by name: the engine imports no scene."""

BASIC = "".join(map(chr, range(32, 127))) + "°·×÷−–—…’“”₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁻ŷỹη∥→←▶❚"
"""Letters that every page may show."""


@cache
def palettes(themes: tuple[str, ...], classes: int) -> list[dict[str, Any]]:
    """What themes look like with so many classes: colours as #rrggbb, names of classes, paths of fonts.

    They are asked of what paints the clips, in another process. UnspiralError says why a theme cannot be read.
    """
    done = run_module(PALETTE, [classes, *themes], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UnspiralError(printable(said[-1]) if said else "the theme could not be read")
    return json.loads(done.stdout)


@cache
def font(path: Path, letters: frozenset[str]) -> str:
    """The font in a file with `letters` and the usual ones, as WOFF in base64; those that it lacks are left out."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(layout_features=["tnum"], hinting=False, notdef_outline=True, name_IDs=[])
    options.ignore_missing_unicodes = True
    options.drop_tables += ["GPOS", "GDEF"]
    with TTFont(path, lazy=True) as opened:
        return woff(opened, BASIC + "".join(sorted(letters)), options)


def woff(opened: Any, text: str, options: Any) -> str:
    """An opened font with the letters of a text alone, as WOFF in base64; `options` say what else it keeps."""
    from fontTools import subset

    logging.getLogger("fontTools").setLevel(logging.WARNING)  # else it tells Manim's log of each letter
    chosen = subset.Subsetter(options)
    chosen.populate(text=text)
    chosen.subset(opened)
    opened.flavor = "woff"
    stream = io.BytesIO()
    opened.save(stream)
    return base64.b64encode(stream.getvalue()).decode()
