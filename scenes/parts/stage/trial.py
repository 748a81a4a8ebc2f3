"""A trial of an encoder in hardware: drawn frames through it and back, held to all that x264's are.

    python -m scenes.parts.stage.trial '["h264_nvenc", "yuv420p", [{"qp": "23"}], []]' 1920 1080 60

prints a verdict as JSON: with which options it may be used, or why it may not.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, NamedTuple

import av
import cairo
import numpy as np
from av.error import FFmpegError
from manim._config.video_encoder import VideoEncoderSpec
from numpy.typing import NDArray

from engine.deliver.packets import packets
from engine.deliver.video import frames_backwards, join
from scenes.parts.paint.canvas import Pixels
from scenes.parts.paint.theme import DARK, RGB
from scenes.parts.stage.encoder import Pool, SegmentEncoder
from scenes.parts.stage.hardware import Encoder, LostError, reason
from scenes.parts.stage.settings import ENCODER

FRAMES = 12
PLAYED = 120
"""Frames of an ordinary segment: to begin one takes hardware longer than software."""
LIKE, LARGER, OFF, SLOWER = 0.99, 1.2, 2.0, 1.0
"""At least so alike (SSIM); at most so much larger than x264's, further off in colour (levels of 255), and slower."""
POINTS = 300
BITS = 4
"""Squares at the foot of a frame that tell its number."""

_Plane = NDArray[Any]


class Coded(NamedTuple):
    """A segment that was encoded."""

    file: Path
    size: int
    """Bytes."""
    seconds: float
    """For an ordinary segment."""


def verdict(encoder: Encoder, width: int, height: int, rate: Fraction) -> dict[str, Any]:
    """Options with which an encoder may be used, and nothing against it; else None and why not."""
    try:
        return _tried(encoder, width, height, rate)
    except LostError as lost:
        why = lost.why
    except (OSError, ValueError, FFmpegError) as error:
        why = reason(error)
    return {"options": None, "why": f"it does not work here ({why})"}


def _tried(encoder: Encoder, width: int, height: int, rate: Fraction) -> dict[str, Any]:
    drawn, why = [picture(number, width, height) for number in range(2)], ""
    hows = [spec(encoder.name, encoder.pixels, options, drawn[0], rate) for options in encoder.options]
    ours = spec("libx264", "yuv420p", ENCODER, drawn[0], rate)
    with TemporaryDirectory() as folder:
        for how in (hows[0], ours):  # where there is none, nothing more is to be done; and what is loaded is loaded
            coded(how, drawn, Path(folder, "begun.mp4"))
        drawn += [picture(number, width, height) for number in range(2, FRAMES)]
        x264 = coded(ours, drawn, Path(folder, "x264.mp4"))
        for how in hows:
            why = against(coded(how, drawn, Path(folder, "theirs.mp4")), x264, drawn, rate)
            if not why:
                return {"options": dict(how.options), "why": ""}
    return {"options": None, "why": why}


def spec(codec: str, pixels: str, options: dict[str, str], like: Pixels, rate: Fraction) -> VideoEncoderSpec:
    """What segments of an encoder's are like."""
    return VideoEncoderSpec("mp4", codec, pixels, like.shape[1], like.shape[0], rate, tuple(options.items()))


def coded(how: VideoEncoderSpec, drawn: Sequence[Pixels], file: Path) -> Coded:
    """Encode frames as a clip's are."""
    begun = time.perf_counter()
    segment = SegmentEncoder(target=file, spec=how, pool=Pool(), turn=Lock())
    try:
        segment.write_frame(drawn[0])
        opened = time.perf_counter()
        for pixels in drawn[1:]:
            segment.write_frame(pixels)
        segment.finish()
    finally:
        segment.abort()
    ended = time.perf_counter()
    seconds = opened - begun + (ended - opened) / (len(drawn) - 1) * (PLAYED - 1)
    return Coded(file, file.stat().st_size, seconds)


def against(theirs: Coded, x264: Coded, drawn: Sequence[Pixels], rate: Fraction) -> str:
    """What is to be said against a segment; empty if it is as good as x264's."""
    if sorted(shown for *_, shown in packets(theirs.file, rate)) != [*range(len(drawn))]:
        return "it loses frames, or puts them out of time"
    if tags(theirs.file) != tags(x264.file):
        return "its files do not say that colours are BT.709"
    twice = theirs.file.with_name("twice.mp4")
    join([theirs.file, theirs.file], twice, rate)
    shown, there = decoded(twice), [*range(len(drawn))] * 2
    if [number(frame.to_ndarray(format="gray")) for frame in shown] != there:
        return "its segments cannot be joined"
    if [number(frame[..., 1]) for frame in frames_backwards(twice, len(drawn) // 2)] != there[::-1]:
        return "its clips cannot be played backwards"
    (far, alike), (usual, ours) = (compared(drawn, frames) for frames in (shown, decoded(x264.file)))
    if far > usual + OFF:
        return f"its colours are off by {far:.0f} of 255 levels"
    if alike < (LIKE if ours >= LIKE else ours - 0.002):  # in small frames points are a pixel or two
        return f"its frames are less like what was drawn (SSIM {alike:.3f})"
    if theirs.size > LARGER * x264.size:
        return f"its files are {theirs.size / x264.size:.1f} times as large as x264's"
    if theirs.seconds > SLOWER * x264.seconds:
        return f"it takes {theirs.seconds / x264.seconds:.1f} times as long as x264"
    return ""


def tags(file: Path) -> list[int]:
    """Primaries, transfer characteristic, matrix and range in FFmpeg's numbers, of the file and of its frames."""
    with av.open(str(file)) as container:
        both: list[Any] = [container.streams.video[0].codec_context, next(container.decode(video=0))]
        return [tag for of in both for tag in (of.color_primaries, of.color_trc, of.colorspace, of.color_range)]


def decoded(file: Path) -> list[av.VideoFrame]:
    """All frames."""
    with av.open(str(file)) as container:
        return [*container.decode(video=0)]


def compared(drawn: Sequence[Pixels], shown: Sequence[av.VideoFrame]) -> tuple[float, float]:
    """By how many levels of 255 colours at rest are off at worst, and how alike frames are, by SSIM.

    SSIM as FFmpeg's filter has it: of Y, U and V, by how many numbers each has.
    """
    off, alike = [], []
    for place in (len(drawn) // 4, 3 * len(drawn) // 4):
        theirs = shown[place].to_ndarray(format="rgb24")
        off.append(np.abs(_middles(theirs, 10, foot=False) - _middles(drawn[place][..., :3], 10, foot=False)).max())
        y, u, v = (_ssim(*pair) for pair in zip(_planes(theirs), _planes(drawn[place])))
        alike.append((4 * y + u + v) / 6)
    return float(max(off)), float(np.mean(alike))


def picture(number: int, width: int, height: int) -> Pixels:
    """A frame as ours are: regions, thin lines and points that turn; besides, resting colours and its number."""
    pixels = np.empty((height, width, 4), np.uint8)
    surface = cairo.ImageSurface.create_for_data(pixels.data, cairo.FORMAT_ARGB32, width, height)  # type: ignore[arg-type]
    context = cairo.Context(surface)
    unit, turn = min(width, height) / 1080, 0.004 * number
    _fill(context, DARK.region_colours(5)[0], 0, 0, width, height)
    context.save()
    context.translate(width / 2, height / 2)
    for wedge, colour in enumerate(DARK.region_colours(5)):
        context.move_to(0, 0)
        context.arc(0, 0, width + height, turn + 1.2566 * wedge, turn + 1.2566 * (wedge + 1))
        _paint(context, colour)
    context.set_line_width(1.5 * unit)
    context.set_source_rgb(0.4, 0.4, 0.4)
    for line in np.linspace(-480, 480, 9):
        context.move_to(-900 * unit, line * unit)
        context.curve_to(
            -300 * unit, (line + 9000 * turn) * unit, 300 * unit, (line - 9000 * turn) * unit, 900 * unit, line * unit
        )
        context.stroke()
    for point in range(POINTS):
        r, angle = 500 * unit * point / POINTS, 7 * point + turn
        context.arc(r * np.cos(angle), r * np.sin(angle), 5 * unit, 0, 7)
        _paint(context, DARK.class_colours(5)[point % 5])
    context.restore()
    side = height / 16
    for place, colour in enumerate((*DARK.class_colours(5), *DARK.region_colours(5))):
        _fill(context, colour, place * side, 0, side, side)
    for bit in range(BITS):
        light = float(number >> bit & 1)
        _fill(context, (light, light, light), bit * side, height - side, side, side)
    surface.flush()
    return pixels


def _fill(context: cairo.Context, colour: RGB, *box: float) -> None:
    context.rectangle(*box)
    _paint(context, colour)


def _paint(context: cairo.Context, colour: RGB) -> None:
    context.set_source_rgb(*reversed(colour))  # red and blue as Manim has them
    context.fill()


def _middles(frame: Pixels, count: int, foot: bool) -> NDArray[Any]:
    """The mean colours (count, channels) in the middles of the squares at a frame's head or foot."""
    side = frame.shape[0] / 16
    first, last = (round((frame.shape[0] - side if foot else 0) + share * side) for share in (0.3, 0.7))
    return np.array(
        [
            frame[first:last, round((k + 0.3) * side) : round((k + 0.7) * side), ...].mean((0, 1), dtype=float)
            for k in range(count)
        ]
    )


def number(grey: Pixels) -> int:
    """What a frame (H, W) tells to be its number."""
    return sum(1 << bit for bit, light in enumerate(_middles(grey, BITS, foot=True)) if light > 127)


def _planes(pixels: Pixels) -> list[_Plane]:
    """Luma, and chroma at half the size, of BT.709."""
    r, g, b = (pixels[..., k].astype(np.float32) for k in range(3))
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    halves = [
        (c[::2, ::2] + c[1::2, ::2] + c[::2, 1::2] + c[1::2, 1::2]) / 4 for c in ((b - y) / 1.8556, (r - y) / 1.5748)
    ]
    return [y, *halves]


def _ssim(a: _Plane, b: _Plane) -> float:
    """Over blocks of 8 × 8 that lie 4 apart."""
    rows, columns = a.shape[0] // 4 * 4, a.shape[1] // 4 * 4
    a, b = a[:rows, :columns], b[:rows, :columns]

    def summed(values: _Plane) -> _Plane:
        fours = values.reshape(rows // 4, 4, columns // 4, 4).sum((1, 3))
        return (fours[1:, 1:] + fours[:-1, 1:] + fours[1:, :-1] + fours[:-1, :-1]) / 64

    ma, mb, both = summed(a), summed(b), summed(a * b)
    squares, covariance = summed(a * a + b * b) - ma * ma - mb * mb, both - ma * mb
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float(np.mean((2 * ma * mb + c1) * (2 * covariance + c2) / ((ma * ma + mb * mb + c1) * (squares + c2))))


@contextmanager
def _silent() -> Any:
    """Drivers write where they like: keep it off the verdict."""
    kept, nothing = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nothing)


def main(encoder: str, width: str, height: str, rate: str) -> None:
    """Try one encoder, and print what is to be said of it."""
    name, pixels, options, places = json.loads(encoder)
    found = verdict(Encoder(name, pixels, tuple(options), tuple(places)), int(width), int(height), Fraction(rate))
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
