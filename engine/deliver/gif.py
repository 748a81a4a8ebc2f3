"""Small looping GIFs with one palette for all frames."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import chain, islice
from math import ceil
from pathlib import Path
from typing import Any

import av
from av import error
from av.filter import Graph

from engine.deliver.video import RawFrame

FASTEST = 50
"""Frames a second: browsers show a frame that is to last less than 1/50 s for 1/10 s."""


def write_gif(
    path: Path, read: Callable[[], Iterator[RawFrame]], rate: Fraction, size: tuple[int, int] | None = None
) -> None:
    """Write RGB frames or straight RGBA ones, scaled to `size` (width, height) if given.

    They are read twice, for the palette and to be drawn; of more than 50 a second every other, every third … is left
    out. Nothing is dithered: these pictures are flat colours, which stay themselves and compress well.
    """
    step = ceil(rate / FASTEST)
    rate, every = rate / step, read
    read = lambda: islice(every(), 0, None, step)  # noqa: E731
    if size is None:
        height, width = next(read()).shape[:2]
        size = width, height
    palette = _palette(read(), size)
    with av.open(path, "w", options={"loop": "0"}) as container:
        stream: Any = container.add_stream("gif", rate=rate)
        stream.width, stream.height = size
        stream.pix_fmt = "pal8"
        for count, frame in enumerate(_painted(read(), size, palette)):
            frame.pts, frame.time_base = count, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


_FORMAT = {3: "rgb24", 4: "rgba"}
"""FFmpeg's names, by the number of channels."""


def _palette(frames: Iterator[RawFrame], size: tuple[int, int]) -> av.VideoFrame:
    """The 256 colours that serve the frames best, as a picture of 16 × 16."""
    graph, first = Graph(), next(frames)
    source, scale = _scaled(graph, first, size)
    generate: Any = graph.add("palettegen", "stats_mode=full")
    sink: Any = graph.add("buffersink")
    scale.link_to(generate)
    generate.link_to(sink)
    graph.configure()
    for number, pixels in enumerate(chain([first], frames)):
        source.push(_frame(pixels, number))
    source.push(None)
    return sink.pull()


def _painted(frames: Iterator[RawFrame], size: tuple[int, int], palette: av.VideoFrame) -> Iterator[av.VideoFrame]:
    graph, first = Graph(), next(frames)
    source, scale = _scaled(graph, first, size)
    colours: Any = graph.add_buffer(width=16, height=16, format=palette.format, time_base=Fraction(1, 1))
    use: Any = graph.add("paletteuse", "dither=none:diff_mode=rectangle")
    sink: Any = graph.add("buffersink")
    scale.link_to(use, 0, 0)
    colours.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    palette.pts = 0
    colours.push(palette)
    colours.push(None)
    for number, pixels in enumerate(chain([first], frames, [None])):
        source.push(None if pixels is None else _frame(pixels, number))
        try:
            while True:
                yield sink.pull()
        except (error.BlockingIOError, error.EOFError):
            continue


def _scaled(graph: Graph, first: RawFrame, size: tuple[int, int]) -> tuple[Any, Any]:
    """The graph's source for frames like `first`, and the filter that scales them."""
    height, width = first.shape[:2]
    colours = av.VideoFormat(_FORMAT[first.shape[2]], width, height)
    source = graph.add_buffer(width=width, height=height, format=colours, time_base=Fraction(1, 1))
    scale = graph.add("scale", f"{size[0]}:{size[1]}:flags=area")
    source.link_to(scale)
    return source, scale


def _frame(pixels: RawFrame, number: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(pixels, format=_FORMAT[pixels.shape[2]])
    frame.pts, frame.time_base = number, Fraction(1, 1)
    return frame
