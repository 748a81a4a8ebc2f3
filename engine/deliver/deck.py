"""Decks: a slide a section, as PowerPoint, as one HTML page that needs no network, or as a PDF of stills."""

import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from engine.deliver.clip import Clip
from engine.deliver.handout import write_pdf
from engine.deliver.page import write_html
from engine.deliver.powerpoint import write_pptx
from engine.deliver.rendering import Rendering
from engine.deliver.slides import Deck, Look, Slide
from engine.deliver.video import counting
from engine.errors import UnspiralError
from engine.files import making
from engine.page.write import page
from engine.render.launch import say_nothing
from engine.render.scene_file import find_scene
from engine.runs.run import Run


def write_deck(
    scenes: Sequence[str | Path],
    output: Path,
    rendering: Rendering,
    *,
    title: str = "",
    language: str = "en",
    force: bool = False,
    render: Callable[[Path, bool], Clip] | None = None,
    live: Sequence[tuple[str, Run]] = (),
    say: Callable[[str], None] = say_nothing,
) -> int:
    """Render the scenes and write a deck of what `output` is named: .pptx, .html or .pdf. Returns how many slides.

    UnspiralError before anything is rendered: another ending, scenes that are not there, a file that is. `render`
    (scene, fine) → clip stands in for Manim. `live` runs, by name, become slides to touch at the end of an .html.
    `say` is told what a lecturer should know of it.
    """
    writers: dict[str, Callable[[Deck, Path], None]] = {
        ".pptx": write_pptx,
        ".html": lambda deck, path: write_html(deck, path, say),
        ".pdf": write_pdf,
    }
    kind = output.suffix.lower()
    if kind not in writers:
        raise UnspiralError(f"{output.name}: a deck is a {', '.join(writers)}")
    if live and kind != ".html":
        raise UnspiralError(f"{output.name}: a slide to touch takes a browser; name an .html")
    making.check(output, force)
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
        raise UnspiralError(f"language {language!r} is no code such as en, de or zh-Hans")
    look = Look.of(rendering.theme)
    fine = kind == ".html"  # its clips are encoded as small as they are wanted; others take Manim's own
    slides: list[Slide] = []
    found: Sequence[Any] = scenes if render else [find_scene(scene) for scene in scenes]
    with making.made(output, force) as unfinished:
        own = unfinished.parent / "rendered"
        if render:
            made = [render(scene, fine) for scene in found]
        else:
            made = rendering.render_all([(scene, own / str(k)) for k, scene in enumerate(found)], fine=fine)
        for clip in made:
            if not clip.sounds:
                clip.video.unlink(missing_ok=True)  # as large as its sections, which slides are made of
        for part, clip in enumerate(made, 1):
            for number, section in enumerate(clip.sections, 1):
                slides.append(Slide(clip, section, f"{part}.{number}" if len(made) > 1 else str(number)))
        total = sum(clip.frames for clip in made)
        with nullcontext() if kind == ".html" else counting(output.name, total):  # a page is gone through twice
            pages = [(name, page([(name, run)], theme=rendering.theme).text) for name, run in live]
            writers[kind](Deck(title or made[0].title, slides, look, language, pages), unfinished)
    return len(slides) + len(live)
