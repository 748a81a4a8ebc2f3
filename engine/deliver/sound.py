"""A lecturer's sound, ready to go onto a clip."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import av
from av import error

from engine.errors import UnspiralError

RATE = 48_000
"""Samples a second, what video is cut with."""


def duration(path: Path) -> float:
    """Seconds of sound in a WAV, MP3 or another file. UnspiralError if there is none."""
    return sum(frame.samples for frame in sound(path)) / RATE


def sound(path: Path, start: float = 0.0, end: float = float("inf")) -> Iterator[av.AudioFrame]:
    """The sound from `start` to `end` in seconds, in stereo at 48 kHz, its time beginning at 0."""
    if not path.is_file():
        raise UnspiralError(f"there is no sound file {path}")
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE, frame_size=1024)
    first, last = round(start * RATE), RATE * end
    seen = given = 0
    try:
        with av.open(path) as container:
            if not container.streams.audio:
                raise UnspiralError(f"{path} holds no sound")
            for decoded in chain(container.decode(container.streams.audio[0]), [None]):
                for frame in resampler.resample(decoded):
                    samples = frame.to_ndarray().reshape(-1, 2)
                    begin, stop = max(0, first - seen), min(len(samples), max(0, last - seen))
                    seen += len(samples)
                    if begin < stop:
                        cut = av.AudioFrame.from_ndarray(
                            samples[begin : int(stop)].reshape(1, -1), format="s16", layout="stereo"
                        )
                        cut.sample_rate, cut.pts = RATE, given
                        cut.time_base = frame.time_base
                        given += cut.samples
                        yield cut
    except error.FFmpegError as wrong:
        raise UnspiralError(f"{path} cannot be read as sound: {wrong.strerror}") from None
