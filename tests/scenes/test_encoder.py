"""Segments are encoded one after the other, with one codec in memory, however frames are handed over."""

import os
from fractions import Fraction
from pathlib import Path
from threading import Lock, Thread

import av
import numpy as np
import pytest
from manim._config.video_encoder import VideoEncoderSpec

from scenes.parts.stage.encoder import Pool, SegmentEncoder, _threads
from scenes.parts.stage.settings import ENCODER

SPEC = VideoEncoderSpec("mp4", "libx264", "yuv420p", 64, 48, Fraction(30), tuple(ENCODER.items()))


def shades(video: Path) -> list[int]:
    with av.open(str(video)) as container:
        return [int(frame.to_ndarray(format="gray").mean()) for frame in container.decode(video=0)]


def grey(level: int) -> np.ndarray:
    return np.full((48, 64, 4), level, np.uint8)


def test_a_segment_waits_for_the_one_before_and_both_have_all_their_frames(tmp_path: Path) -> None:
    turn, pool = Lock(), Pool()
    files = tmp_path / "a.mp4", tmp_path / "b.mp4"
    first, second = (SegmentEncoder(target=file, spec=SPEC, pool=pool, turn=turn) for file in files)
    first.write_frame(grey(40))
    waiting = Thread(target=lambda: (second.write_frame(second.converted(grey(200))), second.finish()))
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()  # the first is not closed
    first.write_frame(grey(90), repeat=2)
    first.finish()
    waiting.join(10)
    dark, bright = map(shades, files)
    assert len(dark) == 3 and len(bright) == 1
    assert np.abs(np.subtract([*dark, *bright], [40, 90, 90, 200])).max() < 5


@pytest.mark.parametrize("end", ["finish", "abort"])
def test_whatever_ends_a_segment_lets_the_next_begin(tmp_path: Path, end: str) -> None:
    turn = Lock()
    first = SegmentEncoder(target=tmp_path / "a.mp4", spec=SPEC, pool=Pool(), turn=turn)
    first.write_frame(grey(40))
    assert turn.locked()
    getattr(first, end)()
    assert not turn.locked()


def test_our_own_setting_has_a_thread_beside_drawing_and_what_others_ask_for_has_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert _threads(SPEC) == {"threads": "1"}
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    assert _threads(SPEC) == {"threads": "2"}
    slow = VideoEncoderSpec("mp4", "libx264", "yuv420p", 64, 48, Fraction(30), (("preset", "medium"),))
    assert _threads(slow) == {}


@pytest.mark.parametrize("pixels, clear", [("yuva420p", True), ("yuv420p", False)])
def test_a_webm_with_transparency_says_so_or_browsers_show_it_on_black(
    pixels: str, clear: bool, tmp_path: Path
) -> None:
    spec = VideoEncoderSpec("webm", "libvpx-vp9", pixels, 64, 48, Fraction(30), ())
    segment = SegmentEncoder(target=tmp_path / "a.webm", spec=spec, pool=Pool(), turn=Lock())
    segment.write_frame(grey(0))
    segment.finish()
    with av.open(str(tmp_path / "a.webm")) as container:
        assert ("ALPHA_MODE" in container.streams.video[0].metadata) == clear
