"""One segment's frames, from the camera's pixels to an encoded file."""

import errno
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

import av
import numpy as np
from av.error import ArgumentError
from av.video.reformatter import Colorspace, VideoReformatter
from manim._config.video_encoder import VideoEncoderSpec

from engine import UnspiralError
from engine.files.making import Making
from scenes.parts.paint.canvas import Pixels
from scenes.parts.stage.hardware import LostError, named, reason
from scenes.parts.stage.settings import ENCODER

BT709 = 1
"""The same number in all of FFmpeg's tables: primaries, transfer characteristic, matrix."""
LIMITED_RANGE = 1


KEPT = 25_000_000
"""Bytes of frame buffers that wait to be used again: three at 1080p, of larger frames one."""


class Pool:
    """Frame buffers that are used again: the camera takes one, the encoder gives it back."""

    def __init__(self) -> None:
        self._free: list[Pixels] = []
        self._frames: list[av.VideoFrame] = []

    def take(self, like: Pixels) -> Pixels:
        """A buffer of the shape of `like`, with anything in it. Never waits."""
        try:
            pixels = self._free.pop()
        except IndexError:
            return np.empty_like(like)
        return pixels if pixels.shape == like.shape else np.empty_like(like)

    def give(self, pixels: Pixels) -> None:
        """Nobody else uses this buffer any more."""
        if not self._free or (len(self._free) + 1) * pixels.nbytes <= KEPT:
            self._free.append(pixels)

    def take_frame(self, width: int, height: int) -> av.VideoFrame:
        """A frame of YUV 4:2:0, used again: made by one thread and freed by another, they let the heap grow."""
        try:
            frame = self._frames.pop()
        except IndexError:
            return av.VideoFrame(width, height, "yuv420p")
        return frame if (frame.width, frame.height) == (width, height) else av.VideoFrame(width, height, "yuv420p")

    def give_frame(self, frame: av.VideoFrame) -> None:
        """An encoder that copies what it is given has been given this frame."""
        if (len(self._frames) + 1) * frame.width * frame.height * 1.5 <= KEPT:
            self._frames.append(frame)


class SegmentEncoder:
    """Encodes RGBA frames into one segment, on a thread that Manim provides.

    The file has a temporary name until it is whole, so no other process ever takes half a segment for a cached one.
    YUV is true BT.709 and says so; Manim's is BT.601 and does not say. UnspiralError if the disk is full.
    """

    def __init__(self, *, target: Path, spec: VideoEncoderSpec, pool: Pool, turn: Lock) -> None:
        self.target = target
        self.spec = spec
        self.pool = pool
        self.turn = turn
        """Held from the first frame until the file is closed: a codec takes 118 MB at 1080p: one at a time."""
        self.busy = False
        """Whether a frame is being encoded, or waits for the segment before."""
        self._begun = False
        self._next = self._came = 0
        self._format = av.VideoFormat(spec.pixel_format)
        self._reformatter, self._reformatting = VideoReformatter(), Lock()
        with said(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            self._making = Making(target)
            self._container: Any = av.open(self._making.path, mode="w", format=spec.container_format)
            options = _threads(spec) | dict(spec.options)
            stream: Any = self._container.add_stream(spec.codec, rate=spec.frame_rate, options=options)
        stream.pix_fmt, stream.width, stream.height = spec.pixel_format, spec.width, spec.height
        if not self._format.is_rgb:
            context = stream.codec_context
            context.color_primaries = context.color_trc = context.colorspace = BT709
            context.color_range = LIMITED_RANGE
        if spec.container_format == "webm" and any(part.is_alpha for part in self._format.components):
            stream.metadata["alpha_mode"] = "1"  # without, browsers take it for opaque
        self._stream: Any = stream

    def write_frame(self, pixels: Pixels | av.VideoFrame, *, repeat: int = 1) -> None:
        """Encode one frame, drawn or already converted, `repeat` times."""
        self.busy = True
        frame = pixels if isinstance(pixels, av.VideoFrame) else self.converted(pixels)
        frame.time_base = 1 / self.spec.frame_rate
        if not self._begun:  # the segment before may still be written
            self._begun = self.turn.acquire()
        with said(self.target):
            for _ in range(repeat):
                frame.pts = self._next
                self._next += 1
                self._container.mux(self._encoded(frame))
        if self.spec.codec == "libx264" and frame.format.name == "yuv420p":
            self.pool.give_frame(frame)
        self.busy = False

    def converted(self, pixels: Pixels) -> av.VideoFrame:
        """A frame as the codec takes it, in any thread; the buffer is given back."""
        frame = self._converted(pixels)
        self.pool.give(pixels)
        return frame

    def _converted(self, pixels: Pixels) -> av.VideoFrame:
        if self._format.name == "rgba":  # nothing to convert: a copy, since the buffer is given back
            return av.VideoFrame.from_ndarray(pixels, format="rgba")
        if self._format.name == "yuv420p" and pixels.shape[0] % 2 == pixels.shape[1] % 2 == 0:
            return _yuv(pixels, self.pool.take_frame(pixels.shape[1], pixels.shape[0]))
        frame = av.VideoFrame.from_numpy_buffer(pixels, format="rgba")
        matrix = None if self._format.is_rgb else Colorspace.ITU709
        with self._reformatting:
            return self._reformatter.reformat(frame, format=self._format.name, dst_colorspace=matrix, threads=1)

    def _encoded(self, frame: av.VideoFrame | None) -> list[av.Packet]:
        """What the codec makes of the next frame, or of all that it still holds. LostError: one in hardware failed."""
        if not named(self.spec.codec):
            try:
                return self._stream.encode(frame)
            except ArgumentError:
                options = ", ".join("=".join(option) for option in self.spec.options)
                raise UnspiralError(f"{self.spec.codec} does not take these --encoder-option: {options}") from None
        why = "it lost frames"
        try:
            packets = self._stream.encode(frame)
            self._came += len(packets)
        except Exception as error:  # whatever a driver's mistake is called
            packets, why = [], reason(error)
            self._came = -1
        if self._came < 0 or (frame is None and self._came != self._next):
            raise LostError(self.spec.codec, why)
        return packets

    def finish(self) -> None:
        """Write what the encoder still holds, close the file and give it its name."""
        with said(self.target):
            try:
                self._container.mux(self._encoded(None))
            finally:
                self._close()
            self._making.finish(lasting=False)  # whoever takes it from the cache counts its frames

    def abort(self) -> None:
        """Close and remove the unfinished file."""
        with suppress(Exception):
            self._close()
        self._making.abort()

    def _close(self) -> None:
        """Close the file and let go of the codec and its memory: the next segment's may begin."""
        try:
            self._container.close()
        finally:
            self._container = self._stream = None
            if self._begun:
                self._begun = False
                self.turn.release()


def _threads(spec: VideoEncoderSpec) -> dict[str, str]:
    """Our own x264 setting is as quick as drawing: on two cores one thread, which takes a tenth less, beside it.

    With more cores two threads are enough; what else somebody asks for has all.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    ours = ENCODER.items() <= dict(spec.options).items()
    return {"threads": "1" if cores <= 2 else "2"} if ours else {}


def _yuv(pixels: Pixels, frame: av.VideoFrame | None = None) -> av.VideoFrame:
    """As FFmpeg's own converter does it, to a level of luma, in a sixth of its time."""
    from scenes.parts.paint import (
        kernels as kernels,  # takes a while to import, and a clip that is cached encodes nothing
    )

    height, width = pixels.shape[:2]
    frame = frame or av.VideoFrame(width, height, "yuv420p")
    planes = [
        np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]  # type: ignore[call-overload]
        for plane in frame.planes
    ]
    kernels.to_yuv(pixels.view(np.uint32)[..., 0], *planes)
    return frame


def check_alike(segments: Sequence[Path], spec: VideoEncoderSpec) -> None:
    """LostError if segments from hardware need each their own header: a clip has one, and drivers are renewed."""
    if named(spec.codec) and len({_header(segment) for segment in segments}) > 1:
        raise LostError(spec.codec, "segments of its drivers, old and new, do not go together")


def _header(segment: Path) -> bytes | None:
    with av.open(str(segment), options={"skip_frame": "all"}) as container:
        return container.streams.video[0].codec_context.extradata


class said:
    """Turn a full disk or a locked folder into one sentence."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: Any, error: BaseException | None, __: Any) -> None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise UnspiralError(f"the disk is full: cannot write {error.filename or self.path}") from None
        inside = isinstance(error, OSError) and str(error.filename).startswith(str(self.path.absolute()))
        if isinstance(error, OSError) and (inside or error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)):
            where = error.filename or self.path
            raise UnspiralError(f"not allowed to write {where}; name another folder with --media_dir") from None
