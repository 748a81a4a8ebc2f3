"""Writing frames to video: true colours, no copies, files that are whole as soon as they have their name."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import numpy as np
from av.video.reformatter import Colorspace, VideoReformatter
from manim._config.video_encoder import VideoEncoderSpec
from manim.scene.scene_file_writer import SceneFileWriter
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
BT709 = 1
"""The same number in all of FFmpeg's tables: primaries, transfer characteristic, matrix."""
LIMITED_RANGE = 1


class Pool:
    """Frame buffers that are used again: the camera takes one, the encoder gives it back."""

    __slots__ = ("_free",)

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
    """Encode RGBA frames into one segment, on a thread of its own that Manim provides.

    The file has a temporary name until it is whole, so no other process ever takes half a segment for a cached one.
    YUV is true BT.709 and says so; Manim's is BT.601 and does not say.
    """

    def __init__(self, *, target: Path, spec: VideoEncoderSpec, pool: Pool) -> None:
        self.target = target
        self.spec = spec
        self.pool = pool
        self._part = beside(target)
        self._next = 0
        self._yuv = not av.VideoFormat(spec.pixel_format).is_rgb
        self._reformatter = VideoReformatter()
        target.parent.mkdir(parents=True, exist_ok=True)
        self._container = av.open(self._part, mode="w", format=spec.container_format)
        stream: Any = self._container.add_stream(spec.codec, rate=spec.frame_rate, options=dict(spec.options))
        stream.pix_fmt, stream.width, stream.height = spec.pixel_format, spec.width, spec.height
        if self._yuv:
            stream.codec_context.color_primaries = BT709
            stream.codec_context.color_trc = BT709
            stream.codec_context.colorspace = BT709
            stream.codec_context.color_range = LIMITED_RANGE
        self._stream = stream

    def write_frame(self, pixels: Pixels, *, repeat: int = 1) -> None:
        """Encode one frame `repeat` times, and give its buffer back."""
        frame = self._converted(pixels)
        self.pool.give(pixels)
        for _ in range(repeat):
            frame.pts = self._next
            self._next += 1
            self._container.mux(self._stream.encode(frame))

    def _converted(self, pixels: Pixels) -> av.VideoFrame:
        source = av.VideoFrame.from_numpy_buffer(pixels, format="rgba")
        if self.spec.pixel_format == "rgba":  # would be no conversion but the buffer itself
            frame = av.VideoFrame.from_ndarray(pixels, format="rgba")
        elif self._yuv:
            frame = self._reformatter.reformat(
                source, format=self.spec.pixel_format, dst_colorspace=Colorspace.ITU709, threads=1
            )
        else:
            frame = self._reformatter.reformat(source, format=self.spec.pixel_format, threads=1)
        frame.time_base = 1 / self.spec.frame_rate
        return frame

    def finish(self) -> None:
        """Write what the encoder still holds, close the file and give it its name."""
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


class FilmWriter(SceneFileWriter):
    """Manim's file writer with our encoder, and movies that are whole as soon as they have their name."""

    def __init__(self, settings: Any) -> None:
        self.pool = Pool()
        super().__init__(settings)

    def _create_segment_encoder(self, target: Path) -> Any:
        assert self.video_encoder is not None
        return SegmentEncoder(target=target, spec=self.video_encoder, pool=self.pool)

    def combine_files(
        self, input_files: list[str], output_file: Path, create_gif: bool = False, includes_sound: bool = False
    ) -> None:
        """Join segments into a movie."""
        part = beside(output_file)
        try:
            super().combine_files(input_files, part, create_gif, includes_sound)
            os.replace(part, output_file)
        finally:
            part.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """A hidden, unused name in the same folder, with the same ending."""
    return path.with_name(f".{path.stem[:40]}.{uuid4().hex[:12]}{path.suffix}")
