"""Decks: a slide a section, as PowerPoint, as one HTML page that needs no network, or as a PDF of stills."""

import base64
import html
import io
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from engine.deliver.clip import Clip, Section
from engine.deliver.rendering import Rendering
from engine.deliver.sound import Sounding, mixed
from engine.deliver.targets import H264
from engine.deliver.video import Encoder, frames, frames_backwards, join
from engine.errors import UnspiralError
from engine.files import making
from engine.files.opening import toml

ASSETS = Path(__file__).parents[2] / "assets"
REVEAL = ASSETS / "reveal"
"""reveal.js 6.0.2: files of its npm package's dist folder, as they are."""
FONT = ASSETS / "fonts" / "SourceSans3-Regular.ttf"
STRIP = 80 / 1160
"""The share of a slide's height that its title takes."""


@dataclass(frozen=True)
class Colours:
    """Of a deck around its clips."""

    ground: str = "#0d1117"
    ink: str = "#f3f5f8"
    quiet: str = "#bcc5d1"

    @classmethod
    def of(cls, theme: str) -> "Colours":
        """Those of a theme: dark, light or a TOML file."""
        light = cls("#ffffff", "#12161c", "#414b58")
        if theme in ("", "dark", "light"):
            return light if theme == "light" else cls()
        try:
            given = toml(Path(theme))
        except UnspiralError as error:
            raise UnspiralError(f"theme {theme}: {error}") from None
        base = light if given.get("base") == "light" else cls()
        return cls(*(str(given.get(name, getattr(base, name))) for name in ("ground", "ink", "quiet")))


@dataclass(frozen=True)
class Slide:
    """A section of a clip, and which one it is."""

    clip: Clip
    section: Section
    number: str
    """Scene and section, 2.3; the section alone in a deck of one scene."""


def write_deck(
    scenes: Sequence[Path],
    output: Path,
    rendering: Rendering,
    *,
    title: str = "",
    force: bool = False,
    render: Callable[[Path, bool], Clip] | None = None,
) -> int:
    """Render the scenes and write a deck of what `output` is named: .pptx, .html or .pdf. Returns how many slides.

    UnspiralError before anything is rendered: another ending, a folder that is not there, a file that is. `render`
    (scene, lossless) → clip stands in for Manim.
    """
    writers = {".pptx": write_pptx, ".html": write_html, ".pdf": write_pdf}
    kind = output.suffix.lower()
    if kind not in writers:
        raise UnspiralError(f"{output.name}: a deck is a {', '.join(writers)}")
    making.check(output, force)
    colours = Colours.of(rendering.theme)
    lossless = kind == ".html"  # its clips are encoded in both directions; others take Manim's own
    slides: list[Slide] = []
    with making.made(output, force) as unfinished:
        own = unfinished.parent / "rendered"
        made = [
            render(scene, lossless) if render else rendering.render(scene, own / str(number), lossless=lossless)
            for number, scene in enumerate(scenes)
        ]
        for part, clip in enumerate(made, 1):
            for number, section in enumerate(clip.sections, 1):
                slides.append(Slide(clip, section, f"{part}.{number}" if len(made) > 1 else str(number)))
        writers[kind](slides, unfinished, title or made[0].title, colours)
    return len(slides)


def write_pptx(slides: Sequence[Slide], output: Path, title: str, colours: Colours) -> None:
    """A PowerPoint presentation: each movie plays when its slide is shown, then holds its end or loops."""
    from pptx import Presentation
    from pptx.dml.color import RGBColor
    from pptx.util import Emu, Pt

    presentation: Any = Presentation()
    presentation.core_properties.title = title
    width, height, strip = 12192000, 6858000, round(6858000 * STRIP)  # 16 : 9, in PowerPoint's units
    presentation.slide_width, presentation.slide_height = Emu(width), Emu(height)
    layout = next(layout for layout in presentation.slide_layouts if layout.name == "Title Only")
    for slide in slides:
        page = presentation.slides.add_slide(layout)
        page.background.fill.solid()
        page.background.fill.fore_color.rgb = RGBColor.from_string(colours.ground[1:].upper())
        heading = page.shapes.title
        heading.left, heading.top, heading.width, heading.height = Emu(width // 40), 0, Emu(width * 19 // 20), strip
        heading.text_frame.text = f"{slide.number}  {slide.section.name}"
        heading.text_frame.word_wrap = True
        paragraph = heading.text_frame.paragraphs[0]
        paragraph.font.size, paragraph.font.color.rgb = Pt(20), RGBColor.from_string(colours.ink[1:].upper())
        paragraph.alignment = 1
        left, top, across, down = _fitted(slide.clip, width, strip, height - strip)
        with tempfile.TemporaryDirectory() as folder:
            movie = Path(folder) / "clip.mp4"
            join([slide.section.video], movie, slide.clip.rate, sound=_heard(slide, H264))
            poster = io.BytesIO(_png(next(frames(slide.section.video))))
            shape = page.shapes.add_movie(
                str(movie),
                Emu(left),
                Emu(top),
                Emu(across),
                Emu(down),
                poster_frame_image=poster,
                mime_type="video/mp4",
            )
        shape.name = f"{slide.clip.name} {slide.section.name}"
        _play_when_shown(
            page, shape.shape_id, round(1000 * slide.section.frames / slide.clip.rate), slide.section.loops
        )
        page.notes_slide.notes_text_frame.text = _notes(slide)
    presentation.save(str(output))


def _heard(slide: Slide, encoder: Encoder) -> Any:
    """The scene's sound in a section, and how to code it."""
    clip, section = slide.clip, slide.section
    span = float(section.first / clip.rate), float((section.first + section.frames) / clip.rate)
    return (mixed([Sounding(clip.video)], [span]), encoder.sound) if clip.sounds else None


def _fitted(clip: Clip, width: int, top: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, width and height of the clip in the room under the title, in its middle."""
    scale = min(width / clip.width, height / clip.height)
    across, down = round(scale * clip.width), round(scale * clip.height)
    return (width - across) // 2, top + (height - down) // 2, across, down


def _notes(slide: Slide) -> str:
    return slide.section.notes or slide.clip.title


# As PowerPoint writes it for "start automatically": an effect that plays the movie after the slide has appeared.
_TIMING = """
<p:timing xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:tnLst><p:par>
<p:cTn id="1" dur="indefinite" restart="never" nodeType="tmRoot"><p:childTnLst>
<p:seq concurrent="1" nextAc="seek"><p:cTn id="2" dur="indefinite" nodeType="mainSeq"><p:childTnLst>
<p:par><p:cTn id="3" fill="hold"><p:stCondLst><p:cond delay="indefinite"/>
<p:cond evt="onBegin" delay="0"><p:tn val="2"/></p:cond></p:stCondLst><p:childTnLst>
<p:par><p:cTn id="4" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>
<p:par><p:cTn id="5" presetID="1" presetClass="mediacall" presetSubtype="0" fill="hold" nodeType="afterEffect">
<p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst><p:cmd type="call" cmd="playFrom(0.0)"><p:cBhvr>
<p:cTn id="6" dur="{milliseconds}" fill="hold"/><p:tgtEl><p:spTgt spid="{shape}"/></p:tgtEl></p:cBhvr></p:cmd>
</p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn>
<p:prevCondLst><p:cond evt="onPrev" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:prevCondLst>
<p:nextCondLst><p:cond evt="onNext" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:nextCondLst></p:seq>
<p:video><p:cMediaNode vol="80000"><p:cTn id="7" {repeat}fill="hold" display="0"><p:stCondLst>
<p:cond delay="indefinite"/></p:stCondLst></p:cTn><p:tgtEl><p:spTgt spid="{shape}"/></p:tgtEl></p:cMediaNode></p:video>
</p:childTnLst></p:cTn></p:par></p:tnLst></p:timing>
"""


def _play_when_shown(page: Any, shape: int, milliseconds: int, loops: bool) -> None:
    """Replace python-pptx's timing, which waits for a click."""
    from pptx.oxml import parse_xml

    timing = page.element.find("{*}timing")
    if timing is not None:
        page.element.remove(timing)
    repeat = 'repeatCount="indefinite" ' if loops else ""
    text = _TIMING.format(shape=shape, milliseconds=milliseconds, repeat=repeat).replace("\n", "")
    page.element.append(parse_xml(text))


def write_html(slides: Sequence[Slide], output: Path, title: str, colours: Colours) -> None:
    """One page with everything in it: reveal.js, the font, and each section's clip forwards and backwards."""
    page = (Path(__file__).parent / "deck.html").read_text(encoding="utf-8")
    first = slides[0].clip
    filled = {
        "title": html.escape(title),
        "reset": (REVEAL / "reset.css").read_text(encoding="utf-8"),
        "reveal": (REVEAL / "reveal.css").read_text(encoding="utf-8"),
        "font": base64.b64encode(FONT.read_bytes()).decode(),
        "ground": html.escape(colours.ground),
        "ink": html.escape(colours.ink),
        "quiet": html.escape(colours.quiet),
        "width": str(first.width),
        "height": str(first.height),
        "strip": str(round(first.height * STRIP / (1 - STRIP))),
        "script": (REVEAL / "reveal.js").read_text(encoding="utf-8"),
        "slides": "\n".join(_html_slide(number, slide) for number, slide in enumerate(slides)),
    }
    with output.open("w", encoding="utf-8") as file:
        for piece in _pieces(page):
            if piece == "clips":
                for number, slide in enumerate(slides):
                    file.writelines(_html_clips(number, slide))
            else:
                file.write(filled.get(piece, piece))


def _pieces(page: str) -> Iterator[str]:
    """The template's text, and between its parts the names in double braces."""
    text, *rest = page.split("{{")
    yield text
    for part in rest:
        name, text = part.split("}}", 1)
        yield name
        yield text


def _html_slide(number: int, slide: Slide) -> str:
    section = slide.section
    loops = " data-loop" if section.loops else ""
    return (
        f"<section{loops}><div class='strip'><span class='number'>{slide.number}</span>"
        f"<span class='name'>{html.escape(section.name)}</span>"
        f"<span class='title'>{html.escape(slide.clip.title)}</span></div>"
        f"<div class='stage'>"
        f"<video class='forward' data-clip='forward-{number}' muted playsinline preload='auto'></video>"
        f"<video class='backward' data-clip='backward-{number}' muted playsinline preload='auto'></video></div>"
        f"<aside class='notes'>{html.escape(_notes(slide))}</aside></section>"
    )


def _html_clips(number: int, slide: Slide) -> Iterator[str]:
    """Both directions, as base64 in a script that no browser runs."""
    with tempfile.TemporaryDirectory() as folder:
        for way, read in (("forward", frames), ("backward", frames_backwards)):
            path = Path(folder) / f"{way}.mp4"
            H264.write(path, read(slide.section.video), slide.clip.rate)
            encoded = base64.b64encode(path.read_bytes()).decode()
            yield f"<script type='text/plain' id='{way}-{number}'>{encoded}</script>\n"


# Typst sets the stills, one a page, with what is said about each under it.
_PDF = """
#let deck = json("deck.json")
#set document(title: deck.title)
#set text(font: "Source Sans 3", size: 15pt, fill: rgb(deck.ink), lang: "en")
#for slide in deck.slides {
  page(width: 960pt, height: auto, margin: 24pt, fill: rgb(deck.ground))[
    #grid(columns: (auto, 1fr, auto), gutter: 14pt,
      text(size: 22pt, fill: rgb(deck.quiet), slide.number), text(size: 22pt, slide.name),
      text(fill: rgb(deck.quiet), slide.title))
    #image(slide.still, width: 100%, height: deck.height * 1pt, fit: "contain", alt: slide.notes)
    #slide.notes
  ]
}
"""


def write_pdf(slides: Sequence[Slide], output: Path, title: str, colours: Colours) -> None:
    """A page a section: the still it ends with, and its notes under it."""
    import typst

    first = slides[0].clip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        described = []
        for number, slide in enumerate(slides):
            still = folder / f"{number}.png"
            still.write_bytes(_png(next(frames_backwards(slide.section.video))))
            described.append(
                {
                    "number": slide.number,
                    "name": slide.section.name,
                    "title": slide.clip.title,
                    "notes": _notes(slide),
                    "still": still.name,
                }
            )
        height = round(min(912 * first.height / first.width, 1200))
        shared = {
            "title": title,
            "ground": colours.ground,
            "ink": colours.ink,
            "quiet": colours.quiet,
            "height": height,
        }
        (folder / "deck.json").write_text(json.dumps({**shared, "slides": described}), encoding="utf-8")
        (folder / "deck.typ").write_text(_PDF, encoding="utf-8")
        fonts = [str(FONT.parent)]
        output.write_bytes(typst.compile(str(folder / "deck.typ"), font_paths=fonts, ignore_system_fonts=True))


def _png(pixels: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()
