"""Encoder settings on the embedding picture's frames, beside Manim's own; a clip's rendering beside encoding alone.

    python tests/benchmarks/encoding.py [clip]

Encodes three stretches of the clip at 1080p60 with each setting, one after the other; prints milliseconds of processor
time a frame, size and SSIM against the frames not yet encoded (FFmpeg's filter, all planes). With `clip` it renders the
whole clip from an empty cache, a process of its own, and encodes the very same frames, in memory, with the same
options: playing time ÷ rendering time, rendering time ÷ encoding alone, and a second, unchanged rendering ÷ importing
Manim.
"""

import re
import resource
import subprocess
import sys
import tempfile
import time
from configparser import ConfigParser
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import Colorspace, VideoReformatter
from manim import tempconfig
from threadpoolctl import threadpool_limits

from engine import FIVE_SPIRALS, pace, record, training
from scenes.parts import Picture
from scenes.parts.stage.camera import FilmCamera
from scenes.parts.stage.settings import ENCODER

PROJECT = Path(__file__).parents[2]
STRETCHES = ((0, 250, 6, 150), (250, 1000, 8, 240), (1000, 2000, 3, 60))
"""Epochs from, to, seconds they take in the clip, and at which frame of them a stretch begins."""
LENGTH = 40
"""Frames of a stretch."""
RATE = 60
IMPORT = "import manim"


def options(name: str) -> dict[str, str]:
    """The encoder's options in a configuration file of Manim's."""
    parser = ConfigParser()
    parser.read(PROJECT / name)
    return dict(parser["video_encoder.options"])


SETTINGS = {
    "Manim's": {"preset": "medium", "crf": "23"},
    "ours": ENCODER,
    "final.cfg": options("assets/final.cfg"),
    "veryfast 22": {"preset": "veryfast", "crf": "22"},
    "superfast 23": {"preset": "superfast", "crf": "23"},
    "ultrafast 20": {"preset": "ultrafast", "crf": "20"},
}


def yuv(pixels: np.ndarray) -> av.VideoFrame:
    """RGBA pixels as BT.709."""
    frame = av.VideoFrame.from_ndarray(pixels, format="rgba")
    return VideoReformatter().reformat(frame, format="yuv420p", dst_colorspace=Colorspace.ITU709)


def stretches() -> list[list[av.VideoFrame]]:
    """Frames of the clip that follow one another, as drawn."""
    film = training(record(FIVE_SPIRALS))
    with tempconfig({"pixel_width": 1920, "pixel_height": 1080}), threadpool_limits(1, "blas"):
        picture, camera, all_ = Picture(film(0)), FilmCamera(), []
        for start, stop, seconds, first in STRETCHES:
            rate = pace(film, start, stop) if stop <= 1000 else float
            drawn = []
            for number in range(first, first + LENGTH):
                s = rate(number / RATE / seconds)
                picture.show(film((1 - s) * start + s * stop))
                camera.capture_mobjects([picture])
                drawn.append(yuv(camera.pixel_array))
            all_.append(drawn)
    return all_


def encoded(frames: list[av.VideoFrame], how: dict[str, str], target: Path) -> None:
    """Write a video, as Manim's encoder does."""
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options=how)
        stream.width, stream.height, stream.pix_fmt = frames[0].width, frames[0].height, "yuv420p"
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def likeness(frames: list[av.VideoFrame], video: Path) -> list[float]:
    """SSIM of each frame of a video with what was encoded."""
    log = video.with_suffix(".log")
    graph = av.filter.Graph()
    buffers = [
        graph.add_buffer(
            width=frames[0].width, height=frames[0].height, format="yuv420p", time_base=Fraction(1, RATE), name=name
        )
        for name in ("encoded", "drawn")
    ]
    ssim, sink = graph.add("ssim", f"stats_file={log}"), graph.add("buffersink")
    for pad, buffer in enumerate(buffers):
        buffer.link_to(ssim, 0, pad)
    ssim.link_to(sink)
    graph.configure()
    with av.open(str(video)) as container:
        for number, (theirs, ours) in enumerate(zip(container.decode(video=0), frames)):
            for buffer, frame in zip(buffers, (theirs, ours)):
                frame.pts, frame.time_base = number, Fraction(1, RATE)
                buffer.push(frame)
            sink.pull()
    del sink, ssim, buffers, graph  # writes the log
    return [float(value) for value in re.findall(r"All:([\d.]+)", log.read_text())]


def settings() -> None:
    """Print what each setting costs and gives."""
    drawn = stretches()
    base = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, how in SETTINGS.items():
            spent, size, alike = 0.0, 0, []
            for number, frames in enumerate(drawn):
                video = Path(folder) / f"{number}.mp4"
                start = time.process_time()
                encoded(frames, how, video)
                spent += time.process_time() - start
                size += video.stat().st_size
                alike += likeness(frames, video)
            base = base or size
            words = " ".join(f"{key}={value}" for key, value in how.items())
            print(
                f"{name:12} {1e3 * spent / len(alike):5.1f} ms a frame, size {size / base:.2f} of Manim's, "
                f"SSIM {np.mean(alike):.4f}, least {min(alike):.4f}   {words}"
            )


def clip() -> None:
    """Print how a whole render compares with playing and with encoding alone."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["manim", "render", "scenes/embedding.py", "--media_dir", folder, "--progress_bar", "none"]
        record(FIVE_SPIRALS)
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", *command], cwd=PROJECT, check=True, capture_output=True)
        rendering = time.perf_counter() - start
        again, bare = (cpu_seconds(then) for then in ([sys.executable, "-m", *command], [sys.executable, "-c", IMPORT]))
        floor, count = 0.0, 0
        for segment in Path(folder).rglob("partial_movie_files/*/*.mp4"):
            with av.open(str(segment)) as container:
                pixels = [frame.to_ndarray(format="rgba") for frame in container.decode(video=0)]
            start = time.perf_counter()
            encoded_from(pixels, Path(folder) / "floor.mp4")
            floor += time.perf_counter() - start
            count += len(pixels)
    playing = count / RATE
    print(f"plays {playing:.1f} s, renders in {rendering:.1f} s: {playing / rendering:.2f}")
    print(f"encoding alone {floor:.1f} s: rendering takes {rendering / floor:.2f} times as long")
    print(f"nothing changed: {again:.2f} s of processor time, import manim {bare:.2f} s: {again / bare:.2f}")


def cpu_seconds(command: list[str]) -> float:
    """Processor time of a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def encoded_from(pixels: list[np.ndarray], target: Path) -> None:
    """Convert and write, one frame after the other."""
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options=ENCODER)
        stream.width, stream.height, stream.pix_fmt = pixels[0].shape[1], pixels[0].shape[0], "yuv420p"
        for number, frame in enumerate(map(yuv, pixels)):
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


if __name__ == "__main__":
    settings()
    if "clip" in sys.argv[1:]:
        clip()
