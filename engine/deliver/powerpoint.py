"""Decks as PowerPoint presentations."""

import io
import math
import tempfile
from pathlib import Path
from typing import Any

from PIL import ImageFont

from engine.deliver.clip import Clip
from engine.deliver.slides import STRIP, Deck, png
from engine.deliver.targets import H264
from engine.deliver.video import frames, join
from engine.page.letters import from_the_right


def write_pptx(deck: Deck, output: Path) -> None:
    """A PowerPoint presentation: each movie plays when its slide is shown, then holds its end or loops."""
    from pptx import Presentation
    from pptx.dml.color import RGBColor
    from pptx.util import Emu, Pt

    colours = deck.look
    presentation: Any = Presentation()
    presentation.core_properties.title = deck.title
    presentation.core_properties.language = deck.language
    width, height = _page(deck.slides[0].clip)
    strip = round(SIDE * STRIP)
    presentation.slide_width, presentation.slide_height = Emu(width), Emu(height)
    presentation.element.sldSz.attrib.pop("type", None)  # the template's: a screen of 4 : 3
    layout = next(layout for layout in presentation.slide_layouts if layout.name == "Title Only")
    for slide in deck.slides:
        page = presentation.slides.add_slide(layout)
        page.background.fill.solid()
        page.background.fill.fore_color.rgb = RGBColor.from_string(colours.ground[1:].upper())
        heading = page.shapes.title
        heading.left, heading.top, heading.width, heading.height = Emu(width // 40), 0, Emu(width * 19 // 20), strip
        said, size = _on_one_line(_sayable(f"{slide.number}  {slide.section.name}"), colours.font, width * 19 // 20)
        heading.text_frame.text = said
        heading.text_frame.word_wrap = True
        paragraph = heading.text_frame.paragraphs[0]
        paragraph.font.name = colours.family
        paragraph.font.size, paragraph.font.color.rgb = Pt(size), RGBColor.from_string(colours.ink[1:].upper())
        paragraph.alignment = 1
        left, top, across, down = _fitted(slide.clip, width, strip, height - strip)
        with tempfile.TemporaryDirectory() as folder:
            movie = Path(folder) / "clip.mp4"
            join([slide.section.video], movie, slide.clip.rate, sound=slide.heard(H264))
            poster = io.BytesIO(png(next(frames(slide.section.video))))
            shape = page.shapes.add_movie(
                str(movie),
                Emu(left),
                Emu(top),
                Emu(across),
                Emu(down),
                poster_frame_image=poster,
                mime_type="video/mp4",
            )
        shape.name = _sayable(f"{slide.clip.name} {slide.section.name}")
        shape._element.nvPicPr.cNvPr.set("descr", _sayable(slide.described))
        _play_when_shown(
            page, shape.shape_id, round(1000 * slide.section.frames / slide.clip.rate), slide.section.loops
        )
        page.notes_slide.notes_text_frame.text = _sayable(slide.notes)
        for text in (heading.text_frame, page.notes_slide.notes_text_frame):
            for paragraph in text.paragraphs:
                if from_the_right(paragraph.text):
                    paragraph._p.get_or_add_pPr().attrib.update({"rtl": "1", "algn": "r"})
                for run in paragraph.runs:
                    run._r.get_or_add_rPr().set("lang", deck.language)
    _list_notes_master(presentation)
    presentation.save(str(output))


def _list_notes_master(presentation: Any) -> None:
    """Name the notes' master in the presentation, as PowerPoint does: without, Keynote refuses the file."""
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    part = presentation.part
    known = part.relate_to(part.notes_master_part, RELATIONSHIP_TYPE.NOTES_MASTER)
    listed = f'<p:notesMasterIdLst {nsdecls("p", "r")}><p:notesMasterId r:id="{known}"/></p:notesMasterIdLst>'
    presentation.element.sldMasterIdLst.addnext(parse_xml(listed))


SIDE = 6858000
"""A slide's shorter side, in PowerPoint's units, of which a point has 12700."""


def _page(clip: Clip) -> tuple[int, int]:
    """A slide's width and height: of the clip's shape, and exactly 16 : 9 where that is meant (854 × 480)."""
    shape = clip.width / clip.height
    shape = 16 / 9 if abs(9 / 16 * shape - 1) < 0.01 else shape
    return round(SIDE * max(shape, 1)), round(SIDE * max(1 / shape, 1))


def _on_one_line(text: str, font: Path, width: int, largest: int = 20, smallest: int = 12) -> tuple[str, int]:
    """A title as wide as there is room, and its size in points: smaller, and then shorter, where it is too long."""
    room = (width / 12700 - 16) * 0.95  # without its margins; others may have to set it in another font
    needed = ImageFont.truetype(str(font), 100).getlength
    size = min(largest, math.floor(100 * room / max(needed(text), 1)))
    while size < smallest and needed(text) * smallest / 100 > room:
        text = text[:-2].rstrip() + "…"
    return text, max(size, smallest)


def _sayable(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


def _fitted(clip: Clip, width: int, top: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, width and height of the clip in the room under the title, in its middle."""
    scale = min(width / clip.width, height / clip.height)
    across, down = round(scale * clip.width), round(scale * clip.height)
    return (width - across) // 2, top + (height - down) // 2, across, down


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
