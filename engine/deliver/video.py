"""Frames out of video files and into them: true BT.709, straight alpha, joins without another generation."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from engine.deliver.captions import Line
from engine.deliver.packets import measured, packets
from engine.deliver.sound import BITS, RATE
from engine.progress import bar

RawFrame = NDArray[np.uint8]
"""A decoded frame: RGB (H, W, 3), or RGBA (H, W, 4), with premultiplied alpha until `straight` divides by it."""
BT709 = 1
"""The same number in all of FFmpeg's tables: primaries, transfer characteristic, matrix."""
LIMITED_RANGE = 1


@dataclass(frozen=True)
class Encoder:
    """How frames become a video file. Not for GIF, whose palette depends on all frames."""

    suffix: str
    codec: str
    pixels: str
    """FFmpeg's pixel format; with an alpha channel the video carries straight alpha."""
    options: dict[str, str] = field(default_factory=dict)
    tag: str = ""
    """Four characters that name the codec in a MOV; joining would name the wrong one."""
    sound: str = "aac"
    """Codec for sound in this container."""

    @property
    def alpha(self) -> bool:
        """Whether it carries alpha."""
        return "a" in self.pixels.removeprefix("gray")

    def write(self, path: Path, frames: Iterable[RawFrame], rate: Fraction) -> int:
        """Encode RGB or straight RGBA frames (H, W, 3 or 4) into a file; returns how many there were."""
        reformatter = VideoReformatter()
        count = 0
        with av.open(path, "w", options=container_options(path)) as container:
            stream: Any = None
            for pixels in frames:
                if stream is None:
                    stream = container.add_stream(self.codec, rate=rate, options=dict(self.options))
                    stream.height, stream.width = pixels.shape[:2]
                    stream.pix_fmt = self.pixels
                    context = stream.codec_context
                    context.color_primaries = context.color_trc = context.colorspace = BT709
                    context.color_range = LIMITED_RANGE
                    if self.tag:
                        context.codec_tag = self.tag
                    if self.alpha and path.suffix == ".webm":
                        stream.metadata["alpha_mode"] = "1"
                source = av.VideoFrame.from_ndarray(pixels, format="rgba" if pixels.shape[2] == 4 else "rgb24")
                frame = reformatter.reformat(
                    source,
                    format=self.pixels,
                    dst_colorspace=Colorspace.ITU709,
                    interpolation=Interpolation.BILINEAR | Interpolation.ACCURATE_RND,
                    dst_color_trc=BT709,  # ProRes takes these from its frames
                    dst_color_primaries=BT709,
                )
                frame.pts, frame.time_base = count, 1 / rate
                container.mux(stream.encode(frame))
                count += 1
            if stream is not None:
                container.mux(stream.encode())
        return count


def container_options(path: Path) -> dict[str, str]:
    """A player should find the index of an MP4 or MOV at its beginning, before it has read the whole file."""
    return {"movflags": "+faststart"} if path.suffix in (".mp4", ".mov") else {}


_READ: ContextVar[Callable[[], None]] = ContextVar("_READ", default=lambda: None)


@contextmanager
def counting(words: str, total: int) -> Iterator[None]:
    """Meanwhile a bar says `words` and how many frames of about `total` have been read: each is being encoded."""
    read = 0
    with bar(words, total, "frames") as done:

        def one() -> None:
            nonlocal read
            read += 1
            done(min(read, total))

        token = _READ.set(one)
        try:
            yield
        finally:
            _READ.reset(token)


def frames(path: Path, lines: int | None = None) -> Iterator[RawFrame]:
    """A video's frames: RGB (H, W, 3), or RGBA (H, W, 4) with premultiplied alpha, H being at most `lines`."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        for frame in container.decode(stream):
            _READ.get()()
            yield _pixels(frame, lines)


def some_frames(path: Path, together: int, every: int) -> Iterator[RawFrame]:
    """The first of every `every` groups of `together` frames; others are not decoded where there are key frames."""
    with av.open(path) as container:
        for group in _groups(container, together)[::every]:
            yield from _group(container, group)


def frames_backwards(path: Path, together: int = 24) -> Iterator[RawFrame]:
    """The same frames from the last to the first; at most about `together` of them are held at a time.

    Needs key frames at least that often, or it decodes what lies before again and again.
    """
    with av.open(path) as container:
        for group in reversed(_groups(container, together)):
            yield from reversed([*_group(container, group)])


def _groups(container: Any, together: int) -> list[list[int]]:
    """The times of a video's frames, `together` at a time."""
    times = sorted(p.pts for p in container.demux(video=0) if p.pts is not None)
    return [times[k : k + together] for k in range(0, len(times), together)]


def _group(container: Any, group: list[int]) -> Iterator[RawFrame]:
    """The frames of some times that follow each other."""
    container.seek(group[0], stream=container.streams.video[0], backward=True)
    wanted = (f for f in container.decode(video=0) if f.pts is not None and f.pts >= group[0])
    for frame in islice(wanted, len(group)):
        _READ.get()()
        yield _pixels(frame)


def _pixels(frame: av.VideoFrame, lines: int | None = None) -> RawFrame:
    form = "rgba" if any(component.is_alpha for component in frame.format.components) else "rgb24"
    if lines is not None and lines < frame.height:
        frame = frame.reformat(2 * round(frame.width * lines / frame.height / 2), lines, form)
    return np.asarray(frame.to_ndarray(format=form), np.uint8)


def straight(pixels: RawFrame) -> RawFrame:
    """Premultiplied RGBA as straight RGBA, the colours of clear pixels filled in from around them.

    What is clear is not seen, but codecs blur it into its neighbours: left black, it would be a dark fringe.
    """
    out = pixels.copy()
    alpha = pixels[..., 3]
    partly = np.flatnonzero(alpha - np.uint8(1) < 254)  # 0 becomes 255
    seen = pixels.reshape(-1, 4)[partly]
    out.reshape(-1, 4)[partly, :3] = _division()[seen[:, 3:], seen[:, :3]]
    clear = alpha == 0
    if clear.any():
        np.copyto(out.view(np.uint32)[..., 0], _filled(pixels), where=clear)
    return out


@cache
def _division() -> NDArray[np.uint8]:
    """The table [alpha, premultiplied] → straight, rounded."""
    alpha, value = np.mgrid[:256, :256]
    quotient = np.divide(255.0 * value, alpha, out=np.zeros((256, 256)), where=alpha > 0)
    return np.minimum(np.rint(quotient), 255).astype(np.uint8)


def _filled(pixels: RawFrame) -> NDArray[np.uint32]:
    """Clear pixels (H, W), a number each: the average around 4 × 4 of them, or 32 × 32 where all is clear."""
    height, width = pixels.shape[:2]
    sums = _fours(pixels).astype(np.float32)
    near = _averages(sums)
    far = np.repeat(np.repeat(_averages(_blocks(sums, 8)), 8, 0), 8, 1)[: len(sums), : sums.shape[1]]
    filled = np.where(near[..., 3:] > 0, near, far)
    filled[..., 3] = 0
    colours = np.rint(filled).astype(np.uint8).view(np.uint32)[..., 0]
    return np.repeat(np.repeat(colours, 4, 0), 4, 1)[:height, :width]


def _fours(pixels: RawFrame) -> NDArray[np.uint16]:
    """Sums over blocks of 4 × 4 pixels; the four sums of a block are added as one number of 64 bits."""
    height, width = pixels.shape[:2]
    if height % 4 or width % 4:
        pixels = np.pad(pixels, ((0, -height % 4), (0, -width % 4), (0, 0)))
    rows = sum((pixels[k::4] for k in range(1, 4)), start=pixels[::4].astype(np.uint16))
    packed = rows.view(np.uint64)[..., 0]
    blocks = sum((packed[:, k::4] for k in range(1, 4)), start=packed[:, ::4].copy())
    return blocks[..., None].view(np.uint16)


def _blocks(sums: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Sums over blocks of `side` × `side`; clear ones are added at the right and below until they fit."""
    rows, columns = -(-sums.shape[0] // side), -(-sums.shape[1] // side)
    padded = np.pad(sums, ((0, rows * side - sums.shape[0]), (0, columns * side - sums.shape[1]), (0, 0)))
    return padded.reshape(rows, side, columns, side, 4).sum((1, 3))


def _averages(sums: NDArray[np.float32]) -> NDArray[np.float32]:
    """Straight colour over each block and its eight neighbours, and their sum of alpha."""
    padded = np.pad(sums, ((1, 1), (1, 1), (0, 0)))
    across = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    near = across[:-2] + across[1:-1] + across[2:]
    colour = np.divide(255 * near, near[..., 3:], out=np.zeros_like(near), where=near[..., 3:] > 0)
    colour[..., 3] = near[..., 3]
    return np.minimum(colour, 255)


def join(
    parts: Sequence[Path],
    path: Path,
    rate: Fraction,
    *,
    tag: str = "",
    chapters: Sequence[tuple[str, float, float]] = (),
    sound: tuple[Iterator[av.AudioFrame], str] | None = None,
    captions: Sequence[Line] = (),
    language: str = "en",
    comment: str = "",
) -> None:
    """Videos of one codec and size, one after the other, not encoded anew: frame n is shown at n / rate exactly.

    `chapters` are (title, start, end in s); `sound` is frames of sound and the codec to put them in; `captions` become
    a track in an MP4. (FFmpeg's concat goes by durations in milliseconds, as files state them: frames creep.)
    """
    late = max((measured(part, rate).ahead for part in parts), default=0)
    with av.open(path, "w", options=container_options(path)) as joined:
        if comment:
            joined.metadata["comment"] = comment
        out: Any = None
        audio: Any = None
        begin, tick = 0, 1 / rate
        heard = _interleaved(sound[0]) if sound is not None else None
        for part in parts:
            count = 0
            for packet, index, shown in packets(part, rate):
                if out is None:
                    out = joined.add_stream_from_template(packet.stream)
                    out.codec_context.framerate = rate  # a WebM's would be guessed from milliseconds
                    if tag:
                        out.codec_context.codec_tag = tag
                    if "ALPHA_MODE" in packet.stream.metadata:
                        out.metadata["alpha_mode"] = packet.stream.metadata["ALPHA_MODE"]
                    if sound is not None:
                        audio = joined.add_stream(sound[1], rate=RATE, layout="stereo", options={"b": BITS})
                    said = _captions(joined, captions, language) if captions else ()
                    if chapters:
                        joined.set_chapters(_chapters(chapters))
                    for caption in said:
                        joined.mux(caption)
                packet.time_base = tick
                packet.pts, packet.dts, packet.duration = begin + shown, begin + index - late, 1
                if heard is not None:
                    for frame in heard(float(packet.dts / rate)):
                        joined.mux(audio.encode(frame))
                packet.stream = out
                joined.mux(packet)
                count += 1
            begin += count
        if heard is not None and out is not None:
            for frame in heard(float("inf")):
                joined.mux(audio.encode(frame))
            joined.mux(audio.encode())


LANGUAGES = {
    **{"ar": "ara", "bn": "ben", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "es": "spa"},
    **{"fa": "fas", "fi": "fin", "fr": "fra", "he": "heb", "hi": "hin", "hu": "hun", "id": "ind", "it": "ita"},
    **{"ja": "jpn", "ko": "kor", "nl": "nld", "no": "nor", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus"},
    **{"sv": "swe", "th": "tha", "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "zho"},
}
"""Codes of two letters, as browsers know languages, and of three, as MP4 does."""


def _captions(joined: Any, captions: Sequence[Line], language: str) -> Iterator[av.Packet]:
    """Add a track for captions to a file in the making; the packets to put into it, in 3GPP's timed text."""
    tick = Fraction(1, 1000)
    stream = joined.add_mux_stream("mov_text")
    stream.time_base = tick
    code = language.split("-")[0].lower()
    stream.metadata["language"] = code if len(code) == 3 else LANGUAGES.get(code, "und")

    def packed() -> Iterator[av.Packet]:
        for start, end, text in captions:
            written = text.encode()[:65535]
            packet = av.Packet(len(written).to_bytes(2, "big") + written)
            packet.stream, packet.time_base = stream, tick
            packet.pts = packet.dts = round(start / tick)
            packet.duration = round(end / tick) - packet.pts
            yield packet

    return packed()


def _interleaved(sound: Iterator[av.AudioFrame]) -> Callable[[float], Iterator[av.AudioFrame]]:
    """A function that yields what is left of the sound up to a time in seconds: players want it beside its pictures."""
    coming = next(sound, None)

    def until(time: float) -> Iterator[av.AudioFrame]:
        nonlocal coming
        while coming is not None and float(coming.time or 0) <= time:
            yield coming
            coming = next(sound, None)

    return until


def _chapters(chapters: Sequence[tuple[str, float, float]]) -> list[Any]:
    return [
        {
            "id": number,
            "start": round(1000 * start),
            "end": round(1000 * end),
            "time_base": Fraction(1, 1000),
            "metadata": {"title": title},
        }
        for number, (title, start, end) in enumerate(chapters, 1)
    ]
