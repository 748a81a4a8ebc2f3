"""Renew the stills: python -m tests.stills [NAME …], all that look different by default. Takes a few seconds.

Writes the new stills, and `changed.png` in the system's folder for temporary files: for each, before, after and what
differs, side by side. Look at it before you commit.
"""

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import cairo
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import maximum_filter, minimum_filter, uniform_filter

from scenes.parts.paint.canvas import Canvas
from scenes.parts.stage.painted import Painted
from tests.scenes.states import HERE, PIXELS, STATES

FLAT, EDGES = 1.0, 0.04
"""What a picture may differ by, averaged over three by three pixels: so much of 255 everywhere, and besides this share
of the contrast that there is around a pixel. Between cairo 1.16 and 1.18 no pixel differs by more than 2, a tenth of
that at most; the rest is for a point that another processor rounds to the next eighth of a pixel."""
LARGEST = 1.0
"""Of what is allowed."""

Pixels = NDArray[np.uint8]


def shown(name: str) -> Pixels:
    """A state's pixels (height, width, 3)."""
    return drawn(*STATES[name]())


def drawn(painted: Iterable[Painted], shape: str) -> Pixels:
    """Pixels (height, width, 3) of pictures in a frame of a shape."""
    width, height = PIXELS[shape]
    pixels = np.zeros((height, width, 4), np.uint8)
    surface = cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, width, height)
    for mobject in painted:
        mobject.paint_on(Canvas(cairo.Context(surface), width, height))
    surface.flush()
    return pixels[..., :3]


def kept(name: str) -> Pixels:
    """Its still."""
    return np.asarray(Image.open(HERE / f"{name}.png").convert("RGB"))


def difference(a: Pixels, b: Pixels) -> NDArray[np.float64]:
    """(height, width) how far two pictures differ around each pixel, as a multiple of what is allowed there."""
    if a.shape != b.shape:
        return np.full(a.shape[:2], np.inf)
    apart = np.abs(a.astype(float) - b).max(-1)
    contrast = (maximum_filter(b, (5, 5, 1)).astype(float) - minimum_filter(b, (5, 5, 1))).max(-1)
    return uniform_filter(apart, 3, mode="nearest") / (FLAT + EDGES * contrast)


def renew(names: list[str]) -> list[Image.Image]:
    """Write the stills that look different; before, after and difference of each."""
    rows = []
    for name in names or STATES:
        after, path = shown(name), HERE / f"{name}.png"
        before = kept(name) if path.is_file() else np.zeros_like(after)
        found = difference(after, before)
        if path.is_file() and found.max() <= LARGEST:
            continue
        Image.fromarray(after).save(path, optimize=True)
        if before.shape != after.shape:
            before, found = np.zeros_like(after), np.full(after.shape[:2], 99.0)
        marked = np.repeat(np.clip(60 * found, 0, 255).astype(np.uint8)[..., None], 3, 2)
        rows.append(Image.fromarray(np.hstack([before, after, marked])))
        print(f"renewed {name}: differs by up to {min(found.max(), 99):.0f} times what is forgiven")
    return rows


def main(names: list[str]) -> None:
    """Renew, and lay all that changed over one another in one picture."""
    unknown = set(names) - set(STATES)
    if unknown:
        sys.exit(f"no such still: {', '.join(sorted(unknown))}; there are {', '.join(STATES)}")
    for path in HERE.glob("*.png"):
        if path.stem not in STATES:
            path.unlink()
    rows = renew(names)
    if not rows:
        print("all stills look as they did")
        return
    sheet = Image.new("RGB", (max(row.width for row in rows), sum(row.height + 4 for row in rows)), "#888")
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height + 4
    out = Path(tempfile.gettempdir()) / "changed.png"
    sheet.save(out)
    print(f"before, after and difference: {out}")


if __name__ == "__main__":
    main(sys.argv[1:])
