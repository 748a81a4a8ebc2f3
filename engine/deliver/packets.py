"""A video's packets: which frame each of them is, and what is to be known before they are joined to others."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import av


def packets(part: Path, rate: Fraction) -> Iterator[tuple[Any, int, int]]:
    """(packet, its place in the file, which frame it is) of a file's video."""
    with av.open(str(part), options={"skip_frame": "all"}) as source:  # FFmpeg would decode some to open it
        index, stream = 0, source.streams.video[0]
        base = rate * (stream.time_base or 0)
        frame, tick = base.numerator, base.denominator
        for packet in source.demux(stream):
            if packet.pts is not None and packet.time_base is not None:
                yield packet, index, (2 * packet.pts * frame + tick) // (2 * tick)  # the nearest, in whole numbers
                index += 1


class Measured(NamedTuple):
    """What is to be known of a video before it is joined to others."""

    frames: int
    ahead: int
    """By how many frames it is to be decoded ahead of being shown."""


def measured(part: Path, rate: Fraction) -> Measured:
    """What is to be known of a video; found again only if the file has changed."""
    there = part.stat()
    return _measured(part, rate, there.st_mtime_ns, there.st_size)


@lru_cache(maxsize=4096)
def _measured(part: Path, rate: Fraction, *_: int) -> Measured:
    count, ahead, reordered = 0, 0, False
    for packet, index, shown in packets(part, rate):
        reordered = reordered or bool(packet.stream.codec_context.has_b_frames)
        count, ahead = index + 1, max(ahead, index - shown)
    return Measured(count, ahead if reordered else 0)
