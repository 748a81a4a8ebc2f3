"""The table of delivery targets, and how each is made of a clip."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import av
from PIL import Image

from engine.deliver.captions import Line, as_srt, as_vtt
from engine.deliver.clip import Clip, Section, slug
from engine.deliver.gif import write_gif
from engine.deliver.sound import Sounding, mixed
from engine.deliver.timeline import timeline
from engine.deliver.video import Encoder, RawFrame, frames, frames_backwards, join, straight

H264 = Encoder(".mp4", "libx264", "yuv420p", {"preset": "veryfast", "crf": "18"})
PRORES = Encoder(".mov", "prores_ks", "yuv422p10le", {"profile": "hq", "vendor": "apl0"}, "apch", "pcm_s16le")
PRORES_ALPHA = Encoder(
    ".mov", "prores_ks", "yuva444p10le", {"profile": "4444", "alpha_bits": "16", "vendor": "apl0"}, "ap4h", "pcm_s16le"
)
PRORES_SMALL = replace(PRORES_ALPHA, options={**PRORES_ALPHA.options, "alpha_bits": "8", "bits_per_mb": "800"})
"""22 s at 1280 × 720 and 30 frames a second, five thousand points over regions that shine through: 180 MB for 576 at a
PSNR of 33 dB for 61, the alpha being as good. (PNG in MOV: 271 MB without loss, which few editors take.)"""
_VP9 = {"b": "0", "deadline": "good", "cpu-used": "4", "row-mt": "1", "auto-alt-ref": "0"}
VP9 = Encoder(".webm", "libvpx-vp9", "yuv420p", {"crf": "28", **_VP9}, sound="libopus")
VP9_ALPHA = Encoder(".webm", "libvpx-vp9", "yuva420p", {"crf": "16", **_VP9}, sound="libopus")


@dataclass(frozen=True)
class Work:
    """A clip on its way to a target."""

    clip: Clip
    lossless: bool
    """Whether the clip's frames are exactly as drawn; H.264 that is good to be copied otherwise."""
    transparent: bool
    stem: Path
    """Files and folders are named after it: stem.mp4, stem/01-origin.mp4."""
    sound: Path | None = None
    sound_duration: float = 0.0
    language: str = "en"
    """Of its words."""

    def frames(self, section: Section) -> Iterator[RawFrame]:
        """The section's frames: RGB, or straight RGBA."""
        return map(self.as_coded, frames(section.video))

    def as_coded(self, drawn: RawFrame) -> RawFrame:
        """A frame as encoders take it."""
        return straight(drawn) if self.transparent else drawn

    def heard(self, start: float, end: float, encoder: Encoder) -> tuple[Iterator[av.AudioFrame], str] | None:
        """What is heard from `start` to `end` in seconds: the scene's sound and the lecturer's, and how to code it."""
        files = [*([self.clip.video] if self.clip.sounds else []), *([self.sound] if self.sound else [])]
        return (mixed([Sounding(file) for file in files], [(start, end)]), encoder.sound) if files else None

    def beside(self, number: int, section: Section, suffix: str) -> Path:
        """The section's own file."""
        return self.stem / f"{number:02}-{slug(section.name)}{suffix}"


@dataclass(frozen=True)
class Target:
    """A row of the table."""

    describes: str
    make: Callable[[Work], None]
    alpha: Literal["never", "always", "optional"] = "never"
    needs_lossless: bool = True
    sounds: bool = True
    intra: Encoder | None = None
    """What encodes each frame by itself, where it does: how large it will be can be said beforehand."""


def videos(*encoders: Encoder, edited: bool = False) -> Callable[[Work], None]:
    """Make a video in each encoding, the sections' own files, captions, and for editing a timeline."""

    def make(work: Work) -> None:
        clip = work.clip
        for encoder in encoders:
            with_name = work.stem.with_name
            unfinished = with_name(f".{work.stem.name}-parts")
            unfinished.mkdir()
            try:
                parts, ends = zip(*(encoded(work, number, encoder, unfinished) for number in range(len(clip.sections))))
                whole = with_name(work.stem.name + encoder.suffix)
                chapters = [(s.name, *_span(s, clip.rate)) for s in clip.sections] if len(parts) > 1 else []
                heard = work.heard(0, float(clip.duration), encoder)
                pieces = parts if work.lossless else [clip.video]
                words = {"captions": clip.words, "language": work.language} if encoder.suffix == ".mp4" else {}
                join(pieces, whole, clip.rate, tag=encoder.tag, chapters=chapters, sound=heard, **words)
                for number, (section, part, end) in enumerate(zip(clip.sections, parts, ends), 1):
                    heard = work.heard(*_span(section, clip.rate), encoder)
                    own = work.beside(number, section, encoder.suffix)
                    own.parent.mkdir(exist_ok=True)
                    if words:
                        words["captions"] = within(section, clip.rate)
                    join([part, *end], own, clip.rate, tag=encoder.tag, sound=heard, **words)
            finally:
                shutil.rmtree(unfinished)
            if edited:
                written = timeline(clip, Path(whole.name), work.sound, work.sound_duration)
                with_name(f"{work.stem.name}.otio").write_text(written, encoding="utf-8")
        write_captions(work)

    return make


def encoded(work: Work, number: int, encoder: Encoder, folder: Path) -> tuple[Path, list[Path]]:
    """A section in an encoding, and apart from it the frames that it shares with the next one.

    Manim's own file, with all of them, where that is H.264 already; else made from lossless frames.
    """
    section = work.clip.sections[number]
    if not work.lossless:
        return section.video, []
    shown = work.frames(section)
    part, end = (folder / f"{number}{piece}{encoder.suffix}" for piece in ("", "-end"))
    encoder.write(part, islice(shown, section.frames - section.shared), work.clip.rate)
    if not section.shared:
        return part, []
    encoder.write(end, shown, work.clip.rate)
    return part, [end]


def expected(work: Work, encoder: Encoder, looked_at: int = 8) -> float:
    """Bytes that the clip will take in an encoding that takes each frame by itself: a few of its frames, encoded."""
    step = max(1, work.clip.frames // looked_at)
    every = (pixels for section in work.clip.sections for pixels in frames(section.video))
    some = map(work.as_coded, islice(every, 0, None, step))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"some{encoder.suffix}"
        count = encoder.write(path, some, work.clip.rate)
        return path.stat().st_size * work.clip.frames / max(count, 1)


def within(section: Section, rate: Fraction) -> list[Line]:
    """What is said in a section, in seconds since it began."""
    start, end = _span(section, rate)
    return [Line(max(line.start, start) - start, min(line.end, end) - start, line.text) for line in section.words]


def write_captions(work: Work) -> None:
    """stem.srt and stem.vtt, where the scene says something."""
    if work.clip.words:
        for suffix, text in ((".srt", as_srt(work.clip.words)), (".vtt", as_vtt(work.clip.words))):
            work.stem.with_name(work.stem.name + suffix).write_text(text, encoding="utf-8")


def _span(section: Section, rate: Fraction) -> tuple[float, float]:
    return float(section.first / rate), float((section.first + section.frames - section.shared) / rate)


def make_gifs(work: Work, width: int = 640, rate: int = 20) -> None:
    """A looping GIF of the clip and one of each section, at most `width` pixels wide and `rate` frames a second."""
    clip = work.clip
    step = max(1, round(clip.rate / rate))

    def write(path: Path, sections: tuple[Section, ...]) -> None:
        def some() -> Iterator[RawFrame]:
            once = (s.frames - s.shared if len(sections) > 1 else s.frames for s in sections)
            everything = (
                pixels for section, count in zip(sections, once) for pixels in islice(work.frames(section), count)
            )
            return islice(everything, 0, None, step)

        size = (min(width, clip.width), 2 * round(min(width, clip.width) * clip.height / clip.width / 2))
        write_gif(path, some, clip.rate / step, size)

    write(work.stem.with_name(f"{work.stem.name}.gif"), clip.sections)
    work.stem.mkdir()
    for number, section in enumerate(clip.sections, 1):
        write(work.beside(number, section, ".gif"), (section,))


def make_frames(work: Work, rate: int = 15) -> None:
    """A folder a section of numbered PNGs, at most `rate` a second, the section's last frame being the last."""
    step = max(1, round(work.clip.rate / rate))
    for number, section in enumerate(work.clip.sections, 1):
        folder = work.beside(number, section, "")
        folder.mkdir(parents=True)
        chosen = range((section.frames - 1) % step, section.frames, step)
        some = islice(work.frames(section), chosen.start, None, step)
        for count, pixels in enumerate(some):
            Image.fromarray(pixels).save(folder / f"{count:04}.png", compress_level=4)


def make_posters(work: Work) -> None:
    """A still a section: what it arrives at."""
    work.stem.mkdir()
    for number, section in enumerate(work.clip.sections, 1):
        Image.fromarray(last_frame(work, section)).save(work.beside(number, section, ".png"))


def last_frame(work: Work, section: Section) -> RawFrame:
    """The section's last frame."""
    frame = next(frames_backwards(section.video))
    return straight(frame) if work.transparent else frame


TARGETS = {
    "slides": Target("H.264 MP4 for PowerPoint, Keynote and Google Slides", videos(H264), needs_lossless=False),
    "editors": Target("ProRes 422 HQ MOV, timeline", videos(PRORES, edited=True), intra=PRORES),
    "overlay": Target(
        "ProRes 4444 MOV with straight alpha, timeline",
        videos(PRORES_ALPHA, edited=True),
        "always",
        intra=PRORES_ALPHA,
    ),
    "overlay-small": Target(
        "the same at a lower quality, about a third of the size",
        videos(PRORES_SMALL, edited=True),
        "always",
        intra=PRORES_SMALL,
    ),
    "web": Target("H.264 MP4 and VP9 WebM", videos(H264, VP9)),
    "web-overlay": Target("VP9 WebM with straight alpha", videos(VP9_ALPHA), "always"),
    "gif": Target("looping GIF, 640 pixels wide, 20 frames a second", make_gifs, sounds=False),
    "frames": Target("numbered PNGs, 15 a second, for Beamer", make_frames, "optional", sounds=False),
    "poster": Target("a PNG of each section's end", make_posters, "optional", sounds=False),
}
"""Every target: a new one is a row here."""
