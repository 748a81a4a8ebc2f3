"""Decks opened as lecturers open them: PowerPoint's format, a browser without a network, a PDF."""

import base64
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from openxml_audit import validate_pptx as validate
from PIL import Image, ImageFont

from engine import Run, UnspiralError
from engine.deliver import page
from engine.deliver.clip import Clip, Line, Section
from engine.deliver.deck import write_deck
from engine.deliver.rendering import Rendering
from engine.deliver.slides import FONT, Slide
from engine.deliver.targets import H264
from engine.deliver.video import Encoder
from tests.browsing import Browser, browsing

SIZE, RATE = (192, 108), Fraction(30)
RID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
SPANS = (("origin", 0, 30), ("grow", 30, 45), ("fan out", 75, 36))
GREY = range(20, 242, 2)
"""Of each frame of a clip, so that a browser can say which one it shows."""


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Clip]:
    """A clip of three sections, growing lighter from frame to frame: as Manim's H.264, and lossless."""
    folder = tmp_path_factory.mktemp("clips")
    clips = {}
    for lossless, encoder in ((False, H264), (True, Encoder(".mov", "qtrle", "rgb24"))):
        sections = []
        for name, first, count in SPANS:
            path = folder / f"{name}{encoder.suffix}"
            pictures = (np.full((SIZE[1], SIZE[0], 3), GREY[k], np.uint8) for k in range(first, first + count))
            encoder.write(path, pictures, RATE)
            words = (Line(first / 30, (first + count) / 30, f"Here they {name} <now> & then."),)
            sections.append(Section(name, path, first, count, loops=name == "fan out", words=words))
        clips[lossless] = Clip("Greys", "Grey grows lighter.", folder / "Greys.mp4", *SIZE, RATE, tuple(sections))
    return clips


def deck(clips: dict[bool, Clip], output: Path, scenes: int = 1, **how: Any) -> Path:
    """A deck of `scenes` times the same scene, for which nothing is rendered."""

    def render(scene: Path, lossless: bool) -> Clip:
        return copied(clips[lossless], output.parent / scene.name)

    count = write_deck([Path(f"grey{k}.py") for k in range(scenes)], output, Rendering(), render=render, **how)
    assert count == 3 * scenes
    return output


def copied(clip: Clip, folder: Path) -> Clip:
    """The clip with files of its own: a deck clears lossless ones away."""
    folder.mkdir(exist_ok=True)
    moved = (shutil.copy(section.video, folder / section.video.name) for section in clip.sections)
    sections = tuple(Section(**{**vars(s), "video": Path(video)}) for s, video in zip(clip.sections, moved))
    return Clip(**{**vars(clip), "sections": sections})


def test_the_scenes_of_a_deck_are_rendered_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def made_of(jobs: list[Any]) -> Any:
        asked.extend(Path(job.file).stem for job in jobs)
        raise UnspiralError("asked for once")

    monkeypatch.setattr("engine.deliver.rendering.made_of", made_of)
    with pytest.raises(UnspiralError, match="asked for once"):
        write_deck(["embedding", "warping"], tmp_path / "a.html", Rendering())
    assert asked == ["embedding", "warping"]


def test_a_powerpoint_has_a_slide_a_section_that_plays_when_shown(clips: dict[bool, Clip], tmp_path: Path) -> None:
    from pptx import Presentation
    from pptx.enum.shapes import PP_MEDIA_TYPE

    opened = Presentation(str(deck(clips, tmp_path / "lecture.pptx", scenes=2, language="de")))
    assert len(opened.slides) == 6 and opened.core_properties.title == "Grey grows lighter."
    assert abs(opened.slide_width / opened.slide_height - 16 / 9) < 0.001
    for k, slide in enumerate(opened.slides):
        name, _, count = SPANS[k % 3]
        assert slide.shapes.title.text == f"{k // 3 + 1}.{k % 3 + 1}  {name}"
        assert slide.notes_slide.notes_text_frame.text == f"Here they {name} <now> & then."
        movies = [shape for shape in slide.shapes if shape.shape_type is not None and hasattr(shape, "media_type")]
        assert [movie.media_type for movie in movies] == [PP_MEDIA_TYPE.MOVIE]
        movie = movies[0]
        assert abs(movie.width / movie.height - 192 / 108) < 0.01 and movie.top + movie.height <= opened.slide_height
        assert movie.poster_frame.content_type == "image/png"
        media = [part for part in (rel.target_part for rel in slide.part.rels.values()) if "video" in part.content_type]
        (tmp_path / "movie.mp4").write_bytes(media[0].blob)
        with av.open(tmp_path / "movie.mp4") as container:
            assert container.streams.video[0].frames == count and container.streams.video[0].codec.name == "h264"
        timing = re.sub(r"\s+", " ", slide.element.xpath("p:timing")[0].xml)
        assert f'spid="{movie.shape_id}"' in timing and 'cmd="playFrom(0.0)"' in timing and "afterEffect" in timing
        assert ('repeatCount="indefinite"' in timing) == (name == "fan out")
        assert movie._element.nvPicPr.cNvPr.get("descr") == f"{name}: Here they {name} <now> & then."
        assert {run.get("lang") for run in slide.element.iter("{*}rPr")} == {"de"}
    assert len({slide.shapes.title.text for slide in opened.slides}) == 6
    assert opened.core_properties.language == "de" and opened.element.sldSz.get("type") is None
    (notes_master,) = opened.element.iter("{*}notesMasterId")
    assert opened.part.related_part(notes_master.rId if hasattr(notes_master, "rId") else notes_master.get(RID)) is (
        opened.part.notes_master_part
    )


@pytest.mark.parametrize(
    "size, shape", [((854, 480), 16 / 9), ((640, 480), 4 / 3), ((360, 640), 9 / 16), ((64, 64), 1)]
)
def test_a_powerpoint_has_its_clips_shape_and_titles_of_one_line_however_long(
    clips: dict[bool, Clip], tmp_path: Path, size: tuple[int, int], shape: float
) -> None:
    from pptx import Presentation

    names = ("short", 'He said "no" & <b>left</b> 🎉 — and so on, as long as a line can be, or so', "on and on " * 40)
    sections = tuple(Section(**{**vars(clips[False].sections[0]), "name": name}) for name in names)
    clip = Clip(**{**vars(clips[False]), "width": size[0], "height": size[1], "sections": sections})
    write_deck(["a.py"], tmp_path / "a.pptx", Rendering(), render=lambda *_: clip)
    opened = Presentation(str(tmp_path / "a.pptx"))
    assert validate(tmp_path / "a.pptx").is_valid
    assert opened.slide_width / opened.slide_height == pytest.approx(shape, rel=1e-4)
    font = ImageFont.truetype(str(FONT), 100)
    for slide, name in zip(opened.slides, names):
        title = slide.shapes.title
        size_of_letters = title.text_frame.paragraphs[0].font.size.pt
        assert font.getlength(title.text) * size_of_letters / 100 < title.width.pt - 14
        assert 12 <= size_of_letters <= 20 and size_of_letters * 1.3 < title.height.pt
        assert title.text.endswith(name) or (title.text.endswith("…") and name.startswith(title.text[3:-1]))
        (movie,) = [shape for shape in slide.shapes if hasattr(shape, "media_type")]
        assert movie.left >= 0 and movie.left + movie.width <= opened.slide_width
        assert movie.top >= title.top + title.height and movie.top + movie.height <= opened.slide_height


def test_a_powerpoint_is_valid_against_office_open_xmls_schemas(clips: dict[bool, Clip], tmp_path: Path) -> None:
    made = deck(clips, tmp_path / "lecture.pptx", scenes=2)
    found = validate(made)
    assert found.is_valid and not found.errors
    with zipfile.ZipFile(made) as whole, zipfile.ZipFile(tmp_path / "wrong.pptx", "w") as wrong:
        for name in whole.namelist():  # the check sees what is wrong
            wrong.writestr(name, whole.read(name).replace(b"<p:notesMasterIdLst>", b"<p:notesMasterIdList>", 1))
    assert not validate(tmp_path / "wrong.pptx").is_valid


def test_libreoffice_shows_as_many_pages_as_there_are_sections(clips: dict[bool, Clip], tmp_path: Path) -> None:
    if shutil.which("soffice") is None or shutil.which("pdftotext") is None:
        pytest.skip("takes LibreOffice and pdftotext: apt-get install libreoffice-impress poppler-utils")
    made = deck(clips, tmp_path / "lecture.pptx")
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    convert = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(made)]
    subprocess.run(convert, check=True, capture_output=True, timeout=120)
    text = subprocess.run(
        ["pdftotext", tmp_path / "lecture.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    assert text.count("\f") == 3 and all(name in text for name, _, _ in SPANS)


def test_a_pdf_has_a_still_and_the_notes_of_each_section(clips: dict[bool, Clip], tmp_path: Path) -> None:
    made = deck(clips, tmp_path / "lecture.pdf")
    assert made.read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext") is not None:
        text = subprocess.run(["pdftotext", made, "-"], check=True, capture_output=True, text=True).stdout
        assert text.count("\f") == 3
        for number, (name, _, _) in enumerate(SPANS, 1):
            assert str(number) in text and name in text and f"Here they {name} <now> & then." in text


def test_a_pdf_is_refused_whose_letters_no_font_has(clips: dict[bool, Clip], tmp_path: Path) -> None:
    strange = {False: Clip(**{**vars(clips[False]), "title": "\U0001e900"})}
    with pytest.raises(UnspiralError, match=r"no font of this computer has '\U0001e900': install one for Adlam"):
        deck(strange, tmp_path / "lecture.pdf")
    assert not (tmp_path / "lecture.pdf").exists()


def test_a_page_names_no_address_outside_it(clips: dict[bool, Clip], tmp_path: Path) -> None:
    made = deck(clips, tmp_path / "lecture.html").read_text(encoding="utf-8")
    assert not re.search(r"""(src|href|srcset)\s*=\s*["']?(https?:)?//""", made)
    assert not re.search(r"""(url\(|@import|fetch\(|importScripts)\s*["']?(https?:)?//""", made)
    assert "default-src 'none'" in made
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["lecture.html"]


RIGHT, LEFT = "\ue014", "\ue012"
SEEN = """
const video = document.querySelector('section.present video.seen');
if (!video) return null;
const canvas = document.createElement('canvas');
canvas.width = canvas.height = 1;
const context = canvas.getContext('2d');
context.drawImage(video, 0, 0, 1, 1);
const shade = context.getImageData(0, 0, 1, 1).data[0];
return [video.dataset.way || 'forward', shade, video.paused, video.ended, video.loop];
"""
VIDEO = "(document.querySelector('section.present video.seen') || {classList: {contains: () => false}})"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with browsing(tmp_path / "profile", SEEN) as opened:
        yield opened


def grey(frame: int) -> Any:
    return pytest.approx(GREY[frame], abs=2.5)


def test_a_page_is_played_forwards_backwards_and_in_a_loop_by_keys(
    clips: dict[bool, Clip], tmp_path: Path, browser: Browser
) -> None:
    made = deck(clips, tmp_path / "lecture.html")
    browser.ask("/url", {"url": made.as_uri()})
    browser.wait(f"{VIDEO} && {VIDEO}.currentTime > 0.2")  # it plays by itself
    browser.wait(f"{VIDEO}.ended")
    assert browser.run(SEEN)[:2] == ["forward", grey(29)]  # and holds its end
    browser.press(RIGHT)
    browser.wait(f"Reveal.getIndices().h == 1 && {VIDEO}.currentTime > 0.2 && !{VIDEO}.paused")
    browser.press(LEFT)  # the end of the section before
    browser.wait(f"Reveal.getIndices().h == 0 && {VIDEO}.paused && {VIDEO}.currentTime > 0.9")
    assert browser.run(SEEN)[:3] == ["forward", grey(29), True]
    browser.press(RIGHT)
    browser.wait(f"Reveal.getIndices().h == 1 && {VIDEO}.ended")
    assert browser.run(SEEN)[1] == grey(74)
    browser.press("r")  # backwards from where it is to its beginning
    browser.wait(f"{VIDEO}.dataset.way == 'backward' && 0.3 < {VIDEO}.currentTime && {VIDEO}.currentTime < 1.2")
    browser.wait(f"{VIDEO}.dataset.way == 'begun' && {VIDEO}.currentTime < 0.03")
    assert browser.run(SEEN)[:3] == ["begun", grey(30), True]
    browser.press("l")
    browser.wait(f"{VIDEO}.dataset.way == 'forward' && {VIDEO}.loop && {VIDEO}.currentTime > 1.2", 20)
    browser.wait(f"{VIDEO}.currentTime < 0.5 && !{VIDEO}.paused")  # it came round
    browser.press(RIGHT)  # a section that loops by itself
    browser.wait(f"Reveal.getIndices().h == 2 && {VIDEO} && {VIDEO}.loop && {VIDEO}.currentTime > 0.9")
    browser.wait(f"{VIDEO}.currentTime < 0.5 && !{VIDEO}.paused")
    name = "document.querySelector('.present h2')"
    browser.run(f"{name}.textContent += ' and so on'.repeat(40)")  # a long name ends in dots, on the screen
    right, wide = browser.run(f"return [{name}.getBoundingClientRect().right, innerWidth]")
    assert 0.8 * wide < right <= wide and browser.run(f"return {name}.scrollWidth > {name}.clientWidth")
    browser.press("n")
    assert browser.run("return document.getElementById('notes').innerText") == "Here they fan out <now> & then."
    stage, notes = (
        f"document.querySelector('{which}').getBoundingClientRect()" for which in (".present .stage", "#notes")
    )
    browser.wait(f"{stage}.bottom <= {notes}.top + 1 && {stage}.height > 100")  # never over the picture
    browser.press("c")
    shown = f"return [...{VIDEO}.textTracks].map((track) => [track.mode, track.language, track.kind])"
    assert browser.run(shown) == [["showing", "en", "captions"]]
    cues = f"[...({VIDEO}.textTracks[0].activeCues || [])].map((cue) => cue.getCueAsHTML().textContent).join()"
    browser.wait(f"{cues} == 'Here they fan out <now> & then.'")
    browser.press("?")
    assert "Play the section backwards" in browser.run("return document.getElementById('keys').innerText")
    browser.press("?")
    browser.press("t")
    assert browser.run("return getComputedStyle(document.querySelector('.present .strip')).display") == "none"
    asked = browser.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert all(name.startswith(("blob:", "data:")) for name in asked)
    said = [entry["message"] for entry in browser.ask("/se/log", {"type": "browser"})]
    assert said == []


def test_mistakes_are_said_before_anything_is_rendered(clips: dict[bool, Clip], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name, said in (("lecture.key", r"\.pptx, \.html, \.pdf"), ("file/lecture.pdf", "Not a directory")):
        with pytest.raises(UnspiralError, match=said):
            deck(clips, tmp_path / name)
    (tmp_path / "lecture.pdf").write_text("dear to me")
    with pytest.raises(UnspiralError, match="--force"):
        deck(clips, tmp_path / "lecture.pdf")
    assert (tmp_path / "lecture.pdf").read_text() == "dear to me"
    deck(clips, tmp_path / "lecture.pdf", force=True)


@pytest.mark.parametrize("asked", ["", "?print-pdf"])
def test_a_page_printed_as_a_pdf_has_the_still_of_each_section(
    clips: dict[bool, Clip], asked: str, tmp_path: Path
) -> None:
    chromium, pdftoppm = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("pdftoppm")
    if chromium is None or pdftoppm is None:
        pytest.skip("takes Chromium and pdftoppm: apt-get install chromium poppler-utils")
    made = deck(clips, tmp_path / "lecture.html")
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    flags += ["--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'lecture.pdf'}"]
    subprocess.run([chromium, *flags, made.as_uri() + asked], check=True, capture_output=True, timeout=100)
    draw = [pdftoppm, "-r", "20", "-png", tmp_path / "lecture.pdf", tmp_path / "page"]
    subprocess.run(draw, check=True, capture_output=True)
    pages = sorted(tmp_path.glob("page*.png"))
    assert len(pages) == 3
    for printed, (_, first, count) in zip(pages, SPANS):
        with Image.open(printed) as image:
            middle = image.convert("L").getpixel((image.width // 2, image.height * 2 // 3))
        assert middle == pytest.approx(GREY[first + count - 1], abs=4)


def test_a_page_has_each_clip_once_and_keeps_within_its_room(
    clips: dict[bool, Clip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = deck(clips, tmp_path / "a.html", language="zh-Hans").read_text(encoding="utf-8")
    assert text.count("<script type='text/plain'") == 3 and '<html lang="zh-Hans">' in text
    assert text.count("<track kind='captions' label='Captions' srclang='zh-Hans'") == 3
    assert len(re.findall(r"<img class='poster' alt='[^']+' src='data:image/webp", text)) == 3

    rng = np.random.default_rng(0)
    noise = [np.kron(rng.integers(0, 255, (45, 80, 3), np.uint8), np.ones((8, 8, 1), np.uint8)) for _ in range(15)]
    path = tmp_path / "noise.mov"
    Encoder(".mov", "qtrle", "rgb24").write(path, noise, RATE)
    section = Section("noise", path, 0, 15, loops=False)
    clip = Clip("Noise", "Noise.", path, 640, 360, RATE, (section,))
    slide = Slide(clip, section, "1")
    best = page.Room([slide])
    assert float(best.encoder(0).options["crf"]) == page.BEST and best.lines == 360
    full = len(page._clip(0, slide, best))
    monkeypatch.setattr(page, "ROOM", 0.75 * full / 4)
    tight = page.Room([slide])
    assert len(page._clip(0, slide, tight)) < 0.6 * full and tight.lines == 360

    monkeypatch.setattr(page, "ROOM", 36e6)
    monkeypatch.setattr(page, "_needed", lambda *_: 36e6 / 10)  # of which the trial sees too little
    many, taken = page.Room([slide] * 20), 0.0
    for number in range(20):
        encoder = many.encoder(number)
        size = 1.3 * 36e6 / 10 / 2 ** ((float(encoder.options["crf"]) - page.BEST) / 6)
        many.took(number, encoder, round(size))
        taken += size
    assert 0.97 * 36e6 < taken < 1.01 * 36e6


def test_a_lecturer_is_told_of_clips_that_are_smaller_than_asked_and_no_clip_is_kept_twice(
    clips: dict[bool, Clip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    deck(clips, tmp_path / "a.html", say=said.append)
    assert said == []
    monkeypatch.setattr(page, "ROOM", 1e3)
    monkeypatch.setattr(page, "SMALL", 72)
    clips[True].video.write_bytes(b"all of it, which no slide shows")
    made = deck(clips, tmp_path / "b.html", say=said.append)
    assert said == ["its clips have 72 lines instead of 108, so that 4 s of them can be carried"]
    assert not clips[True].video.exists()
    clip = re.search(r"id='clip-0'>([^<]+)<", made.read_text(encoding="utf-8"))
    assert clip is not None
    with av.open(io.BytesIO(base64.b64decode(clip[1]))) as video:
        assert (video.streams.video[0].width, video.streams.video[0].height) == (128, 72)


def test_a_run_is_a_slide_to_touch_and_keys_stay_the_decks_until_it_is_entered(
    clips: dict[bool, Clip], tmp_path: Path, browser: Browser, small: Run
) -> None:
    with pytest.raises(UnspiralError, match="a slide to touch takes a browser"):
        write_deck(["grey.py"], tmp_path / "a.pdf", Rendering(), live=[("small", small)])
    made = tmp_path / "lecture.html"
    write_deck(["grey.py"], made, Rendering(), render=lambda _, lossless: copied(clips[lossless], tmp_path / "grey"),
               live=[("<b>small</b>", small)])  # fmt: skip
    browser.ask("/url", {"url": f"{made.as_uri()}#/3"})
    browser.wait("Reveal.isReady() && Reveal.getIndices().h === 3")
    browser.press("p")  # there is no clip to pause
    browser.press(LEFT)
    browser.wait("Reveal.getIndices().h === 2")
    browser.press(RIGHT)
    browser.wait("Reveal.getIndices().h === 3")
    assert browser.run("return document.querySelector('section.present h2').textContent") == "<b>small</b>"
    left, top, width, height = browser.run(
        "const b = document.querySelector('iframe').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]"
    )
    frame = browser.ask("/element", {"using": "css selector", "value": "iframe"})
    browser.ask("/frame", {"id": frame})
    browser.wait("window.unspiral && unspiral.painted && unspiral.panels[0].width > 50")
    across, down = browser.run(
        "const panel = document.querySelector('.panel'); panel.scrollIntoView({ block: 'center' }); "
        "const b = panel.getBoundingClientRect(); "
        "return [(b.left + b.width / 2) / innerWidth, (b.top + b.height / 2) / innerHeight]"
    )
    browser.ask("/frame", {"id": None})
    browser.drag((left + across * width, top + down * height))
    browser.press(RIGHT)  # moves the probe
    browser.ask("/frame", {"id": frame})
    browser.wait("unspiral.state.probe")
    browser.ask("/frame", {"id": None})
    assert browser.run("return Reveal.getIndices().h") == 3
    browser.press("\ue00c")  # the probe goes
    browser.press("\ue00c")  # and then one leaves
    browser.wait("document.activeElement.tagName !== 'IFRAME'")
    browser.press(LEFT)
    browser.wait("Reveal.getIndices().h === 2")
