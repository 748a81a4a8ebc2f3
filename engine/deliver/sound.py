"""Sound: a lecturer's own, and what a scene adds; cut, mixed and ready to go onto a clip."""

import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av import error
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.files import opening
from engine.films.cues import Cues, read_cues

RATE = 48_000
"""Samples a second, what video is cut with."""
_ALONE = {"protocol_whitelist": "file"}
"""A file may be a playlist that names others, or addresses: nothing is fetched for it."""
BITS = "192k"
"""Bits a second where sound is encoded."""
AT_ONCE = 1024
"""Samples that are mixed together."""


class Sounding(NamedTuple):
    """A sound file and how it is heard."""

    file: Path
    start: float = 0.0
    """Seconds, at which its beginning is heard."""
    gain: float = 0.0
    """Decibels by which it is made louder."""
    under: float = 0.0
    """Decibels by which everything before it in the list is made louder while it is heard; less than 0: quieter."""


def duration(path: Path) -> float:
    """Seconds of sound in a WAV, MP3 or another file. UnspiralError if there is none."""
    return sum(map(len, _decoded(path))) / RATE


def cued(cues: Path, sound: Path | None) -> Cues:
    """Cues from a file, as long as the recording where there is one. UnspiralError if it is shorter than they are."""
    read = read_cues(cues)
    if sound is None:
        return read
    if not sound.is_file():
        raise UnspiralError(f"there is no sound file {sound}")
    return read.lasting(duration(sound))


def has_sound(path: Path) -> bool:
    """Whether a file that can be opened holds sound."""
    with av.open(str(path), options={"skip_frame": "all"}) as container:
        return bool(container.streams.audio)


def mixed(sounds: Sequence[Sounding], spans: Iterable[tuple[float, float]]) -> Iterator[av.AudioFrame]:
    """What is heard of the sounds together from start to end in seconds, span after span, the first at time 0.

    In stereo at 48 kHz; what would be too loud is clipped. UnspiralError names a file that cannot be heard.
    """
    given = 0
    for start, end in spans:
        first, last = round(start * RATE), round(end * RATE)
        heard = [_Heard(sound, first) for sound in sounds]
        for begin in range(first, last, AT_ONCE):
            count = min(AT_ONCE, last - begin)
            total = np.zeros((count, 2), np.float32)
            for sound in heard:
                sound.onto(total)
            samples = np.clip(np.rint(total), -32768, 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, given, Fraction(1, RATE)
            given += count
            yield frame


class _Heard:
    """A sound, from one sample of the timeline on."""

    def __init__(self, sound: Sounding, first: int) -> None:
        self._wait = round(sound.start * RATE) - first
        self._gain, self._under = (10 ** (decibels / 20) for decibels in (sound.gain, sound.under))
        self._coming = _decoded(sound.file, max(0, -self._wait))
        self._rest = np.zeros((0, 2), np.float32)

    def onto(self, total: NDArray[np.float32]) -> None:
        """Add the next len(total) samples."""
        done = min(max(0, self._wait), len(total))
        self._wait -= done
        while done < len(total):
            if not len(self._rest):
                following = next(self._coming, None)
                if following is None:
                    return
                self._rest = following
            piece, self._rest = np.split(self._rest, [len(total) - done])
            part = total[done : done + len(piece)]
            part *= self._under
            part += self._gain * piece
            done += len(piece)


def _decoded(path: Path, skipped: int = 0) -> Iterator[NDArray[np.float32]]:
    """The file's sound after `skipped` samples: (N, 2), 16-bit values."""
    try:
        opening.regular(path)
    except UnspiralError as wrong:
        raise UnspiralError(f"there is no sound file {path}: {wrong}") from None
    try:
        with av.open(str(path), options=_ALONE) as container:
            if not container.streams.audio:
                raise UnspiralError(f"{path} holds no sound")
            stream = container.streams.audio[0]
            channels = min(stream.channels, 2)  # FFmpeg would make one channel quieter in putting it into two
            resampler = av.AudioResampler(format="s16", layout=("mono", "stereo")[channels - 1], rate=RATE)
            for decoded in chain(container.decode(stream), [None]):
                for frame in resampler.resample(decoded):
                    samples = np.broadcast_to(frame.to_ndarray().reshape(-1, channels), (frame.samples, 2))
                    if skipped < len(samples):
                        yield samples[skipped:].astype(np.float32)
                    skipped = max(0, skipped - len(samples))
    except error.FFmpegError as wrong:
        raise UnspiralError(f"{path} cannot be read as sound: {wrong.strerror}") from None


def checked(sound: Sounding) -> Sounding:
    """The same; UnspiralError says what is wrong with its numbers."""
    if not all(map(math.isfinite, sound[1:])):
        raise UnspiralError(f"{sound.file.name}: start and gains of a sound are numbers")
    if sound.start < 0:
        raise UnspiralError(f"{sound.file.name} would begin {-sound.start:g} s before the scene does")
    return sound
