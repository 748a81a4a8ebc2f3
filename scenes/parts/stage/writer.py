"""Writing frames to video: true colours, no copies, files that are whole as soon as they have their name."""

import ctypes
import errno
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import manim
import numpy as np
from av.video.reformatter import Colorspace, VideoReformatter
from manim._config.video_encoder import VideoEncoderSpec
from manim.scene.scene_file_writer import SceneFileWriter
from manim.scene.section import Section
from PIL import Image

from engine import UnspiralError
from scenes.parts.stage.camera import Pixels

BT709 = 1
"""The same number in all of FFmpeg's tables: primaries, transfer characteristic, matrix."""
LIMITED_RANGE = 1
M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -3, -1
"""In glibc's malloc.h: pieces of memory from one size on go back to the system when freed, others beyond the other."""


class Pool:
    """Frame buffers that are used again: the camera takes one, the encoder gives it back."""

    def __init__(self) -> None:
        self._free: list[Pixels] = []

    def take(self, like: Pixels) -> Pixels:
        """A buffer of the shape of `like`, with anything in it. Never waits."""
        try:
            pixels = self._free.pop()
        except IndexError:
            return np.empty_like(like)
        return pixels if pixels.shape == like.shape else np.empty_like(like)

    def give(self, pixels: Pixels) -> None:
        """Nobody else uses this buffer any more."""
        self._free.append(pixels)


class SegmentEncoder:
    """Encodes RGBA frames into one segment, on a thread that Manim provides.

    The file has a temporary name until it is whole, so no other process ever takes half a segment for a cached one.
    YUV is true BT.709 and says so; Manim's is BT.601 and does not say. UnspiralError if the disk is full.
    """

    def __init__(self, *, target: Path, spec: VideoEncoderSpec, pool: Pool) -> None:
        self.target = target
        self.spec = spec
        self.pool = pool
        self._part = beside(target)
        self._next = 0
        self._format = av.VideoFormat(spec.pixel_format)
        self._reformatter = VideoReformatter()
        target.parent.mkdir(parents=True, exist_ok=True)
        with _said(target):
            self._container = av.open(self._part, mode="w", format=spec.container_format)
            stream: Any = self._container.add_stream(spec.codec, rate=spec.frame_rate, options=dict(spec.options))
        stream.pix_fmt, stream.width, stream.height = spec.pixel_format, spec.width, spec.height
        if not self._format.is_rgb:
            context = stream.codec_context
            context.color_primaries = context.color_trc = context.colorspace = BT709
            context.color_range = LIMITED_RANGE
        self._stream = stream

    def write_frame(self, pixels: Pixels, *, repeat: int = 1) -> None:
        """Encode one frame `repeat` times, and give its buffer back."""
        frame = self._converted(pixels)
        frame.time_base = 1 / self.spec.frame_rate
        self.pool.give(pixels)
        with _said(self.target):
            for _ in range(repeat):
                frame.pts = self._next
                self._next += 1
                self._container.mux(self._stream.encode(frame))

    def _converted(self, pixels: Pixels) -> av.VideoFrame:
        if self._format.name == "rgba":  # nothing to convert: a copy, since the buffer is given back
            return av.VideoFrame.from_ndarray(pixels, format="rgba")
        if self._format.name == "yuv420p" and pixels.shape[0] % 2 == pixels.shape[1] % 2 == 0:
            return _yuv(pixels)
        frame = av.VideoFrame.from_numpy_buffer(pixels, format="rgba")
        matrix = None if self._format.is_rgb else Colorspace.ITU709
        return self._reformatter.reformat(frame, format=self._format.name, dst_colorspace=matrix, threads=1)

    def finish(self) -> None:
        """Write what the encoder still holds, close the file and give it its name."""
        with _said(self.target):
            try:
                self._container.mux(self._stream.encode())
            finally:
                self._container.close()
            os.replace(self._part, self.target)

    def abort(self) -> None:
        """Close and remove the unfinished file."""
        with suppress(Exception):
            self._container.close()
        self._part.unlink(missing_ok=True)


def _yuv(pixels: Pixels) -> av.VideoFrame:
    """As FFmpeg's own converter does it, to a level of luma, in a sixth of its time."""
    from scenes.parts.paint import (
        kernels as kernels,  # takes a while to import, and a clip that is cached encodes nothing
    )

    height, width = pixels.shape[:2]
    frame = av.VideoFrame(width, height, "yuv420p")
    planes = [
        np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]  # type: ignore[call-overload]
        for plane in frame.planes
    ]
    kernels.to_yuv(pixels.view(np.uint32)[..., 0], *planes)
    return frame


def _return_memory() -> None:
    """Have glibc give back an encoder's frames when it is done: it would keep 100 MB and more in pieces."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            libc = ctypes.CDLL(None)
            libc.mallopt(M_MMAP_THRESHOLD, 5 << 20)  # larger than what is freed as often as made
            libc.mallopt(M_TRIM_THRESHOLD, 32 << 20)


class FilmWriter(SceneFileWriter):
    """Manim's file writer with our encoder, and movies whose every frame is where it belongs."""

    def __init__(self, settings: Any) -> None:
        _return_memory()
        self.pool = Pool()
        self.lengths: list[int] = []
        """Frames of each play."""
        self.wanted: frozenset[int] | None = None
        """The plays to write, if they are not cached; nothing is joined then. None: all."""
        self._shared: dict[int, Section] = {}
        """Plays of one frame that end a section's video but are not in the movie: the next section begins with it."""
        super().__init__(settings)

    def is_already_cached(self, hash_invocation: str) -> bool:
        """Whether the next play need not be drawn."""
        if self.wanted is not None and len(self.partial_movie_files) not in self.wanted:
            return True
        return super().is_already_cached(hash_invocation)

    def write_frame(self, pixels: Pixels, *, repeat: int = 1) -> None:
        """Take a frame that is shown `repeat` times; Manim writes one picture however long a wait is."""
        if self.output_spec.is_image_sequence:
            for _ in range(repeat):
                self.output_image(Image.fromarray(pixels))
        else:
            super().write_frame(pixels, repeat=repeat)

    def share_next(self) -> None:
        """The next play is the frame that the next section begins with: this section's video ends with it too."""
        self._shared[len(self.partial_movie_files)] = self.sections[-1]

    def combine_to_movie(self) -> None:
        """Join all segments, each frame once."""
        every = self.partial_movie_files
        self.partial_movie_files = [file for play, file in enumerate(every) if play not in self._shared]
        try:
            super().combine_to_movie()
        finally:
            self.partial_movie_files = every

    def combine_to_section_videos(self) -> None:
        """Join each section's segments; the list of sections says how many frames at its end the next one has too."""
        super().combine_to_section_videos()
        index = self.output_plan.section_index
        assert index is not None
        listed = json.loads(index.read_text())
        for entry, section in zip(listed, [section for section in self.sections if section.video is not None]):
            entry["shared_frames"] = sum(section is sharing for sharing in self._shared.values())
        index.write_text(json.dumps(listed, indent=4))

    def finish(self) -> None:
        """Wait for the encoders; join segments into a movie and its sections, unless only some were wanted."""
        if self.wanted is None:
            for section in self.sections:
                if not section.get_clean_partial_movie_files():
                    section.video = None  # with -n, whole sections may be left out
            super().finish()
        else:
            self.join_all_encode_jobs()

    def _create_segment_encoder(self, target: Path) -> Any:
        assert self.video_encoder is not None
        return SegmentEncoder(target=target, spec=self.video_encoder, pool=self.pool)

    def combine_files(
        self, input_files: list[str], output_file: Path, create_gif: bool = False, includes_sound: bool = False
    ) -> None:
        """Join segments into a movie that is whole as soon as it has its name."""
        output_file.parent.mkdir(parents=True, exist_ok=True)
        part = beside(output_file)
        try:
            with _said(output_file):
                if create_gif:
                    super().combine_files(input_files, part, create_gif, includes_sound)
                else:
                    assert self.video_encoder is not None
                    join([Path(file) for file in input_files], part, self.video_encoder.frame_rate)
                os.replace(part, output_file)
        finally:
            part.unlink(missing_ok=True)


def join(segments: Sequence[Path], movie: Path, rate: Fraction) -> None:
    """Put segments one after the other without encoding anew. Frame n of the movie is shown at n / rate exactly.

    (FFmpeg's concat goes by the durations that files state, in milliseconds: frames creep out of place.)
    """
    late = max((index - shown for segment in segments for _, index, shown in _packets(segment, rate)), default=0)
    options = {"movflags": "+faststart"} if movie.suffix in (".mp4", ".mov") else {}
    with av.open(str(movie), "w", options=options) as target:
        target.metadata["comment"] = f"Rendered with Manim Community v{manim.__version__}"
        stream = None
        begin = 0
        for segment in segments:
            count = 0
            for packet, index, shown in _packets(segment, rate):
                stream = stream or target.add_stream_from_template(packet.stream)
                packet.time_base = 1 / rate
                packet.pts, packet.dts, packet.duration = begin + shown, begin + index - late, 1
                packet.stream = stream
                target.mux(packet)
                count += 1
            begin += count


def _packets(segment: Path, rate: Fraction) -> Iterator[tuple[Any, int, int]]:
    """(packet, its place in the file, which frame it is) of a segment's video."""
    # FFmpeg would decode some frames to open the file: 7 times slower
    with av.open(str(segment), options={"skip_frame": "all"}) as source:
        index = 0
        for packet in source.demux(source.streams.video[0]):
            if packet.pts is not None:
                yield packet, index, round(packet.pts * packet.time_base * rate)
                index += 1


def beside(path: Path) -> Path:
    """A hidden, unused name in the same folder, with the same ending. It says which process writes the file."""
    return path.with_name(f".{path.stem[:40]}.{os.getpid()}-{uuid4().hex[:12]}{path.suffix}")


class _said:
    """Turn a full disk or a locked folder into one sentence."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: Any, error: BaseException | None, __: Any) -> None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise UnspiralError(f"the disk is full: cannot write {self.path}") from None
        if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise UnspiralError(f"not allowed to write {self.path}") from None
